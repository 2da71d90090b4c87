import { toHex } from "@rtmp/bytes-util";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  Amf3Error,
  type Amf3Member,
  type Amf3Node,
  type Amf3Value,
  decodeAmf3,
  decodeAmf3Node,
  encodeAmf3,
  encodeAmf3Node,
  isAmf3Object,
} from "./index.js";
import { hostileBytes } from "./vectors/hostile.js";
import { decodeNaively, type Naive } from "./vectors/naive-decoder.js";

const small = { maxDepth: 2, maxMembers: 4, maxValues: 12 };
const usual = { maxDepth: 32, maxMembers: 8192, maxValues: 16_384 };

/** A result, or the code of the package's own error; anything else that is thrown fails the property. */
function outcome<T>(decode: () => T): { value: T } | { code: string } {
  try {
    return { value: decode() };
  } catch (error) {
    if (error instanceof Amf3Error) return { code: error.code };
    throw error;
  }
}

test("hostile bytes decode as the naive decoder decodes them, or fail with its error", () => {
  const seen = new Map<string, number>();
  const saw = (kind: string) => seen.set(kind, (seen.get(kind) ?? 0) + 1);
  fc.assert(
    fc.property(hostileBytes, fc.constantFrom(small, usual), (list, limits) => {
      const bytes = Uint8Array.from(list);
      const naive = decodeNaively(list, limits);
      const node = outcome(() => decodeAmf3Node(bytes, { limits }));
      const value = outcome(() => decodeAmf3(bytes, { limits }));
      if ("code" in naive) {
        saw(naive.code);
        expect(node).toEqual(naive);
        // The natural form follows references, and may have found fault with one before.
        expect([naive.code, "amf-cyclic", "amf-depth", "amf-too-many"]).toContain("code" in value && value.code);
        return;
      }
      expect("value" in node && rawOf(node.value)).toStrictEqual(naive.value);
      const expanded = expand(naive.value, limits);
      if (expanded === undefined) {
        saw("bad expansion");
        expect(["amf-cyclic", "amf-depth", "amf-too-many"]).toContain("code" in value && value.code);
        return;
      }
      saw(JSON.stringify(naive).includes('"reference"') ? "references" : "values");
      expect("value" in value && [plain(value.value)]).toStrictEqual(expanded);
    }),
    { numRuns: 4000 },
  );
  const kinds = ["values", "references", "bad expansion", "amf-truncated", "amf-malformed", "amf-depth"];
  for (const kind of [...kinds, "amf-too-many", "amf-bad-reference", "amf-unknown-marker"]) {
    expect(seen.get(kind) ?? 0, kind).toBeGreaterThan(5);
  }
});

test("what is accepted encodes to the same value again, and from then on to the same bytes", () => {
  fc.assert(
    fc.property(hostileBytes, (list) => {
      const node = outcome(() => decodeAmf3Node(Uint8Array.from(list)));
      if ("code" in node) return;
      const bytes = encodeAmf3Node(node.value);
      const again = decodeAmf3Node(bytes);
      expect(again).toStrictEqual(node.value);
      expect(toHex(encodeAmf3Node(again))).toBe(toHex(bytes));
      const value = outcome(() => decodeAmf3(Uint8Array.from(list)));
      if ("code" in value) return;
      expect(plain(decodeAmf3(encodeAmf3(value.value)))).toStrictEqual(plain(value.value));
    }),
    { numRuns: 2000 },
  );
});

