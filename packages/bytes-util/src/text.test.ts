import { describe, expect, test } from "vitest";
import { concatBytes, equalBytes } from "./bytes.js";
import { fromHex, toHex } from "./hex.js";
import { decodeUtf8, decodeUtf8Strict, utf8Length } from "./utf8.js";

describe("hex", () => {
  test("takes either case and white space", () => {
    expect(fromHex(" 0aFF\n10\t")).toEqual(Uint8Array.of(10, 255, 16));
    expect(fromHex("")).toEqual(new Uint8Array(0));
    expect(toHex(Uint8Array.of(0, 10, 255))).toBe("000aff");
  });

  test.for([
    ["0a 0g", 4],
    ["abc", 3],
    ["0x10", 1],
    ["é0", 0],
  ] as const)("refuses %j at %s", ([text, offset]) => {
    expect(() => fromHex(text)).toThrow(expect.objectContaining({ code: "invalid-hex", offset, name: "BytesError" }));
  });
});

describe("UTF-8", () => {
  test.for([4, 15, 16, 17, 100])("decodes a range of %s bytes", (length) => {
    const bytes = fromHex(`c3${"61".repeat(length)}c3`);
    expect(decodeUtf8(bytes, 1, 1 + length)).toBe("a".repeat(length));
    expect(decodeUtf8(bytes, 0, 1 + length)).toBe(`\uFFFD${"a".repeat(length)}`);
    expect(decodeUtf8(bytes, 1, length)).toBe("a".repeat(length - 1));
  });

  test("keeps a byte order mark", () => {
    expect(decodeUtf8(fromHex("efbbbf41"))).toBe("\uFEFFA");
    expect(decodeUtf8Strict(fromHex("efbbbf41"))).toBe("\uFEFFA");
  });

  test.for([
    [-1, 2],
    [2, 1],
    [0, 5],
    [Number.NaN, 2],
  ] as const)("refuses the range %s..%s of 4 bytes", ([start, end]) => {
    expect(() => decodeUtf8(new Uint8Array(4), start, end)).toThrow(RangeError);
    expect(() => decodeUtf8Strict(new Uint8Array(4), start, end)).toThrow(RangeError);
  });

  // an overlong form, a surrogate, a value above U+10FFFF, a cut sequence
  test.for(["c080", "eda080", "f4908080", "e282"])("strictly refuses %s, naming where and why", (hex) => {
    const bytes = fromHex(`4141${hex}`);
    expect(() => decodeUtf8Strict(bytes, 1)).toThrow(
      expect.objectContaining({ code: "invalid-utf8", offset: 1, cause: expect.anything() }),
    );
    expect(decodeUtf8(bytes, 1)).toMatch(/^A\uFFFD+$/);
  });

  test("counts pairs and lone surrogates", () => {
    expect(utf8Length("a\u{1F600}")).toBe(5);
    expect(utf8Length("\uD83Da\uDE00\uD83D")).toBe(10);
  });
});

describe("byte arrays", () => {
  test("are joined without touching the pieces", () => {
    const piece = Uint8Array.of(1, 2);
    const joined = concatBytes([piece, new Uint8Array(0), piece.subarray(1)]);
    joined[0] = 9;
    expect([joined, piece]).toEqual([Uint8Array.of(9, 2, 2), Uint8Array.of(1, 2)]);
  });

  test("are equal by content and length", () => {
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(0, 1, 2).subarray(1))).toBe(true);
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false);
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2, 0))).toBe(false);
  });
});
