import { expect, onTestFinished, test, vi } from "vitest";
import { ChunkDecoder, ChunkEncoder, type ChunkMessage, encodeChunkBody } from "./index.js";

// What a message costs, counted instead of timed: bytes copied or moved, views made, arrays allocated.

const COUNT = 20;
const LENGTH = 10_000;
const READ = 65_536;

interface Cost {
  copied: number;
  moved: number;
  views: number;
  arrays: number;
}

/** Counts what is done to byte arrays until the test is over. */
function countCost(): Cost {
  const cost: Cost = { copied: 0, moved: 0, views: 0, arrays: 0 };
  const { set, copyWithin, subarray, slice } = Uint8Array.prototype;
  const spies = [
    vi.spyOn(Uint8Array.prototype, "set").mockImplementation(function (this: Uint8Array, source, offset) {
      cost.copied += source.length;
      set.call(this, source, offset);
    }),
    vi.spyOn(Uint8Array.prototype, "copyWithin").mockImplementation(function (this: Uint8Array, to, from, end) {
      cost.moved += (end ?? this.length) - from;
      return copyWithin.call(this, to, from, end);
    }),
    vi.spyOn(Uint8Array.prototype, "subarray").mockImplementation(function (this: Uint8Array, from, end) {
      cost.views++;
      return subarray.call(this, from, end) as Uint8Array<ArrayBuffer>;
    }),
    vi.spyOn(Uint8Array.prototype, "slice").mockImplementation(function (this: Uint8Array, from, end) {
      cost.arrays++;
      return slice.call(this, from, end);
    }),
  ];
  const construct = (target: Uint8ArrayConstructor, args: ConstructorParameters<Uint8ArrayConstructor>) => {
    cost.arrays++;
    return Reflect.construct(target, args, target) as object;
  };
  vi.stubGlobal("Uint8Array", new Proxy(Uint8Array, { construct }));
  onTestFinished(() => {
    vi.unstubAllGlobals();
    for (const spy of spies) spy.mockRestore();
  });
  return cost;
}

/** Messages, and their bytes in reads of 64 KiB that end between two messages, so that each is whole in one. */
function stream(chunkSize: number): { readonly messages: ChunkMessage[]; readonly reads: Uint8Array[] } {
  const encoder = encoderFor(chunkSize);
  const messages = Array.from({ length: COUNT }, (_, i) => message(i));
  const reads: Uint8Array[] = [];
  let read: Uint8Array[] = [];
  for (const one of messages) {
    const bytes = encoder.encode(one);
    if (read.reduce((sum, part) => sum + part.length, bytes.length) > READ) {
      reads.push(Uint8Array.from(Buffer.concat(read)));
      read = [];
    }
    read.push(bytes);
  }
  return { messages, reads: [...reads, Uint8Array.from(Buffer.concat(read))] };
}

function message(i: number): ChunkMessage {
  const payload = new Uint8Array(LENGTH).fill(i);
  return { chunkStreamId: 6, messageTypeId: 9, messageStreamId: 1, timestamp: 40 * i, payload };
}

function encoderFor(chunkSize: number): ChunkEncoder {
  const encoder = new ChunkEncoder();
  encoder.encode(setChunkSize(chunkSize));
  return encoder;
}

function announce(decoder: ChunkDecoder, chunkSize: number): void {
  decoder.push(new ChunkEncoder().encode(setChunkSize(chunkSize)));
  while (decoder.read() !== undefined);
}

function setChunkSize(size: number): ChunkMessage {
  const payload = Uint8Array.of(0, 0, size >>> 8, size & 0xff);
  return { chunkStreamId: 2, messageTypeId: 1, messageStreamId: 0, timestamp: 0, payload };
}

test.for([
  { chunkSize: 128, chunks: 79 },
  { chunkSize: 4096, chunks: 3 },
  { chunkSize: 60_000, chunks: 1 },
])(
  "a message whose payload is borrowed costs one view, and moves no more than chunks of $chunkSize make it",
  ({ chunkSize, chunks }) => {
    const { messages, reads } = stream(chunkSize);
    const decoder = new ChunkDecoder({}, { payloads: "borrowed" });
    announce(decoder, chunkSize);
    const payloads: Uint8Array[] = [];
    const cost = countCost();
    for (const read of reads) {
      decoder.push(read);
      for (let one = decoder.read(); one !== undefined; one = decoder.read()) payloads.push(one.payload);
    }
    const moved = chunks === 1 ? 0 : COUNT * (LENGTH - chunkSize);
    expect(cost).toEqual({ copied: 0, moved, views: COUNT, arrays: 0 });
    expect(payloads.map((payload) => payload[LENGTH - 1])).toEqual(messages.map(({ payload }) => payload[0]));
    for (const payload of payloads) expect(reads.some(({ buffer }) => buffer === payload.buffer)).toBe(true);
  },
);

test("borrowed payloads that lie across reads are copied once, into buffers that are used again", () => {
  const bytes = Buffer.concat(stream(4096).reads);
  const decoder = new ChunkDecoder({}, { payloads: "borrowed" });
  announce(decoder, 4096);
  const read = (): void => {
    for (let at = 0; at < bytes.length; at += 6000) {
      decoder.push(Uint8Array.prototype.slice.call(bytes, at, at + 6000));
      while (decoder.read() !== undefined);
    }
  };
  read();
  const reads = Math.ceil(bytes.length / 6000);
  const cost = countCost();
  read();
  expect(cost.arrays).toBe(reads); // made here
  expect(cost.copied).toBeLessThanOrEqual(COUNT * LENGTH);
});

test("what waits is copied once, however many reads come behind it", () => {
  const [read = new Uint8Array(0)] = stream(60_000).reads;
  const decoder = new ChunkDecoder({}, { payloads: "borrowed" });
  announce(decoder, 60_000);
  decoder.push(read.slice());
  decoder.read();
  decoder.detach();
  const waiting = decoder.heldBytes;
  const cost = countCost();
  for (let i = 0; i < 1000; i++) {
    decoder.push(read, 1);
    decoder.detach();
  }
  expect(decoder.heldBytes).toBe(waiting + 1000);
  expect(cost.arrays).toBeLessThan(1010); // one of a byte for each push, and none of all that waits
});

test("payloads of their own are copied once each", () => {
  const { reads } = stream(60_000);
  const decoder = new ChunkDecoder();
  announce(decoder, 60_000);
  const cost = countCost();
  for (const read of reads) {
    decoder.push(read);
    while (decoder.read() !== undefined);
  }
  expect(cost).toEqual({ copied: COUNT * LENGTH, moved: 0, views: COUNT, arrays: COUNT });
});

test("a body for many players is one array, whatever the chunk size, and no view a small chunk", () => {
  const { payload } = message(7);
  const cost = countCost();
  encodeChunkBody(payload, 6, 40, 128);
  expect(cost.copied).toBe(LENGTH);
  expect(cost.moved).toBeLessThanOrEqual(LENGTH + 128);
  expect(cost.views).toBeLessThan(5);
  expect(cost.arrays).toBeLessThan(3);
});
