import { ByteReader, ByteWriter } from "@rtmp/bytes-util";
import { MessageError } from "./errors.js";
import { MessageType } from "./message-type.js";
import { type MessageHeader, type OutgoingHeader, type RawMessage, rawMessage } from "./raw-message.js";

/** Event numbers of user control messages (RTMP 7.1.7; 26 to 32 are those of Flash Media Server). */
export const UserControlEvent = {
  streamBegin: 0,
  streamEof: 1,
  streamDry: 2,
  setBufferLength: 3,
  streamIsRecorded: 4,
  pingRequest: 6,
  pingResponse: 7,
  swfVerificationRequest: 26,
  swfVerificationResponse: 27,
  bufferEmpty: 31,
  bufferReady: 32,
} as const;

/** Name of a user control event. */
export type UserControlEventName = keyof typeof UserControlEvent;
/** Events whose data is a message stream id. */
export type StreamEventName =
  | "streamBegin"
  | "streamEof"
  | "streamDry"
  | "streamIsRecorded"
  | "bufferEmpty"
  | "bufferReady";
/** Events whose data is a time in milliseconds that goes back unchanged. */
export type PingEventName = "pingRequest" | "pingResponse";
/** Events whose data is not interpreted. */
export type OpaqueEventName = "swfVerificationRequest" | "swfVerificationResponse";

interface UserControlHeader extends MessageHeader {
  readonly type: "userControl";
  /** Event number as sent, u16. */
  readonly eventType: number;
  /** The event's fields as numbers, u32 each; of an unknown event, as many as its data has room for. */
  readonly eventData: readonly number[];
  /** What follows the event number, as a view of the payload. */
  readonly data: Uint8Array;
}

/** User Control, type 4 (RTMP 6.2), told apart by `event`. */
export type UserControl = UserControlHeader &
  (
    | { readonly event: StreamEventName /** Message stream id. */; readonly streamId: number }
    | {
        readonly event: "setBufferLength";
        /** Message stream id. */
        readonly streamId: number;
        /** How much the client buffers, ms. */
        readonly bufferLengthMs: number;
      }
    | { readonly event: PingEventName /** The pinging side's time, ms. */; readonly pingTimestamp: number }
    | { readonly event: OpaqueEventName | "unknown" }
  );

/** A user control message to encode; an event without a name is given as `unknown` with its number and data. */
export type OutgoingUserControl = OutgoingHeader & { readonly type: "userControl" } & (
    | { readonly event: StreamEventName; readonly streamId: number }
    | { readonly event: "setBufferLength"; readonly streamId: number; readonly bufferLengthMs: number }
    | { readonly event: PingEventName; readonly pingTimestamp: number }
    | { readonly event: OpaqueEventName; readonly data?: Uint8Array }
    | { readonly event: "unknown"; readonly eventType: number; readonly data?: Uint8Array }
  );

const EVENT_NAMES = new Map<number, UserControlEventName>(
  (Object.keys(UserControlEvent) as UserControlEventName[]).map((name) => [UserControlEvent[name], name]),
);

/**
 * Types a message of type 4. Events without a name come out as `unknown`; bytes after an event's fields are ignored.
 * @throws MessageError `malformed-control` for less than 2 bytes, or (survivable) for an event without its fields.
 */
export function decodeUserControl(raw: RawMessage): UserControl {
  const { messageTypeId, messageStreamId, timestamp, payload } = raw;
  if (payload.length < 2) throw malformed(raw, `${payload.length} bytes`, false);
  const fields = new ByteReader(payload);
  const eventType = fields.u16();
  const event = EVENT_NAMES.get(eventType) ?? "unknown";
  const wanted = fieldCount(event);
  const present = Math.floor(fields.remaining / 4);
  if (wanted !== undefined && present < wanted) throw malformed(raw, `${event} with ${fields.remaining} bytes`, true);
  const eventData: number[] = [];
  for (let i = 0; i < (wanted ?? present); i++) eventData.push(fields.u32());
  const base = { type: "userControl", messageTypeId, messageStreamId, timestamp, eventType, eventData } as const;
  const data = payload.subarray(2);
  const [first = 0, second = 0] = eventData;
  switch (event) {
    case "setBufferLength":
      return { ...base, data, event, streamId: first, bufferLengthMs: second };
    case "pingRequest":
    case "pingResponse":
      return { ...base, data, event, pingTimestamp: first };
    case "swfVerificationRequest":
    case "swfVerificationResponse":
    case "unknown":
      return { ...base, data, event };
    default:
      return { ...base, data, event, streamId: first };
  }
}

/**
 * Encodes a user control message.
 * @throws RangeError for a value outside its field.
 */
export function encodeUserControl(message: OutgoingUserControl): RawMessage {
  const out = new ByteWriter(10);
  out.u16(message.event === "unknown" ? message.eventType : UserControlEvent[message.event]);
  switch (message.event) {
    case "setBufferLength":
      out.u32(message.streamId);
      out.u32(message.bufferLengthMs);
      break;
    case "pingRequest":
    case "pingResponse":
      out.u32(message.pingTimestamp);
      break;
    case "swfVerificationRequest":
    case "swfVerificationResponse":
    case "unknown":
      if (message.data !== undefined) out.bytes(message.data);
      break;
    default:
      out.u32(message.streamId);
  }
  return rawMessage(MessageType.userControl, message, out.toBytes());
}

/** How many u32 fields an event needs; `undefined` where whatever there is will do. */
function fieldCount(event: UserControlEventName | "unknown"): number | undefined {
  if (event === "unknown") return undefined;
  if (event === "swfVerificationRequest" || event === "swfVerificationResponse") return 0;
  return event === "setBufferLength" ? 2 : 1;
}

function malformed(raw: RawMessage, what: string, survivable: boolean): MessageError {
  return new MessageError("malformed-control", `user control: ${what}`, {
    messageTypeId: raw.messageTypeId,
    survivable,
  });
}
