import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { MediaBuffers } from "./media-buffers.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const MIB = 1024 * 1024;

function takeAndGive(buffers: MediaBuffers, count: number): void {
  for (const buffer of Array.from({ length: count }, () => buffers.take(MIB))) buffers.give(buffer);
}

test("keeps what is needed every few seconds, and within ten seconds nothing else", () => {
  const buffers = new MediaBuffers();
  takeAndGive(buffers, 10);
  expect(buffers.idleBytes).toBe(10 * MIB);
  for (let second = 0; second < 12; second += 2) {
    takeAndGive(buffers, 4);
    vi.advanceTimersByTime(2000);
  }
  expect(buffers.idleBytes).toBe(4 * MIB);
  vi.advanceTimersByTime(10_000);
  expect(buffers.idleBytes).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
});

test("keeps no more than it may, and none of which hardly another is needed", () => {
  const buffers = new MediaBuffers();
  buffers.give(buffers.take(4 * MIB + 1));
  expect(buffers.idleBytes).toBe(0);
  const limits: [budget: number, expected: number][] = [
    [32, 4],
    [512, 64],
    [4096, 256],
  ];
  for (const [budget, expected] of limits) {
    buffers.limit(budget * MIB);
    takeAndGive(buffers, 300);
    expect(buffers.idleBytes).toBe(expected * MIB);
  }
});
