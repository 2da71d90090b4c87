import { concatBytes } from "@rtmp/bytes-util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FlvError } from "./errors.js";
import { type FlvItem, FlvReader } from "./flv-reader.js";
import { encodeFlvHeader, encodeFlvTag } from "./flv-tag.js";

const LIMIT = 300;

/** Reads a whole file at once, a line a field. Items, then how it ended. */
function readNaively(bytes: Uint8Array): (FlvItem | string)[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const items: (FlvItem | string)[] = [];
  if (bytes.length < 9) return ["waiting"];
  if (view.getUint32(0) !== 0x464c5601) return ["not-flv"];
  const headerLength = view.getUint32(5);
  if (headerLength < 9 || headerLength > 65_536) return ["not-flv"];
  const flags = view.getUint8(4);
  items.push({ kind: "header", version: 1, hasAudio: (flags & 4) > 0, hasVideo: (flags & 1) > 0 });
  for (let at = headerLength + 4; ; ) {
    if (at + 11 > bytes.length) return [...items, "waiting"];
    const first = view.getUint8(at);
    const length = view.getUint32(at) % 2 ** 24;
    if (first >= 64) return [...items, "malformed-tag"];
    if (length > LIMIT) return [...items, "tag-too-large"];
    if (at + 11 + length > bytes.length) return [...items, "waiting"];
    const timestamp = Math.floor(view.getUint32(at + 4) / 256) + (view.getUint32(at + 4) % 256) * 2 ** 24;
    const payload = bytes.slice(at + 11, at + 11 + length);
    items.push({ kind: "tag", tagType: first % 32, timestamp, payload, offset: at, isFiltered: (first & 32) > 0 });
    at += 11 + length + 4;
  }
}

function readInPieces(bytes: Uint8Array, sizes: readonly number[]): (FlvItem | string)[] {
  const reader = new FlvReader({ maxPayloadLength: LIMIT });
  const items: (FlvItem | string)[] = [];
  try {
    for (let at = 0, i = 0; at < bytes.length; i++) {
      const size = sizes[i % sizes.length] as number;
      reader.push(bytes.subarray(at, at + size));
      at += size;
      for (let item = reader.read(); item !== undefined; item = reader.read()) items.push(item);
    }
    return [...items, "waiting"];
  } catch (error) {
    return [...items, error instanceof FlvError ? error.code : String(error)];
  }
}

const tag = fc.record({
  tagType: fc.constantFrom(8, 9, 18, 15, 0, 31),
  timestamp: fc.constantFrom(0, 1, 0xffffff, 0x1000000, 0x7fffffff, 0xffffffff),
  payload: fc.constantFrom(0, 1, 5, 255, 256, LIMIT, LIMIT + 1).map((length) => new Uint8Array(length).fill(length)),
});
const header = fc.constantFrom(
  encodeFlvHeader({ hasAudio: true, hasVideo: true }),
  encodeFlvHeader({ hasAudio: false, hasVideo: false }),
  Uint8Array.of(0x46, 0x4c, 0x56, 1, 5, 0, 0, 0, 11, 1, 2, 0, 0, 0, 0),
);
const wire = fc
  .record({
    header,
    tags: fc.array(tag, { maxLength: 8 }),
    cut: fc.nat(20),
    at: fc.nat(60),
    byte: fc.constantFrom(-1, -1, 0, 64, 255),
  })
  .map(({ header, tags, cut, at, byte }) => {
    const bytes = concatBytes([header, ...tags.map(encodeFlvTag)]);
    if (byte >= 0 && at < bytes.length) bytes[at] = byte;
    return bytes.slice(0, Math.max(0, bytes.length - (cut > 10 ? 0 : cut)));
  });

describe("FlvReader reads as the naive reader does", () => {
  test("at once, byte by byte and cut anywhere", () => {
    fc.assert(
      fc.property(wire, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }), (bytes, sizes) => {
        const expected = readNaively(bytes);
        for (const pieces of [[bytes.length + 1], [1], sizes]) expect(readInPieces(bytes, pieces)).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  test("also any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (noise) => {
        const bytes = concatBytes([encodeFlvHeader({ hasAudio: true, hasVideo: true }), noise]);
        expect(readInPieces(bytes, [7])).toEqual(readNaively(bytes));
        expect(readInPieces(noise, [3])).toEqual(readNaively(noise));
      }),
      { numRuns: 500 },
    );
  });
});
