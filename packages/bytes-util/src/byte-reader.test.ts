import { describe, expect, test } from "vitest";
import { ByteReader } from "./byte-reader.js";
import { BytesError } from "./errors.js";
import { fromHex } from "./hex.js";

describe("ByteReader", () => {
  const fields: [name: string, hex: string, read: (r: ByteReader) => number, value: number][] = [
    ["u8", "fe", (r) => r.u8(), 254],
    ["u16", "fedc", (r) => r.u16(), 0xfedc],
    ["u16le", "dcfe", (r) => r.u16le(), 0xfedc],
    ["i16", "8000", (r) => r.i16(), -32_768],
    ["u24", "fedcba", (r) => r.u24(), 0xfedcba],
    ["i24 below zero", "ffff9c", (r) => r.i24(), -100],
    ["i24 above zero", "7fffff", (r) => r.i24(), 8_388_607],
    ["u32", "fedcba98", (r) => r.u32(), 0xfedcba98],
    ["u32le", "98badcfe", (r) => r.u32le(), 0xfedcba98],
    ["i32", "80000000", (r) => r.i32(), -2_147_483_648],
    ["f64", "c00921fb54442d18", (r) => r.f64(), -Math.PI],
  ];

  test.for(fields)("reads %s, from a view into a larger buffer too", ([, hex, read, value]) => {
    const bytes = fromHex(`aa${hex}bb`);
    const reader = new ByteReader(bytes.subarray(1, -1));
    expect(read(reader)).toBe(value);
    expect([reader.position, reader.remaining]).toEqual([bytes.length - 2, 0]);
  });

  test.for(fields)("%s past the end throws and consumes nothing", ([, hex, read]) => {
    const bytes = fromHex(`00${hex}ffff`);
    const reader = new ByteReader(bytes, 2, bytes.length - 2); // one byte short, though the array goes on
    expect(() => read(reader)).toThrow(expect.objectContaining({ code: "out-of-bounds", offset: 2 }));
    expect(() => read(reader)).toThrow(BytesError);
    expect(reader.position).toBe(2);
  });

  test("reads byte strings, text, and skips", () => {
    const input = fromHex("0102 c3a9 ff 03");
    const reader = new ByteReader(input);
    const view = reader.bytes(2);
    expect(view).toEqual(Uint8Array.of(1, 2));
    expect(view.buffer).toBe(input.buffer);
    expect(reader.utf8(3)).toBe("é\uFFFD");
    reader.skip(1);
    expect(reader.bytes(0)).toEqual(new Uint8Array(0));
    expect(reader.remaining).toBe(0);
  });

  test("peeks within its range alone", () => {
    const reader = new ByteReader(Uint8Array.of(1, 2, 3, 4), 1, 3);
    expect([reader.peekU8(), reader.peekU8(1), reader.peekU8(2), reader.peekU8(-1)]).toEqual([
      2,
      3,
      undefined,
      undefined,
    ]);
    expect(reader.position).toBe(1);
  });

  test.for([-1, 0.5, Number.NaN])("a length of %s is the caller's mistake", (length) => {
    const reader = new ByteReader(new Uint8Array(8), 4);
    expect(() => reader.bytes(length)).toThrow(RangeError);
    expect(() => reader.utf8(length)).toThrow(RangeError);
    expect(() => reader.skip(length)).toThrow(RangeError);
    expect(reader.position).toBe(4);
  });

  test.for([
    [-1, 2],
    [3, 2],
    [0, 5],
  ] as const)("refuses the range %s..%s of 4 bytes", ([start, end]) => {
    expect(() => new ByteReader(new Uint8Array(4), start, end)).toThrow(RangeError);
  });
});
