import { describe, expect, test } from "vitest";
import { BitReader } from "./bit-reader.js";
import { BitWriter } from "./bit-writer.js";
import { BytesError } from "./errors.js";
import { fromHex, toHex } from "./hex.js";

describe("BitReader", () => {
  test("reads fields across bytes, up to 32 bits", () => {
    const reader = new BitReader(fromHex("a5ffffffff80"));
    expect([reader.bits(3), reader.bits(0), reader.flag()]).toEqual([0b101, 0, false]);
    expect(reader.bits(32)).toBe(0x5fffffff);
    expect(reader.bits(5)).toBe(0b11111);
    expect([reader.position, reader.remaining]).toEqual([41, 7]);
  });

  test("throws past the end and consumes nothing", () => {
    const reader = new BitReader(fromHex("ff"));
    reader.bits(3);
    expect(() => reader.bits(6)).toThrow(expect.objectContaining({ code: "out-of-bounds", offset: 3 }));
    expect(() => reader.skip(6)).toThrow(BytesError);
    reader.skip(5);
    expect(() => reader.flag()).toThrow(BytesError);
    expect(reader.position).toBe(8);
  });

  test.for([-1, 33, 1.5, Number.NaN])("refuses a field of %s bits", (count) => {
    expect(() => new BitReader(new Uint8Array(9)).bits(count)).toThrow(RangeError);
    expect(() => new BitWriter().bits(count, 0)).toThrow(RangeError);
  });

  test.for([-1, 1.5, Number.NaN])("refuses to skip %s bits", (count) => {
    const reader = new BitReader(new Uint8Array(9));
    expect(() => reader.skip(count)).toThrow(RangeError);
    expect(reader.position).toBe(0);
  });

  // ISO/IEC 14496-10 table 9-2 and 9-3
  test("reads the Exp-Golomb codes of the standard's table", () => {
    const reader = new BitReader(fromHex("a6 42 98 e2 04 8a"));
    expect([0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map(() => reader.ue())).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const signed = new BitReader(fromHex("a6 42 98 e2 04 8a"));
    expect([0, 1, 2, 3, 4, 5].map(() => signed.se())).toEqual([0, 1, -1, 2, -2, 3]);
  });

  test("reads the largest code, and refuses a longer one without consuming it", () => {
    expect(new BitReader(fromHex("00000001ffffffff")).ue()).toBe(0xfffffffe);
    const reader = new BitReader(fromHex("80 00000000 ffffffffff"));
    reader.skip(1);
    expect(() => reader.ue()).toThrow(expect.objectContaining({ code: "invalid-exp-golomb", offset: 1 }));
    expect(reader.position).toBe(1);
  });

  test("half a code is not consumed", () => {
    const reader = new BitReader(fromHex("04"));
    expect(() => reader.ue()).toThrow(expect.objectContaining({ code: "out-of-bounds" }));
    expect(reader.position).toBe(0);
  });
});

describe("BitWriter", () => {
  test("fills the last byte with zeros", () => {
    const out = new BitWriter();
    out.flag(true);
    out.bits(9, 0b1_0000_0001);
    expect(out.position).toBe(10);
    expect(toHex(out.toBytes())).toBe("c040");
  });

  test("refuses values that do not fit, and writes nothing", () => {
    const out = new BitWriter();
    for (const wrong of [-1, 8, 0.5, Number.NaN]) expect(() => out.bits(3, wrong)).toThrow(RangeError);
    for (const wrong of [-1, 0xffffffff, 0.5]) expect(() => out.ue(wrong)).toThrow(RangeError);
    for (const wrong of [0.5, 1.5, 2 ** 31, -(2 ** 31), Number.NaN]) expect(() => out.se(wrong)).toThrow(RangeError);
    expect(out.position).toBe(0);
  });

  test("writes the ends of the Exp-Golomb range", () => {
    const out = new BitWriter();
    out.ue(0xfffffffe);
    out.se(2 ** 31 - 1);
    out.se(-(2 ** 31) + 1);
    const reader = new BitReader(out.toBytes());
    expect([reader.ue(), reader.se(), reader.se()]).toEqual([0xfffffffe, 2 ** 31 - 1, -(2 ** 31) + 1]);
  });
});
