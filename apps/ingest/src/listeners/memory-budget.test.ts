import { describe, expect, test } from "vitest";
import { defaultMemoryBudget, MemoryBudget } from "./memory-budget.js";

const evicted: string[] = [];
const holder = (name: string, heldBytes: number, publishing = false) => ({
  heldBytes,
  publishing,
  evict: () => evicted.push(name),
});

describe("MemoryBudget", () => {
  test("leaves everybody alone up to its limit", () => {
    evicted.length = 0;
    const budget = new MemoryBudget(100);
    budget.check([holder("a", 60), holder("b", 40)]);
    expect([evicted, budget.heldBytes, budget.exhausted]).toEqual([[], 100, false]);
  });

  test("ends the largest of those that do not publish, as few as possible", () => {
    evicted.length = 0;
    const budget = new MemoryBudget(100);
    budget.check([holder("small", 10), holder("publisher", 90, true), holder("large", 40), holder("middle", 30)]);
    expect([evicted, budget.heldBytes, budget.exhausted]).toEqual([["large", "middle"], 100, false]);
  });

  test("never ends a publisher; refuses newcomers instead, until there is room", () => {
    evicted.length = 0;
    const budget = new MemoryBudget(100);
    budget.check([holder("publisher", 90, true), holder("other", 20, true), holder("new", 5), holder("idle", 0)]);
    expect([evicted, budget.heldBytes, budget.exhausted]).toEqual([["new"], 110, true]);
    budget.check([holder("publisher", 90, true)]);
    expect(budget.exhausted).toBe(false);
  });
});

test("the default is a quarter of the memory, 2 GiB at most", () => {
  expect(defaultMemoryBudget(1024 ** 3)).toBe(1024 ** 3 / 4);
  expect(defaultMemoryBudget(64 * 1024 ** 3)).toBe(2 * 1024 ** 3);
});
