import { ByteWriter, concatBytes, fromHex, toHex } from "@rtmp/bytes-util";
import { expect, test } from "vitest";
import { chunksLength, encodeChunkBody, encodeChunkHead, writeChunks } from "./wire-forms.js";

const HEAD = { chunkStreamId: 6, timestamp: 40, messageTypeId: 9, messageStreamId: 1, payloadLength: 300 };

test("a head is a whole header", () => {
  expect(toHex(encodeChunkHead(HEAD))).toBe("0600002800012c0901000000");
  expect(toHex(encodeChunkHead({ ...HEAD, timestamp: 0x01000000 }))).toBe("06ffffff00012c090100000001000000");
});

test("a body is the payload with the headers between the chunks", () => {
  const payload = fromHex("a0a1a2a3a4");
  expect(toHex(encodeChunkBody(payload, 6, 40, 2))).toBe("a0a1c6a2a3c6a4");
  expect(toHex(encodeChunkBody(payload, 6, 0x01000000, 3))).toBe("a0a1a2c601000000a3a4");
  expect(toHex(encodeChunkBody(payload, 64, 40, 4))).toBe("a0a1a2a3c000a4");
  expect(toHex(encodeChunkBody(payload, 6, 40, 5))).toBe("a0a1a2a3a4");
  expect(encodeChunkBody(new Uint8Array(0), 6, 40, 5).length).toBe(0);
  expect(encodeChunkBody(new Uint8Array(129), 6, 40).length).toBe(130);
});

test("a body is a copy", () => {
  const payload = fromHex("a0");
  const body = encodeChunkBody(payload, 6, 40, 128);
  payload.fill(0);
  expect(toHex(body)).toBe("a0");
});

test("fields out of range are the caller's mistake", () => {
  expect(() => encodeChunkHead({ ...HEAD, payloadLength: 2 ** 24 })).toThrow(RangeError);
  expect(() => encodeChunkHead({ ...HEAD, chunkStreamId: 0 })).toThrow(RangeError);
  expect(() => encodeChunkBody(fromHex("a0"), 6, 40, 0)).toThrow(RangeError);
  expect(() => encodeChunkBody(fromHex("a0"), 6, -1, 128)).toThrow(RangeError);
});

test.for([
  { chunkStreamId: 6, timestamp: 40, payloadLength: 300 },
  { chunkStreamId: 64, timestamp: 0x01000000, payloadLength: 128 },
  { chunkStreamId: 400, timestamp: 0xffffff, payloadLength: 129 },
  { chunkStreamId: 4, timestamp: 0, payloadLength: 0 },
])("head and body written in one are the same bytes, and as many as foretold: %j", (fields) => {
  const head = { ...HEAD, ...fields };
  const payload = Uint8Array.from({ length: head.payloadLength }, (_, i) => i & 0xff);
  const out = new ByteWriter(chunksLength(head, 128));
  writeChunks(out, head, payload, 128);
  const body = encodeChunkBody(payload, head.chunkStreamId, head.timestamp, 128);
  expect(toHex(out.view())).toBe(toHex(concatBytes([encodeChunkHead(head), body])));
  expect(out.length).toBe(chunksLength(head, 128));
  expect(() => writeChunks(out, head, new Uint8Array(1), 128)).toThrow(RangeError);
});
