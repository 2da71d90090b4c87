import { ByteReader, ByteWriter } from "@rtmp/bytes-util";
import { MessageError } from "./errors.js";
import { MessageType } from "./message-type.js";
import { type MessageHeader, type OutgoingHeader, type RawMessage, rawMessage } from "./raw-message.js";

/** Set Chunk Size (RTMP 5.4.1): the longest chunk payload that the sender will use from here on. */
export interface SetChunkSize extends MessageHeader {
  readonly type: "setChunkSize";
  /** Bytes, 1 to 2^31-1 as sent; sizes above 16777215 mean the same as that. */
  readonly chunkSize: number;
}

/** Abort (RTMP 5.4.2): the sender gave up the message that is incomplete on a chunk stream. */
export interface Abort extends MessageHeader {
  readonly type: "abort";
  /** The chunk stream, as sent; 2 to 65599 if it makes sense. */
  readonly chunkStreamId: number;
}

/** Acknowledgement (RTMP 5.4.3). */
export interface Acknowledgement extends MessageHeader {
  readonly type: "acknowledgement";
  /** Bytes received so far, modulo 2^32. */
  readonly sequenceNumber: number;
}

/** Window Acknowledgement Size (RTMP 5.4.4): the sender wants an acknowledgement each time this many bytes arrived. */
export interface WindowAcknowledgementSize extends MessageHeader {
  readonly type: "windowAcknowledgementSize";
  /** Bytes, u32. Peers send 0 too: it says nothing. */
  readonly windowSize: number;
}

/** Whether a window is to be used as it is (0), to lower the present one (1), or as 0 if the last one was hard (2). */
export type LimitType = 0 | 1 | 2;

/** Set Peer Bandwidth (RTMP 5.4.5). */
export interface SetPeerBandwidth extends MessageHeader {
  readonly type: "setPeerBandwidth";
  /** Bytes that may be unacknowledged, u32. */
  readonly windowSize: number;
  /** 0 hard, 1 soft, 2 dynamic. */
  readonly limitType: LimitType;
}

/** The protocol control messages (RTMP 5.4). */
export type ControlMessage = SetChunkSize | Abort | Acknowledgement | WindowAcknowledgementSize | SetPeerBandwidth;

/** A protocol control message to encode. */
export type OutgoingControl =
  | (OutgoingHeader & { readonly type: "setChunkSize"; readonly chunkSize: number })
  | (OutgoingHeader & { readonly type: "abort"; readonly chunkStreamId: number })
  | (OutgoingHeader & { readonly type: "acknowledgement"; readonly sequenceNumber: number })
  | (OutgoingHeader & { readonly type: "windowAcknowledgementSize"; readonly windowSize: number })
  | (OutgoingHeader & {
      readonly type: "setPeerBandwidth";
      readonly windowSize: number;
      readonly limitType: LimitType;
    });

/**
 * Types a message of type 1, 2, 3 or 5.
 * @throws MessageError `malformed-control` unless there are exactly 4 bytes; for a chunk size of 0 or with bit 31 set.
 */
export function decodeControl(
  raw: RawMessage,
  type: Exclude<ControlMessage["type"], "setPeerBandwidth">,
): ControlMessage {
  const { messageTypeId, messageStreamId, timestamp } = raw;
  const value = reader(raw, 4).u32();
  switch (type) {
    case "setChunkSize":
      // Not survivable: the sender's next chunks can not be told apart without its chunk size.
      if (value === 0 || value > 0x7fffffff) throw malformed(raw, `chunk size ${value}`, false);
      return { type, messageTypeId, messageStreamId, timestamp, chunkSize: value };
    case "abort":
      return { type, messageTypeId, messageStreamId, timestamp, chunkStreamId: value };
    case "acknowledgement":
      return { type, messageTypeId, messageStreamId, timestamp, sequenceNumber: value };
    case "windowAcknowledgementSize":
      return { type, messageTypeId, messageStreamId, timestamp, windowSize: value };
  }
}

/**
 * Types a message of type 6.
 * @throws MessageError `malformed-control` unless there are exactly 5 bytes, the last one being 0, 1 or 2.
 */
export function decodeSetPeerBandwidth(raw: RawMessage): SetPeerBandwidth {
  const { messageTypeId, messageStreamId, timestamp } = raw;
  const fields = reader(raw, 5);
  const windowSize = fields.u32();
  const limitType = fields.u8();
  if (limitType !== 0 && limitType !== 1 && limitType !== 2) throw malformed(raw, `limit type ${limitType}`, true);
  return { type: "setPeerBandwidth", messageTypeId, messageStreamId, timestamp, windowSize, limitType };
}

/**
 * Encodes a protocol control message.
 * @throws RangeError for a value outside its field.
 */
export function encodeControl(message: OutgoingControl): RawMessage {
  const out = new ByteWriter(5);
  switch (message.type) {
    case "setChunkSize":
      if (!(message.chunkSize >= 1 && message.chunkSize <= 0x7fffffff))
        throw new RangeError(`chunk size ${message.chunkSize}`);
      out.u32(message.chunkSize);
      break;
    case "abort":
      out.u32(message.chunkStreamId);
      break;
    case "acknowledgement":
      out.u32(message.sequenceNumber);
      break;
    case "windowAcknowledgementSize":
      out.u32(message.windowSize);
      break;
    case "setPeerBandwidth":
      if (message.limitType > 2) throw new RangeError(`limit type ${message.limitType}`);
      out.u32(message.windowSize);
      out.u8(message.limitType);
      break;
  }
  return rawMessage(MessageType[message.type], message, out.toBytes());
}

function reader(raw: RawMessage, length: number): ByteReader {
  if (raw.payload.length !== length) throw malformed(raw, `${raw.payload.length} bytes, not ${length}`, false);
  return new ByteReader(raw.payload);
}

function malformed(raw: RawMessage, what: string, survivable: boolean): MessageError {
  const { messageTypeId } = raw;
  return new MessageError("malformed-control", `control message ${messageTypeId}: ${what}`, {
    messageTypeId,
    survivable,
  });
}
