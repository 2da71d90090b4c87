import { ByteWriter } from "@rtmp/bytes-util";
import { EXTENDED, INITIAL_CHUNK_SIZE, MAX_MESSAGE_LENGTH } from "./chunk-message.js";
import {
  basicHeaderLength,
  type ChunkHead,
  check,
  checkHead,
  writeHeader,
  writePayload,
  writtenLength,
} from "./wire.js";

/** Longest head: basic header 3, message header 11, extended timestamp 4 bytes. */
const LONGEST_HEAD = 18;
/** A whole message header without extended timestamp. */
const MESSAGE_HEADER = 11;

/**
 * The whole (type 0) header of a message, as bytes that any connection may send: nothing in it refers to what was sent
 * before. {@link encodeChunkBody} makes what follows it. Where an encoder serves the same connection, tell it to
 * `forget` the chunk stream id afterwards.
 * @throws RangeError for a field outside its range.
 */
export function encodeChunkHead(head: ChunkHead): Uint8Array {
  checkHead(head);
  const out = new ByteWriter(LONGEST_HEAD);
  writeHeader(out, 0, head, head.timestamp);
  return out.toBytes();
}

/**
 * What follows a message's head: its payload with the type 3 headers between the chunks (RTMP 5.3.1.2.4). It does not
 * depend on message type and message stream id, so one body serves all connections of the same chunk size.
 * @param chunkStreamId as in the head, 2–65 599.
 * @param timestamp as in the head, ms: an extended one is repeated in each chunk.
 * @param chunkSize of the connection at that moment, 1–2 147 483 647.
 * @throws RangeError for an argument outside its range.
 */
export function encodeChunkBody(
  payload: Uint8Array,
  chunkStreamId: number,
  timestamp: number,
  chunkSize: number = INITIAL_CHUNK_SIZE,
): Uint8Array {
  checkHead({ chunkStreamId, timestamp, messageTypeId: 0, messageStreamId: 0, payloadLength: payload.length });
  check("chunkSize", chunkSize, 1, 0x7fffffff);
  const size = Math.min(chunkSize, MAX_MESSAGE_LENGTH);
  const out = new ByteWriter(writtenLength(payload.length, chunkStreamId, timestamp, size));
  writePayload(out, payload, chunkStreamId, timestamp, size);
  return out.view();
}

/**
 * Writes a whole message as bytes that any connection may send, head and body in one: how several packets for many viewers
 * become one array, each payload copied once.
 * @param chunkSize of the connections at that moment, 1–2 147 483 647.
 * @throws RangeError for an argument outside its range, or a payload of another length than the head says.
 */
export function writeChunks(out: ByteWriter, head: ChunkHead, payload: Uint8Array, chunkSize: number): void {
  checkHead(head);
  check("chunkSize", chunkSize, 1, 0x7fffffff);
  if (payload.length !== head.payloadLength) throw new RangeError(`the head says ${head.payloadLength} bytes`);
  writeHeader(out, 0, head, head.timestamp);
  writePayload(out, payload, head.chunkStreamId, head.timestamp, Math.min(chunkSize, MAX_MESSAGE_LENGTH));
}

/** Bytes that {@link writeChunks} writes for such a message. */
export function chunksLength({ chunkStreamId, timestamp, payloadLength }: ChunkHead, chunkSize: number): number {
  const head = basicHeaderLength(chunkStreamId) + MESSAGE_HEADER + (timestamp >= EXTENDED ? 4 : 0);
  return head + writtenLength(payloadLength, chunkStreamId, timestamp, chunkSize);
}
