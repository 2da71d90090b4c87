import { toHex } from "@rtmp/bytes-util";
import { describe, expect, test } from "vitest";
import type { Data } from "./data.js";
import { decodeMessage } from "./decode-message.js";
import { encodeMessage } from "./encode-message.js";
import type { DecodeOptions } from "./options.js";
import { NULL, nested, num, obj, raw, str } from "./vectors/build.js";
import { failure } from "./vectors/failure.js";

function decode(payload: string | Uint8Array, options?: DecodeOptions, messageTypeId = 18): Data {
  const message = decodeMessage(raw(messageTypeId, payload), options);
  if (message.type !== "data") throw new Error(`a ${message.type} message`);
  return message;
}

describe("decoding", () => {
  test("name and values", () => {
    const message = decode(str("onMetaData") + obj(["width", num(640)]));
    expect(message).toMatchObject({ type: "data", encoding: "amf0", name: "onMetaData" });
    expect(message.values).toEqual(["onMetaData", Object.assign(Object.create(null), { width: 640 })]);
    expect(message.warning).toBeUndefined();
    expect(message.amfBytes).toEqual(message.payload);
  });
  test("an empty payload has neither", () => {
    expect(decode("")).toMatchObject({ name: undefined, values: [] });
    expect(decode("00", {}, 15)).toMatchObject({ name: undefined, values: [] });
  });
  test.for([num(1), NULL, obj(), "0f0000000178"])("a first value that is no string gives no name: %s", (hex) => {
    const message = decode(hex + str("x"));
    expect(message.name).toBeUndefined();
    expect(message.values).toHaveLength(2);
  });
  test("values from cameras: dates, undefined, strings of NUL", () => {
    const message = decode(`${str("onMetaData")}0b404500000000000000ff060200020000`);
    expect(message.values).toEqual(["onMetaData", new Date(42), undefined, "\0\0"]);
  });
  test.for([
    ["with the selector", `00${str("onMetaData")}110402`],
    ["without it", `${str("onMetaData")}110402`],
  ] as const)("type 15 %s", ([, hex]) => {
    const message = decode(hex, {}, 15);
    expect(message).toMatchObject({
      messageTypeId: 15,
      encoding: "amf3",
      name: "onMetaData",
      values: ["onMetaData", 2],
    });
    expect(toHex(message.payload)).toBe(hex);
    expect(toHex(message.amfBytes)).toBe(`${str("onMetaData")}110402`);
  });
  test("the selector belongs to type 15 alone", () => {
    expect(decode(`00${str("onMetaData")}`).name).toBeUndefined(); // marker 0x00: a number
  });
});

describe("broken", () => {
  const dropped = { code: "malformed-data", id: 18, survivable: true };
  test.for(["02", "020005616263", "0000", "09", "04", "ff", "0affffffff", "11ff"])("first value %s", (hex) => {
    expect(failure(() => decode(hex))).toEqual(dropped);
  });
  test.for([`0300057769647468`, "ff", "0200", "11", "0affffffff"])("a later one, %s, is a warning", (rest) => {
    const head = str("@setDataFrame") + str("onMetaData");
    const message = decode(head + rest);
    expect(message).toMatchObject({ name: "@setDataFrame", values: ["@setDataFrame", "onMetaData"] });
    expect(message.warning).toMatchObject({ code: "malformed-data", survivable: true, offset: head.length / 2 });
    expect(toHex(message.amfBytes)).toBe(head);
    expect(toHex(message.payload)).toBe(head + rest);
    expect(failure(() => decode(head + rest, { lenient: false }))).toEqual(dropped);
  });
  test("deep nesting ends the connection", () => {
    for (const depth of [33, 1000, 140_000]) {
      expect(failure(() => decode(nested(depth)))).toEqual({ code: "amf-depth", id: 18, survivable: false });
    }
    expect(decode(nested(32)).values).toHaveLength(1);
  });
  test("too many values can be dropped", () => {
    const keyframes = `0a00002001${NULL.repeat(0x2001)}`;
    const many = { code: "amf-too-many", id: 18, survivable: true };
    expect(failure(() => decode(str("onMetaData") + keyframes))).toEqual(many);
    expect(failure(() => decode(NULL.repeat(16_385)))).toEqual(many);
    expect(decode(NULL.repeat(16_384)).values).toHaveLength(16_384);
    const dataAmf = { maxDepth: 1, maxMembers: 10_000, maxValues: 10_000 };
    expect(decode(str("onMetaData") + keyframes, { limits: { dataAmf } }).values).toHaveLength(2);
  });
  test("AMF3 inside counts towards the depth", () => {
    expect(failure(() => decode(`11${"090301".repeat(40)}01`)).code).toBe("amf-depth");
  });
});

describe("encoding", () => {
  test("types 18 and 15", () => {
    const values = ["onMetaData", { width: 640 }];
    const hex = str("onMetaData") + obj(["width", num(640)]);
    expect(encodeMessage({ type: "data", values, messageStreamId: 1, timestamp: 40 })).toEqual(raw(18, hex));
    expect(encodeMessage({ type: "data", encoding: "amf3", values, messageStreamId: 1, timestamp: 40 })).toEqual(
      raw(15, `00${hex}`),
    );
  });
  test("an object inside itself is the caller's mistake", () => {
    const loop: { self?: unknown } = {};
    loop.self = loop;
    expect(() => encodeMessage({ type: "data", values: [loop as never] })).toThrow(TypeError);
  });
});
