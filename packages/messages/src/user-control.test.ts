import { fromHex } from "@rtmp/bytes-util";
import { describe, expect, test } from "vitest";
import { decodeMessage } from "./decode-message.js";
import { encodeMessage } from "./encode-message.js";
import { raw } from "./vectors/build.js";
import { failure } from "./vectors/failure.js";

const events = [
  ["000000000001", { event: "streamBegin", streamId: 1 }, [1]],
  ["000100000002", { event: "streamEof", streamId: 2 }, [2]],
  ["0002ffffffff", { event: "streamDry", streamId: 0xffffffff }, [0xffffffff]],
  ["00030000000100000bb8", { event: "setBufferLength", streamId: 1, bufferLengthMs: 3000 }, [1, 3000]],
  ["000400000007", { event: "streamIsRecorded", streamId: 7 }, [7]],
  ["0006000f4240", { event: "pingRequest", pingTimestamp: 1_000_000 }, [1_000_000]],
  ["0007fffffff0", { event: "pingResponse", pingTimestamp: 0xfffffff0 }, [0xfffffff0]],
  ["001a", { event: "swfVerificationRequest", data: fromHex("") }, []],
  [`001b${"0101".padEnd(84, "5")}`, { event: "swfVerificationResponse", data: fromHex("0101".padEnd(84, "5")) }, []],
  ["001f00000001", { event: "bufferEmpty", streamId: 1 }, [1]],
  ["002000000001", { event: "bufferReady", streamId: 1 }, [1]],
  ["000500000001", { event: "unknown", eventType: 5, data: fromHex("00000001") }, [1]],
  ["0063", { event: "unknown", eventType: 99, data: fromHex("") }, []],
  ["ffff00000001000000020a", { event: "unknown", eventType: 0xffff, data: fromHex("00000001000000020a") }, [1, 2]],
] as const;

test.for(events)("%s, both ways", ([hex, fields, eventData]) => {
  const given = raw(4, hex);
  const message = decodeMessage(given);
  const { payload, ...header } = given;
  expect(message).toEqual({
    type: "userControl",
    ...header,
    eventType: Number.parseInt(hex.slice(0, 4), 16),
    eventData,
    data: payload.subarray(2),
    ...fields,
  });
  expect(encodeMessage(message)).toEqual(given);
  expect(encodeMessage({ type: "userControl", ...fields })).toEqual({ ...given, messageStreamId: 0, timestamp: 0 });
});

test("bytes after an event's fields are ignored", () => {
  expect(decodeMessage(raw(4, "0006000000050000"))).toMatchObject({
    event: "pingRequest",
    pingTimestamp: 5,
    eventData: [5],
  });
});

describe("malformed", () => {
  test.for(["", "00"])("'%s' has no event number", (hex) => {
    expect(failure(() => decodeMessage(raw(4, hex)))).toEqual({ code: "malformed-control", id: 4, survivable: false });
  });
  test.for([
    "0000",
    "0000000001".slice(0, 8),
    "0003",
    "000300000001",
    "00030000000100000b",
    "0006",
    "0007000001",
    "001f0000",
  ])("%s lacks a field, and can be dropped", (hex) => {
    expect(failure(() => decodeMessage(raw(4, hex)))).toEqual({ code: "malformed-control", id: 4, survivable: true });
  });
});
