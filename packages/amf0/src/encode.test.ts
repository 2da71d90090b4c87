import { ByteWriter, toHex } from "@rtmp/bytes-util";
import { describe, expect, test } from "vitest";
import {
  type Amf0Encodable,
  type Amf0Node,
  Amf0Reference,
  AvmPlus,
  decodeAmf0,
  decodeAmf0Node,
  EcmaArray,
  encodeAmf0,
  encodeAmf0Node,
  encodeAmf0Nodes,
  encodeAmf0Sequence,
  TypedObject,
  writeAmf0,
  writeAmf0Node,
  XmlDocument,
} from "./index.js";
import { VALUES } from "./vectors/values.js";

const hexOf = (value: Amf0Encodable) => toHex(encodeAmf0(value));

test.for(VALUES.filter(({ encodes }) => encodes))("encodes naturally: $name", ({ hex, value }) => {
  expect(hexOf(value)).toBe(hex.replaceAll(" ", ""));
});

describe("what JavaScript has at hand", () => {
  test("plain objects and Maps are objects, in their order", () => {
    expect(hexOf({ b: null, a: true })).toBe("0300016205000161010100 0009".replace(" ", ""));
    const map = new Map<string, Amf0Encodable>([
      ["b", null],
      ["1", null],
      ["", null],
    ]);
    expect(hexOf(map)).toBe("03000162050001310500000500 0009".replace(" ", ""));
  });
  test("__proto__ is a name", () => {
    const value = JSON.parse('{"__proto__": null}') as Record<string, null>;
    expect(hexOf(value)).toBe("0300095f5f70726f746f5f5f05000009");
    expect(Object.keys(decodeAmf0(encodeAmf0(value)) as object)).toEqual(["__proto__"]);
  });
  test("ECMA arrays announce their true count", () => {
    expect(hexOf(new EcmaArray({ a: null, b: null }))).toBe("0800000002000161050001620500 0009".replace(" ", ""));
    expect(hexOf(new EcmaArray(new Map([["a", null]])))).toBe("08000000010001610500 0009".replace(" ", ""));
  });
  test("typed objects, XML, references", () => {
    expect(hexOf(new TypedObject("c", { a: null }))).toBe("100001630001610500 0009".replace(" ", ""));
    expect(hexOf(new XmlDocument("<a/>"))).toBe("0f000000043c612f3e");
    expect(hexOf(new Amf0Reference(65_535))).toBe("07ffff");
  });
  test("holes in arrays are undefined", () => {
    // biome-ignore lint/suspicious/noSparseArray: the hole is what is tested
    expect(hexOf([1, , null])).toBe("0a00000003003ff00000000000000605");
  });
  test("lone surrogates become U+FFFD", () => expect(hexOf("\ud800")).toBe("020003efbfbd"));
  test("sequences", () => {
    expect(toHex(encodeAmf0Sequence(["a", null, 1]))).toBe("0200016105003ff0000000000000");
    expect(encodeAmf0Sequence([])).toHaveLength(0);
    expect(toHex(encodeAmf0Nodes([{ type: "null" }, { type: "undefined" }]))).toBe("0506");
  });
  test("into a writer behind what is there", () => {
    const out = new ByteWriter();
    out.u8(0xee);
    writeAmf0(out, new EcmaArray({}));
    writeAmf0Node(out, { type: "null" });
    expect(toHex(out.toBytes())).toBe("ee080000000000000905");
  });
});

describe("long text", () => {
  test.for([
    [65_535, "x", 0x02],
    [65_536, "x", 0x0c],
    [21_845, "€", 0x02], // 3 bytes each: 65535
    [21_846, "€", 0x0c],
    [32_768, "é", 0x0c], // 2 bytes each
    [32_767, "é", 0x02],
  ] as const)("%i of %s has marker %i", ([count, letter, marker]) => {
    const text = letter.repeat(count);
    const bytes = encodeAmf0(text);
    expect(bytes[0]).toBe(marker);
    expect(decodeAmf0(bytes)).toBe(text);
  });
  test("names of more than 65535 bytes are refused, not cut", () => {
    for (const name of ["k".repeat(65_536), "€".repeat(21_846)]) {
      expect(() => encodeAmf0({ [name]: 1 })).toThrow(RangeError);
      expect(() => encodeAmf0(new TypedObject(name, {}))).toThrow(RangeError);
      expect(() => encodeAmf0Node({ type: "string", value: name, long: false })).toThrow(RangeError);
    }
    expect(encodeAmf0({ ["k".repeat(65_535)]: 1 })).toHaveLength(1 + 2 + 65_535 + 9 + 3);
  });
});

