import { ByteWriter, concatBytes, fromHex } from "@rtmp/bytes-util";
import { describe, expect, test } from "vitest";
import { type FlvItem, FlvReader, type FlvReaderOptions } from "./flv-reader.js";
import { encodeFlvHeader, encodeFlvTag, encodeFlvTagHeader, encodePreviousTagSize, writeFlvTag } from "./flv-tag.js";

const header = encodeFlvHeader({ hasAudio: true, hasVideo: false });
const tag = { tagType: 9, timestamp: 0x12345678, payload: fromHex("1702000000") };
const file = concatBytes([header, encodeFlvTag(tag)]);

function readAll(bytes: Uint8Array, options?: FlvReaderOptions): { items: FlvItem[]; reader: FlvReader } {
  const reader = new FlvReader(options);
  reader.push(bytes);
  const items: FlvItem[] = [];
  for (let item = reader.read(); item !== undefined; item = reader.read()) items.push(item);
  return { items, reader };
}

describe("FLV bytes", () => {
  test("header and tag are those of the format", () => {
    expect(header).toEqual(fromHex("464c5601 04 00000009 00000000"));
    expect(encodeFlvHeader({ hasAudio: false, hasVideo: true })[4]).toBe(1);
    expect(encodeFlvTag(tag)).toEqual(fromHex("09 000005 345678 12 000000 1702000000 00000010"));
  });

  test("a tag in parts or into a writer is the same tag", () => {
    const out = new ByteWriter();
    writeFlvTag(out, tag);
    expect(out.toBytes()).toEqual(encodeFlvTag(tag));
    const parts = [encodeFlvTagHeader(9, tag.timestamp, 5), tag.payload, encodePreviousTagSize(5)];
    expect(concatBytes(parts)).toEqual(encodeFlvTag(tag));
  });

  test("what does not fit its field is the caller's mistake", () => {
    expect(() => encodeFlvTag({ ...tag, tagType: 32 })).toThrow(RangeError);
    expect(() => encodeFlvTag({ ...tag, timestamp: -1 })).toThrow(RangeError);
    expect(() => encodeFlvTag({ ...tag, timestamp: 2 ** 32 })).toThrow(RangeError);
    expect(() => encodeFlvTag({ ...tag, timestamp: 1.5 })).toThrow(RangeError);
    expect(() => encodeFlvTagHeader(8, 0, 0x1000000)).toThrow(RangeError);
  });
});

describe("FlvReader", () => {
  test("reads header and tags, and tells how much is whole", () => {
    const { items, reader } = readAll(file);
    expect(items).toEqual([
      { kind: "header", version: 1, hasAudio: true, hasVideo: false },
      { kind: "tag", ...tag, offset: 13, isFiltered: false },
    ]);
    expect([reader.wholeLength, reader.pendingLength]).toEqual([file.length, 0]);
    expect(() => reader.end()).not.toThrow();
  });

  test("hands out a tag before its PreviousTagSize, which no reader needs", () => {
    const { items, reader } = readAll(file.subarray(0, file.length - 4));
    expect(items).toHaveLength(2);
    expect([reader.wholeLength, reader.pendingLength]).toEqual([13, file.length - 13 - 4]);
    expect(() => reader.end()).not.toThrow();
  });

  test("says when the file ends inside a tag or its header", () => {
    for (const length of [0, 5, 14, 28]) {
      const { reader } = readAll(file.subarray(0, length));
      expect(() => reader.end()).toThrow(expect.objectContaining({ code: "truncated", offset: length }));
      expect(() => reader.read()).toThrow(expect.objectContaining({ code: "truncated" }));
    }
  });

  test("does not mind a long header, a wrong PreviousTagSize, an unknown tag, an encrypted one", () => {
    const long = concatBytes([
      fromHex("464c5601 05 0000000c aabbcc 12345678"),
      fromHex("3f 000001 000000 00 000001 99 deadbeef"),
    ]);
    expect(readAll(long).items).toEqual([
      { kind: "header", version: 1, hasAudio: true, hasVideo: true },
      { kind: "tag", tagType: 31, timestamp: 0, payload: fromHex("99"), offset: 16, isFiltered: true },
    ]);
  });

  test.for([
    ["no FLV", "464c5702 05 00000009", "not-flv", 0, {}],
    ["another version", "464c5602 05 00000009", "not-flv", 3, {}],
    ["a header of 8 bytes", "464c5601 05 00000008", "not-flv", 5, {}],
    ["a header of 4 GiB", "464c5601 05 ffffffff", "not-flv", 5, {}],
    ["reserved bits", "464c5601 05 00000009 00000000 49 000000 000000 00 000000", "malformed-tag", 13, {}],
    [
      "a tag above the limit",
      "464c5601 05 00000009 00000000 09 000003 000000 00 000000",
      "tag-too-large",
      13,
      { maxPayloadLength: 2 },
    ],
    [
      "an unknown type, strictly",
      "464c5601 05 00000009 00000000 00 000000 000000 00 000000",
      "malformed-tag",
      13,
      { strict: true },
    ],
    [
      "a stream id, strictly",
      "464c5601 05 00000009 00000000 09 000000 000000 00 000100",
      "malformed-tag",
      13,
      { strict: true },
    ],
  ] as const)("refuses %s, and keeps refusing", ([, hex, code, offset, options]) => {
    const reader = new FlvReader(options);
    reader.push(fromHex(hex));
    const drain = () => {
      while (reader.read() !== undefined);
    };
    expect(drain).toThrow(expect.objectContaining({ name: "FlvError", code, offset }));
    reader.push(file);
    expect(drain).toThrow(expect.objectContaining({ code, offset }));
    expect(() => reader.end()).toThrow(expect.objectContaining({ code }));
  });

  test("allocates nothing from a lying length", () => {
    const { items, reader } = readAll(concatBytes([header, fromHex("09 ffffff 000000 00 000000 aabb")]));
    expect(items).toHaveLength(1);
    expect(reader.pendingLength).toBe(13);
  });

  test("an option that makes no sense is the caller's mistake", () => {
    expect(() => new FlvReader({ maxPayloadLength: -1 })).toThrow(RangeError);
  });
});
