import { fromHex, toHex } from "@rtmp/bytes-util";
import { describe, expect, test } from "vitest";
import {
  type Amf3DecodeOptions,
  Amf3Decoder,
  Amf3Error,
  type Amf3ErrorCode,
  type Amf3Value,
  amf3NodeDecoder,
  amf3ValueDecoder,
  decodeAmf3,
  decodeAmf3Node,
  encodeAmf3Node,
  isAmf3Object,
} from "./index.js";
import { members, VALUES } from "./vectors/values.js";

describe.for(VALUES)("$name", ({ hex, node, value }) => {
  const bytes = fromHex(hex);
  test("decodes naturally", () => expect(decodeAmf3(bytes)).toStrictEqual(value));
  test("decodes losslessly", () => expect(decodeAmf3Node(bytes)).toStrictEqual(node));
  test("each shorter input is an error", () => {
    for (let length = 0; length < bytes.length; length++) {
      expect(["amf-truncated", "amf-malformed"]).toContain(codeOf(bytes.subarray(0, length)));
    }
  });
});

const NOT_AS_FLASH = ["integer in more bytes than needed", "string that is not UTF-8"];
test.for(VALUES.filter(({ name }) => !NOT_AS_FLASH.includes(name)))("encodes losslessly: $name", ({ hex, node }) => {
  expect(toHex(encodeAmf3Node(node))).toBe(hex.replaceAll(" ", ""));
});

/** The error code of the natural form, or of both if they agree to fail. */
function codeOf(bytes: Uint8Array, options?: Amf3DecodeOptions): Amf3ErrorCode | undefined {
  return outcomes(bytes, options)[0];
}
function outcomes(bytes: Uint8Array, options?: Amf3DecodeOptions): (Amf3ErrorCode | undefined)[] {
  return [decodeAmf3, decodeAmf3Node].map((decode) => {
    try {
      decode(bytes, options);
      return undefined;
    } catch (error) {
      if (!(error instanceof Amf3Error)) throw error;
      return error.code;
    }
  });
}

describe("object references", () => {
  test("give the same object", () => {
    const value = decodeAmf3(fromHex("09 05 01 0a0b01 0361 0401 01 0a02"));
    expect(value).toStrictEqual([members(["a", 1]), members(["a", 1])]);
    expect(Array.isArray(value) && value[0] === value[1]).toBe(true);
  });
  test("stay references in the lossless form", () => {
    const bytes = fromHex("09 05 01 0a0b01 0361 0401 01 0a02");
    const node = decodeAmf3Node(bytes);
    expect(node).toMatchObject({ items: [{}, { type: "reference", to: "object", index: 1 }] });
    expect(encodeAmf3Node(node)).toEqual(bytes);
  });
  // One of each type and then a reference to it: all share one table, the array around them being 0.
  const inline: [type: string, hex: string][] = [
    ["xmlDocument", "07 03 61"],
    ["date", "08 01 0000000000000000"],
    ["array", "09 01 01"],
    ["object", "0a 0b 01 01"],
    ["xml", "0b 03 61"],
    ["byteArray", "0c 03 61"],
    ["vectorInt", "0d 01 00"],
    ["vectorUint", "0e 01 00"],
    ["vectorDouble", "0f 01 00"],
    ["vectorObject", "10 01 00 01"],
    ["dictionary", "11 01 00"],
  ];
  test.for(inline)("to %s", ([type, hex]) => {
    const marker = hex.slice(0, 2);
    const bytes = fromHex(`09 05 01 ${hex} ${marker} 02`);
    const value = decodeAmf3(bytes);
    expect(Array.isArray(value) && Object.is(value[0], value[1])).toBe(true);
    expect(decodeAmf3Node(bytes)).toMatchObject({ items: [{ type }, { type: "reference", to: type, index: 1 }] });
    expect(encodeAmf3Node(decodeAmf3Node(bytes))).toEqual(bytes);
  });
  test("all types in one table, in the order in which they begin", () => {
    const all = inline.map(([, hex]) => hex).join("");
    const back = inline.map(([, hex], index) => hex.slice(0, 2) + (2 * (index + 1)).toString(16).padStart(2, "0"));
    const value = decodeAmf3(fromHex(`09 2d 01 ${all} ${back.join("")}`));
    expect(Array.isArray(value) && value.slice(0, 11)).toStrictEqual(Array.isArray(value) && value.slice(11));
  });
  test.for([
    ["an index not yet begun", "09 03 01 0a02"],
    ["an object of another type", "09 05 01 0a0b0101 0902"],
    ["a string not yet sent", "06 00"],
    ["a string of a value before, whose tables are its own", "06 02"],
    ["traits not yet sent", "0a 01"],
  ] as const)("to %s", ([, hex]) => {
    expect(outcomes(fromHex(hex))).toEqual(["amf-bad-reference", "amf-bad-reference"]);
  });
  test("each value has tables of its own", () => {
    const decoder = new Amf3Decoder(fromHex("060361 0600"));
    expect(decoder.readValue()).toBe("a");
    expect(() => decoder.readValue()).toThrow(expect.objectContaining({ code: "amf-bad-reference" }));
  });
});

