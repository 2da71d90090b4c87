import type { Amf3Node, Amf3Value } from "../index.js";

/** One value: its bytes, its lossless form, its natural one, and whether encoding the natural form gives `hex` again. */
export interface ValueVector {
  readonly name: string;
  readonly hex: string;
  readonly node: Amf3Node;
  readonly value: Amf3Value;
  readonly encodes: boolean;
}

/** Members without a prototype. */
export function members(...pairs: readonly (readonly [string, Amf3Value])[]): Record<string, Amf3Value> {
  const object: Record<string, Amf3Value> = Object.create(null);
  for (const [key, value] of pairs) object[key] = value;
  return object;
}

const int = (value: number): Amf3Node => ({ type: "integer", value });
const double = (value: number): Amf3Node => ({ type: "double", value });
const str = (value: string): Amf3Node => ({ type: "string", value });
const integer = (value: number, hex: string): ValueVector => ({
  name: `integer ${value}`,
  hex: `04 ${hex}`,
  node: int(value),
  value,
  encodes: true,
});

const ARRAY_COLLECTION = "43 666c65782e6d6573736167696e672e696f2e4172726179436f6c6c656374696f6e";

/** A value of each type, worked out by hand from the sections of AMF3 given. */
export const VALUES: readonly ValueVector[] = [
  { name: "undefined (3.2)", hex: "00", node: { type: "undefined" }, value: undefined, encodes: true },
  { name: "null (3.3)", hex: "01", node: { type: "null" }, value: null, encodes: true },
  { name: "false (3.4)", hex: "02", node: { type: "false" }, value: false, encodes: true },
  { name: "true (3.5)", hex: "03", node: { type: "true" }, value: true, encodes: true },
  // The edges of the table in 1.3.1, and of the sign (3.6).
  integer(0, "00"),
  integer(0x7f, "7f"),
  integer(0x80, "8100"),
  integer(0x3fff, "ff7f"),
  integer(0x4000, "818000"),
  integer(0x1fffff, "ffff7f"),
  integer(0x200000, "80c08000"),
  integer(0x0fffffff, "bfffffff"),
  integer(-0x10000000, "c0808000"),
  integer(-1, "ffffffff"),
  { name: "integer in more bytes than needed", hex: "04 8001", node: int(1), value: 1, encodes: false },
  { name: "double (3.7)", hex: "05 3ff8000000000000", node: double(1.5), value: 1.5, encodes: true },
  { name: "2^28", hex: "05 41b0000000000000", node: double(2 ** 28), value: 2 ** 28, encodes: true },
  { name: "-0", hex: "05 8000000000000000", node: double(-0), value: -0, encodes: true },
  { name: "NaN", hex: "05 7ff8000000000000", node: double(NaN), value: NaN, encodes: true },
  { name: "double of a small integer", hex: "05 3ff0000000000000", node: double(1), value: 1, encodes: false },
  { name: "string (3.8)", hex: "06 0b 68656c6c6f", node: str("hello"), value: "hello", encodes: true },
  { name: "empty string", hex: "06 01", node: str(""), value: "", encodes: true },
  { name: "string beyond ASCII", hex: "06 05 c3a9", node: str("é"), value: "é", encodes: true },
  { name: "string that is not UTF-8", hex: "06 03 ff", node: str("\ufffd"), value: "\ufffd", encodes: false },

  {
    name: "XMLDocument (3.9)",
    hex: "07 09 3c612f3e",
    node: { type: "xmlDocument", value: "<a/>" },
    value: "<a/>",
    encodes: false,
  },
  {
    name: "date (3.10)",
    hex: "08 01 4270000000000000",
    node: { type: "date", ms: 2 ** 40 },
    value: new Date(2 ** 40),
    encodes: true,
  },
  {
    name: "dense array (3.11)",
    hex: "09 05 01 0401 01",
    node: { type: "array", members: [], items: [int(1), { type: "null" }] },
    value: [1, null],
    encodes: true,
  },
  { name: "empty array", hex: "09 01 01", node: { type: "array", members: [], items: [] }, value: [], encodes: true },
  {
    name: "associative array: dense items under their indices",
    hex: "09 03 0361 02 0330 03 01 0407",
    node: {
      type: "array",
      members: [
        ["a", { type: "false" }],
        ["0", { type: "true" }],
      ],
      items: [int(7)],
    },
    value: members(["a", false], ["0", true]),
    encodes: false,
  },
  {
    name: "anonymous object (3.12)",
    hex: "0a 0b 01 0361 0401 01",
    node: { type: "object", className: "", sealed: [], dynamic: [["a", int(1)]] },
    value: members(["a", 1]),
    encodes: true,
  },
  {
    name: "object of a class, with sealed members",
    hex: "0a 23 07436174 0361 0362 01 02",
    node: {
      type: "object",
      className: "Cat",
      sealed: [
        ["a", { type: "null" }],
        ["b", { type: "false" }],
      ],
    },
    value: members(["a", null], ["b", false]),
    encodes: false,
  },
  {
    name: "object of a dynamic class: a sealed member counts before a dynamic one",
    hex: "0a 1b 0343 0361 01 02 03 01",
    node: {
      type: "object",
      className: "C",
      sealed: [["a", { type: "null" }]],
      dynamic: [["a", { type: "true" }]],
    },
    value: members(["a", null]),
    encodes: false,
  },
  {
    name: "sealed member with an empty name",
    hex: "0a 1b 01 01 0405 01",
    node: { type: "object", className: "", sealed: [["", int(5)]], dynamic: [] },
    value: members(["", 5]),
    encodes: true,
  },
  {
    name: "traits and names by reference",
    hex: "09 05 01 0a 13 0343 0361 0401 0a 01 0402",
    node: {
      type: "array",
      members: [],
      items: [
        { type: "object", className: "C", sealed: [["a", int(1)]] },
        { type: "object", className: "C", sealed: [["a", int(2)]] },
      ],
    },
    value: [members(["a", 1]), members(["a", 2])],
    encodes: false,
  },
  {
    name: "ArrayCollection",
    hex: `0a 07 ${ARRAY_COLLECTION} 09 03 01 0401`,
    node: {
      type: "externalizable",
      className: "flex.messaging.io.ArrayCollection",
      value: { type: "array", members: [], items: [int(1)] },
    },
    value: [1],
    encodes: false,
  },
  { name: "XML (3.13)", hex: "0b 09 3c612f3e", node: { type: "xml", value: "<a/>" }, value: "<a/>", encodes: false },
  {
    name: "byte array (3.14)",
    hex: "0c 07 0001ff",
    node: { type: "byteArray", bytes: Uint8Array.of(0, 1, 255) },
    value: Uint8Array.of(0, 1, 255),
    encodes: true,
  },
  {
    name: "vector of int (3.15)",
    hex: "0d 05 00 ffffffff 00000001",
    node: { type: "vectorInt", fixed: false, items: Int32Array.of(-1, 1) },
    value: Int32Array.of(-1, 1),
    encodes: true,
  },
  {
    name: "vector of uint, fixed",
    hex: "0e 03 01 ffffffff",
    node: { type: "vectorUint", fixed: true, items: Uint32Array.of(0xffffffff) },
    value: Uint32Array.of(0xffffffff),
    encodes: false,
  },
  {
    name: "vector of double",
    hex: "0f 03 00 3ff8000000000000",
    node: { type: "vectorDouble", fixed: false, items: Float64Array.of(1.5) },
    value: Float64Array.of(1.5),
    encodes: true,
  },
  {
    name: "vector of objects",
    hex: "10 05 01 032a 0401 00",
    node: { type: "vectorObject", fixed: true, typeName: "*", items: [int(1), { type: "undefined" }] },
    value: [1, undefined],
    encodes: false,
  },
  {
    name: "dictionary (3.16)",
    hex: "11 05 00 0401 02 0a0b0101 03",
    node: {
      type: "dictionary",
      weakKeys: false,
      entries: [
        [int(1), { type: "false" }],
        [{ type: "object", className: "", sealed: [], dynamic: [] }, { type: "true" }],
      ],
    },
    value: new Map<Amf3Value, Amf3Value>([
      [1, false],
      [members(), true],
    ]),
    encodes: true,
  },
  {
    name: "dictionary with weak keys, and a key twice",
    hex: "11 05 01 060361 02 0600 03",
    node: {
      type: "dictionary",
      weakKeys: true,
      entries: [
        [str("a"), { type: "false" }],
        [str("a"), { type: "true" }],
      ],
    },
    value: new Map([["a", false]]),
    encodes: false,
  },
  {
    name: "strings by reference: the empty one has no index",
    hex: "09 09 01 0601 060361 0600 0601",
    node: { type: "array", members: [], items: [str(""), str("a"), str("a"), str("")] },
    value: ["", "a", "a", ""],
    encodes: true,
  },
];
