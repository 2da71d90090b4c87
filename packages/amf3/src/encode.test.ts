import { ByteWriter, toHex } from "@rtmp/bytes-util";
import { describe, expect, test } from "vitest";
import {
  Amf3ArrayCollection,
  type Amf3Encodable,
  type Amf3Node,
  Amf3TypedObject,
  Amf3Vector,
  Amf3Xml,
  decodeAmf3,
  decodeAmf3Node,
  encodeAmf3,
  encodeAmf3Node,
  writeAmf3,
  writeAmf3Node,
} from "./index.js";
import { VALUES } from "./vectors/values.js";

const hexOf = (value: Amf3Encodable) => toHex(encodeAmf3(value));

test.for(VALUES.filter(({ encodes }) => encodes))("encodes naturally: $name", ({ hex, value }) => {
  expect(hexOf(value)).toBe(hex.replaceAll(" ", ""));
});

describe("what JavaScript has at hand", () => {
  test("integers that do not fit are doubles", () => {
    expect(hexOf(2 ** 28)).toBe("0541b0000000000000");
    expect(hexOf(-(2 ** 28) - 1)).toBe("05c1b0000001000000");
    expect(hexOf(0.5)).toBe("053fe0000000000000");
  });
  test("plain objects, in their order; up to an empty name, which would end the dynamic ones, they are sealed", () => {
    expect(hexOf({ b: null, a: true })).toBe("0a0b01036201036103 01".replace(" ", ""));
    expect(hexOf({ a: null, "": true })).toBe("0a2b010361010103 01".replace(" ", ""));
  });
  test("__proto__ is a name", () => {
    const value = JSON.parse('{"__proto__": null}') as Record<string, null>;
    expect(hexOf(value)).toBe("0a0b01135f5f70726f746f5f5f0101");
    expect(Object.keys(decodeAmf3(encodeAmf3(value)) as object)).toEqual(["__proto__"]);
  });
  test("objects of a class, traits and names by reference", () => {
    const cat = (name: string) => new Amf3TypedObject("Cat", { name });
    expect(hexOf([cat("x"), cat("name")])).toBe("0905010a1307436174096e616d6506 03780a010602".replaceAll(" ", ""));
    expect(decodeAmf3Node(encodeAmf3(cat("x")))).toEqual({
      type: "object",
      className: "Cat",
      sealed: [["name", { type: "string", value: "x" }]],
    });
  });
  test("traits that differ in anything are not the same", () => {
    const nodes: Amf3Node[] = [
      { type: "object", className: "", sealed: [], dynamic: [] },
      { type: "object", className: "", sealed: [] },
      { type: "object", className: "a", sealed: [] },
      { type: "object", className: "", sealed: [["a", { type: "null" }]] },
      {
        type: "object",
        className: "",
        sealed: [
          ["a", { type: "null" }],
          ["b", { type: "null" }],
        ],
      },
      { type: "object", className: "", sealed: [["a,b", { type: "null" }]] },
      { type: "externalizable", className: "flex.messaging.io.ArrayList", value: { type: "null" } },
      { type: "object", className: "flex.messaging.io.ArrayList", sealed: [] },
    ];
    const node: Amf3Node = { type: "array", members: [], items: [...nodes, ...nodes] };
    expect(decodeAmf3Node(encodeAmf3Node(node))).toEqual(node);
  });
  test("XML, vectors, collections", () => {
    expect(hexOf(new Amf3Xml("<a/>"))).toBe("0b093c612f3e");
    expect(hexOf(new Amf3Xml("<a/>", true))).toBe("07093c612f3e");
    expect(hexOf(new Amf3Vector([1, null], "C", true))).toBe("1005010343040101");
    expect(hexOf(new Amf3Vector([]))).toBe("100100032a");
    const collection = new Amf3ArrayCollection([1]);
    expect(decodeAmf3(encodeAmf3([collection, collection]))).toEqual([[1], [1]]);
    expect(decodeAmf3Node(encodeAmf3(collection))).toMatchObject({
      type: "externalizable",
      className: "flex.messaging.io.ArrayCollection",
      value: { type: "array", items: [{ type: "integer", value: 1 }] },
    });
  });
  test("the same object goes by reference, equal ones do not", () => {
    const shared = { a: null };
    expect(hexOf([shared, shared, { a: null }])).toBe("0907010a0b01036101010a020a0100 01 01".replaceAll(" ", ""));
    const date = new Date(0);
    const bytes = Uint8Array.of(1);
    expect(hexOf([date, date, bytes, bytes])).toBe("090901080100000000000000000802 0c03010c04".replaceAll(" ", ""));
  });
  test("an object may contain itself", () => {
    const self: Record<string, Amf3Encodable> = {};
    self["a"] = self;
    expect(hexOf(self)).toBe("0a0b0103610a0001");
    expect(() => decodeAmf3(encodeAmf3(self))).toThrow(expect.objectContaining({ code: "amf-cyclic" }));
  });
  test("holes in arrays are undefined, lone surrogates U+FFFD", () => {
    // biome-ignore lint/suspicious/noSparseArray: the hole is what is tested
    expect(hexOf([, 1])).toBe("090501000401");
    expect(hexOf("\ud800")).toBe("0607efbfbd");
  });
  test("into a writer behind what is there; each value has its own tables", () => {
    const out = new ByteWriter();
    out.u8(0xee);
    writeAmf3(out, "a");
    writeAmf3(out, "a");
    writeAmf3Node(out, { type: "string", value: "a" });
    expect(toHex(out.toBytes())).toBe("ee060361060361060361");
  });
});