describe("an object inside itself", () => {
  const cyclic: [name: string, hex: string][] = [
    ["an array", "09 03 01 0900"],
    ["an associative array", "09 01 0361 0900 01"],
    ["an object", "0a 0b 01 0361 0a00 01"],
    ["a sealed member", "0a 13 0343 0361 0a00"],
    ["a vector", "10 03 00 01 1000"],
    ["a dictionary, as a key", "11 03 00 1100 01"],
    ["a dictionary, as a value", "11 03 00 01 1100"],
  ];
  test.for(cyclic)("%s is refused, or taken if allowed", ([, hex]) => {
    const bytes = fromHex(hex);
    expect(outcomes(bytes)).toEqual(["amf-cyclic", undefined]);
    expect(codeOf(bytes, { allowCycles: true })).toBeUndefined();
    expect(encodeAmf3Node(decodeAmf3Node(bytes))).toEqual(bytes);
  });
  test("is itself", () => {
    const value = decodeAmf3(fromHex("0a 0b 01 0361 0a00 01"), { allowCycles: true });
    expect(isAmf3Object(value) && value["a"] === value).toBe(true);
  });
  test("a wrapper has nothing to give before it is complete", () => {
    const name = "43 666c65782e6d6573736167696e672e696f2e4172726179436f6c6c656374696f6e";
    expect(codeOf(fromHex(`0a 07 ${name} 09 03 01 0a00`), { allowCycles: true })).toBe("amf-cyclic");
  });
});

describe("names", () => {
  test("__proto__ and constructor are members like others, sealed, dynamic and associative", () => {
    const proto = "13 5f5f70726f746f5f5f";
    for (const hex of [
      `0a 13 0343 ${proto} 0a0b01 0378 01 01`,
      `0a 0b 01 ${proto} 0a01 0378 01 01 01`,
      `09 01 ${proto} 0a0b01 0378 01 01 01`,
    ]) {
      const value = decodeAmf3(fromHex(hex));
      expect(isAmf3Object(value) && Object.entries(value)).toStrictEqual([["__proto__", members(["x", null])]]);
    }
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });
  test("an associative member named length is only a member", () => {
    expect(decodeAmf3(fromHex("09 01 0d6c656e677468 05 41dfffffffc00000 01"))).toStrictEqual(
      members(["length", 0x7fffffff]),
    );
  });
});

describe("errors", () => {
  test.for<[string, string, Amf3ErrorCode]>([
    ["an undefined marker", "12", "amf-unknown-marker"],
    ["the last undefined marker", "ff", "amf-unknown-marker"],
    ["no value", "", "amf-truncated"],
    ["bytes behind the value", "01 01", "amf-malformed"],
    ["a string of 2^28 - 1 bytes", "06 ffffffff 61", "amf-malformed"],
    ["an array of 2^28 - 1 items", "09 ffffffff 01", "amf-malformed"],
    ["a byte array of 2^28 - 1 bytes", "0c ffffffff 61", "amf-malformed"],
    ["a vector of 2^28 - 1 numbers", "0f ffffffff 00 0000000000000000", "amf-malformed"],
    ["a vector whose last number is short", "0d 05 00 00000000 000000", "amf-malformed"],
    ["a vector of 2^28 - 1 objects", "10 ffffffff 00 01 01", "amf-malformed"],
    ["a dictionary of 2^28 - 1 entries", "11 ffffffff 00 01 01", "amf-malformed"],
    ["a dictionary of one entry and half a one", "11 05 00 01 01 01", "amf-malformed"],
    ["traits of 2^25 - 1 names", "0a ffffffeb 01 01", "amf-malformed"],
    ["an unknown externalizable class", "0a 07 0343 01", "amf-externalizable"],
  ])("%s", ([, hex, code]) => {
    expect(outcomes(fromHex(hex))).toEqual([code, code]);
  });
  test("carry offset and marker, and are thrown again", () => {
    const decoder = new Amf3Decoder(fromHex("01 09 03 01 20"));
    expect(decoder.readValue()).toBeNull();
    const caught = [() => decoder.readValue(), () => decoder.readNode()].map((read) => {
      try {
        return read();
      } catch (error) {
        return error;
      }
    });
    expect(caught[0]).toMatchObject({ name: "Amf3Error", code: "amf-unknown-marker", offset: 4, marker: 0x20 });
    expect(caught[1]).toBe(caught[0]);
  });
});

