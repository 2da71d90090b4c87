import { expect, test } from "vitest";
import { Pacer } from "./pacer.js";

test("frames are due at the distance of their timestamps, whatever the first one is", () => {
  const pacer = new Pacer(1);
  expect(pacer.wait(5000, 100)).toBe(0);
  expect(pacer.wait(5040, 110)).toBe(30);
  expect(pacer.wait(5080, 180)).toBe(0);
  expect(pacer.wait(5060, 150)).toBe(10); // tracks are interleaved roughly
});

test("speed shortens the waits; without pace there is none", () => {
  const fast = new Pacer(4);
  fast.wait(0, 0);
  expect(fast.wait(400, 0)).toBe(100);
  const free = new Pacer(Number.POSITIVE_INFINITY);
  free.wait(0, 0);
  expect(free.wait(50_000, 0)).toBe(0);
});

test("what is late is due at once, until the time is caught up with", () => {
  const pacer = new Pacer(1);
  pacer.wait(0, 0);
  expect(pacer.wait(40, 3000)).toBe(0);
  expect(pacer.wait(2999, 3000)).toBe(0);
  expect(pacer.wait(3040, 3000)).toBe(40);
});

test.for([
  ["forwards", 100_000],
  ["back", 0],
] as const)("a jump of the clock %s is no pause", ([, timestamp]) => {
  const pacer = new Pacer(1);
  pacer.wait(20_000, 0);
  expect(pacer.wait(timestamp, 10)).toBe(0);
  expect(pacer.wait(timestamp + 40, 10)).toBe(40);
});

test("a long pause of the stream is waited for", () => {
  const pacer = new Pacer(1);
  pacer.wait(0, 0);
  expect(pacer.wait(59_000, 0)).toBe(59_000);
});

test("after a break the next frame is due at once, and the others behind it", () => {
  const pacer = new Pacer(1);
  pacer.wait(0, 0);
  pacer.restart();
  expect(pacer.wait(40, 9000)).toBe(0);
  expect(pacer.wait(80, 9000)).toBe(40);
});
