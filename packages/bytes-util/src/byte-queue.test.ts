import { describe, expect, test } from "vitest";
import { ByteQueue } from "./byte-queue.js";

function counting(length: number, from = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (from + i) & 0xff);
}

describe("ByteQueue", () => {
  test("gives back what was pushed, in order", () => {
    const queue = new ByteQueue();
    queue.push(counting(3));
    queue.push(new Uint8Array(0));
    queue.push(counting(5000, 3));
    queue.push(counting(2, 5003));
    expect(queue.length).toBe(5005);
    expect(queue.take(5005)).toEqual(counting(5005));
    expect(queue.length).toBe(0);
  });

  test("copies small pieces, so that the caller may reuse its buffer", () => {
    const queue = new ByteQueue();
    const buffer = counting(4);
    queue.push(buffer);
    buffer.fill(99);
    queue.push(buffer);
    expect(queue.take(8)).toEqual(Uint8Array.of(0, 1, 2, 3, 99, 99, 99, 99));
  });

  test("keeps large pieces as views", () => {
    const queue = new ByteQueue();
    const piece = counting(4096);
    queue.push(piece);
    expect(queue.front().buffer).toBe(piece.buffer);
  });

  test("peeks without consuming, within the queue alone", () => {
    const queue = new ByteQueue();
    queue.push(counting(4096));
    queue.push(Uint8Array.of(77, 78));
    queue.skip(4095);
    expect([queue.peekU8(), queue.peekU8(1), queue.peekU8(2), queue.peekU8(3)]).toEqual([255, 77, 78, undefined]);
    expect(queue.peekU8(-1)).toBeUndefined();
    expect(queue.peekU8(Number.NaN)).toBeUndefined();
    expect(queue.length).toBe(3);
  });

  test("front shows one piece, and nothing when empty", () => {
    const queue = new ByteQueue();
    expect(queue.front().length).toBe(0);
    queue.push(Uint8Array.of(1, 2, 3));
    queue.skip(1);
    expect(queue.front()).toEqual(Uint8Array.of(2, 3));
    queue.skip(2);
    expect(queue.front().length).toBe(0);
    queue.push(Uint8Array.of(4));
    expect(queue.front()).toEqual(Uint8Array.of(4));
  });

  test("a view of the front keeps its bytes when more is pushed", () => {
    const queue = new ByteQueue();
    queue.push(Uint8Array.of(1, 2, 3));
    const view = queue.front();
    queue.skip(3);
    queue.push(Uint8Array.of(9, 9, 9));
    expect(view).toEqual(Uint8Array.of(1, 2, 3));
  });

  test.for([-1, 4, 1.5, Number.NaN])("refuses a count of %s of 3 bytes, and loses none", (count) => {
    const queue = new ByteQueue();
    queue.push(counting(3));
    expect(() => queue.skip(count)).toThrow(RangeError);
    expect(() => queue.take(count)).toThrow(RangeError);
    expect(queue.take(3)).toEqual(counting(3));
  });

  test("readInto moves what there is, and nothing when it can not", () => {
    const queue = new ByteQueue();
    queue.push(counting(5000));
    queue.push(counting(3, 5000));
    expect(() => queue.readInto(new Uint8Array(5002), 0, 6000)).toThrow(RangeError);
    expect(() => queue.readInto(new Uint8Array(9), 5, 5)).toThrow(RangeError);
    expect(() => queue.readInto(new Uint8Array(9), -1, 5)).toThrow(RangeError);
    expect(() => queue.readInto(new Uint8Array(9), 0, -5)).toThrow(RangeError);
    expect(queue.length).toBe(5003);
    const target = new Uint8Array(5010);
    expect(queue.readInto(target, 4, 6000)).toBe(5003);
    expect(target.subarray(4, 5007)).toEqual(counting(5003));
    expect(queue.readInto(target, 0, 1)).toBe(0);
  });

  test("clear forgets everything", () => {
    const queue = new ByteQueue();
    queue.push(counting(10));
    queue.push(counting(5000));
    queue.clear();
    expect([queue.length, queue.peekU8()]).toEqual([0, undefined]);
    queue.push(Uint8Array.of(5));
    expect(queue.take(1)).toEqual(Uint8Array.of(5));
  });

  test("a megabyte in single bytes lies in few pieces", () => {
    const queue = new ByteQueue();
    for (let i = 0; i < 1_000_000; i++) queue.push(Uint8Array.of(i & 0xff));
    let pieces = 0;
    let sum = 0;
    while (queue.length > 0) {
      const front = queue.front();
      for (const byte of front) sum += byte;
      pieces++;
      queue.skip(front.length);
    }
    expect(pieces).toBeLessThan(40);
    expect(sum).toBe(Array.from({ length: 1_000_000 }, (_, i) => i & 0xff).reduce((a, b) => a + b));
  });

  test("many large pieces stay in order while they are consumed", () => {
    const queue = new ByteQueue();
    for (let i = 0; i < 300; i++) queue.push(new Uint8Array(4096).fill(i & 0xff));
    for (let i = 0; i < 300; i++) expect(new Set(queue.take(4096))).toEqual(new Set([i & 0xff]));
    expect(queue.length).toBe(0);
  });

  test("memory stays in proportion for the piece sizes that would waste most", () => {
    for (const sizes of [[1], [4096, 1], [1, 4095], [2049]]) {
      const queue = new ByteQueue();
      for (let i = 0; queue.length < 500_000; i++) queue.push(new Uint8Array(sizes[i % sizes.length] ?? 1));
      const total = queue.length;
      const buffers = new Set<ArrayBufferLike>();
      for (let front = queue.front(); front.length > 0; front = queue.front()) {
        buffers.add(front.buffer);
        queue.skip(front.length);
      }
      let held = 0;
      for (const buffer of buffers) held += buffer.byteLength;
      expect(held).toBeLessThan(3 * total + 65_536);
    }
  });
});
