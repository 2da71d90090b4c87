/** One message of a chunk stream, whole: what the decoder gives and the encoder takes (RTMP 5.3, 5.4). */
export interface ChunkMessage {
  /** Chunk stream it travelled on, 2–65 599. */
  readonly chunkStreamId: number;
  /** Milliseconds modulo 2^32, 0–4 294 967 295: deltas are applied already. */
  readonly timestamp: number;
  /** 0–255; what the payload is. */
  readonly messageTypeId: number;
  /** 0–4 294 967 295; 0 for control messages and NetConnection commands. */
  readonly messageStreamId: number;
  /** At most 16 777 215 bytes. Decoded: an array of its own, which belongs to the receiver. */
  readonly payload: Uint8Array;
}

/** Chunk size of both directions until a Set Chunk Size changes it (RTMP 5.4.1). */
export const INITIAL_CHUNK_SIZE = 128;
/** Longest message that the 24-bit length field can say, and so the largest chunk size that makes a difference. */
export const MAX_MESSAGE_LENGTH = 0xffffff;
/** A timestamp field with this value says that four more bytes hold the real one (RTMP 5.3.1.3). */
export const EXTENDED = 0xffffff;
/** Message type of Set Chunk Size (RTMP 5.4.1). */
export const SET_CHUNK_SIZE = 1;
/** Message type of Abort (RTMP 5.4.2). */
export const ABORT = 2;

/** The chunk size a Set Chunk Size payload asks for, as it is used; `undefined` for 0 or bit 31, which are not sizes. */
export function usedChunkSize(payload: Uint8Array): number | undefined {
  const size = readU32(payload, 0);
  return size === 0 || size > 0x7fffffff ? undefined : Math.min(size, MAX_MESSAGE_LENGTH);
}

/** Reads a big-endian u32. The caller knows that four bytes are there. */
export function readU32(bytes: Uint8Array, at: number): number {
  return (((bytes[at] as number) << 24) | ((bytes[at + 1] as number) << 16) | readU16(bytes, at + 2)) >>> 0;
}

function readU16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}
