import { expect, test } from "vitest";
import { FileAllowance } from "./file-allowance.js";

/** How many of these attempts succeed. */
function taken(allowance: FileAllowance, times: readonly number[]): number {
  return times.filter((now) => allowance.take(now)).length;
}
const at = (now: number, count: number): number[] => new Array<number>(count).fill(now);

test("ten files at once, then one every 10 s", () => {
  const allowance = new FileAllowance();
  expect(taken(allowance, at(5000, 1000))).toBe(10);
  expect(taken(allowance, at(14_000, 5))).toBe(0);
  expect(taken(allowance, at(15_000, 5))).toBe(1);
  const eachSecond = Array.from({ length: 3600 }, (_, second) => 16_000 + second * 1000);
  expect(taken(allowance, eachSecond)).toBe(360);
});

test("a quiet time gives back the ten, not more", () => {
  const allowance = new FileAllowance();
  taken(allowance, at(0, 10));
  expect(taken(allowance, at(86_400_000, 50))).toBe(10);
});

test("a clock that is set back takes and gives nothing", () => {
  const allowance = new FileAllowance();
  expect(taken(allowance, at(1_000_000, 9))).toBe(9);
  expect(taken(allowance, [0, 0, 9999])).toBe(1);
  expect(taken(allowance, [10_000])).toBe(1);
});