describe("limits", () => {
  const nested = (levels: number, open: string, close: string) =>
    fromHex(`${open.repeat(levels)}01${close.repeat(levels)}`);
  const containers: [name: string, open: string, close: string][] = [
    ["arrays", "09 03 01", ""],
    ["associative arrays", "09 01 0361", "01"],
    ["objects", "0a 0b 01 0361", "01"],
    ["vectors", "10 03 00 01", ""],
    ["dictionaries", "11 03 00 01", ""],
  ];
  test.for(containers)("depth of %s", ([, open, close]) => {
    expect(outcomes(nested(32, open, close))).toEqual([undefined, undefined]);
    expect(outcomes(nested(33, open, close))).toEqual(["amf-depth", "amf-depth"]);
    expect(outcomes(nested(100_000, open, ""))).toEqual(["amf-depth", "amf-depth"]);
    expect(outcomes(nested(256, open, close), { limits: { maxDepth: 256 } })).toEqual([undefined, undefined]);
    expect(outcomes(nested(1, open, close), { limits: { maxDepth: 0 } })).toEqual(["amf-depth", "amf-depth"]);
  });
  test("depth of wrappers", () => {
    const name = "43 666c65782e6d6573736167696e672e696f2e4172726179436f6c6c656374696f6e";
    const wrapped = (levels: number) => fromHex(`0a 07 ${name} ${"0a 01".repeat(levels - 1)} 01`);
    expect(outcomes(wrapped(32))).toEqual([undefined, undefined]);
    expect(outcomes(wrapped(33))).toEqual(["amf-depth", "amf-depth"]);
  });
  test.for<[string, string]>([
    ["dense items", "09 09 01 01 01 01 01"],
    ["associative members", "09 01 0361 01 0362 01 0363 01 0364 01 01"],
    ["items and members together", "09 05 0361 01 0362 01 01 01 01"],
    ["sealed names", "0a 43 01 0361 0362 0363 0364 01 01 01 01"],
    ["dynamic members", "0a 0b 01 0361 01 0362 01 0363 01 0364 01 01"],
    ["sealed and dynamic together", "0a 2b 01 0361 0362 01 01 0363 01 0364 01 01"],
    ["items of a vector", "10 09 00 01 01 01 01 01"],
    ["entries", "11 09 00 01 01 02 01 03 01 00 01"],
  ])("members: %s", ([, hex]) => {
    const limits = (maxMembers: number) => ({ limits: { maxMembers } });
    expect(outcomes(fromHex(hex), limits(4))).toEqual([undefined, undefined]);
    expect(outcomes(fromHex(hex), limits(3))).toEqual(["amf-too-many", "amf-too-many"]);
  });
  test("values over all reads", () => {
    expect(outcomes(fromHex("09 05 01 01 01"), { limits: { maxValues: 2 } })).toEqual(["amf-too-many", "amf-too-many"]);
    const decoder = new Amf3Decoder(fromHex("01 01 01"), { limits: { maxValues: 2 } });
    decoder.readValue();
    decoder.readNode();
    expect(() => decoder.readValue()).toThrow(Amf3Error);
  });
  test("limits that make no sense are the caller's mistake", () => {
    for (const limits of [{ maxDepth: 257 }, { maxMembers: -1 }, { maxValues: NaN }, { maxLength: 0.5 }]) {
      expect(() => new Amf3Decoder(new Uint8Array(0), { limits })).toThrow(RangeError);
    }
    expect(() => new Amf3Decoder(new Uint8Array(1), {}, 2)).toThrow(RangeError);
  });
});

