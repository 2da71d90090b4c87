import { describe, expect, test } from "vitest";
import { TimestampUnwrapper } from "./timestamp-unwrapper.js";

const frames = (...timestamps: number[]): number[] => {
  const unwrapper = new TimestampUnwrapper();
  return timestamps.map((timestamp) => unwrapper.frame(timestamp));
};

describe("TimestampUnwrapper", () => {
  test("leaves what does not wrap as it is", () => expect(frames(0, 20, 10, 4000)).toEqual([0, 20, 10, 4000]));
  test("keeps a large first timestamp", () => expect(frames(3_000_000_000)).toEqual([3_000_000_000]));
  test("goes on growing past 2^32", () => {
    expect(frames(0xffffffff - 9, 10, 30)).toEqual([0xffffffff - 9, 2 ** 32 + 10, 2 ** 32 + 30]);
  });
  test("takes a late frame from before the wrap", () => {
    expect(frames(0xfffffff0, 5, 0xfffffff8, 8)).toEqual([0xfffffff0, 2 ** 32 + 5, 0xfffffff8, 2 ** 32 + 8]);
  });
  test("wraps again and again", () => {
    const sent = Array.from({ length: 12 }, (_, i) => i * 1_000_000_000);
    expect(frames(...sent.map((ms) => ms % 2 ** 32))).toEqual(sent);
  });
  test("never goes below 0", () => expect(frames(5, 0xfffffff0)).toEqual([5, 0]));

  test("a header does not move the frames", () => {
    const unwrapper = new TimestampUnwrapper();
    expect(unwrapper.aside(7)).toBe(7);
    expect(unwrapper.frame(2 ** 31 + 5000)).toBe(2 ** 31 + 5000);
    expect(unwrapper.aside(0)).toBe(0);
    expect(unwrapper.frame(2 ** 31 + 5020)).toBe(2 ** 31 + 5020);
  });
  test("a header near the frames follows them past the wrap, a far one counts from it", () => {
    const unwrapper = new TimestampUnwrapper();
    unwrapper.frame(0xfffffff0);
    expect(unwrapper.aside(5)).toBe(2 ** 32 + 5);
    expect(unwrapper.frame(2_000_000_000)).toBe(2 ** 32 + 2_000_000_000);
    expect(unwrapper.aside(0)).toBe(2 ** 32);
  });
});

test("goes on when a clock of 31 bits begins again, also with frames out of order around it", () => {
  const unwrapper = new TimestampUnwrapper();
  const half = 2 ** 31;
  const sent = [half - 60, half - 20, 20, half - 10, 0, 60, 100, 5_000_000];
  expect(sent.map((timestamp) => unwrapper.frame(timestamp))).toEqual([
    ...[half - 60, half - 20, half + 20, half - 10, half, half + 60, half + 100],
    5_000_000, // a real jump is one
  ]);
});
