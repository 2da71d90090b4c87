import { describe, expect, test } from "vitest";
import { decodeMessage } from "./decode-message.js";
import { encodeMessage } from "./encode-message.js";
import { raw } from "./vectors/build.js";
import { failure } from "./vectors/failure.js";

const messages = [
  [1, "00000001", { type: "setChunkSize", chunkSize: 1 }],
  [1, "08000000", { type: "setChunkSize", chunkSize: 134_217_728 }], // joy4
  [1, "7fffffff", { type: "setChunkSize", chunkSize: 0x7fffffff }],
  [2, "00000006", { type: "abort", chunkStreamId: 6 }],
  [3, "fffffffe", { type: "acknowledgement", sequenceNumber: 4_294_967_294 }],
  [5, "00000000", { type: "windowAcknowledgementSize", windowSize: 0 }],
  [5, "004c4b40", { type: "windowAcknowledgementSize", windowSize: 5_000_000 }],
  [6, "0000100000", { type: "setPeerBandwidth", windowSize: 4096, limitType: 0 }],
  [6, "ffffffff01", { type: "setPeerBandwidth", windowSize: 0xffffffff, limitType: 1 }],
  [6, "0026259f02", { type: "setPeerBandwidth", windowSize: 2_499_999, limitType: 2 }],
] as const;

test.for(messages)("type %i %s, both ways", ([id, hex, fields]) => {
  const given = raw(id, hex);
  const message = decodeMessage(given);
  expect(message).toEqual({ messageTypeId: id, messageStreamId: 1, timestamp: 40, ...fields });
  expect(encodeMessage(message)).toEqual(given);
  expect(encodeMessage(fields)).toEqual({ ...given, messageStreamId: 0, timestamp: 0 });
});

describe("malformed", () => {
  test.for([
    [1, ""],
    [1, "000010"],
    [1, "0000100000"],
    [1, "00000000"],
    [1, "80000000"],
    [1, "ffffffff"],
    [2, "000000"],
    [3, "00"],
    [3, "0000000000"],
    [5, "004c4b"],
    [6, "004c4b40"],
    [6, "004c4b400200"],
  ] as const)("type %i with %s ends the connection", ([id, hex]) => {
    expect(failure(() => decodeMessage(raw(id, hex)))).toEqual({ code: "malformed-control", id, survivable: false });
  });
  test("a limit type of 3 can be dropped", () => {
    expect(failure(() => decodeMessage(raw(6, "004c4b4003")))).toEqual({
      code: "malformed-control",
      id: 6,
      survivable: true,
    });
  });
});
