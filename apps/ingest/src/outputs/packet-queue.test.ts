import { expect, test } from "vitest";
import type { MediaPacket } from "../hub/media-packet.js";
import { PacketQueue } from "./packet-queue.js";

function framePacket(timestamp: number, length = 10): MediaPacket {
  return { kind: "audio", tagType: 8, role: "frame", keyframe: false, timestamp, payload: new Uint8Array(length) };
}

test("gives back what it was given, in order, and counts what it holds", () => {
  const queue = new PacketQueue();
  const taken: (number | undefined)[] = [];
  let pushed = 0;
  for (let i = 0; i < 1000; i++) {
    queue.push(framePacket(pushed++, 100));
    if (i % 3 !== 0) taken.push(queue.shift()?.timestamp);
  }
  expect(queue.bytes).toBe((pushed - taken.length) * 356);
  while (!queue.empty) taken.push(queue.shift()?.timestamp);
  expect(taken).toEqual(Array.from({ length: 1000 }, (_, i) => i));
  expect([queue.bytes, queue.shift()]).toEqual([0, undefined]);
});

test("empty messages are not free", () => {
  const queue = new PacketQueue();
  for (let i = 0; i < 10; i++) queue.push({ ...framePacket(i), payload: new Uint8Array(0) });
  expect(queue.bytes).toBe(2560);
});

test("clear counts the frames that are lost, not those sent before", () => {
  const queue = new PacketQueue();
  for (let i = 0; i < 5; i++) queue.push(framePacket(i));
  queue.push({ ...framePacket(9), role: "config" });
  queue.shift();
  expect([queue.clear(), queue.bytes, queue.empty]).toEqual([4, 0, true]);
});

test("keeps no read in memory for a small frame of it, Node's or not", () => {
  const queue = new PacketQueue();
  for (const read of [new Uint8Array(65_536), Buffer.alloc(65_536)]) {
    queue.push({ ...framePacket(0), payload: read.subarray(1000, 1016) });
    expect(queue.shift()?.payload.buffer.byteLength).toBe(16);
  }
});

test("keeps few large buffers in memory for frames that lie far apart in them, and copies none that lie together", () => {
  const queue = new PacketQueue();
  const apart = Array.from({ length: 100 }, (_, i) => ({
    ...framePacket(i),
    payload: new Uint8Array(1024 * 1024).subarray(0, 5000),
  }));
  const whole = new Uint8Array(1024 * 1024);
  const together = Array.from({ length: 200 }, (_, i) => ({
    ...framePacket(i),
    payload: whole.subarray(i * 5000, (i + 1) * 5000),
  }));
  for (let round = 0; round < 3; round++) {
    for (const packet of apart) queue.push(packet);
    const buffers = new Set<ArrayBufferLike>();
    while (!queue.empty) buffers.add(queue.shift()?.payload.buffer ?? whole.buffer);
    expect(buffers.size).toBe(100);
    expect([...buffers].reduce((sum, { byteLength }) => sum + byteLength, 0)).toBeLessThan(6 * 1024 * 1024);
    for (const packet of together) queue.push(packet);
    for (const packet of together) expect(queue.shift()).toBe(packet);
  }
});
