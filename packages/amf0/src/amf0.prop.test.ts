import { equalBytes, toHex } from "@rtmp/bytes-util";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type Amf0Encodable,
  Amf0Error,
  type Amf0Member,
  type Amf0Node,
  type Amf0Object,
  Amf0Reference,
  type Amf0Value,
  decodeAmf0,
  decodeAmf0Node,
  decodeAmf0Nodes,
  decodeAmf0Sequence,
  encodeAmf0,
  encodeAmf0Node,
  encodeAmf0Nodes,
} from "./index.js";
import { hostileBytes } from "./vectors/hostile.js";
import { decodeNaively, type Naive } from "./vectors/naive-decoder.js";

const small = { maxDepth: 2, maxMembers: 4, maxValues: 12 };
const usual = { maxDepth: 32, maxMembers: 8192, maxValues: 16_384 };

/** A result, or the code of the package's own error; anything else that is thrown fails the property. */
function outcome<T>(decode: () => T): { values: T } | { code: string } {
  try {
    return { values: decode() };
  } catch (error) {
    if (error instanceof Amf0Error) return { code: error.code };
    throw error;
  }
}

test("hostile bytes decode as the naive decoder decodes them, or fail with its error", () => {
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(hostileBytes, fc.constantFrom(small, usual), (list, limits) => {
      const bytes = Uint8Array.from(list);
      const naive = decodeNaively(list, limits);
      const nodes = outcome(() => decodeAmf0Nodes(bytes, { limits }));
      const values = outcome(() => decodeAmf0Sequence(bytes, { limits }));
      const kind = "code" in naive ? naive.code : "values";
      seen.set(kind, (seen.get(kind) ?? 0) + 1);
      if ("code" in naive) {
        expect(nodes).toEqual(naive);
        expect(values).toEqual(naive);
        return;
      }
      expect("values" in nodes && nodes.values.map(rawOf)).toStrictEqual(naive.values);
      expect("values" in values && values.values.map(plain)).toStrictEqual(naive.values.map(naturalOf).map(plain));
    }),
    { numRuns: 4000 },
  );
  // The generator must go on meeting each of these, or the property says little.
  for (const kind of ["values", "amf-truncated", "amf-malformed", "amf-depth", "amf-too-many", "amf-unknown-marker"]) {
    expect(seen.get(kind) ?? 0, kind).toBeGreaterThan(10);
  }
});

test("what is accepted encodes to the same bytes again", () => {
  fc.assert(
    fc.property(hostileBytes, (list) => {
      const bytes = Uint8Array.from(list);
      const nodes = outcome(() => decodeAmf0Nodes(bytes));
      if ("code" in nodes) return;
      expect(toHex(encodeAmf0Nodes(nodes.values))).toBe(toHex(bytes));
    }),
    { numRuns: 2000 },
  );
});

const hexOf = (text: string, bytes?: Uint8Array) => (bytes ? toHex(bytes) : Buffer.from(text).toString("hex"));

function bitsOf(value: number, bytes?: Uint8Array): string {
  const buffer = Buffer.alloc(8);
  buffer.writeDoubleBE(value);
  return bytes ? toHex(bytes) : Number.isNaN(value) ? "7ff8000000000000" : buffer.toString("hex");
}

/** A node as the naive decoder would tell it. */
function rawOf(node: Amf0Node): Naive {
  const members = (list: readonly Amf0Member[]) => list.map(([key, value, raw]) => [hexOf(key, raw), rawOf(value)]);
  switch (node.type) {
    case "number":
      return [node.type, bitsOf(node.value, node.bytes)];
    case "boolean":
      return [node.type, node.byte ?? Number(node.value)];
    case "string":
      return [node.long ? "longString" : "string", hexOf(node.value, node.bytes)];
    case "xmlDocument":
      return [node.type, hexOf(node.value, node.bytes)];
    case "object":
      return [node.type, members(node.members), "end"];
    case "ecmaArray":
      return [node.type, node.count, members(node.members), node.endMissing ? "no end" : "end"];
    case "typedObject":
      return [node.type, hexOf(node.className, node.classNameBytes), members(node.members), "end"];
    case "strictArray":
      return [node.type, node.items.map(rawOf)];
    case "date":
      return [node.type, bitsOf(node.ms, node.bytes), node.timeZone & 0xffff];
    case "reference":
      return [node.type, node.index];
    default:
      return [node.type];
  }
}

