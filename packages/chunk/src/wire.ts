import { ByteWriter } from "@rtmp/bytes-util";
import { EXTENDED, MAX_MESSAGE_LENGTH } from "./chunk-message.js";

/** Format of a chunk header (RTMP 5.3.1.2): how much of it stands for itself. */
export type Fmt = 0 | 1 | 2 | 3;

/** What a whole (type 0) header says of a message. */
export interface ChunkHead {
  /** 2–65 599. */
  readonly chunkStreamId: number;
  /** Milliseconds modulo 2^32. */
  readonly timestamp: number;
  /** 0–255. */
  readonly messageTypeId: number;
  /** 0–4 294 967 295. */
  readonly messageStreamId: number;
  /** Bytes of the whole payload, 0–16 777 215. */
  readonly payloadLength: number;
}

/** @throws RangeError unless each field fits in its place: the caller's mistake. */
export function checkHead(head: ChunkHead): void {
  check("chunkStreamId", head.chunkStreamId, 2, 65_599);
  check("timestamp", head.timestamp, 0, 0xffffffff);
  check("messageTypeId", head.messageTypeId, 0, 0xff);
  check("messageStreamId", head.messageStreamId, 0, 0xffffffff);
  check("payload length", head.payloadLength, 0, MAX_MESSAGE_LENGTH);
}

/** @throws RangeError unless `value` is an integer in `min`..`max`. */
export function check(name: string, value: number, min: number, max: number): void {
  if (!(Number.isInteger(value) && value >= min && value <= max)) {
    throw new RangeError(`${name} ${value} is not an integer in ${min}..${max}`);
  }
}

/** Bytes of a basic header: one for ids 2–63, two for 64–319, three above (RTMP 5.3.1.1). */
export function basicHeaderLength(chunkStreamId: number): number {
  return chunkStreamId < 64 ? 1 : chunkStreamId < 320 ? 2 : 3;
}

/** Writes a basic header in its shortest form (RTMP 5.3.1.1). */
export function writeBasicHeader(out: ByteWriter, fmt: Fmt, chunkStreamId: number): void {
  const form = chunkStreamId < 64 ? chunkStreamId : chunkStreamId < 320 ? 0 : 1; // 0 and 1 mark the longer forms
  out.u8((fmt << 6) | form);
  if (form === 0) out.u8(chunkStreamId - 64);
  if (form === 1) out.u16le(chunkStreamId - 64);
}

/**
 * Writes basic header, message header and extended timestamp of a message's first chunk (RTMP 5.3.1).
 * @param time the timestamp for `fmt` 0, the delta for 1 and 2; 3 has neither.
 */
export function writeHeader(out: ByteWriter, fmt: Fmt, head: ChunkHead, time: number): void {
  writeBasicHeader(out, fmt, head.chunkStreamId);
  if (fmt === 3) return;
  out.u24(Math.min(time, EXTENDED));
  if (fmt < 2) {
    out.u24(head.payloadLength);
    out.u8(head.messageTypeId);
  }
  if (fmt === 0) out.u32le(head.messageStreamId);
  if (time >= EXTENDED) out.u32(time);
}

/**
 * Writes a payload, cut into chunks: the first piece stands behind a header that is written already, each further one
 * behind a type 3 header.
 * @param time what the first header's time field says; an extended one is repeated in each chunk (RTMP 5.3.1.3).
 */
export function writePayload(
  out: ByteWriter,
  payload: Uint8Array,
  chunkStreamId: number,
  time: number,
  chunkSize: number,
): void {
  if (payload.length <= chunkSize) {
    out.bytes(payload);
    return;
  }
  if (chunkSize < LARGE) {
    const room = out.room(writtenLength(payload.length, chunkStreamId, time, chunkSize));
    spread(room, payload, chunkSize, headerBetween(chunkStreamId, time));
    return;
  }
  for (let at = 0; at < payload.length; at += chunkSize) {
    if (at > 0) {
      writeBasicHeader(out, 3, chunkStreamId);
      if (time >= EXTENDED) out.u32(time);
    }
    out.bytes(payload.subarray(at, at + chunkSize));
  }
}

/** From this length on a view of a piece costs less than to move the piece once more. */
const LARGE = 1024;

/**
 * Fills `room` with a payload and the same header between its pieces. All of it is copied at once to the end, and each
 * piece moved from there to its place: that costs less than a view of each to copy from.
 */
function spread(room: Uint8Array, payload: Uint8Array, size: number, header: Uint8Array): void {
  let from = room.length - payload.length;
  room.set(payload, from);
  for (let to = 0; ; ) {
    room.copyWithin(to, from, from + size);
    from += size;
    if (from >= room.length) return;
    to += size;
    for (let i = 0; i < header.length; i++) room[to++] = header[i] as number;
  }
}

/** The header of a chunk that goes on with a message. */
function headerBetween(chunkStreamId: number, time: number): Uint8Array {
  const header = new ByteWriter(7);
  writeBasicHeader(header, 3, chunkStreamId);
  if (time >= EXTENDED) header.u32(time);
  return header.view();
}

/** Bytes that {@link writePayload} writes. */
export function writtenLength(payloadLength: number, chunkStreamId: number, time: number, chunkSize: number): number {
  const more = payloadLength > chunkSize ? Math.ceil(payloadLength / chunkSize) - 1 : 0;
  return payloadLength + more * (basicHeaderLength(chunkStreamId) + (time >= EXTENDED ? 4 : 0));
}