describe("what has no AMF0 form", () => {
  class Thing {
    a = 1;
  }
  test.for([1n, Symbol("s"), () => 1, new Uint8Array(2), new Set([1]), new Thing(), /x/, new Error("x")] as unknown[])(
    "TypeError: %s",
    (value) => {
      expect(() => encodeAmf0(value as Amf0Encodable)).toThrow(TypeError);
      expect(() => encodeAmf0([{ a: value as Amf0Encodable }])).toThrow(TypeError);
    },
  );
  test("a Map with other keys than strings, members that are no record", () => {
    expect(() => encodeAmf0(new Map([[1, null]]) as unknown as Amf0Encodable)).toThrow(TypeError);
    expect(() => encodeAmf0(new EcmaArray([1] as unknown as Record<string, number>))).toThrow(TypeError);
  });
  test("cycles, in whatever they go through", () => {
    const record: Record<string, Amf0Encodable> = {};
    record["self"] = record;
    const list: Amf0Encodable[] = [];
    list.push({ list });
    const map = new Map<string, Amf0Encodable>();
    map.set("a", [new EcmaArray({ b: new TypedObject("c", { map }) })]);
    for (const value of [record, list, map]) expect(() => encodeAmf0(value)).toThrow(TypeError);
  });
  test("the same object twice is no cycle", () => {
    const shared = { a: null };
    expect(decodeAmf0(encodeAmf0([shared, shared, { shared }]))).toEqual([shared, shared, { shared }]);
  });
  test("a node of no known type", () => {
    expect(() => encodeAmf0Node({ type: "movieclip" } as unknown as Amf0Node)).toThrow(TypeError);
  });
  test.for<Amf0Node>([
    { type: "reference", index: 65_536 },
    { type: "ecmaArray", count: -1, members: [] },
    { type: "date", ms: 0, timeZone: 40_000 },
    { type: "boolean", value: true, byte: 256 },
    { type: "number", value: NaN, bytes: new Uint8Array(7) },
    { type: "string", value: "", long: false, bytes: new Uint8Array(65_536) },
  ])("a field out of its range: %o", (node) => {
    expect(() => encodeAmf0Node(node)).toThrow(RangeError);
  });
});

describe("bounds of an encoding", () => {
  const nestedValue = (levels: number) => {
    let value: Amf0Encodable = null;
    for (let i = 0; i < levels; i++) value = i % 2 === 0 ? [value] : { a: value };
    return value;
  };
  const nestedNode = (levels: number) => {
    let node: Amf0Node = { type: "null" };
    for (let i = 0; i < levels; i++) node = { type: "strictArray", items: [node] };
    return node;
  };
  test("depth", () => {
    expect(decodeAmf0(encodeAmf0(nestedValue(32)))).toEqual(nestedValue(32));
    expect(() => encodeAmf0(nestedValue(33))).toThrow(RangeError);
    expect(() => encodeAmf0(nestedValue(100_000))).toThrow(RangeError);
    expect(() => encodeAmf0(nestedValue(100_000), { maxDepth: 256 })).toThrow(RangeError);
    expect(encodeAmf0(nestedValue(256), { maxDepth: 256 }).length).toBeGreaterThan(256);
    expect(decodeAmf0Node(encodeAmf0Node(nestedNode(32)))).toEqual(nestedNode(32));
    expect(() => encodeAmf0Node(nestedNode(100_000))).toThrow(RangeError);
    expect(() => encodeAmf0(null, { maxDepth: 257 })).toThrow(RangeError);
  });
  test("length, of the whole call", () => {
    expect(encodeAmf0("abc", { maxLength: 6 })).toHaveLength(6);
    expect(() => encodeAmf0("abcd", { maxLength: 6 })).toThrow(RangeError);
    expect(() => encodeAmf0Sequence([null, null, null], { maxLength: 2 })).toThrow(RangeError);
    expect(() => encodeAmf0Nodes([{ type: "null" }, { type: "null" }], { maxLength: 1 })).toThrow(RangeError);
    expect(() => encodeAmf0(new AvmPlus(new Uint8Array(7)), { maxLength: 7 })).toThrow(RangeError);
    expect(() => encodeAmf0(null, { maxLength: -1 })).toThrow(RangeError);
  });
  test("values that share parts end before they expand", () => {
    let laughs: Amf0Encodable = "ha".repeat(1000);
    for (let i = 0; i < 30; i++) laughs = [laughs, laughs];
    expect(() => encodeAmf0(laughs)).toThrow(RangeError);
    const shared: Amf0Node = { type: "string", value: "x".repeat(60_000), long: false };
    const items = new Array<Amf0Node>(100_000).fill(shared);
    expect(() => encodeAmf0Node({ type: "strictArray", items })).toThrow(RangeError);
  });
  test("an array that only claims to be long", () => {
    const items: Amf0Encodable[] = [];
    items.length = 0xffffffff;
    expect(() => encodeAmf0(items)).toThrow(RangeError);
  });
});

describe("results that share a buffer", () => {
  const texts = Array.from({ length: 3000 }, (_, i) => `${i}`.padEnd((i * 7) % 1200, "x"));
  test("do not touch each other, and end where they end", () => {
    const results = texts.map((text) => encodeAmf0(text));
    for (const [i, text] of texts.entries()) {
      expect(results[i]).toHaveLength(3 + text.length);
      expect(decodeAmf0(results[i] as Uint8Array)).toBe(text);
    }
  });
  test("keep no more than 8 KiB in memory", () => {
    for (const text of texts) {
      const { buffer, length } = encodeAmf0(text);
      expect(buffer.byteLength).toBeLessThanOrEqual(length > 1024 ? length : 8192);
    }
  });
  test("an encoding that begins while another goes on, or fails, leaves no trace", () => {
    const outer = {
      get inner() {
        return hexOf("inner");
      },
      end: true,
    };
    const bad = [{ a: "x".repeat(500), b: Symbol("s") as unknown as Amf0Encodable }];
    for (let i = 0; i < 100; i++) {
      expect(() => encodeAmf0(bad)).toThrow(TypeError);
      expect(decodeAmf0(encodeAmf0(outer))).toEqual({ inner: "020005696e6e6572", end: true });
    }
  });
  test("a buffer that was transferred is not written to", () => {
    const { buffer } = encodeAmf0("moved");
    structuredClone(buffer, { transfer: [buffer] }); // which empties it here
    expect(hexOf("next")).toBe("0200046e657874");
  });
});
