import { Buffer } from "node:buffer";
import fc from "fast-check";
import { expect, test } from "vitest";
import { BitReader } from "./bit-reader.js";
import { BitWriter } from "./bit-writer.js";
import { ByteReader } from "./byte-reader.js";
import { ByteWriter } from "./byte-writer.js";
import { concatBytes, equalBytes } from "./bytes.js";
import { fromHex, toHex } from "./hex.js";
import { decodeUtf8, decodeUtf8Strict, encodeUtf8, utf8Length } from "./utf8.js";

// Node's Buffer is the naive twin of the byte codecs, a string of 0 and 1 that of the bit codecs.

const field = fc.oneof(
  fc.record({ name: fc.constantFrom("u8", "u16", "u16le", "u24", "u32", "u32le"), value: fc.maxSafeNat() }),
  fc.record({ name: fc.constantFrom("i16", "i24", "i32"), value: fc.maxSafeInteger() }),
  fc.record({ name: fc.constant("f64"), value: fc.double() }),
);
const SIZES: Record<string, number> = {
  u8: 1,
  u16: 2,
  u16le: 2,
  i16: 2,
  u24: 3,
  i24: 3,
  u32: 4,
  u32le: 4,
  i32: 4,
  f64: 8,
};
type FieldName = "u8" | "u16" | "u16le" | "i16" | "u24" | "i24" | "u32" | "u32le" | "i32" | "f64";

function bufferWith(name: string, value: number): Buffer {
  const size = SIZES[name] ?? 0;
  const buffer = Buffer.alloc(size);
  if (name === "f64") buffer.writeDoubleBE(value);
  else if (name.startsWith("i")) buffer.writeIntBE(value, 0, size);
  else if (name.endsWith("le")) buffer.writeUIntLE(value, 0, size);
  else buffer.writeUIntBE(value, 0, size);
  return buffer;
}

test("fields are written as Buffer writes them, and read back", () => {
  fc.assert(
    fc.property(fc.array(field, { maxLength: 30 }), fc.nat(9), (fields, capacity) => {
      const out = new ByteWriter(capacity);
      const twins: Buffer[] = [];
      const values: number[] = [];
      for (const { name, value } of fields) {
        const range = 256 ** (SIZES[name] ?? 0);
        const fitting = name === "f64" ? value : name.startsWith("i") ? value % (range / 2) : value % range;
        out[name as FieldName](fitting);
        twins.push(bufferWith(name, fitting));
        values.push(fitting);
      }
      const bytes = out.toBytes();
      expect(toHex(bytes)).toBe(Buffer.concat(twins).toString("hex"));
      const reader = new ByteReader(bytes);
      expect(fields.map(({ name }) => reader[name as FieldName]() + 0)).toEqual(values.map((value) => value + 0));
      expect(reader.remaining).toBe(0);
    }),
  );
});

const text = fc.string({
  unit: fc.constantFrom(
    "a",
    "~",
    "\0",
    "\x7f",
    "\x80",
    "\u07ff",
    "\u0800",
    "\uffff",
    "\u{1F600}",
    "\uD83D",
    "\uDE00",
    "\uFEFF",
  ),
  maxLength: 40,
});

test("text is coded as Buffer codes it", () => {
  fc.assert(
    fc.property(text, fc.nat(3), (value, before) => {
      const twin = Buffer.from(value, "utf8");
      expect(equalBytes(encodeUtf8(value), twin)).toBe(true);
      expect(utf8Length(value)).toBe(twin.length);
      const out = new ByteWriter(0);
      out.bytes(new Uint8Array(before));
      expect(out.utf8(value)).toBe(twin.length);
      expect(equalBytes(out.view().subarray(before), twin)).toBe(true);
      expect(decodeUtf8(out.view(), before)).toBe(twin.toString("utf8"));
      expect(decodeUtf8Strict(twin)).toBe(twin.toString("utf8"));
    }),
  );
});

test("any bytes decode as Buffer decodes them; strictly only if nothing was replaced", () => {
  const byte = fc.constantFrom(0x41, 0x7f, 0x80, 0xbf, 0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xed, 0xa0, 0xf0, 0x9f, 0xff);
  fc.assert(
    fc.property(fc.array(byte, { maxLength: 30 }), fc.nat(4), (values, cut) => {
      const bytes = Uint8Array.from(values);
      const start = Math.min(cut, bytes.length);
      const twin = Buffer.from(bytes.subarray(start)).toString("utf8");
      expect(decodeUtf8(bytes, start)).toBe(twin);
      if (equalBytes(encodeUtf8(twin), bytes.subarray(start))) expect(decodeUtf8Strict(bytes, start)).toBe(twin);
      else expect(() => decodeUtf8Strict(bytes, start)).toThrow(expect.objectContaining({ code: "invalid-utf8" }));
    }),
    { numRuns: 500 },
  );
});

test("hex goes both ways as Buffer's does", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
      const hex = Buffer.from(bytes).toString("hex");
      expect(toHex(bytes)).toBe(hex);
      expect(fromHex(hex.toUpperCase())).toEqual(bytes);
    }),
  );
});

test("joined pieces equal Buffer.concat", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 9 })), (pieces) => {
      expect(equalBytes(concatBytes(pieces), Buffer.concat(pieces))).toBe(true);
    }),
  );
});

const bitField = fc.oneof(
  fc.integer({ min: 0, max: 32 }).chain((count) =>
    fc.record({
      kind: fc.constant("bits" as const),
      count: fc.constant(count),
      value: fc.integer({ min: 0, max: 2 ** count - 1 }),
    }),
  ),
  fc.record({
    kind: fc.constantFrom("ue", "se" as const),
    count: fc.constant(0),
    value: fc.oneof(fc.nat(9), fc.constantFrom(2 ** 31 - 1, 2 ** 31 - 2), fc.nat(2 ** 31 - 1)),
  }),
);

/** 9.1 as a table row: as many zeros as there are digits behind the leading one. */
function golombDigits(value: number): string {
  const digits = (value + 1).toString(2);
  return "0".repeat(digits.length - 1) + digits;
}

test("bit fields and Exp-Golomb codes are the digits that one would write by hand", () => {
  fc.assert(
    fc.property(fc.array(bitField, { maxLength: 20 }), fc.boolean(), (fields, negative) => {
      const out = new BitWriter();
      let digits = "";
      const signed = (value: number) => (negative ? 0 - value : value);
      for (const { kind, count, value } of fields) {
        if (kind === "bits") {
          out.bits(count, value);
          digits += count === 0 ? "" : value.toString(2).padStart(count, "0");
        } else if (kind === "ue") {
          out.ue(value);
          digits += golombDigits(value);
        } else {
          out.se(signed(value));
          digits += golombDigits(signed(value) > 0 ? 2 * value - 1 : 2 * value);
        }
      }
      expect(out.position).toBe(digits.length);
      const bytes = out.toBytes();
      expect([...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("")).toBe(
        digits.padEnd(8 * Math.ceil(digits.length / 8), "0"),
      );
      const reader = new BitReader(bytes);
      for (const { kind, count, value } of fields) {
        if (kind === "bits") expect(reader.bits(count)).toBe(value);
        else if (kind === "ue") expect(reader.ue()).toBe(value);
        else expect(reader.se()).toBe(signed(value));
      }
      expect(reader.position).toBe(digits.length);
    }),
    { numRuns: 300 },
  );
});
