import { expect, test } from "vitest";
import { BufferPool } from "./index.js";

test("gives a buffer that was given back, for what is a little shorter", () => {
  const pool = new BufferPool();
  const first = pool.take(5000);
  expect(first.length).toBe(5120);
  pool.give(first);
  expect(pool.idleBytes).toBe(5120);
  expect(pool.take(4097)).toBe(first);
  expect(pool.idleBytes).toBe(0);
  expect(pool.take(5120)).not.toBe(first);
});

test.for([
  [0, 1024],
  [1, 1024],
  [1024, 1024],
  [1025, 1280],
  [1281, 1536],
  [2047, 2048],
  [65_536, 65_536],
  [65_537, 81_920],
  [1_048_575, 1_048_576],
  [1_048_576, 1_048_576],
  [1_048_577, 1_048_577],
] as const)("for %i bytes one of %i", ([length, expected]) => {
  expect(new BufferPool().take(length).length).toBe(expected);
});

test("lets no more lie idle than it may, and nothing that it can not give out again", () => {
  const pool = new BufferPool({ maxIdleBytes: 4096 });
  const buffers = [pool.take(2048), pool.take(2048), pool.take(2048)];
  for (const buffer of buffers) pool.give(buffer);
  expect(pool.idleBytes).toBe(4096);
  const large = new BufferPool({ maxIdleBytes: 1e9 });
  for (const length of [0, 1, 512, 1000, 1023, 3000, 65_537, 2_097_152]) large.give(new Uint8Array(length));
  expect(large.idleBytes).toBe(0);
});

test("allocates as it is told, and keeps as long ones as it is told", () => {
  const made: number[] = [];
  const allocate = (length: number) => {
    made.push(length);
    return new Uint8Array(length);
  };
  const pool = new BufferPool({ longest: 4096, allocate });
  pool.give(pool.take(3000));
  pool.give(pool.take(4097));
  expect(made).toEqual([3072, 4097]);
  expect(pool.idleBytes).toBe(3072);
});

test("lets go of what lay idle since the last trim, length by length, and of nothing that was needed", () => {
  const pool = new BufferPool();
  const lengths = [1024, 1024, 1024, 2048];
  for (const buffer of lengths.map((length) => pool.take(length))) pool.give(buffer);
  pool.trim();
  expect(pool.idleBytes).toBe(5120); // they have only just come
  const needed = [pool.take(1024), pool.take(1024)];
  for (const buffer of needed) pool.give(buffer);
  pool.trim();
  expect(pool.idleBytes).toBe(2048);
  expect(new Set([pool.take(1024), pool.take(1024)])).toEqual(new Set(needed));
  pool.trim();
  expect(pool.idleBytes).toBe(0);
});

test("for what is given back when it is full, what was not needed since the last trim goes, the most of it first", () => {
  const pool = new BufferPool({ maxIdleBytes: 8192 });
  const [old, older, ...busy] = [1024, 1024, 2048, 2048, 2048].map((length) => pool.take(length));
  for (const buffer of [old, older, ...busy]) pool.give(buffer as Uint8Array<ArrayBuffer>);
  pool.trim();
  for (const buffer of [0, 0, 0].map(() => pool.take(2048))) pool.give(buffer); // needed
  const others = [pool.take(1280), pool.take(1280), pool.take(1280)];
  for (const buffer of others) pool.give(buffer);
  expect(pool.idleBytes).toBe(3 * 2048 + 1280); // both of 1024 went for the first, and nothing for the others
  expect(new Set([0, 0, 0].map(() => pool.take(2048)))).toEqual(new Set(busy));
  pool.maxIdleBytes = 0;
  pool.give(pool.take(1024));
  expect(pool.idleBytes).toBe(1280);
});
