import { fromHex, toHex } from "@rtmp/bytes-util";
import { describe, expect, test } from "vitest";
import {
  Amf0Decoder,
  type Amf0Encodable,
  Amf0Error,
  type Amf0ErrorCode,
  type Amf0Member,
  COMMAND_AMF0_LIMITS,
  decodeAmf0,
  decodeAmf0Node,
  decodeAmf0Nodes,
  decodeAmf0Sequence,
  encodeAmf0,
  encodeAmf0Node,
  isAmf0Object,
} from "./index.js";
import { members, VALUES } from "./vectors/values.js";

describe.for(VALUES)("$name", ({ hex, node, value }) => {
  const bytes = fromHex(hex);
  test("decodes naturally", () => expect(decodeAmf0(bytes)).toStrictEqual(value));
  test("decodes losslessly", () => expect(decodeAmf0Node(bytes)).toStrictEqual(node));
  test("encodes losslessly", () => expect(toHex(encodeAmf0Node(node))).toBe(toHex(bytes)));
  test("decodes as part of a longer array", () => {
    const framed = fromHex(`ff ${toHex(bytes)} 05`);
    const at = framed.subarray(1, 1 + bytes.length);
    expect(decodeAmf0(at)).toStrictEqual(value);
    expect(decodeAmf0Node(at)).toStrictEqual(node);
  });
  test("each shorter input is an error, or an ECMA array without an end", () => {
    for (let length = 0; length < bytes.length; length++) {
      const part = bytes.subarray(0, length);
      if (bytes[0] === 0x08 && tryCode(part) === undefined) {
        expect(decodeAmf0Node(part)).toMatchObject({ type: "ecmaArray", endMissing: true });
      } else expect(["amf-truncated", "amf-malformed"]).toContain(tryCode(part));
    }
  });
});

function tryCode(bytes: Uint8Array, options?: Parameters<typeof decodeAmf0>[1]): Amf0ErrorCode | undefined {
  const codes = [decodeAmf0, decodeAmf0Node].map((decode) => {
    try {
      decode(bytes, options);
      return undefined;
    } catch (error) {
      if (!(error instanceof Amf0Error)) throw error;
      return error.code;
    }
  });
  expect(codes[1]).toBe(codes[0]);
  return codes[0];
}

describe("names", () => {
  const own = fromHex(
    "03 0009 5f5f70726f746f5f5f 03 000178 05 000009 000b 636f6e7374727563746f72 05 0008 746f537472696e67 06 000009",
  );
  test("__proto__, constructor and toString are members like others", () => {
    const value = decodeAmf0(own);
    expect(isAmf0Object(value)).toBe(true);
    if (!isAmf0Object(value)) return;
    expect(Object.keys(value)).toEqual(["__proto__", "constructor", "toString"]);
    expect(Object.getPrototypeOf(value)).toBeNull();
    expect(Object.entries(value)[0]).toStrictEqual(["__proto__", members(["x", null])]);
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });
  test("a name that was not sent is undefined", () => {
    const value = decodeAmf0(fromHex("03 000009"));
    expect(isAmf0Object(value) && value["hasOwnProperty"]).toBeUndefined();
  });
  test("names of equal length and first letters stay apart however often they are met", () => {
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 5000; i++) {
        const name = `key${i.toString().padStart(4, "0")}`;
        const hex = toHex(Uint8Array.from(name, (letter) => letter.charCodeAt(0)));
        expect(decodeAmf0(fromHex(`03 0007 ${hex} 05 000009`))).toStrictEqual(members([name, null]));
      }
    }
  });
  test("of equal names the first one counts, whatever lies between them", () => {
    const between = Array.from({ length: 6000 }, (_, i): [string, number] => [`between${i}`, i]);
    const nested = new Map<string, Amf0Encodable>([["a", "inner"]]);
    for (const names of [[], [["n", nested]], between, [["n", nested], ...between]] as [string, Amf0Encodable][][]) {
      const list: Amf0Member[] = [["a", "first"], ...names, ["a", "second"], ["", 1], ["", 2]].map(([name, value]) => [
        String(name),
        decodeAmf0Node(encodeAmf0(value as Amf0Encodable)),
      ]);
      const value = decodeAmf0(encodeAmf0Node({ type: "object", members: list }));
      expect(isAmf0Object(value) && [value["a"], value[""], Object.keys(value).length]).toEqual([
        "first",
        1,
        list.length - 2,
      ]);
    }
  });
  test("long names and names beyond ASCII", () => {
    const long = "n".repeat(65_535);
    expect(decodeAmf0(fromHex(`03 ffff ${"6e".repeat(65_535)} 05 000009`))).toStrictEqual(members([long, null]));
    expect(decodeAmf0(fromHex("03 0002 c3a9 05 000009"))).toStrictEqual(members(["é", null]));
  });
  test("numeric names keep their place in the lossless form only", () => {
    const bytes = fromHex("03 000162 05 000132 05 0003 322e31 05 000131 05 000009");
    const node = decodeAmf0Node(bytes);
    expect(node.type === "object" && node.members.map(([key]) => key)).toEqual(["b", "2", "2.1", "1"]);
    expect(Object.keys(decodeAmf0(bytes) as object)).toEqual(["1", "2", "b", "2.1"]);
  });
});