/** A node as the naive decoder would tell it; see {@link decodeNaively}. */
function rawOf(node: Amf3Node): Naive {
  const named = (list: readonly Amf3Member[]) => list.map(([key, member]) => [key, rawOf(member)]);
  switch (node.type) {
    case "integer":
    case "double":
    case "string":
    case "xml":
    case "xmlDocument":
      return [node.type, node.value];
    case "date":
      return [node.type, node.ms];
    case "byteArray":
      return [node.type, toHex(node.bytes)];
    case "vectorInt":
    case "vectorUint":
      return [node.type, node.fixed, Array.from(node.items, (item) => (item >>> 0).toString(16).padStart(8, "0"))];
    case "vectorDouble":
      return [node.type, node.fixed, Array.from(node.items)];
    case "array":
      return [node.type, named(node.members), node.items.map(rawOf)];
    case "vectorObject":
      return [node.type, node.fixed, node.typeName, node.items.map(rawOf)];
    case "dictionary":
      return [node.type, node.weakKeys, node.entries.flat().map(rawOf)];
    case "externalizable":
      return [node.type, node.className, rawOf(node.value)];
    case "object": {
      const fields = [node.type, node.className, named(node.sealed)];
      return node.dynamic ? [...fields, named(node.dynamic)] : fields;
    }
    case "reference":
      return [node.type, node.to, node.index];
    default:
      return [node.type];
  }
}

/** A natural value without objects, to compare: every type and name in plain sight. */
function plain(value: Amf3Value): unknown {
  if (Array.isArray(value)) return ["array", ...value.map(plain)];
  if (value instanceof Date) return ["date", value.getTime()];
  if (value instanceof Map) return ["map", ...Array.from(value, ([key, member]) => [plain(key), plain(member)])];
  if (value instanceof Uint8Array) return ["bytes", toHex(value)];
  if (value instanceof Int32Array) return ["ints", ...value];
  if (value instanceof Uint32Array) return ["uints", ...value];
  if (value instanceof Float64Array) return ["doubles", ...value];
  if (isAmf3Object(value)) return ["object", ...Object.entries(value).map(([key, member]) => [key, plain(member)])];
  return value;
}

/** The same, an object that was met before told by its number. */
function graph(value: Amf3Value, met: unknown[]): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (met.includes(value)) return ["again", met.indexOf(value)];
  met.push(value);
  if (Array.isArray(value)) return ["array", ...value.map((item) => graph(item, met))];
  if (value instanceof Map)
    return ["map", ...Array.from(value).flatMap((pair) => pair.map((part) => graph(part, met)))];
  if (!isAmf3Object(value)) return plain(value);
  return ["object", ...Object.entries(value).map(([name, member]) => [name, graph(member, met)])];
}

