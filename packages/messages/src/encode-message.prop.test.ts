import type { Amf0Encodable } from "@rtmp/amf0";
import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeMessage } from "./decode-message.js";
import { encodeMessage } from "./encode-message.js";
import type { OutgoingMessage } from "./message.js";

const u32 = fc.oneof(
  fc.integer({ min: 0, max: 0xffffffff }),
  fc.constantFrom(0, 1, 0x7fffffff, 0x80000000, 0xffffffff),
);
const payload = fc.uint8Array({ maxLength: 40 });
const header = { messageStreamId: u32, timestamp: u32 };
const encoding = fc.constantFrom("amf0" as const, "amf3" as const);
const name = fc.oneof(
  fc.string({ maxLength: 30, unit: "grapheme" }),
  fc.constantFrom(
    "connect",
    "publish",
    "play",
    "_result",
    "_error",
    "onStatus",
    "deleteStream",
    "__proto__",
    "constructor",
  ),
);

/** What the natural mapping keeps as it is: objects without a prototype, so that any name is only a name. */
const value: fc.Memo<Amf0Encodable> = fc.memo((depth) =>
  depth <= 1
    ? fc.oneof(
        fc.double(),
        fc.boolean(),
        fc.constantFrom(null, undefined),
        fc.string({ maxLength: 40, unit: "grapheme" }),
        fc.date({ noInvalidDate: true }),
      )
    : fc.oneof(
        value(depth - 1),
        fc.array(value(depth - 1), { maxLength: 4 }),
        fc
          .uniqueArray(fc.tuple(name, value(depth - 1)), { maxLength: 4, selector: ([key]) => key })
          .map((members) => Object.setPrototypeOf(fromEntries(members), null)),
      ),
);

const outgoing: fc.Arbitrary<OutgoingMessage> = fc.oneof(
  fc.record({
    type: fc.constant("setChunkSize" as const),
    chunkSize: fc.integer({ min: 1, max: 0x7fffffff }),
    ...header,
  }),
  fc.record({ type: fc.constant("abort" as const), chunkStreamId: u32, ...header }),
  fc.record({ type: fc.constant("acknowledgement" as const), sequenceNumber: u32, ...header }),
  fc.record({ type: fc.constant("windowAcknowledgementSize" as const), windowSize: u32, ...header }),
  fc.record({
    type: fc.constant("setPeerBandwidth" as const),
    windowSize: u32,
    limitType: fc.constantFrom(0 as const, 1 as const, 2 as const),
    ...header,
  }),
  fc.record({
    type: fc.constant("userControl" as const),
    event: fc.constantFrom(
      "streamBegin" as const,
      "streamEof" as const,
      "streamIsRecorded" as const,
      "bufferReady" as const,
    ),
    streamId: u32,
    ...header,
  }),
  fc.record({
    type: fc.constant("userControl" as const),
    event: fc.constant("setBufferLength" as const),
    streamId: u32,
    bufferLengthMs: u32,
    ...header,
  }),
  fc.record({
    type: fc.constant("userControl" as const),
    event: fc.constantFrom("pingRequest" as const, "pingResponse" as const),
    pingTimestamp: u32,
    ...header,
  }),
  fc.record({
    type: fc.constant("userControl" as const),
    event: fc.constant("unknown" as const),
    eventType: fc.constantFrom(5, 8, 25, 33, 65_535),
    data: payload,
    ...header,
  }),
  fc.record({ type: fc.constantFrom("audio" as const, "video" as const), payload, ...header }),
  fc.record({ type: fc.constant("sharedObject" as const), encoding, payload, ...header }),
  fc.record({
    type: fc.constant("unknown" as const),
    messageTypeId: fc.constantFrom(0, 7, 14, 21, 255),
    payload,
    ...header,
  }),
  fc.record({ type: fc.constant("data" as const), encoding, values: fc.array(value(3), { maxLength: 5 }), ...header }),
  fc.record({
    type: fc.constant("command" as const),
    encoding,
    name,
    transactionId: fc.oneof(fc.nat(10), fc.double()),
    commandObject: value(3).map((object) => object ?? null), // undefined is written as null
    arguments: fc.array(value(3), { maxLength: 5 }),
    ...header,
  }),
  fc.record({
    type: fc.constant("command" as const),
    encoding,
    name,
    transactionId: fc.constant(undefined),
    ...header,
  }),
);

test("what is encoded is decoded as it was given, and the same bytes come out again", () => {
  fc.assert(
    fc.property(outgoing, (given) => {
      const raw = encodeMessage(given);
      const message = decodeMessage(raw);
      const received = new Map(Object.entries(message));
      for (const [field, sent] of Object.entries(given)) expect([field, received.get(field)]).toEqual([field, sent]);
      expect(received.get("warning")).toBeUndefined();
      if (given.type !== "command" || given.transactionId !== undefined) expect(encodeMessage(message)).toEqual(raw);
    }),
    { numRuns: 3000 },
  );
});

/** An object of these members, also of one called `__proto__`. */
function fromEntries(members: readonly (readonly [string, Amf0Encodable])[]): Record<string, Amf0Encodable> {
  return Object.fromEntries(members);
}
