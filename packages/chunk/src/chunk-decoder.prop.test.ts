import fc from "fast-check";
import { expect, test } from "vitest";
import { type ChunkLimits, DEFAULT_CHUNK_LIMITS } from "./chunk-limits.js";
import { decodeNaively } from "./vectors/naive-decoder.js";
import { decodeInPieces } from "./vectors/pieces.js";
import { type Step, writeSteps } from "./vectors/raw-chunks.js";

// Few ids, so that they collide; edge lengths and times; chunk sizes from one byte up to the illegal.
const sometimes = fc.integer({ min: 0, max: 29 }).map((n) => n === 0);
const anything: fc.Arbitrary<Step> = fc.record({
  fmt: fc.nat(3),
  stubborn: sometimes,
  id: fc.constantFrom(2, 3, 3, 64, 319, 320, 65_599),
  wide: fc.boolean(),
  time: fc.constantFrom(0, 1, 40, 0xfffffe, 0xffffff, 0x1000000, 0x01020304, 0x7fffffff, 0xfffffff0, 0xffffffff),
  length: fc.constantFrom(0, 1, 2, 3, 4, 5, 63, 64, 65, 127, 128, 129, 130, 255, 256, 257, 300, 1_000),
  type: fc.constantFrom(0, 1, 1, 2, 2, 3, 4, 5, 6, 8, 9, 9, 9, 9, 15, 17, 18, 20, 22, 255),
  messageStreamId: fc.constantFrom(0, 1, 0x12345678, 0xffffffff),
  body: fc.constantFrom("count" as const, "count" as const, "count" as const, "time" as const),
  repeat: fc.boolean(),
  value: fc.constantFrom(1, 2, 3, 4, 31, 64, 127, 128, 129, 256, 320, 4_096, 0xffffff, 0x1000000, 0x7fffffff),
});
/** Now and then a control message of a wrong length, or a chunk size that is none. */
const step = fc
  .tuple(anything, sometimes, sometimes, fc.constantFrom(0, 0x80000000))
  .map(([one, long, wrong, size]) => {
    const fits = one.type === 0 || one.type > 6 || long;
    return { ...one, length: fits ? one.length : one.type === 6 ? 5 : 4, value: wrong ? size : one.value };
  });
const harmless = anything.map((one) => {
  const type = one.type === 1 || one.type === 2 ? one.type : 9;
  return { ...one, stubborn: false, type, length: type === 9 ? one.length : 4 };
});
const sizes = fc.oneof(
  fc.constant([1]),
  fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }),
  fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 1, maxLength: 5 }),
);
const readEvery = fc.constantFrom(1, 1, 2, 7);

const limits = fc.record({
  maxMediaLength: fc.constantFrom(128, 300, 1_000),
  maxDataLength: fc.constantFrom(4, 256, 1_000),
  maxCommandLength: fc.constantFrom(4, 257, 1_000),
  maxChunkStreams: fc.integer({ min: 1, max: 6 }),
  maxPartials: fc.integer({ min: 0, max: 4 }),
  maxPartialBytes: fc.constantFrom(128, 256, 300, 600, 2_000),
  minChunkSize: fc.constantFrom(1, 2, 128),
});

function sameAsNaive(bytes: Uint8Array, pieceSizes: readonly number[], every: number, limits: ChunkLimits): void {
  const naive = decodeNaively(bytes, limits);
  expect(decodeInPieces(bytes, [bytes.length], limits)).toEqual(naive);
  expect(decodeInPieces(bytes, pieceSizes, limits, every)).toEqual(naive);
  expect(decodeInPieces(bytes, [bytes.length], limits, 1, { payloads: "borrowed" })).toEqual(naive);
  expect(decodeInPieces(bytes, pieceSizes, limits, every, { payloads: "borrowed" })).toEqual(naive);
}

test("chunks in any order, cut anywhere, decode as the naive decoder decodes them whole", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), fc.nat(20), sizes, readEvery, (steps, cut, pieceSizes, every) => {
      const wire = writeSteps(steps);
      sameAsNaive(wire.subarray(0, Math.max(1, wire.length - cut)), pieceSizes, every, DEFAULT_CHUNK_LIMITS);
    }),
    { numRuns: 700 },
  );
});

test("long streams that break no rule, with and without repeated extended timestamps", () => {
  fc.assert(
    fc.property(fc.array(harmless, { minLength: 10, maxLength: 60 }), sizes, readEvery, (steps, pieceSizes, every) => {
      sameAsNaive(writeSteps(steps), pieceSizes, every, DEFAULT_CHUNK_LIMITS);
    }),
    { numRuns: 200 },
  );
});

test("each limit strikes at the same chunk, however the bytes are cut", () => {
  fc.assert(
    fc.property(limits, fc.array(harmless, { minLength: 5, maxLength: 30 }), sizes, (chosen, steps, pieceSizes) => {
      sameAsNaive(writeSteps(steps), pieceSizes, 1, chosen);
    }),
    { numRuns: 500 },
  );
});

test("noise ends in waiting or a typed error, the same for each cut", () => {
  const noise = fc.array(fc.constantFrom(0, 1, 2, 3, 4, 9, 0x42, 0x83, 0xc3, 0xff), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(noise, sizes, (bytes, pieceSizes) => {
      sameAsNaive(Uint8Array.from(bytes), pieceSizes, 1, DEFAULT_CHUNK_LIMITS);
    }),
    { numRuns: 1_000 },
  );
});
