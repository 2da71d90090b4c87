import { type Amf0Node, Amf0Reference, type Amf0Value } from "../index.js";

/** One value: its bytes, its lossless form, its natural one, and whether encoding the natural form gives `hex` again. */
export interface ValueVector {
  readonly name: string;
  readonly hex: string;
  readonly node: Amf0Node;
  readonly value: Amf0Value;
  readonly encodes: boolean;
}

/** Members without a prototype. */
export function members(...pairs: readonly (readonly [string, Amf0Value])[]): Record<string, Amf0Value> {
  const object: Record<string, Amf0Value> = Object.create(null);
  for (const [key, value] of pairs) object[key] = value;
  return object;
}

const str = (value: string): Amf0Node => ({ type: "string", value, long: false });
const num = (value: number): Amf0Node => ({ type: "number", value });

/** A value of each type, worked out by hand from the sections of AMF0 given; some as public test suites have them. */
export const VALUES: readonly ValueVector[] = [
  { name: "number (2.2)", hex: "00 40882149ba5e353f", node: num(772.161), value: 772.161, encodes: true },
  { name: "number 0", hex: "00 0000000000000000", node: num(0), value: 0, encodes: true },
  { name: "number -0", hex: "00 8000000000000000", node: num(-0), value: -0, encodes: true },
  { name: "number -Infinity", hex: "00 fff0000000000000", node: num(-Infinity), value: -Infinity, encodes: true },
  { name: "number NaN", hex: "00 7ff8000000000000", node: num(NaN), value: NaN, encodes: true },
  {
    name: "number NaN of other bits",
    hex: "00 fff4000000000abc",
    node: { type: "number", value: NaN, bytes: Uint8Array.of(0xff, 0xf4, 0, 0, 0, 0, 0x0a, 0xbc) },
    value: NaN,
    encodes: false,
  },
  { name: "number, smallest subnormal", hex: "00 0000000000000001", node: num(5e-324), value: 5e-324, encodes: true },
  { name: "boolean true (2.3)", hex: "01 01", node: { type: "boolean", value: true }, value: true, encodes: true },
  { name: "boolean false", hex: "01 00", node: { type: "boolean", value: false }, value: false, encodes: true },
  {
    name: "boolean true as 0xff",
    hex: "01 ff",
    node: { type: "boolean", value: true, byte: 0xff },
    value: true,
    encodes: false,
  },
  {
    name: "string (2.4)",
    hex: "02 000b 48656c6c6f20576f726c64",
    node: str("Hello World"),
    value: "Hello World",
    encodes: true,
  },
  { name: "empty string", hex: "02 0000", node: str(""), value: "", encodes: true },
  {
    name: "string with a byte order mark and four-byte text",
    hex: "02 0007 efbbbf f09f8ea5",
    node: str("\ufeff\u{1f3a5}"),
    value: "\ufeff\u{1f3a5}",
    encodes: true,
  },
  {
    name: "string of NULs, as nginx-rtmp sends profile and level",
    hex: `02 0020 ${"00".repeat(32)}`,
    node: str("\0".repeat(32)),
    value: "\0".repeat(32),
    encodes: true,
  },
  {
    name: "string that is not UTF-8",
    hex: "02 0003 61ff62",
    node: { type: "string", value: "a\ufffdb", long: false, bytes: Uint8Array.of(0x61, 0xff, 0x62) },
    value: "a\ufffdb",
    encodes: false,
  },
  {
    name: "string with a replacement character sent as such",
    hex: "02 0003 efbfbd",
    node: str("\ufffd"),
    value: "\ufffd",
    encodes: true,
  },
  {
    name: "object (2.5)",
    hex: "03 000474657374 05 000009",
    node: { type: "object", members: [["test", { type: "null" }]] },
    value: members(["test", null]),
    encodes: true,
  },
  { name: "empty object", hex: "03 000009", node: { type: "object", members: [] }, value: members(), encodes: true },
  {
    name: "object with an empty key",
    hex: "03 0000 0101 0000 0100 000009",
    node: {
      type: "object",
      members: [
        ["", { type: "boolean", value: true }],
        ["", { type: "boolean", value: false }],
      ],
    },
    value: members(["", true]),
    encodes: false,
  },
  {
    name: "object whose keys repeat: the first counts",
    hex: "03 000161 05 000162 020001 78 000161 06 000009",
    node: {
      type: "object",
      members: [
        ["a", { type: "null" }],
        ["b", str("x")],
        ["a", { type: "undefined" }],
      ],
    },
    value: members(["a", null], ["b", "x"]),
    encodes: false,
  },
  {
    name: "object whose first of equal keys is undefined",
    hex: "03 000161 06 000161 05 000009",
    node: {
      type: "object",
      members: [
        ["a", { type: "undefined" }],
        ["a", { type: "null" }],
      ],
    },
    value: members(["a", undefined]),
    encodes: false,
  },
  {
    name: "object with a key that is not UTF-8",
    hex: "03 0002 c328 05 000009",
    node: { type: "object", members: [["\ufffd(", { type: "null" }, Uint8Array.of(0xc3, 0x28)]] },
    value: members(["\ufffd(", null]),
    encodes: false,
  },
  { name: "null (2.7)", hex: "05", node: { type: "null" }, value: null, encodes: true },
  { name: "undefined (2.8)", hex: "06", node: { type: "undefined" }, value: undefined, encodes: true },
  {
    name: "reference (2.9)",
    hex: "07 0102",
    node: { type: "reference", index: 0x102 },
    value: new Amf0Reference(0x102),
    encodes: true,
  },
  {
    name: "ECMA array (2.10)",
    hex: "08 00000001 0005 6d796b6579 02 0005 6d7976616c 000009",
    node: { type: "ecmaArray", count: 1, members: [["mykey", str("myval")]] },
    value: members(["mykey", "myval"]),
    encodes: false,
  },
  {
    name: "ECMA array that announces nothing",
    hex: "08 00000000 000161 05 000162 05 000009",
    node: {
      type: "ecmaArray",
      count: 0,
      members: [
        ["a", { type: "null" }],
        ["b", { type: "null" }],
      ],
    },
    value: members(["a", null], ["b", null]),
    encodes: false,
  },
  {
    name: "ECMA array that announces too many",
    hex: "08 ffffffff 000161 05 000009",
    node: { type: "ecmaArray", count: 0xffffffff, members: [["a", { type: "null" }]] },
    value: members(["a", null]),
    encodes: false,
  },
  {
    name: "ECMA array without an end, the announced member being there",
    hex: "08 00000001 000474657374 05",
    node: { type: "ecmaArray", count: 1, members: [["test", { type: "null" }]], endMissing: true },
    value: members(["test", null]),
    encodes: false,
  },
  {
    name: "ECMA array without an end, more than announced being there",
    hex: "08 00000000 000161 05",
    node: { type: "ecmaArray", count: 0, members: [["a", { type: "null" }]], endMissing: true },
    value: members(["a", null]),
    encodes: false,
  },
  {
    name: "ECMA array of nothing without an end",
    hex: "08 00000000",
    node: { type: "ecmaArray", count: 0, members: [], endMissing: true },
    value: members(),
    encodes: false,
  },
  {
    name: "strict array (2.12)",
    hex: "0a 00000002 02 0006 72616e646f6d 00 4034000000000000",
    node: { type: "strictArray", items: [str("random"), num(20)] },
    value: ["random", 20],
    encodes: true,
  },
  {
    name: "empty strict array",
    hex: "0a 00000000",
    node: { type: "strictArray", items: [] },
    value: [],
    encodes: true,
  },
  {
    name: "strict array whose last item is an ECMA array without an end",
    hex: "0a 00000002 05 08 00000000",
    node: {
      type: "strictArray",
      items: [{ type: "null" }, { type: "ecmaArray", count: 0, members: [], endMissing: true }],
    },
    value: [null, members()],
    encodes: false,
  },
  {
    name: "date (2.13)",
    hex: "0b 4270000000000000 0000",
    node: { type: "date", ms: 2 ** 40, timeZone: 0 },
    value: new Date(2 ** 40),
    encodes: true,
  },
  {
    name: "date with a time zone",
    hex: "0b 4270000000000000 ffc4",
    node: { type: "date", ms: 2 ** 40, timeZone: -60 },
    value: new Date(2 ** 40),
    encodes: false,
  },
  {
    name: "date that is none",
    hex: "0b 7ff8000000000001 0000",
    node: { type: "date", ms: NaN, timeZone: 0, bytes: Uint8Array.of(0x7f, 0xf8, 0, 0, 0, 0, 0, 1) },
    value: new Date(NaN),
    encodes: false,
  },
  {
    name: "long string of few bytes (2.14)",
    hex: "0c 0000000b 48656c6c6f20576f726c64",
    node: { type: "string", value: "Hello World", long: true },
    value: "Hello World",
    encodes: false,
  },
  {
    name: "long string that is not UTF-8",
    hex: "0c 00000001 80",
    node: { type: "string", value: "\ufffd", long: true, bytes: Uint8Array.of(0x80) },
    value: "\ufffd",
    encodes: false,
  },
  { name: "unsupported (2.15)", hex: "0d", node: { type: "unsupported" }, value: undefined, encodes: false },
  {
    name: "XML document (2.17)",
    hex: "0f 00000004 3c612f3e",
    node: { type: "xmlDocument", value: "<a/>" },
    value: "<a/>",
    encodes: false,
  },
  {
    name: "XML document that is not UTF-8",
    hex: "0f 00000001 ff",
    node: { type: "xmlDocument", value: "\ufffd", bytes: Uint8Array.of(0xff) },
    value: "\ufffd",
    encodes: false,
  },
  {
    name: "typed object (2.18)",
    hex: "10 0003 666f6f 000161 10 0000 000009 000009",
    node: {
      type: "typedObject",
      className: "foo",
      members: [["a", { type: "typedObject", className: "", members: [] }]],
    },
    value: members(["a", members()]),
    encodes: false,
  },
  {
    name: "typed object of a class that is not UTF-8",
    hex: "10 0001 fe 000009",
    node: { type: "typedObject", className: "\ufffd", members: [], classNameBytes: Uint8Array.of(0xfe) },
    value: members(),
    encodes: false,
  },
];