describe("what has no AMF3 form", () => {
  class Thing {
    a = 1;
  }
  test.for([1n, Symbol("s"), () => 1, new Uint16Array(2), new Set([1]), new Thing(), /x/] as unknown[])(
    "TypeError: %s",
    (value) => {
      expect(() => encodeAmf3(value as Amf3Encodable)).toThrow(TypeError);
      expect(() => encodeAmf3([{ a: value as Amf3Encodable }])).toThrow(TypeError);
    },
  );
  test("members that are no record, a node of no known type", () => {
    expect(() => encodeAmf3(new Amf3TypedObject("C", [1] as unknown as Record<string, number>))).toThrow(TypeError);
    expect(() => encodeAmf3Node({ type: "movieclip" } as unknown as Amf3Node)).toThrow(TypeError);
  });
  test.for<Amf3Node>([
    { type: "integer", value: 2 ** 28 },
    { type: "integer", value: 0.5 },
    { type: "integer", value: -0 },
    { type: "reference", to: "array", index: 0 },
    { type: "array", members: [], items: [{ type: "reference", to: "object", index: 0 }] },
    { type: "array", members: [["", { type: "null" }]], items: [] },
    { type: "object", className: "", sealed: [], dynamic: [["", { type: "null" }]] },
    { type: "externalizable", className: "C", value: { type: "null" } },
  ])("a field out of its range: %o", (node) => {
    expect(() => encodeAmf3Node(node)).toThrow(RangeError);
  });
});

describe("bounds of an encoding", () => {
  const nestedValue = (levels: number) => {
    let value: Amf3Encodable = null;
    for (let i = 0; i < levels; i++) value = [[value], { a: value }, new Map([[value, null]])][i % 3];
    return value;
  };
  const nestedNode = (levels: number, wrap: (node: Amf3Node) => Amf3Node) => {
    let node: Amf3Node = { type: "null" };
    for (let i = 0; i < levels; i++) node = wrap(node);
    return node;
  };
  test("depth", () => {
    expect(decodeAmf3(encodeAmf3(nestedValue(32)))).toEqual(nestedValue(32));
    expect(() => encodeAmf3(nestedValue(33))).toThrow(RangeError);
    expect(() => encodeAmf3(nestedValue(100_000), { maxDepth: 256 })).toThrow(RangeError);
    expect(encodeAmf3(nestedValue(256), { maxDepth: 256 }).length).toBeGreaterThan(256);
    expect(() => encodeAmf3(null, { maxDepth: 257 })).toThrow(RangeError);
  });
  test.for<[string, (node: Amf3Node) => Amf3Node]>([
    ["array", (node) => ({ type: "array", members: [], items: [node] })],
    ["associative array", (node) => ({ type: "array", members: [["a", node]], items: [] })],
    ["sealed", (node) => ({ type: "object", className: "", sealed: [["a", node]] })],
    ["dynamic", (node) => ({ type: "object", className: "", sealed: [], dynamic: [["a", node]] })],
    ["wrapper", (node) => ({ type: "externalizable", className: "flex.messaging.io.ObjectProxy", value: node })],
    ["vector", (node) => ({ type: "vectorObject", fixed: false, typeName: "", items: [node] })],
    ["dictionary", (node) => ({ type: "dictionary", weakKeys: false, entries: [[node, { type: "null" }]] })],
  ])("depth of nodes: %s", ([, wrap]) => {
    expect(decodeAmf3Node(encodeAmf3Node(nestedNode(32, wrap)))).toEqual(nestedNode(32, wrap));
    expect(() => encodeAmf3Node(nestedNode(33, wrap))).toThrow(RangeError);
    expect(() => encodeAmf3Node(nestedNode(100_000, wrap))).toThrow(RangeError);
  });
  test("length", () => {
    expect(encodeAmf3("abc", { maxLength: 5 })).toHaveLength(5);
    expect(() => encodeAmf3("abcd", { maxLength: 5 })).toThrow(RangeError);
    expect(() => encodeAmf3(new Uint8Array(9), { maxLength: 10 })).toThrow(RangeError);
    expect(() => encodeAmf3(new Float64Array(2), { maxLength: 18 })).toThrow(RangeError);
    expect(() =>
      encodeAmf3Node({ type: "vectorInt", fixed: false, items: new Int32Array(2) }, { maxLength: 10 }),
    ).toThrow(RangeError);
    expect(() => encodeAmf3(null, { maxLength: -1 })).toThrow(RangeError);
    expect(encodeAmf3("x".repeat(100_000))).toHaveLength(1 + 3 + 100_000);
  });
  test("values that share parts stay small", () => {
    let laughs: Amf3Encodable = ["ha"];
    for (let i = 0; i < 30; i++) laughs = [laughs, laughs];
    expect(encodeAmf3(laughs)).toHaveLength(30 * 5 + 7);
  });
  test("an array that only claims to be long", () => {
    const items: Amf3Encodable[] = [];
    items.length = 0xffffffff;
    expect(() => encodeAmf3(items)).toThrow(RangeError);
    expect(() => encodeAmf3(new Amf3Vector(items))).toThrow(RangeError);
  });
});
