import { describe, expect, test, vi } from "vitest";
import { PublishLimiter, tighter, ViewerSeats } from "./stream-limits.js";

describe("a bitrate", () => {
  test("is an average over ten seconds", () => {
    let now = 0;
    const exceeded = vi.fn();
    const limiter = new PublishLimiter({ maxBitrate: 80_000 }, () => now, exceeded); // 10 bytes a ms
    for (let second = 1; second <= 60; second++) {
      now = second * 1000;
      expect(limiter.count(10_000)).toBe(true);
    }
    expect(limiter.count(90_000)).toBe(true); // what waited nine seconds
    expect(limiter.count(1)).toBe(false);
    expect(limiter.count(1)).toBe(false);
    expect(exceeded).toHaveBeenCalledOnce();
    expect(exceeded.mock.calls[0]?.[0]).toMatchObject({ reason: "bitrate-limit" });
  });
});

test("a duration ends the publish once, unless it is over before", async () => {
  const exceeded = vi.fn();
  new PublishLimiter({ maxDurationMs: 10 }, () => 0, exceeded).stop();
  const ended = vi.fn();
  const limiter = new PublishLimiter({ maxDurationMs: 10 }, () => 0, ended);
  await vi.waitFor(() => expect(ended).toHaveBeenCalledOnce());
  expect(ended.mock.calls[0]?.[0]).toMatchObject({ reason: "duration-limit" });
  expect(limiter.count(1)).toBe(false);
  expect(exceeded).not.toHaveBeenCalled();
});

test("seats are taken and given back", () => {
  const seats = new ViewerSeats();
  seats.max = 2;
  const first = seats.take();
  expect([seats.take() !== undefined, seats.take(), seats.taken]).toEqual([true, undefined, 2]);
  first?.();
  first?.();
  expect(seats.taken).toBe(1);
  expect(seats.take()).toBeDefined();
});

test("the tighter of two limits counts", () => {
  const a = { maxBitrate: 1000, maxViewers: 5, record: true };
  expect(tighter(a, { maxBitrate: 2000, maxDurationMs: 7, record: false })).toEqual({
    ...{ maxBitrate: 1000, maxDurationMs: 7, maxViewers: 5, record: false },
  });
});