describe("what references repeat", () => {
  /** Arrays of two references each to the array before: `levels` doublings. */
  const doublings = (levels: number) => {
    let hex = `09 ${header(levels + 1)} 01 09 05 01 01 01`;
    for (let i = 1; i <= levels; i++) hex += `09 05 01 09 ${reference(i)} 09 ${reference(i)}`;
    return fromHex(hex);
  };
  const header = (count: number) => u29(2 * count + 1);
  const reference = (index: number) => u29(2 * index);
  const u29 = (value: number) =>
    value < 0x80
      ? value.toString(16).padStart(2, "0")
      : (0x8000 | ((value << 1) & 0x7f00) | (value & 0x7f)).toString(16);

  test("is counted as values", () => {
    expect(outcomes(doublings(9))).toEqual([undefined, undefined]);
    expect(outcomes(doublings(20))).toEqual(["amf-too-many", undefined]); // 2^20 for whoever walks it
    const count = (value: Amf3Value): number =>
      Array.isArray(value) ? value.reduce<number>((sum, item) => sum + count(item), 1) : 1;
    const decoder = new Amf3Decoder(doublings(9));
    expect(decoder.valueCount).toBe(0);
    const value = decoder.readValue();
    expect(decoder.valueCount).toBe(count(value));
  });
  test("is counted as depth", () => {
    const chain = (levels: number) => {
      let hex = `09 ${header(levels)} 01 09 01 01`;
      for (let i = 1; i < levels; i++) hex += `09 03 01 09 ${reference(i)}`;
      return fromHex(hex);
    };
    expect(outcomes(chain(31))).toEqual([undefined, undefined]);
    expect(outcomes(chain(32))).toEqual(["amf-depth", undefined]);
  });
  test("is counted to the value", () => {
    const inner = "09 03 01 01"; // two values
    const outer = `09 07 01 ${inner} 09 02 09 02`;
    const limits = (maxValues: number) => ({ limits: { maxValues } });
    expect(outcomes(fromHex(outer), limits(7))).toEqual([undefined, undefined]);
    expect(outcomes(fromHex(outer), limits(6))).toEqual(["amf-too-many", undefined]);
    // An object whose parts were sent by reference weighs as much as they do: 1 + 7 + 7 values.
    expect(outcomes(fromHex(`09 05 01 ${outer.replaceAll("09 02", "09 04")} 09 02`), limits(15))[0]).toBeUndefined();
    expect(outcomes(fromHex(`09 05 01 ${outer.replaceAll("09 02", "09 04")} 09 02`), limits(14))[0]).toBe(
      "amf-too-many",
    );
  });
  test("is counted to the level, of the deepest part", () => {
    // The second item refers to the first from one level further in; the first is three deep, in its first part.
    const bytes = fromHex(
      "09 05 01  09 05 01 (09 03 01 09 03 01 01) (09 03 01 01)  09 03 01 09 02".replace(/[()]/g, ""),
    );
    expect(outcomes(bytes, { limits: { maxDepth: 5 } })).toEqual([undefined, undefined]);
    expect(outcomes(bytes, { limits: { maxDepth: 4 } })).toEqual(["amf-depth", undefined]);
  });
  test("is counted as bytes: text, names, byte arrays, objects", () => {
    const long = `a001${"61".repeat(2048)}`; // a string or byte array of 2048 bytes
    const many = (first: string, again: string) => fromHex(`09 8161 01 ${first} ${again.repeat(111)}`); // 112 items
    const limits = { maxLength: 110 * 2048 };
    for (const bytes of [
      many(`06 ${long}`, "06 00"),
      many(`0c ${long}`, "0c 02"),
      many(`0b ${long}`, "0b 02"),
      many(`09 03 01 0c ${long}`, "09 02"),
      many(`0a 13 01 ${long} 01`, "0a 01 01"),
    ]) {
      expect(codeOf(bytes, { limits })).toBe("amf-too-many");
      expect(codeOf(bytes)).toBeUndefined();
    }
  });
});

describe("from the midst of other bytes", () => {
  const bytes = fromHex("ff 09 05 01 0401 05 3ff0000000000000 ff");
  test("natural", () => expect(amf3ValueDecoder(bytes, 1)).toEqual({ value: [1, 1], end: 15, values: 3 }));
  test("lossless", () => {
    const value = {
      type: "array",
      members: [],
      items: [
        { type: "integer", value: 1 },
        { type: "double", value: 1 },
      ],
    };
    expect(amf3NodeDecoder(bytes, 1)).toEqual({ value, end: 15, values: 3 });
  });
  test("within limits", () => {
    expect(() => amf3ValueDecoder(bytes, 1, { maxDepth: 0 })).toThrow(expect.objectContaining({ code: "amf-depth" }));
    expect(() => amf3NodeDecoder(bytes, 1, { maxDepth: 1, maxMembers: 2, maxValues: 2 })).toThrow(Amf3Error);
  });
  test("a byte array is the receiver's own", () => {
    const input = fromHex("0c 03 61");
    const value = decodeAmf3(input);
    input.fill(0);
    expect(value).toEqual(Uint8Array.of(0x61));
  });
});
