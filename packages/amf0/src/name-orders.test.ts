import { describe, expect, test } from "vitest";
import {
  type Amf0Member,
  type Amf0Node,
  type Amf0Object,
  type Amf0Value,
  decodeAmf0,
  encodeAmf0Node,
} from "./index.js";

type Pairs = readonly (readonly [string, number | Pairs])[];

const numbered = (names: readonly string[], from = 0): Pairs => names.map((name, i) => [name, from + i]);
const node = (pairs: Pairs): Amf0Node => ({
  type: "object",
  members: pairs.map(
    ([name, value]): Amf0Member => [name, typeof value === "number" ? { type: "number", value } : node(value)],
  ),
});
const decode = (pairs: Pairs) => decodeAmf0(encodeAmf0Node(node(pairs)));

/** What the object should be: made one by one, the first of equal names counting. */
function byHand(pairs: Pairs): Amf0Object {
  const object: Amf0Object = Object.create(null);
  for (const [name, value] of pairs) {
    if (!Object.hasOwn(object, name)) object[name] = typeof value === "number" ? value : byHand(value);
  }
  return object;
}
/** With the order of the names, which `toEqual` does not look at. */
function entries(value: Amf0Value | Amf0Object): unknown {
  if (typeof value !== "object" || value === null) return value;
  expect(Object.getPrototypeOf(value)).toBeNull();
  return Object.entries(value).map(([name, member]) => [name, entries(member as Amf0Value)]);
}

const orders: [string, string[]][] = [
  ["few names", ["app", "type", "flashVer", "swfUrl", "tcUrl"]],
  ["as many as V8 takes one by one", Array.from({ length: 16 }, (_, i) => `a${i}`)],
  ["more than that", Array.from({ length: 20 }, (_, i) => `b${i}`)],
  ["the most that are remembered", Array.from({ length: 32 }, (_, i) => `c${i}`)],
  ["more than are remembered", Array.from({ length: 40 }, (_, i) => `d${i}`)],
  ["whole numbers among them", ["duration", "7", "width", "2", "2.1", "4294967295", "1"]],
  ["more of them", ["x", ...Array.from({ length: 24 }, (_, i) => `${(i * 7) % 24}`)]],
  ["names that every object has", ["constructor", "__proto__", "toString", "hasOwnProperty", "valueOf"]],
  ["more of those", ["__proto__", ...Array.from({ length: 20 }, (_, i) => `e${i}`), "constructor"]],
  ["one beyond ASCII", ["é", "b", "c", "d", "e"]],
];

describe.for(orders)("an order of names that came often: %s", ([, names]) => {
  const half = names.length >> 1;
  const variants: [string, Pairs][] = [
    ["just these", numbered(names, 100)],
    ["fewer", numbered(names.slice(0, half))],
    ["the first alone", numbered(names.slice(0, 1))],
    ["more", numbered([...names, "more", "and more"])],
    ["the first once more", numbered([...names, names[0] as string])],
    ["the second instead of the last", numbered([...names.slice(0, -1), names[1] as string])],
    ["another in the middle", numbered(names.map((name, i) => (i === half ? "another" : name)))],
    ["one twice, none instead", numbered(names.map((name, i) => (i === half ? (names[half - 1] as string) : name)))],
    ["the other way round", numbered([names[0] as string, ...names.slice(1).reverse()])],
    ["the same inside", names.map((name, i) => [name, i === half ? numbered(names) : i])],
    ["less inside", names.map((name, i) => [name, i === half ? numbered(names.slice(0, half)) : i])],
  ];
  test.for(variants)("then %s", ([, pairs]) => {
    for (let i = 0; i < 80; i++)
      expect(entries(decode(numbered(names, i)))).toEqual(entries(byHand(numbered(names, i))));
    for (let i = 0; i < 80; i++) expect(entries(decode(pairs))).toEqual(entries(byHand(pairs)));
    expect(entries(decode(numbered(names)))).toEqual(entries(byHand(numbered(names))));
  });
  test("a limit is the same for them", () => {
    for (let i = 0; i < 80; i++) decode(numbered(names));
    const bytes = encodeAmf0Node(node(numbered(names)));
    const limits = { maxMembers: names.length - 1 };
    expect(() => decodeAmf0(bytes, { limits })).toThrow(expect.objectContaining({ code: "amf-too-many" }));
    expect(() => decodeAmf0(bytes.subarray(0, -4))).toThrow(expect.objectContaining({ code: "amf-truncated" }));
  });
});
