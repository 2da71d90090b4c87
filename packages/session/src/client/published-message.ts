import { type Amf0Encodable, encodeAmf0 } from "@rtmp/amf0";
import { concatBytes } from "@rtmp/bytes-util";
import { encodeMessage, MessageType, type RawMessage } from "@rtmp/messages";

/**
 * What a publisher sends. A `MediaMessage` of a server or player fits, and so does an FLV tag's body.
 *
 * `timestamp` is in milliseconds and counts on for ever: it is sent modulo 2^32.
 */
export type PublishedMessage =
  | {
      readonly type: "audio" | "video" | "data";
      readonly timestamp: number;
      /** The body of an FLV tag; not copied, so leave it as it is until it is written. */
      readonly payload: Uint8Array;
      /** 15 for data framed as AMF3. @defaultValue 8, 9 or 18 */
      readonly messageTypeId?: number;
    }
  | {
      readonly type: "data";
      readonly timestamp: number;
      /** All values, the name being the first, such as `@setDataFrame`. */
      readonly values: readonly Amf0Encodable[];
    };

const TYPE_IDS = { audio: MessageType.audio, video: MessageType.video, data: MessageType.dataAmf0 } as const;
const SET_DATA_FRAME = encodeAmf0("@setDataFrame");

/**
 * Makes a message of a stream out of what the caller gave.
 * @throws RangeError for a timestamp that is negative or no number, or a type id of something else than media.
 */
export function encodeMedia(messageStreamId: number, message: PublishedMessage): RawMessage {
  if (!(message.timestamp >= 0 && message.timestamp <= Number.MAX_SAFE_INTEGER)) {
    throw new RangeError(`a timestamp of ${message.timestamp} ms`);
  }
  const timestamp = Math.floor(message.timestamp) % 2 ** 32;
  if ("values" in message) return encodeMessage({ type: "data", messageStreamId, timestamp, values: message.values });
  const { type, payload, messageTypeId = TYPE_IDS[type] } = message;
  if (messageTypeId !== TYPE_IDS[type] && !(type === "data" && messageTypeId === MessageType.dataAmf3)) {
    throw new RangeError(`a message type id of ${messageTypeId} for ${type}`);
  }
  return { messageTypeId, messageStreamId, timestamp, payload };
}

/**
 * The body of an FLV script tag, `onMetaData` and what follows, as publishers send it: behind `@setDataFrame`, which
 * makes servers keep it for players that join later. A body that has it already is left as it is.
 */
export function withSetDataFrame(payload: Uint8Array): Uint8Array {
  const has = SET_DATA_FRAME.every((byte, index) => payload[index] === byte);
  return has ? payload : concatBytes([SET_DATA_FRAME, payload]);
}
