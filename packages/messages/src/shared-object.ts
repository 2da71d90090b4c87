import { type Amf0Value, decodeAmf0Sequence } from "@rtmp/amf0";
import { ByteReader, BytesError } from "@rtmp/bytes-util";
import { MessageError } from "./errors.js";
import type { SharedObject } from "./message.js";
import { type DecodeOptions, resolveOptions } from "./options.js";

/** Numbers of shared object events (RTMP 7.1.3). */
export const SharedObjectEventType = {
  use: 1,
  release: 2,
  requestChange: 3,
  change: 4,
  success: 5,
  sendMessage: 6,
  status: 7,
  clear: 8,
  remove: 9,
  requestRemove: 10,
  useSuccess: 11,
} as const;

/** One event of a shared object message. */
export interface SharedObjectEvent {
  /** One of {@link SharedObjectEventType}; other numbers as sent. */
  readonly eventType: number;
  /** The property that is changed or removed, for the events that name one. */
  readonly property: string | undefined;
  /** The values behind it, for change, request change and send message; AMF3 ones included. */
  readonly values: readonly Amf0Value[];
  /** The event's data as sent: a view of the payload. */
  readonly data: Uint8Array;
}

/** What a shared object message says (RTMP 7.1.3). */
export interface SharedObjectContent {
  readonly name: string;
  /** Version of the object that the sender knows, u32. */
  readonly version: number;
  /** Whether the object outlives its users. */
  readonly persistent: boolean;
  readonly events: readonly SharedObjectEvent[];
}

const PERSISTENT = 2;
/** Bytes of an event before its data: type and length. */
const EVENT_HEAD = 5;

/**
 * Reads a shared object message of type 19, or 16 behind its format selector. `decodeMessage` leaves this to those who want
 * it: live streaming has no use for shared objects.
 * @throws MessageError `malformed-data` (survivable) if the message ends early or holds something that is not AMF.
 */
export function readSharedObject(message: SharedObject, options?: DecodeOptions): SharedObjectContent {
  const { encoding, payload, messageTypeId } = message;
  const { amf3, limits } = resolveOptions(options);
  const amf = { limits: limits.dataAmf, ...(amf3 !== undefined && { amf3 }) };
  try {
    const fields = new ByteReader(payload, encoding === "amf3" && payload[0] === 0 ? 1 : 0);
    const name = fields.utf8(fields.u16());
    const version = fields.u32();
    const persistent = fields.u32() === PERSISTENT;
    fields.skip(4);
    const events: SharedObjectEvent[] = [];
    while (fields.remaining >= EVENT_HEAD) {
      const eventType = fields.u8();
      const data = fields.bytes(fields.u32());
      events.push({ eventType, data, ...readEvent(eventType, data, amf) });
    }
    return { name, version, persistent, events };
  } catch (cause) {
    // The reader's complaint about the end, or the AMF decoder's about what it found.
    const text = cause instanceof BytesError ? "a shared object that ends early" : "a shared object with broken values";
    throw new MessageError("malformed-data", text, { messageTypeId, survivable: true }, { cause });
  }
}

function readEvent(
  eventType: number,
  data: Uint8Array,
  amf: Parameters<typeof decodeAmf0Sequence>[1],
): Pick<SharedObjectEvent, "property" | "values"> {
  const { requestChange, change, success, sendMessage, remove, requestRemove } = SharedObjectEventType;
  switch (eventType) {
    case requestChange:
    case change: {
      const fields = new ByteReader(data);
      const property = fields.utf8(fields.u16());
      return { property, values: decodeAmf0Sequence(data.subarray(fields.position), amf) };
    }
    case success:
    case remove:
    case requestRemove: {
      const fields = new ByteReader(data);
      return { property: fields.utf8(fields.u16()), values: [] };
    }
    case sendMessage:
      return { property: undefined, values: decodeAmf0Sequence(data, amf) };
    default:
      return { property: undefined, values: [] };
  }
}
