import { ByteWriter } from "@rtmp/bytes-util";

/** Tag types, equal to the RTMP message types that carry the same body (FLV 10.1 E.4.1; 15 is from Enhanced RTMP). */
export const FlvTagType = { audio: 8, video: 9, scriptAmf3: 15, script: 18 } as const;

/** Bytes of an FLV file header with the PreviousTagSize0 behind it. */
export const FLV_HEADER_LENGTH = 13;
/** Bytes of a tag header. */
export const FLV_TAG_HEADER_LENGTH = 11;
/** Bytes of the PreviousTagSize behind each tag. */
export const PREVIOUS_TAG_SIZE_LENGTH = 4;
/** Longest payload of a tag, in bytes: its length field has 24 bits. */
export const MAX_FLV_PAYLOAD = 0xff_ffff;

/** What the file header says of the tags that follow. Live sources often do not know and say both. */
export interface FlvHeaderFlags {
  readonly hasAudio: boolean;
  readonly hasVideo: boolean;
}

/** One tag, as it goes into a file. */
export interface FlvTag {
  /** 8 audio, 9 video, 18 script data, 15 script data with AMF3. The field has 5 bits. */
  readonly tagType: number;
  /** Milliseconds, 0 to 2^32 − 1. The FLV text reads the field as signed: stay below 2^31 where players matter. */
  readonly timestamp: number;
  /** Body, at most {@link MAX_FLV_PAYLOAD} bytes. */
  readonly payload: Uint8Array;
}

/** File header and PreviousTagSize0: 13 bytes (FLV 10.1 E.2, E.3). */
export function encodeFlvHeader({ hasAudio, hasVideo }: FlvHeaderFlags): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(0x46, 0x4c, 0x56, 1, (hasAudio ? 4 : 0) | (hasVideo ? 1 : 0), 0, 0, 0, 9, 0, 0, 0, 0);
}

/**
 * A tag with the PreviousTagSize behind it: 11 + payload + 4 bytes (FLV 10.1 E.4.1).
 * @throws RangeError if type, timestamp or payload length do not fit their fields.
 */
export function encodeFlvTag(tag: FlvTag): Uint8Array<ArrayBuffer> {
  const { payload } = tag;
  const bytes = new Uint8Array(FLV_TAG_HEADER_LENGTH + payload.length + PREVIOUS_TAG_SIZE_LENGTH);
  putTagHeader(bytes, tag.tagType, tag.timestamp, payload.length);
  bytes.set(payload, FLV_TAG_HEADER_LENGTH);
  new DataView(bytes.buffer).setUint32(FLV_TAG_HEADER_LENGTH + payload.length, FLV_TAG_HEADER_LENGTH + payload.length);
  return bytes;
}

/** As {@link encodeFlvTag}, into a writer. @throws RangeError as there. */
export function writeFlvTag(out: ByteWriter, tag: FlvTag): void {
  const { tagType, timestamp, payload } = tag;
  checkFlvTag(tagType, timestamp, payload.length);
  out.u8(tagType);
  out.u24(payload.length);
  out.u24(timestamp % 2 ** 24);
  out.u8(timestamp >>> 24); // bits 31..24 come after the low ones
  out.u24(0);
  out.bytes(payload);
  out.u32(FLV_TAG_HEADER_LENGTH + payload.length);
}

/**
 * Only the 11 bytes before a payload, for callers that gather writes. The payload and {@link encodePreviousTagSize}
 * must follow.
 * @throws RangeError if a value does not fit its field.
 */
export function encodeFlvTagHeader(tagType: number, timestamp: number, payloadLength: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(FLV_TAG_HEADER_LENGTH);
  putTagHeader(bytes, tagType, timestamp, payloadLength);
  return bytes;
}

/** The 4 bytes behind a tag whose payload has this length. */
export function encodePreviousTagSize(payloadLength: number): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter(PREVIOUS_TAG_SIZE_LENGTH);
  out.u32(FLV_TAG_HEADER_LENGTH + payloadLength);
  return out.toBytes();
}

/** @throws RangeError if type, timestamp or payload length do not fit their fields. */
export function checkFlvTag(tagType: number, timestamp: number, payloadLength: number): void {
  if (!(Number.isInteger(tagType) && tagType >= 0 && tagType <= 31)) throw new RangeError(`tag type ${tagType}`);
  if (!(Number.isInteger(timestamp) && timestamp >= 0 && timestamp <= 0xffff_ffff)) {
    throw new RangeError(`timestamp ${timestamp}`);
  }
  if (!(payloadLength >= 0 && payloadLength <= MAX_FLV_PAYLOAD))
    throw new RangeError(`a payload of ${payloadLength} bytes`);
}

function putTagHeader(bytes: Uint8Array, tagType: number, timestamp: number, payloadLength: number): void {
  checkFlvTag(tagType, timestamp, payloadLength);
  bytes[0] = tagType;
  bytes[1] = payloadLength >>> 16;
  bytes[2] = payloadLength >>> 8;
  bytes[3] = payloadLength;
  bytes[4] = timestamp >>> 16;
  bytes[5] = timestamp >>> 8;
  bytes[6] = timestamp;
  bytes[7] = timestamp >>> 24; // bits 31..24 come after the low ones; bytes 8..10, the stream id, stay 0
}
