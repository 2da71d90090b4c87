import { expect, test } from "vitest";
import { PayloadStore } from "./payload-store.js";

const MIN_BUFFER = 65_536;

/** Keeps `count` payloads of `length` bytes, each with a number of its own in it. @returns their views. */
function fill(store: PayloadStore, count: number, length: number): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => {
    const payload = new Uint8Array(length).fill(i);
    const { buffer, start } = store.keep(payload);
    payload.fill(0xee);
    return buffer.subarray(start, start + length);
  });
}
function expectIntact(views: readonly Uint8Array[]): void {
  for (const [i, view] of views.entries()) expect(view.every((byte) => byte === i % 256)).toBe(true);
}

test("keeps copies, one behind the other", () => {
  const store = new PayloadStore();
  const views = fill(store, 100, 1000);
  expectIntact(views);
  expect(new Set(views.map(({ buffer }) => buffer)).size).toBe(2);
  expect(store.spareBytes).toBe(MIN_BUFFER - 35 * 1000);
});

test("uses its buffers again once it is told that nothing is needed", () => {
  const store = new PayloadStore();
  const before = fill(store, 100, 1000);
  store.release();
  expect(store.spareBytes).toBe(0);
  const after = fill(store, 100, 1000);
  expectIntact(after);
  const reused = new Set(before.map(({ buffer }) => buffer));
  expect(after.every(({ buffer }) => reused.has(buffer))).toBe(true);
});

test("leaves what was shared, before or after, to those that have it", () => {
  for (const shareAt of [0, 50, 100]) {
    const store = new PayloadStore();
    const shared = fill(store, shareAt, 1000);
    store.share();
    const later = fill(store, 100 - shareAt, 1000);
    store.release();
    fill(new PayloadStore(), 300, 1000);
    fill(store, 300, 1000);
    expectIntact(shared);
    expectIntact(later);
  }
});

test("holds little more than it keeps: long payloads have buffers of their own, and buffers grow with what is kept", () => {
  const store = new PayloadStore();
  const [long] = fill(store, 1, 20_000);
  expect(long?.buffer.byteLength).toBe(20_480);
  fill(store, 500, 10_000);
  store.release();
  const views = fill(store, 500, 20_000);
  expectIntact(views);
  const buffers = new Set(views.map(({ buffer }) => buffer));
  const held = [...buffers].reduce((sum, { byteLength }) => sum + byteLength, 0);
  expect(held).toBeLessThan(1.1 * 500 * 20_000);
});