/** What the naive decoder found, in the natural form. */
function naturalOf([type, ...fields]: Naive): Amf0Value {
  const text = (digits: unknown) =>
    new TextDecoder("utf-8", { ignoreBOM: true }).decode(Buffer.from(String(digits), "hex"));
  const double = (digits: unknown) => Buffer.from(String(digits), "hex").readDoubleBE();
  const members = (list: unknown) => {
    const object: Amf0Object = Object.create(null);
    for (const [digits, value] of list as [string, Naive][]) {
      const name = text(digits);
      if (!Object.hasOwn(object, name)) object[name] = naturalOf(value);
    }
    return object;
  };
  switch (type) {
    case "number":
      return double(fields[0]);
    case "boolean":
      return fields[0] !== 0;
    case "string":
    case "longString":
    case "xmlDocument":
      return text(fields[0]);
    case "object":
      return members(fields[0]);
    case "ecmaArray":
    case "typedObject":
      return members(fields[1]);
    case "null":
      return null;
    case "reference":
      return new Amf0Reference(Number(fields[0]));
    case "strictArray":
      return (fields[0] as Naive[]).map(naturalOf);
    case "date":
      return new Date(double(fields[0]));
    default:
      return undefined;
  }
}

/** A natural value without objects: vitest takes a member `constructor` for the class. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Date) return ["date", value.getTime()];
  if (value instanceof Amf0Reference) return ["reference", value.index];
  if (typeof value !== "object" || value === null) return value;
  expect(Object.getPrototypeOf(value)).toBeNull();
  return ["object", Object.entries(value).map(([name, member]) => [name, plain(member)])];
}

const key = fc.oneof(
  fc.constantFrom("", "a", "b", "__proto__", "constructor", "1"),
  fc.string({ unit: "binary", maxLength: 40 }),
);
const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.constant("\ufffd"),
  fc.constant("x".repeat(70_000)),
);

const { node } = fc.letrec<{ node: Amf0Node }>((tie) => {
  const members = fc.array(fc.tuple(key, tie("node")), { maxLength: 5 });
  const u = (max: number) => fc.integer({ min: 0, max });
  return {
    node: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.constantFrom<Amf0Node>({ type: "null" }, { type: "undefined" }, { type: "unsupported" }),
      fc.double().map((value): Amf0Node => ({ type: "number", value })),
      fc.boolean().map((value): Amf0Node => ({ type: "boolean", value })),
      text.map((value): Amf0Node => ({ type: "string", value, long: value.length > 60 })),
      text.map((value): Amf0Node => ({ type: "string", value, long: true })),
      text.map((value): Amf0Node => ({ type: "xmlDocument", value })),
      fc
        .tuple(fc.double(), fc.integer({ min: -0x8000, max: 0x7fff }))
        .map(([ms, timeZone]): Amf0Node => ({ type: "date", ms, timeZone })),
      u(0xffff).map((index): Amf0Node => ({ type: "reference", index })),
      members.map((list): Amf0Node => ({ type: "object", members: list })),
      fc.tuple(u(0xffffffff), members).map(([count, list]): Amf0Node => ({ type: "ecmaArray", count, members: list })),
      fc.tuple(key, members).map(([className, list]): Amf0Node => ({ type: "typedObject", className, members: list })),
      fc.array(tie("node"), { maxLength: 5 }).map((items): Amf0Node => ({ type: "strictArray", items })),
    ),
  };
});

test("nodes survive encoding and decoding", () => {
  fc.assert(
    fc.property(node, (original) => {
      const bytes = encodeAmf0Node(original);
      const decoded = decodeAmf0Node(bytes);
      expect(decoded).toStrictEqual(original);
      expect(equalBytes(encodeAmf0Node(decoded), bytes)).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

const { value } = fc.letrec<{ value: Amf0Encodable }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom<Amf0Encodable>(null, undefined, true, false),
    fc.double(),
    text,
    fc.date({ noInvalidDate: false }),
    fc.integer({ min: 0, max: 0xffff }).map((index) => new Amf0Reference(index)),
    fc.array(tie("value"), { maxLength: 5 }),
    fc.dictionary(key, tie("value"), { maxKeys: 5, noNullPrototype: false }).map((record) => {
      const object: Amf0Object = Object.create(null);
      return Object.defineProperties(object, Object.getOwnPropertyDescriptors(record));
    }),
  ),
}));

test("natural values survive encoding and decoding", () => {
  fc.assert(
    fc.property(value, (original) => {
      expect(plain(decodeAmf0(encodeAmf0(original)))).toStrictEqual(plain(original));
    }),
    { numRuns: 1000 },
  );
});
