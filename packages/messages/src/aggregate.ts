import { ByteReader, ByteWriter } from "@rtmp/bytes-util";
import { MessageError } from "./errors.js";
import { DEFAULT_MESSAGE_LIMITS } from "./limits.js";
import { MessageType } from "./message-type.js";
import { type MessageHeader, type RawMessage, rawMessage, requireU32 } from "./raw-message.js";

/** Type, size, timestamp and stream id before each part: the layout of an FLV tag. */
const HEADER_LENGTH = 11;
/** The size of the part before it, with its header. */
const BACK_POINTER_LENGTH = 4;

/** Aggregate, type 22 (RTMP 7.1.6): several messages of one stream in one payload. */
export interface Aggregate extends MessageHeader {
  readonly type: "aggregate";
  /** The messages inside, in order, on the aggregate's stream and with absolute timestamps; payloads are views. */
  readonly parts: readonly RawMessage[];
  /** The whole payload as received. */
  readonly payload: Uint8Array;
}

/**
 * Splits an aggregate into its messages (RTMP 7.1.6). A part's time is the aggregate's, plus how much later its own
 * stamp is than the first part's, modulo 2^32. Payloads are views of the aggregate's payload. Back pointers are not
 * checked, and the last one may be missing.
 * @param maxParts how many parts are accepted.
 * @throws MessageError `malformed-aggregate` (survivable) for a part that runs past the end, for an aggregate in the
 * aggregate, and for more than `maxParts`.
 */
export function splitAggregate(
  raw: RawMessage,
  maxParts: number = DEFAULT_MESSAGE_LIMITS.maxAggregateParts,
): RawMessage[] {
  const { payload, messageStreamId } = raw;
  const fields = new ByteReader(payload);
  const parts: RawMessage[] = [];
  let shift = 0; // from the parts' clock to the aggregate's
  while (fields.remaining > 0) {
    const start = fields.position;
    if (parts.length >= maxParts) throw malformed(raw, `more than ${maxParts} parts`, start);
    if (fields.remaining < HEADER_LENGTH) throw malformed(raw, `${fields.remaining} bytes for a part's header`, start);
    const messageTypeId = fields.u8();
    if (messageTypeId === MessageType.aggregate) throw malformed(raw, "an aggregate inside", start);
    const length = fields.u24();
    const low = fields.u24();
    const stamp = fields.u8() * 0x1000000 + low; // the high byte comes last, as in FLV
    fields.skip(3); // stream id: the aggregate's counts
    if (length > fields.remaining) throw malformed(raw, `a part of ${length} bytes, ${fields.remaining} left`, start);
    if (parts.length === 0) shift = raw.timestamp - stamp;
    parts.push({ messageTypeId, messageStreamId, timestamp: (stamp + shift) >>> 0, payload: fields.bytes(length) });
    fields.skip(Math.min(BACK_POINTER_LENGTH, fields.remaining));
  }
  return parts;
}

/**
 * Gathers messages of one stream into an aggregate, which takes the first one's timestamp.
 * @throws RangeError for no parts, parts of several streams, an aggregate among them, a payload above 16777215 bytes, or
 * a type id or timestamp outside its field.
 */
export function encodeAggregate(parts: readonly RawMessage[]): RawMessage {
  const [first] = parts;
  if (first === undefined) throw new RangeError("an aggregate of no parts");
  const out = new ByteWriter(256);
  for (const { messageTypeId, messageStreamId, timestamp, payload } of parts) {
    if (messageStreamId !== first.messageStreamId) throw new RangeError("an aggregate of several message streams");
    if (messageTypeId === MessageType.aggregate) throw new RangeError("an aggregate inside an aggregate");
    requireU32("timestamp", timestamp);
    out.u8(messageTypeId);
    out.u24(payload.length);
    out.u24(timestamp & 0xffffff);
    out.u8(timestamp >>> 24);
    out.u24(0);
    out.bytes(payload);
    out.u32(HEADER_LENGTH + payload.length);
  }
  return rawMessage(MessageType.aggregate, first, out.toBytes());
}

function malformed(raw: RawMessage, what: string, offset: number): MessageError {
  const { messageTypeId } = raw;
  return new MessageError("malformed-aggregate", `aggregate: ${what}`, { messageTypeId, survivable: true, offset });
}
