import { fromHex, toHex } from "@rtmp/bytes-util";
import { describe, expect, test } from "vitest";
import { decodeMessage } from "./decode-message.js";
import { encodeMessage } from "./encode-message.js";
import { MessageType } from "./message-type.js";
import { raw } from "./vectors/build.js";
import { ffmpegPlay, ffmpegPublish, nginxReplies, obsPublish } from "./vectors/recorded.js";

const recordings = [
  ["FFmpeg publishing", ffmpegPublish],
  ["FFmpeg playing", ffmpegPlay],
  ["OBS publishing", obsPublish],
  ["nginx-rtmp answering", nginxReplies],
] as const;

describe.for(recordings)("recorded: %s", ([, messages]) => {
  test.for(messages)("$name", ({ messageTypeId, messageStreamId, timestamp, hex, expected }) => {
    const payload = fromHex(hex);
    const message = decodeMessage({ messageTypeId, messageStreamId, timestamp, payload });
    expect(message).toMatchObject({ messageTypeId, messageStreamId, timestamp });
    expect(plain(message)).toMatchObject(expected);
    if ("payload" in message) expect(message.payload).toBe(payload);
  });

  test("comes out the same when encoded again", () => {
    for (const { name, messageTypeId, messageStreamId, timestamp, hex } of messages) {
      if (name === "@setDataFrame") continue; // an ECMA array, which the natural mapping makes an object
      const given = { messageTypeId, messageStreamId, timestamp, payload: fromHex(hex) };
      const { payload, ...rest } = encodeMessage(decodeMessage(given));
      expect({ ...rest, hex: toHex(payload) }).toEqual({ messageTypeId, messageStreamId, timestamp, hex });
    }
  });
});

describe("media", () => {
  test.for([
    [MessageType.audio, "audio"],
    [MessageType.video, "video"],
  ] as const)("type %i is %s, its payload untouched", ([messageTypeId, type]) => {
    for (const hex of ["", "af00", "ff".repeat(100)]) {
      const given = raw(messageTypeId, hex);
      const message = decodeMessage(given);
      expect(message).toEqual({ type, ...given });
      expect("payload" in message && message.payload).toBe(given.payload);
      expect(encodeMessage(message)).toEqual(given);
    }
  });
});

describe("types without a typed form", () => {
  test.for([0, 7, 10, 11, 12, 13, 14, 21, 23, 24, 63, 127, 255])("type %i is unknown, and passed on as it is", (id) => {
    const given = raw(id, "0102");
    const message = decodeMessage(given);
    expect(message).toEqual({ type: "unknown", ...given });
    expect(encodeMessage(message)).toEqual(given);
  });
  test.for([
    [16, "amf3"],
    [19, "amf0"],
  ] as const)("type %i is a shared object, not decoded", ([id, encoding]) => {
    const given = raw(id, "ff");
    const message = decodeMessage(given);
    expect(message).toEqual({ type: "sharedObject", encoding, ...given });
    expect(encodeMessage(message)).toEqual(given);
  });
});

describe("what a caller may not encode", () => {
  const payload = new Uint8Array(0);
  test.for([
    ["a stream id", { type: "audio", payload, messageStreamId: -1 }],
    ["a timestamp", { type: "audio", payload, timestamp: 2 ** 32 }],
    ["a fraction of a millisecond", { type: "video", payload, timestamp: 0.5 }],
    ["a type id", { type: "unknown", payload, messageTypeId: 256 }],
    ["a chunk size of 0", { type: "setChunkSize", chunkSize: 0 }],
    ["a chunk size with bit 31", { type: "setChunkSize", chunkSize: 2 ** 31 }],
    ["a window", { type: "windowAcknowledgementSize", windowSize: 2 ** 32 }],
    ["an event", { type: "userControl", event: "unknown", eventType: 65_536 }],
  ] as const)("%s out of its range", ([, message]) => {
    expect(() => encodeMessage(message)).toThrow(RangeError);
  });
});

/** A copy with ordinary prototypes, for matching. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]));
}
