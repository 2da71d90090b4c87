import { ByteWriter } from "@rtmp/bytes-util";
import { type ChunkMessage, EXTENDED, INITIAL_CHUNK_SIZE, SET_CHUNK_SIZE, usedChunkSize } from "./chunk-message.js";
import { type ChunkHead, check, checkHead, type Fmt, writeHeader, writePayload, writtenLength } from "./wire.js";

/** Longest header before the payload of a message. */
const LONGEST_HEAD = 18;

/** How a {@link ChunkEncoder} writes. */
export interface ChunkEncoderOptions {
  /**
   * Messages of a chunk stream from one whole header to the next, at most: 1 sends no compressed header at all.
   * @defaultValue 256
   */
  readonly fullHeaderEvery?: number;
}

/** What the peer remembers of a chunk stream id, as far as we sent it. */
interface SentHeader {
  head: ChunkHead;
  /** Delta of that message's header; `undefined` after a type 0 header, of which peers disagree what it repeats. */
  delta: number | undefined;
  /** Messages since the last whole header, that one included. */
  count: number;
}

/**
 * Turns messages into chunks (RTMP 5.3). One per connection and direction; send all it gives, in that order.
 *
 * Headers are compressed only in ways that all receivers read alike: a whole header for the first message of a chunk
 * stream, for another message stream, for a time that goes back or jumps by 16 777 215 ms and more, and now and then;
 * no type 3 header opens a message right after a whole header.
 */
export class ChunkEncoder {
  readonly #fullHeaderEvery: number;
  readonly #sent = new Map<number, SentHeader>();
  #chunkSize = INITIAL_CHUNK_SIZE;

  /** @throws RangeError for an option outside its range. */
  constructor(options: ChunkEncoderOptions = {}) {
    this.#fullHeaderEvery = options.fullHeaderEvery ?? 256;
    check("fullHeaderEvery", this.#fullHeaderEvery, 1, Number.MAX_SAFE_INTEGER);
  }

  /** Longest chunk payload it writes, in bytes; the next Set Chunk Size message changes it. */
  get chunkSize(): number {
    return this.#chunkSize;
  }

  /**
   * The chunks of one message. A Set Chunk Size message (type 1) is itself written under the old size and takes effect
   * behind it.
   * @throws RangeError for a field outside its range, or a chunk size outside 1–2 147 483 647; nothing has changed then.
   */
  encode(message: ChunkMessage): Uint8Array {
    const { chunkStreamId, timestamp, payload } = message;
    const out = new ByteWriter(LONGEST_HEAD + writtenLength(payload.length, chunkStreamId, timestamp, this.#chunkSize));
    this.write(out, message);
    return out.view();
  }

  /** Like {@link encode}, behind what `out` holds. @throws RangeError as {@link encode}. */
  write(out: ByteWriter, message: ChunkMessage): void {
    const { chunkStreamId, timestamp, messageTypeId, messageStreamId, payload } = message;
    const head: ChunkHead = { chunkStreamId, timestamp, messageTypeId, messageStreamId, payloadLength: payload.length };
    checkHead(head);
    const newChunkSize = messageTypeId === SET_CHUNK_SIZE ? announcedChunkSize(payload) : this.#chunkSize;
    const sent = this.#sent.get(chunkStreamId);
    const delta = sent === undefined ? 0 : (timestamp - sent.head.timestamp) >>> 0;
    const fmt = sent === undefined || sent.count >= this.#fullHeaderEvery ? 0 : chooseFmt(sent, head, delta);
    const time = fmt === 0 ? timestamp : delta;
    writeHeader(out, fmt, head, time);
    writePayload(out, payload, chunkStreamId, time, this.#chunkSize);
    if (sent === undefined) this.#sent.set(chunkStreamId, { head, delta: undefined, count: 1 });
    else {
      sent.head = head;
      sent.delta = fmt === 0 ? undefined : delta;
      sent.count = fmt === 0 ? 1 : sent.count + 1;
    }
    this.#chunkSize = newChunkSize;
  }

  /**
   * Forgets what was sent on a chunk stream id, so that the next message there has a whole header. To be called when
   * chunks made elsewhere (`encodeChunkHead`) were sent on it.
   */
  forget(chunkStreamId: number): void {
    this.#sent.delete(chunkStreamId);
  }
}

/** The shortest header that says everything and that all peers understand alike. */
function chooseFmt(sent: SentHeader, head: ChunkHead, delta: number): Fmt {
  if (head.messageStreamId !== sent.head.messageStreamId) return 0;
  // Time that goes back is a delta beyond 2^31. From 2^24 - 1 on peers take the extended field for a delta or a time.
  if (delta >= EXTENDED) return 0;
  if (head.payloadLength !== sent.head.payloadLength || head.messageTypeId !== sent.head.messageTypeId) return 1;
  return delta === sent.delta ? 3 : 2;
}

function announcedChunkSize(payload: Uint8Array): number {
  const size = payload.length === 4 ? usedChunkSize(payload) : undefined;
  if (size === undefined) throw new RangeError("a Set Chunk Size message has 4 bytes that say 1..2147483647");
  return size;
}
