import { describe, expect, test } from "vitest";
import { ByteWriter } from "./byte-writer.js";
import { toHex } from "./hex.js";

describe("ByteWriter", () => {
  type Field = "u8" | "u16" | "u16le" | "i16" | "u24" | "i24" | "u32" | "u32le" | "i32";
  const fields: [field: Field, min: number, max: number, minHex: string, maxHex: string][] = [
    ["u8", 0, 0xff, "00", "ff"],
    ["u16", 0, 0xffff, "0000", "ffff"],
    ["u16le", 0, 0xffff, "0000", "ffff"],
    ["i16", -0x8000, 0x7fff, "8000", "7fff"],
    ["u24", 0, 0xffffff, "000000", "ffffff"],
    ["i24", -0x800000, 0x7fffff, "800000", "7fffff"],
    ["u32", 0, 0xffffffff, "00000000", "ffffffff"],
    ["u32le", 0, 0xffffffff, "00000000", "ffffffff"],
    ["i32", -0x80000000, 0x7fffffff, "80000000", "7fffffff"],
  ];

  test.for(fields)(
    "%s holds %s to %s, and refuses what is beyond without writing",
    ([field, min, max, minHex, maxHex]) => {
      const out = new ByteWriter(0);
      out[field](min);
      out[field](max);
      for (const wrong of [min - 1, max + 1, 0.5, Number.NaN]) expect(() => out[field](wrong)).toThrow(RangeError);
      expect(toHex(out.toBytes())).toBe(minHex + maxHex);
    },
  );

  test("fills an array that it is given, at its place, and leaves it when it needs more", () => {
    const given = new Uint8Array(24).fill(0xee).subarray(4, 20);
    const out = new ByteWriter(given);
    out.f64(1);
    out.u16(0x0102);
    expect(toHex(given)).toBe("3ff0000000000000" + "0102" + "ee".repeat(6));
    expect(out.view().buffer).toBe(given.buffer);
    out.bytes(new Uint8Array(7));
    out.f64(1);
    expect(toHex(out.toBytes())).toBe(`3ff00000000000000102${"00".repeat(7)}3ff0000000000000`);
    expect(toHex(given)).toBe("3ff0000000000000" + "0102" + "ee".repeat(6));
  });

  test("puts bytes in the order that the name says", () => {
    const out = new ByteWriter(1);
    out.u16(0x0102);
    out.u16le(0x0102);
    out.u24(0x010203);
    out.i24(-100);
    out.u32(0x01020304);
    out.u32le(0x01020304);
    out.f64(1);
    expect(toHex(out.view())).toBe("0102 0201 010203 ffff9c 01020304 04030201 3ff0000000000000".replaceAll(" ", ""));
  });

  test("writes text and says how long it was", () => {
    const out = new ByteWriter(0);
    expect(out.utf8("ab")).toBe(2);
    expect(out.utf8("é\u{1F600}")).toBe(6);
    expect(out.utf8("\uD800")).toBe(3); // a lone surrogate: U+FFFD
    expect(toHex(out.toBytes())).toBe("6162c3a9f09f9880efbfbd");
  });

  test("appends its own view", () => {
    const out = new ByteWriter(2);
    out.u16(0x0102);
    out.bytes(out.view());
    out.bytes(out.view());
    expect(toHex(out.view())).toBe("0102010201020102");
  });

  test("overwrites what was written, and nothing else", () => {
    const out = new ByteWriter(16);
    out.bytes(new Uint8Array(6));
    out.setU8(0, 1);
    out.setU16(1, 2);
    out.setU24(3, 3);
    expect(toHex(out.view())).toBe("010002000003");
    out.setU32(2, 0xfffefdfc);
    expect(toHex(out.view())).toBe("0100fffefdfc");
    expect(() => out.setU32(3, 0)).toThrow(RangeError);
    expect(() => out.setU8(-1, 0)).toThrow(RangeError);
    expect(() => out.setU24(0, 0x1000000)).toThrow(RangeError);
    expect(toHex(out.view())).toBe("0100fffefdfc");
  });

  test("gives room to be filled", () => {
    const out = new ByteWriter(1);
    out.u8(1);
    out.room(2).set([2, 3]);
    out.u8(4);
    expect(toHex(out.view())).toBe("01020304");
    expect(() => out.room(-1)).toThrow(RangeError);
    expect(out.room(0)).toHaveLength(0);
  });

  test("toBytes is a copy, view is not, reset begins anew", () => {
    const out = new ByteWriter(4);
    out.u8(1);
    const copy = out.toBytes();
    const view = out.view();
    out.reset();
    expect(out.length).toBe(0);
    out.u8(2);
    expect([copy[0], view[0], out.length]).toEqual([1, 2, 1]);
  });
});