describe("sequences", () => {
  const play = fromHex("02 0004 706c6179 00 4008000000000000 05 02 0001 31 00 0000000000000000");
  test("all values to the end", () => {
    expect(decodeAmf0Sequence(play)).toEqual(["play", 3, null, "1", 0]);
    expect(decodeAmf0Nodes(play).map((node) => node.type)).toEqual(["string", "number", "null", "string", "number"]);
  });
  test("none", () => {
    expect(decodeAmf0Sequence(new Uint8Array(0))).toEqual([]);
    expect(decodeAmf0Nodes(new Uint8Array(0))).toEqual([]);
  });
  test("one by one, in either form", () => {
    const decoder = new Amf0Decoder(play);
    expect(decoder.readValue()).toBe("play");
    expect(decoder.readNode()).toEqual({ type: "number", value: 3 });
    expect(decoder.position).toBe(16);
    expect(decoder.remaining).toBe(14);
    expect(decoder.readValue()).toBeNull();
    expect(decoder.readValue()).toBe("1");
    expect(decoder.readValue()).toBe(0);
    expect(decoder.remaining).toBe(0);
    expect(() => decoder.readValue()).toThrow(Amf0Error);
  });
  test("one value with bytes behind it is an error where one is expected", () => {
    expect(tryCode(fromHex("05 05"))).toBe("amf-malformed");
  });
  test("an ECMA array without an end in front of another value is not guessed at", () => {
    expect(() => decodeAmf0Sequence(fromHex("08 00000001 000161 05 020001 78"))).toThrow(Amf0Error);
  });
  test("after an error each read throws it again, and what was read before stays read", () => {
    const decoder = new Amf0Decoder(fromHex("0101 ff 05"));
    expect(decoder.readValue()).toBe(true);
    const errors = [() => decoder.readValue(), () => decoder.readNode(), () => decoder.readValue()].map((read) => {
      try {
        return read();
      } catch (error) {
        return error;
      }
    });
    expect(errors[0]).toMatchObject({ name: "Amf0Error", code: "amf-unknown-marker", offset: 2, marker: 0xff });
    expect(errors[1]).toBe(errors[0]);
    expect(errors[2]).toBe(errors[0]);
  });
});

test.for<[name: string, hex: string, code: Amf0ErrorCode, offset: number]>([
  ["movieclip (2.6)", "04", "amf-unknown-marker", 0],
  ["recordset (2.16)", "0e", "amf-unknown-marker", 0],
  ["the first undefined marker", "12", "amf-unknown-marker", 0],
  ["the last undefined marker", "0a 00000001 ff", "amf-unknown-marker", 5],
  ["an object end as a value", "09", "amf-malformed", 0],
  ["an object end behind a name", "03 000161 09", "amf-malformed", 4],
  ["no value", "", "amf-truncated", 0],
  ["a name past the end", "03 ffff 61", "amf-truncated", 3],
  ["a string past the end", "02 0002 61", "amf-truncated", 3],
  ["a long string past the end", "0c ffffffff 61", "amf-malformed", 1],
  ["an XML document past the end", "0f 00000002 61", "amf-malformed", 1],
  ["a strict array of 4294967295 items", "0a ffffffff 05", "amf-malformed", 1],
  ["a strict array of one item too many", "0a 00000002 05", "amf-malformed", 1],
  ["an ECMA array of 4294967295 members and no end", "08 ffffffff 000161 05", "amf-truncated", 9],
  ["half an object end", "03 0000", "amf-truncated", 3],
  ["AMF3 and no decoder", "0500 11 01".slice(5), "amf-no-amf3", 0],
])("error: %s", ([, hex, code, offset]) => {
  const bytes = fromHex(hex);
  expect(tryCode(bytes)).toBe(code);
  expect(() => decodeAmf0(bytes)).toThrow(expect.objectContaining({ code, offset }));
});

