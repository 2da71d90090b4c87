import { concatBytes, fromHex } from "@rtmp/bytes-util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeMessage } from "./decode-message.js";
import { encodeMessage } from "./encode-message.js";
import { MessageError } from "./errors.js";
import type { Message } from "./message.js";
import type { RawMessage } from "./raw-message.js";
import { ffmpegPlay, ffmpegPublish, nginxReplies, obsPublish } from "./vectors/recorded.js";

const recorded = [...ffmpegPublish, ...ffmpegPlay, ...obsPublish, ...nginxReplies].map(({ hex }) => fromHex(hex));
const typeId = fc.oneof(fc.constantFrom(1, 2, 3, 4, 5, 6, 15, 16, 17, 18, 19, 20, 22), fc.nat(255));
/** Bytes that mean something: markers, names, lengths near what is there, ends. */
const piece = fc.oneof(
  fc.constantFrom(
    "00",
    "02",
    "03",
    "05",
    "08",
    "0a",
    "0c",
    "11",
    "09",
    "0901",
    "0a0b01",
    "000009",
    "ffffffff",
    "00000001",
  ),
  fc.constantFrom(
    "020007636f6e6e656374",
    "0200077075626c697368",
    "003ff0000000000000",
    "00095f5f70726f746f5f5f",
    "000161",
  ),
  fc
    .uint8Array({ maxLength: 6 })
    .map((bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")),
);
const built = fc.array(piece, { maxLength: 30 }).map((pieces) => fromHex(pieces.join("")));
const mutated = fc
  .record({
    bytes: fc.constantFrom(...recorded),
    at: fc.nat(600),
    value: fc.nat(255),
    end: fc.nat(700),
    more: fc.uint8Array(),
  })
  .map(({ bytes, at, value, end, more }) => {
    const copy = concatBytes([bytes.subarray(0, end), more]);
    if (copy.length > 0) copy[at % copy.length] = value;
    return copy;
  });
const hostile = fc.record({
  messageTypeId: typeId,
  messageStreamId: fc.constant(1),
  timestamp: fc.constant(0),
  payload: fc.oneof(built, mutated, fc.uint8Array({ maxLength: 64 })),
});

test("any payload gives a message or a MessageError, and does not change", () => {
  fc.assert(
    fc.property(hostile, fc.boolean(), (raw, lenient) => {
      const before = raw.payload.slice();
      const outcome = attempt(raw, lenient);
      expect(raw.payload).toEqual(before);
      if (outcome instanceof MessageError) {
        expect(outcome.messageTypeId).toBe(raw.messageTypeId);
        return;
      }
      expect(outcome).toMatchObject({ messageTypeId: raw.messageTypeId, messageStreamId: 1 });
      if ("warning" in outcome && outcome.warning !== undefined) expect(lenient).toBe(true);
    }),
    { numRuns: 10_000 },
  );
});

test("what the lenient decoder left out is all that the strict one objects to", () => {
  fc.assert(
    fc.property(hostile, (raw) => {
      const lenient = attempt(raw, true);
      const strict = attempt(raw, false);
      if (lenient instanceof MessageError) expect(strict).toEqual(lenient);
      else if ("warning" in lenient && lenient.warning !== undefined) expect(strict).toEqual(lenient.warning);
      else expect(strict).toEqual(lenient);
    }),
    { numRuns: 2000 },
  );
});

test("a decoded command or data message can be encoded, unless AMF3 brought what AMF0 has no form for", () => {
  fc.assert(
    fc.property(hostile, (raw) => {
      const message = attempt(raw, true);
      if (message instanceof MessageError || (message.type !== "command" && message.type !== "data")) return;
      if (message.amfBytes.includes(0x11)) return;
      const again = decodeMessage(encodeMessage(message));
      if (again.type !== message.type) throw new Error(`a ${again.type} message`);
      expect(again.messageTypeId).toBe(message.messageTypeId);
      if (again.type === "data" && message.type === "data") expect(again.values).toEqual(message.values);
      if (again.type === "command" && message.type === "command") expect(again.arguments).toEqual(message.arguments);
    }),
    { numRuns: 3000 },
  );
});

function attempt(raw: RawMessage, lenient: boolean): Message | MessageError {
  try {
    return decodeMessage(raw, { lenient });
  } catch (error) {
    if (error instanceof MessageError) return error;
    throw error;
  }
}
