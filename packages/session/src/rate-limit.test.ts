import { expect, test } from "vitest";
import { RateLimit } from "./rate-limit.js";

test("a burst at once, then one for each share of a second", () => {
  const limit = new RateLimit(10, 3);
  const take = (now: number) => limit.take(now);
  expect([take(5000), take(5000), take(5000), take(5000)]).toEqual([true, true, true, false]);
  expect([take(5099), take(5100), take(5101)]).toEqual([false, true, false]);
});

test("waiting long fills it to its burst and no further; a clock that goes back takes nothing away", () => {
  const limit = new RateLimit(10, 2);
  expect(limit.take(0)).toBe(true);
  expect([limit.take(1e9), limit.take(1e9), limit.take(1e9)]).toEqual([true, true, false]);
  expect(limit.take(0)).toBe(false);
});
