import { fromHex, toHex } from "@rtmp/bytes-util";
import { describe, expect, test } from "vitest";
import {
  type Amf0Limits,
  type Amf3ValueDecoder,
  AvmPlus,
  decodeAmf0,
  decodeAmf0Node,
  decodeAmf0Sequence,
  encodeAmf0,
  encodeAmf0Node,
} from "./index.js";

/** Stands in for an AMF3 decoder: the first byte is the length of the value, itself included, and what it counts for. */
const amf3: Amf3ValueDecoder = (bytes, offset) => {
  const length = bytes[offset] ?? 0;
  return { value: `amf3 ${toHex(bytes.subarray(offset, offset + length))}`, end: offset + length, values: length };
};

describe("AVM+ marker (3.1)", () => {
  test("switches for one value only", () => {
    const bytes = fromHex("11 02aa 05 11 01 03 000161 11 03bbcc 000009");
    expect(decodeAmf0Sequence(bytes, { amf3 })).toEqual(["amf3 02aa", null, "amf3 01", { a: "amf3 03bbcc" }]);
  });
  test("is lossless", () => {
    const bytes = fromHex("11 02aa");
    const node = decodeAmf0Node(bytes, { amf3 });
    expect(node).toEqual({ type: "avmPlus", value: "amf3 02aa", bytes: fromHex("02aa") });
    expect(encodeAmf0Node(node)).toEqual(bytes);
  });
  test("is written for AMF3 bytes", () => {
    expect(toHex(encodeAmf0({ a: new AvmPlus(fromHex("02aa")) }))).toBe("030001611102aa000009");
  });
  test("hands on what is left of the limits, and counts what was used", () => {
    const seen: Amf0Limits[] = [];
    const recording: Amf3ValueDecoder = (bytes, offset, limits) => {
      seen.push(limits);
      return amf3(bytes, offset, limits);
    };
    const bytes = fromHex("0a 00000003 11 03aaaa 05 0a 00000001 11 01");
    decodeAmf0(bytes, { amf3: recording, limits: { maxDepth: 4, maxMembers: 7, maxValues: 20 } });
    expect(seen).toEqual([
      { maxDepth: 3, maxMembers: 7, maxValues: 19 }, // the array is one value
      { maxDepth: 2, maxMembers: 7, maxValues: 14 }, // and so are null and the inner array; the first AMF3 value is 3
    ]);
    expect(() => decodeAmf0(bytes, { amf3, limits: { maxValues: 5 } })).toThrow(
      expect.objectContaining({ code: "amf-too-many" }),
    );
    expect(decodeAmf0(bytes, { amf3, limits: { maxValues: 7 } })).toHaveLength(3);
  });

  const failing =
    (thrown: unknown): Amf3ValueDecoder =>
    () => {
      throw thrown;
    };
  const coded = (code: unknown) => Object.assign(new Error("no"), { code });
  test.for([
    ["amf-depth", "amf-depth"],
    ["amf-too-many", "amf-too-many"],
    ["amf-cyclic", "amf-malformed"],
  ] as const)("an error %s of the decoder becomes %s", ([code, ours]) => {
    const cause = coded(code);
    expect(() => decodeAmf0(fromHex("05 11 00").subarray(1), { amf3: failing(cause) })).toThrow(
      expect.objectContaining({ name: "Amf0Error", code: ours, cause, marker: 0x11, offset: 1 }),
    );
  });
  test.for([new TypeError("a bug"), coded(7), coded("ENOENT"), "text"])(
    "a failure of the decoder's own passes: %s",
    (thrown) => {
      let caught: unknown;
      try {
        decodeAmf0(fromHex("11 00"), { amf3: failing(thrown) });
      } catch (error) {
        caught = error;
      }
      expect(caught).toBe(thrown);
    },
  );
  test.for([1, 0, 4, 1.5, NaN])("an end of %s is the decoder's mistake", (end) => {
    expect(() => decodeAmf0(fromHex("11 00 00"), { amf3: () => ({ value: 0, end }) })).toThrow(RangeError);
  });
});
