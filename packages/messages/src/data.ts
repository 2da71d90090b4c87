import type { Amf0Encodable, Amf0Value } from "@rtmp/amf0";
import { AmfPayload, encodeAmfPayload, type MessageEncoding } from "./amf-payload.js";
import type { MessageError } from "./errors.js";
import { MessageType } from "./message-type.js";
import type { ResolvedOptions } from "./options.js";
import { type MessageHeader, type OutgoingHeader, type RawMessage, rawMessage } from "./raw-message.js";

/** Data, types 18 and 15 (RTMP 7.1.2): metadata and other named values inside a stream. */
export interface Data extends MessageHeader {
  readonly type: "data";
  /** How the values were framed. */
  readonly encoding: MessageEncoding;
  /** The first value if it is a string, such as `@setDataFrame` or `onMetaData`. */
  readonly name: string | undefined;
  /** All values that could be read, the name included. */
  readonly values: readonly Amf0Value[];
  /** The whole payload as received. */
  readonly payload: Uint8Array;
  /** The AMF0 bytes of `values`: `payload` without the format selector and without what could not be read. A view. */
  readonly amfBytes: Uint8Array;
  /** Why values after the first are missing, if any are: the payload goes on with something that is not AMF. */
  readonly warning: MessageError | undefined;
}

/** A data message to encode. */
export type OutgoingData = OutgoingHeader & {
  readonly type: "data";
  /** @defaultValue "amf0" */
  readonly encoding?: MessageEncoding;
  /** All values, the name being the first. */
  readonly values: readonly Amf0Encodable[];
};

/**
 * Types a message of type 18 or 15. An empty payload has no values and no name.
 * @throws MessageError `malformed-data` (survivable) if the first value can not be read, or a later one with `lenient`
 * false; `amf-depth`; `amf-too-many` (survivable: an index of keyframes can be long).
 */
export function decodeData(raw: RawMessage, encoding: MessageEncoding, options: ResolvedOptions): Data {
  const { messageTypeId, messageStreamId, timestamp, payload } = raw;
  const policy = {
    code: "malformed-data",
    limits: options.limits.dataAmf,
    headSurvivable: true,
    manySurvivable: true,
  } as const;
  const amf = new AmfPayload(raw, encoding, policy, options);
  const named = !amf.atEnd && amf.atString;
  const values = amf.atEnd ? [] : [amf.readHead()];
  const warning = amf.readRest(values, Number.POSITIVE_INFINITY, options.lenient);
  const first = values[0];
  const name = named && typeof first === "string" ? first : undefined;
  const { bytes: amfBytes } = amf;
  return {
    type: "data",
    messageTypeId,
    messageStreamId,
    timestamp,
    encoding,
    name,
    values,
    payload,
    amfBytes,
    warning,
  };
}

/**
 * Encodes a data message.
 * @throws TypeError or RangeError for a value that AMF0 can not hold.
 */
export function encodeData(message: OutgoingData): RawMessage {
  const { encoding = "amf0", values } = message;
  const messageTypeId = encoding === "amf3" ? MessageType.dataAmf3 : MessageType.dataAmf0;
  return rawMessage(messageTypeId, message, encodeAmfPayload(values, encoding));
}
