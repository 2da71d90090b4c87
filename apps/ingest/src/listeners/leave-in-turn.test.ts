import { expect, test } from "vitest";
import { leaveInTurn } from "./leave-in-turn.js";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("lets go all in order, few in a turn, more the more wait", async () => {
  const gone: number[] = [];
  for (let i = 0; i < 100; i++) leaveInTurn(() => void gone.push(i));
  expect(gone).toEqual([]);
  const counts: number[] = [];
  while (gone.length < 100) {
    await turn();
    counts.push(gone.length);
  }
  expect(gone).toEqual(Array.from({ length: 100 }, (_, i) => i));
  expect(counts[0]).toBe(7); // a sixteenth
  expect(counts.length).toBeGreaterThan(60);
  expect(counts.length).toBeLessThan(140);
});

test("one that leaves while others are let go has its turn too", async () => {
  const gone: string[] = [];
  leaveInTurn(() => {
    gone.push("first");
    leaveInTurn(() => void gone.push("second"));
  });
  for (let turns = 0; turns < 4; turns++) await turn();
  expect(gone).toEqual(["first", "second"]);
});