describe("limits", () => {
  const nested = (levels: number, open: string, close: string) =>
    fromHex(`${open.repeat(levels)}05${close.repeat(levels)}`);
  const containers: [name: string, open: string, close: string][] = [
    ["objects", "03 000161", "000009"],
    ["ECMA arrays", "08 00000001 000161", "000009"],
    ["strict arrays", "0a 00000001", ""],
    ["typed objects", "10 000163 000161", "000009"],
  ];
  test.for(containers)("depth of %s", ([, open, close]) => {
    expect(tryCode(nested(32, open, close))).toBeUndefined();
    expect(tryCode(nested(33, open, close))).toBe("amf-depth");
    expect(tryCode(nested(100_000, open, ""))).toBe("amf-depth");
    expect(tryCode(nested(3, open, close), { limits: { maxDepth: 2 } })).toBe("amf-depth");
    expect(tryCode(nested(256, open, close), { limits: { maxDepth: 256 } })).toBeUndefined();
    expect(tryCode(fromHex("05"), { limits: { maxDepth: 0 } })).toBeUndefined();
  });
  test("members of one object, not of all", () => {
    const object = (count: number) => fromHex(`03 ${"000161 05".repeat(count)} 000009`);
    expect(tryCode(object(3), { limits: { maxMembers: 3 } })).toBeUndefined();
    expect(tryCode(object(4), { limits: { maxMembers: 3 } })).toBe("amf-too-many");
    const two = fromHex(`0a 00000002 ${`03 ${"000161 05".repeat(3)} 000009`.repeat(2)}`);
    expect(tryCode(two, { limits: { maxMembers: 3 } })).toBeUndefined();
    expect(tryCode(fromHex("0a 00000003 05 05 05"), { limits: { maxMembers: 2 } })).toBe("amf-too-many");
    expect(tryCode(fromHex(`08 00000000 ${"000161 05".repeat(4)}`), { limits: { maxMembers: 3 } })).toBe(
      "amf-too-many",
    );
  });
  test("values on all levels and over all reads", () => {
    expect(tryCode(fromHex("0a 00000002 05 05"), { limits: { maxValues: 3 } })).toBeUndefined();
    expect(tryCode(fromHex("0a 00000002 05 05"), { limits: { maxValues: 2 } })).toBe("amf-too-many");
    const decoder = new Amf0Decoder(fromHex("05 05 05"), { limits: { maxValues: 2 } });
    decoder.readValue();
    decoder.readNode();
    expect(() => decoder.readValue()).toThrow(expect.objectContaining({ code: "amf-too-many" }));
  });
  test("defaults", () => {
    const array = (count: number) => fromHex(`0a ${count.toString(16).padStart(8, "0")} ${"05".repeat(count)}`);
    expect(tryCode(array(8192))).toBeUndefined();
    expect(tryCode(array(8193))).toBe("amf-too-many");
    expect(() => decodeAmf0Sequence(fromHex("05".repeat(16_385)))).toThrow(Amf0Error);
    expect(decodeAmf0Sequence(fromHex("05".repeat(16_384)))).toHaveLength(16_384);
    expect(tryCode(array(1024), { limits: COMMAND_AMF0_LIMITS })).toBe("amf-too-many"); // 1025 values
    expect(tryCode(array(1023), { limits: COMMAND_AMF0_LIMITS })).toBeUndefined();
  });
  test("limits that make no sense are the caller's mistake", () => {
    for (const limits of [{ maxDepth: -1 }, { maxDepth: 257 }, { maxMembers: NaN }, { maxValues: 1.5 }]) {
      expect(() => new Amf0Decoder(new Uint8Array(0), { limits })).toThrow(RangeError);
    }
    expect(tryCode(fromHex("05"), { limits: { maxValues: Infinity, maxMembers: Infinity } })).toBeUndefined();
  });
});
