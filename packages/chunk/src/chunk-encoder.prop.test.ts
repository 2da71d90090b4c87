import { ByteWriter, concatBytes } from "@rtmp/bytes-util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ChunkEncoder } from "./chunk-encoder.js";
import { DEFAULT_CHUNK_LIMITS } from "./chunk-limits.js";
import type { ChunkMessage } from "./chunk-message.js";
import { decodeNaively } from "./vectors/naive-decoder.js";
import { decodeInPieces } from "./vectors/pieces.js";
import { encodeChunkBody, encodeChunkHead } from "./wire-forms.js";

const chunkSize = fc.constantFrom(1, 2, 3, 127, 128, 129, 1_000, 4_096, 0xffffff, 0x7fffffff);
const media = fc
  .record({
    chunkStreamId: fc.constantFrom(2, 4, 4, 63, 64, 319, 320, 65_599),
    step: fc.constantFrom(0, 1, 20, 20, 20, -1, 0xfffffe, 0xffffff, 0x1000000, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 30),
    messageTypeId: fc.constantFrom(8, 8, 9, 18, 22, 99),
    messageStreamId: fc.constantFrom(0, 1, 1, 1, 0xffffffff),
    length: fc.constantFrom(0, 1, 2, 127, 128, 129, 256, 257, 257, 1_000, 3_000),
    seed: fc.nat(255),
  })
  .map(({ step, length, seed, ...rest }) => ({
    ...rest,
    step,
    payload: Uint8Array.from({ length }, (_, i) => (i * 7 + seed) & 0xff),
  }));
const setChunkSize = chunkSize.map((size) => {
  const payload = new ByteWriter(4);
  payload.u32(size);
  return { chunkStreamId: 2, step: 0, messageTypeId: 1, messageStreamId: 0, payload: payload.toBytes() };
});
/** Messages whose times go on from each other, so that headers get compressed. */
const messages = fc
  .tuple(
    fc.constantFrom(0, 0xfffff0, 0xffffff, 0xffffffe0),
    fc.array(fc.oneof({ weight: 6, arbitrary: media }, setChunkSize), { maxLength: 25 }),
  )
  .map(([start, list]) => {
    let timestamp = start;
    return list.map(({ step, ...rest }): ChunkMessage => {
      timestamp = (timestamp + step) >>> 0;
      return { ...rest, timestamp };
    });
  });
const sizes = fc.array(fc.integer({ min: 1, max: 3_000 }), { minLength: 1, maxLength: 5 });

test("what the encoder writes, both decoders read, at any chunk sizes and cuts", () => {
  fc.assert(
    fc.property(messages, sizes, fc.constantFrom(1, 4, 256), (sent, pieceSizes, fullHeaderEvery) => {
      const encoder = new ChunkEncoder({ fullHeaderEvery });
      const wire = concatBytes(sent.map((message) => encoder.encode(message)));
      const outcome = decodeInPieces(wire, pieceSizes);
      expect(outcome).toEqual({ messages: sent, end: "waiting", maxChunkSize: encoder.chunkSize });
      expect(decodeNaively(wire, DEFAULT_CHUNK_LIMITS)).toEqual(outcome);
    }),
    { numRuns: 400 },
  );
});

test("headers say no less than what all peers need", () => {
  fc.assert(
    fc.property(messages, (sent) => {
      const encoder = new ChunkEncoder();
      const last = new Map<number, { message: ChunkMessage; fmt: number; delta: number }>();
      for (const message of sent) {
        const fmt = (encoder.encode(message)[0] as number) >> 6;
        const before = last.get(message.chunkStreamId);
        const delta = before === undefined ? 0 : (message.timestamp - before.message.timestamp + 2 ** 32) % 2 ** 32;
        const sameStream = before?.message.messageStreamId === message.messageStreamId;
        const sameKind =
          before?.message.messageTypeId === message.messageTypeId &&
          before?.message.payload.length === message.payload.length;
        if (before === undefined || !sameStream || delta >= 0xffffff) expect(fmt).toBe(0);
        if (!sameKind) expect(fmt).toBeLessThan(2);
        if (fmt === 3) expect([before?.fmt !== 0, before?.delta]).toEqual([true, delta]);
        last.set(message.chunkStreamId, { message, fmt, delta });
      }
    }),
    { numRuns: 400 },
  );
});

test("a shared head and body say what the encoder says with a whole header", () => {
  fc.assert(
    fc.property(messages, chunkSize, (sent, size) => {
      const payload = new ByteWriter(4);
      payload.u32(size);
      const encoder = new ChunkEncoder({ fullHeaderEvery: 1 });
      encoder.encode({
        chunkStreamId: 2,
        timestamp: 0,
        messageTypeId: 1,
        messageStreamId: 0,
        payload: payload.toBytes(),
      });
      for (const message of sent.filter(({ messageTypeId }) => messageTypeId !== 1)) {
        const head = encodeChunkHead({ ...message, payloadLength: message.payload.length });
        const body = encodeChunkBody(message.payload, message.chunkStreamId, message.timestamp, size);
        expect(concatBytes([head, body])).toEqual(encoder.encode(message));
      }
    }),
    { numRuns: 150 },
  );
});
