import { expect, test } from "vitest";
import { BatchBuffers } from "./batch-buffers.js";

const KIB = 1024;

test("there is room for what was asked for", () => {
  const buffers = new BatchBuffers();
  expect(buffers.take(1).room).toBe(64 * KIB);
  expect(buffers.take(64 * KIB).room).toBe(64 * KIB);
  expect(buffers.take(64 * KIB + 1).room).toBe(128 * KIB);
});

test("a buffer that was given back is used again, empty, for as much", () => {
  const buffers = new BatchBuffers();
  const large = buffers.take(200 * KIB);
  large.out.bytes(new Uint8Array(200 * KIB));
  buffers.giveBack(large);
  expect(buffers.take(KIB).out).not.toBe(large.out);
  const again = buffers.take(150 * KIB);
  expect(again.out).toBe(large.out);
  expect(again.out.length).toBe(0);
});

test("no more than 16 MiB lie unused", () => {
  const buffers = new BatchBuffers();
  const taken = Array.from({ length: 6 }, () => buffers.take(4096 * KIB));
  for (const each of taken) buffers.giveBack(each);
  const again = new Set(taken.map(() => buffers.take(4096 * KIB).out));
  expect(taken.filter(({ out }) => again.has(out)).length).toBe(4);
});

test("neither one that has outgrown its room nor a very long one is kept", () => {
  const buffers = new BatchBuffers();
  const grown = buffers.take(1);
  grown.out.bytes(new Uint8Array(65 * KIB));
  const long = buffers.take(5000 * KIB);
  for (const each of [grown, long]) buffers.giveBack(each);
  expect(buffers.take(1).out).not.toBe(grown.out);
  expect(buffers.take(5000 * KIB).out).not.toBe(long.out);
});
