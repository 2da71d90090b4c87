import { fromHex, toHex } from "@rtmp/bytes-util";
import { describe, expect, test } from "vitest";
import { encodeAggregate, splitAggregate } from "./aggregate.js";
import { decodeMessage } from "./decode-message.js";
import { encodeMessage } from "./encode-message.js";
import { failure } from "./vectors/failure.js";

// Two parts 23 ms apart, stamped 0x01000010 and 0x01000027 by their sender, on a stream id of their own (RTMP 7.1.6).
const AUDIO = "08 000002 000010 01 000009 af01 0000000d".replaceAll(" ", "");
const VIDEO = "09 000003 000027 01 000009 170100 0000000e".replaceAll(" ", "");

function aggregate(hex: string, timestamp = 1000) {
  return { messageTypeId: 22, messageStreamId: 5, timestamp, payload: fromHex(hex) };
}
function split(hex: string, timestamp?: number) {
  return splitAggregate(aggregate(hex, timestamp)).map(({ payload, ...rest }) => ({ ...rest, hex: toHex(payload) }));
}

describe("splitting", () => {
  test("parts get the aggregate's stream and clock", () => {
    expect(split(AUDIO + VIDEO)).toEqual([
      { messageTypeId: 8, messageStreamId: 5, timestamp: 1000, hex: "af01" },
      { messageTypeId: 9, messageStreamId: 5, timestamp: 1023, hex: "170100" },
    ]);
  });
  test("time wraps at 32 bits, in either direction", () => {
    expect(split(AUDIO + VIDEO, 0xffffffff).map((part) => part.timestamp)).toEqual([0xffffffff, 22]);
    expect(split(VIDEO + AUDIO, 10).map((part) => part.timestamp)).toEqual([10, 0xfffffff3]);
  });
  test("the last back pointer may be missing or cut, and none is checked", () => {
    for (const cut of [2, 4, 6, 8]) expect(split((AUDIO + VIDEO).slice(0, -cut))).toEqual(split(AUDIO + VIDEO));
    expect(split(`${AUDIO.slice(0, -8)}ffffffff${VIDEO}`)).toEqual(split(AUDIO + VIDEO));
  });
  test("payloads are views, also empty ones", () => {
    const whole = aggregate(`08000000000010010000000000000b${AUDIO}`);
    const [empty, audio] = splitAggregate(whole);
    expect(empty?.payload.length).toBe(0);
    expect(audio?.payload.buffer).toBe(whole.payload.buffer);
  });
  test("nothing at all is no parts", () => {
    expect(split("")).toEqual([]);
  });
  test("any type but an aggregate is passed on", () => {
    expect(split(`12${AUDIO.slice(2)}c8${AUDIO.slice(2)}`).map((part) => part.messageTypeId)).toEqual([18, 200]);
  });
  test("decodeMessage gives the parts", () => {
    const whole = aggregate(AUDIO + VIDEO);
    expect(decodeMessage(whole)).toEqual({ type: "aggregate", ...whole, parts: splitAggregate(whole) });
  });
});

describe("malformed", () => {
  const dropped = { code: "malformed-aggregate", id: 22, survivable: true };
  test("a header or payload cut anywhere", () => {
    const first = AUDIO.length / 2;
    for (let length = first + 1; length < first + 11 + 3; length++) {
      expect(failure(() => split((AUDIO + VIDEO).slice(0, 2 * length)))).toEqual(dropped);
    }
  });
  test("a length that lies", () => {
    expect(failure(() => split(`08ffffff${AUDIO.slice(8)}`))).toEqual(dropped);
  });
  test("an aggregate inside", () => {
    expect(failure(() => split(`${AUDIO}16${AUDIO.slice(2)}`))).toEqual(dropped);
  });
  test("too many parts", () => {
    const part = "08 000000 000000 00 000000 0000000b".replaceAll(" ", "");
    expect(split(part.repeat(4096))).toHaveLength(4096);
    expect(failure(() => split(part.repeat(4097)))).toEqual(dropped);
    expect(splitAggregate(aggregate(part.repeat(4097)), 4097)).toHaveLength(4097);
    expect(failure(() => decodeMessage(aggregate(part.repeat(3)), { limits: { maxAggregateParts: 2 } }))).toEqual(
      dropped,
    );
  });
});

describe("gathering", () => {
  const part = { messageTypeId: 8, messageStreamId: 5, timestamp: 0x01000010, payload: fromHex("af01") };
  test("writes what was split", () => {
    const whole = aggregate(AUDIO.replace("000009", "000000") + VIDEO.replace("000009", "000000"), 0x01000010);
    expect(encodeAggregate(splitAggregate(whole))).toEqual(whole);
    expect(encodeMessage(decodeMessage(whole))).toEqual(whole);
  });
  test("refuses what can not be one", () => {
    expect(() => encodeAggregate([])).toThrow(RangeError);
    expect(() => encodeAggregate([part, { ...part, messageStreamId: 6 }])).toThrow(RangeError);
    expect(() => encodeAggregate([part, { ...part, messageTypeId: 22 }])).toThrow(RangeError);
    expect(() => encodeAggregate([{ ...part, messageTypeId: 256 }])).toThrow(RangeError);
    expect(() => encodeAggregate([part, { ...part, timestamp: -1 }])).toThrow(RangeError);
    expect(() => encodeAggregate([{ ...part, payload: new Uint8Array(0x1000000) }])).toThrow(RangeError);
  });
});