/** What the naive decoder found, as {@link plain} tells it, each reference written out; `undefined` if that can not be. */
function expand(root: Naive, limits: { maxDepth: number; maxValues: number }): unknown {
  const begun: { node: Naive; open: boolean }[] = [];
  let values = 0;
  const refuse = (): never => {
    throw refuse;
  };
  /** What a Map tells apart: primitive values, and which object it is. */
  const identity = (node: Naive): unknown => {
    const [type, first, second] = node;
    if (type === "reference") return identity(begun[Number(second)]?.node ?? refuse());
    if (type === "externalizable") return identity(second as Naive);
    if (["integer", "double", "string", "xml", "xmlDocument"].includes(String(type))) return first;
    return ["undefined", "null", "false", "true"].includes(String(type)) ? type : node;
  };
  const named = (lists: [string, Naive][], walk: (node: Naive) => unknown) => {
    const object: Record<string, unknown> = Object.create(null);
    for (const [key, member] of lists) {
      const found = walk(member);
      if (!Object.hasOwn(object, key)) object[key] = found;
    }
    return ["object", ...Object.entries(object)];
  };
  const parts = (node: Naive, walk: (node: Naive) => unknown): unknown => {
    const [type, first, second, third] = node;
    if (type === "array") {
      const items = second as Naive[];
      const members = first as [string, Naive][];
      if (members.length === 0) return ["array", ...items.map(walk)];
      return named([...members, ...items.map((item, i): [string, Naive] => [String(i), item])], walk);
    }
    if (type === "vectorObject") return ["array", ...(third as Naive[]).map(walk)];
    if (type === "externalizable") return walk(second as Naive);
    if (type === "object") return named([...(second as []), ...((third as [] | undefined) ?? [])], walk);
    const map = new Map<unknown, unknown>(); // a dictionary
    const list = second as Naive[];
    for (let i = 0; i < list.length; i += 2) {
      const [key, member] = [list[i] ?? refuse(), list[i + 1] ?? refuse()];
      const found = [walk(key), walk(member)];
      if (!map.has(identity(key))) map.set(identity(key), [Object.is(found[0], -0) ? 0 : found[0], found[1]]);
    }
    return ["map", ...map.values()];
  };
  const walk = (node: Naive, depth: number, again: boolean): unknown => {
    const [type, first, second] = node;
    values++;
    if (values > limits.maxValues) refuse();
    const words = (list: unknown) => Uint32Array.from(list as string[], (digits) => Number.parseInt(digits, 16));
    const leaf = (found: unknown) => {
      if (!again) begun.push({ node, open: false });
      return found;
    };
    switch (type) {
      case "undefined":
        return undefined;
      case "null":
        return null;
      case "false":
      case "true":
        return type === "true";
      case "integer":
      case "double":
      case "string":
        return first;
      case "xml":
      case "xmlDocument":
        return leaf(first);
      case "date":
        return leaf(["date", new Date(Number(first)).getTime()]);
      case "byteArray":
        return leaf(["bytes", first]);
      case "vectorInt":
        return leaf(["ints", ...Int32Array.from(words(second))]);
      case "vectorUint":
        return leaf(["uints", ...words(second)]);
      case "vectorDouble":
        return leaf(["doubles", ...(second as number[])]);
      case "reference": {
        const entry = begun[Number(second)];
        if (entry === undefined || entry.open) return refuse();
        values--;
        return walk(entry.node, depth, true);
      }
      default: {
        if (depth === limits.maxDepth) refuse();
        const entry = { node, open: true };
        if (!again) begun.push(entry);
        const found = parts(node, (part) => walk(part, depth + 1, again));
        entry.open = false;
        return found;
      }
    }
  };
  try {
    return [walk(root, 0, false)]; // in a list, since undefined is a value
  } catch (error) {
    if (error === refuse) return undefined;
    throw error;
  }
}

const key = fc.oneof(
  fc.constantFrom("a", "b", "__proto__", "constructor", "1"),
  fc.string({ unit: "binary", maxLength: 40 }),
);
const text = fc.oneof(fc.string({ unit: "binary", maxLength: 60 }), fc.constant("x".repeat(70_000)));

const { value } = fc.letrec<{ value: Amf3Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom<Amf3Value[]>(null, undefined, true, false),
    fc.double(),
    fc.integer({ min: -0x10000002, max: 0x10000002 }),
    fc.maxSafeInteger(),
    text,
    fc.date({ noInvalidDate: false }),
    fc.uint8Array({ maxLength: 200 }),
    fc.int32Array({ maxLength: 5 }),
    fc.uint32Array({ maxLength: 5 }),
    fc.float64Array({ maxLength: 5 }),
    fc.array(tie("value"), { maxLength: 5 }),
    fc.array(fc.tuple(tie("value"), tie("value")), { maxLength: 3 }).map((entries) => new Map(entries)),
    fc.dictionary(key, tie("value"), { maxKeys: 5 }).map((record) => {
      const object: Record<string, Amf3Value> = Object.create(null);
      return Object.defineProperties(object, Object.getOwnPropertyDescriptors(record));
    }),
    tie("value").map((shared) => [shared, shared]),
  ),
}));

test("natural values survive encoding and decoding, and what was one object stays one", () => {
  fc.assert(
    fc.property(value, (original) => {
      const decoded = decodeAmf3(encodeAmf3(original));
      expect(graph(decoded, [])).toStrictEqual(graph(original, []));
    }),
    { numRuns: 1000 },
  );
});
