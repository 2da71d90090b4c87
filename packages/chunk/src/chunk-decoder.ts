import { BufferPool } from "@rtmp/bytes-util";
import { ChunkError, type ChunkErrorCode } from "./chunk-error.js";
import { ChunkInput } from "./chunk-input.js";
import {
  type ChunkLimits,
  changeLimits,
  DEFAULT_CHUNK_LIMITS,
  longestMessage,
  shortestMessage,
} from "./chunk-limits.js";
import {
  ABORT,
  type ChunkMessage,
  EXTENDED,
  INITIAL_CHUNK_SIZE,
  readU32,
  SET_CHUNK_SIZE,
  usedChunkSize,
} from "./chunk-message.js";
import { ChunkStream } from "./chunk-stream.js";
import { copyFew, copyWords, LITTLE_ENDIAN } from "./copy.js";

/** Bytes of a message header by its format (RTMP 5.3.1.2). */
const HEADER_LENGTHS = [11, 7, 3, 0] as const;

/** How a decoder treats its input. */
export interface ChunkDecoderOptions {
  /**
   * Whose payloads are. `own`: each is an array of its own, to be kept. `borrowed`: it is there to be looked at until the next
   * {@link ChunkDecoder.read} or {@link ChunkDecoder.push}, a part of what was pushed or of a buffer that is used again. That spares
   * an allocation a message, and mostly a copy; pushed arrays are written to, to move payloads together.
   * @defaultValue "own"
   */
  readonly payloads?: "own" | "borrowed";
}

/** Buffers of messages that are put together, of all decoders: idle ones are the fewer, and the warmer, the more share them. */
const sharedPool = new BufferPool();

/** Up to this length bytes are copied one by one, up to the next one by words. */
const FEW = 16;
const SMALL = 256;

/**
 * Turns received bytes, split anywhere, into whole messages (RTMP 5.3). One per connection and direction; its input
 * begins behind the handshake.
 *
 * Set Chunk Size and Abort take effect inside, at their place in the stream, and are handed out like other messages.
 * After an error the decoder holds nothing and throws the same error again from `push` and `read`.
 */
export class ChunkDecoder {
  #limits: ChunkLimits;
  readonly #pool: BufferPool | undefined; // if payloads are borrowed
  #lent: Uint8Array<ArrayBuffer> | undefined; // the buffer of the message read last
  readonly #input = new ChunkInput();
  readonly #streams = new Map<number, ChunkStream>();
  #latest: ChunkStream | undefined; // of the latest header: nearly always the next one's too
  #current: ChunkStream | undefined; // the one whose chunk payload is arriving
  #missing = 0; // bytes of that payload still to come
  #maxChunkSize = INITIAL_CHUNK_SIZE;
  #partials = 0; // messages that wait for a further chunk
  #partialBytes = 0; // bytes of incomplete messages, their current chunks included
  #allocated = 0; // bytes of buffers that hold them
  #error: ChunkError | undefined;

  /**
   * @param limits what differs from {@link DEFAULT_CHUNK_LIMITS}.
   * @throws RangeError for a limit outside its range.
   */
  constructor(limits: Partial<ChunkLimits> = {}, options: ChunkDecoderOptions = {}) {
    this.#limits = changeLimits(DEFAULT_CHUNK_LIMITS, limits);
    if (options.payloads === "borrowed") this.#pool = sharedPool;
  }

  /** Longest chunk payload the peer sends, in bytes, 1–16 777 215; its Set Chunk Size changes it (RTMP 5.4.1). */
  get maxChunkSize(): number {
    return this.#maxChunkSize;
  }

  /** Bytes read so far: whole headers, and payload up to where it has arrived. */
  get bytesConsumed(): number {
    return this.#input.offset;
  }

  /** Bytes held for the peer: buffers allocated for incomplete messages and for a payload that is lent, and input not read yet. */
  get heldBytes(): number {
    return this.#allocated + (this.#lent?.length ?? 0) + this.#input.length;
  }

  /**
   * Where the oldest message that is still incomplete began, as {@link bytesConsumed} was then; `undefined` if none is.
   * Compared with an earlier count, it tells a message that a peer began and does not finish.
   */
  get oldestPartial(): number | undefined {
    let oldest: number | undefined;
    for (const { open, openedAt } of this.#streams.values()) {
      if (open && (oldest === undefined || openedAt < oldest)) oldest = openedAt;
    }
    return oldest;
  }

  /**
   * Changes limits from the next header on, as when a peer has earned trust. A message that has begun is not affected.
   * @throws RangeError for a limit outside its range.
   */
  setLimits(limits: Partial<ChunkLimits>): void {
    this.#limits = changeLimits(this.#limits, limits);
  }

  /**
   * Takes received bytes. They are parsed where they lie: leave them unchanged until {@link read} answers `undefined`, or
   * {@link detach} was called.
   * @param length how many of `bytes` count, from the first on: one array for all reads needs no view for each.
   * @throws ChunkError if `read` threw one before.
   */
  push(bytes: Uint8Array, length = bytes.length): void {
    if (this.#error !== undefined) throw this.#error;
    this.#input.push(bytes, length);
  }

  /** Copies what is left of pushed arrays, so that they can be used again although they are not read to their end. */
  detach(): void {
    this.#input.detach();
  }

  /**
   * @returns the next whole message, or `undefined` until more bytes are pushed.
   * @throws ChunkError if the peer broke the protocol or a limit.
   */
  read(): ChunkMessage | undefined {
    if (this.#error !== undefined) throw this.#error;
    this.#takeBack();
    const input = this.#input;
    for (;;) {
      let stream = this.#current;
      if (stream === undefined) {
        stream = this.#readHeader();
        if (stream === undefined) {
          if (input.next()) continue;
          return undefined;
        }
        this.#current = stream;
      }
      if (this.#pool !== undefined && stream.received === 0) {
        const payload = this.#takeInPlace(stream);
        if (payload !== undefined) {
          this.#current = undefined;
          return this.#finish(stream, payload);
        }
      }
      this.#fill(stream);
      if (this.#missing > 0) {
        if (input.next()) continue;
        return undefined;
      }
      this.#current = undefined;
      if (stream.received === stream.messageLength) return this.#finish(stream);
    }
  }

  /** Reads one chunk header. @returns its chunk stream, or `undefined` and nothing changed if the header is cut. */
  #readHeader(): ChunkStream | undefined {
    const { bytes, position, end } = this.#input;
    if (position >= end) return undefined;
    const first = bytes[position] as number;
    const fmt = first >>> 6;
    let id = first & 0x3f;
    let at = position + 1;
    if (id < 2) {
      const wide = id === 1; // the longer forms (RTMP 5.3.1.1)
      if (end - at < (wide ? 2 : 1)) return undefined;
      id = 64 + (bytes[at++] as number);
      if (wide) id += 256 * (bytes[at++] as number);
    }
    const latest = this.#latest;
    let stream = latest !== undefined && latest.id === id ? latest : this.#streams.get(id);
    if (fmt < 3) {
      if (stream === undefined && fmt === 2) throw this.#orphan(id, fmt);
      if (stream?.open)
        throw this.#fail("unexpected-header", `type ${fmt} header inside a message`, { chunkStreamId: id, fmt });
      if (stream === undefined && this.#streams.size >= this.#limits.maxChunkStreams) {
        const limit = this.#limits.maxChunkStreams;
        throw this.#fail("too-many-chunk-streams", "too many chunk streams", {
          chunkStreamId: id,
          fmt,
          actual: limit + 1,
          limit,
        });
      }
      const headerEnd = at + (HEADER_LENGTHS[fmt] as number);
      if (headerEnd > end) return undefined;
      let delta = readU32(bytes, at) >>> 8;
      const extended = delta === EXTENDED;
      if (extended) {
        if (headerEnd + 4 > end) return undefined;
        delta = readU32(bytes, headerEnd);
      }
      stream ??= this.#add(id);
      if (fmt < 2) {
        stream.messageLength = readU32(bytes, at + 2) & 0xffffff;
        stream.messageTypeId = bytes[at + 6] as number;
        if (fmt === 0) {
          const low = (bytes[at + 7] as number) | ((bytes[at + 8] as number) << 8);
          stream.messageStreamId = (low | ((bytes[at + 9] as number) << 16) | ((bytes[at + 10] as number) << 24)) >>> 0;
        }
      }
      stream.timestamp = fmt === 0 ? delta : (stream.timestamp + delta) >>> 0;
      stream.delta = delta;
      stream.extended = extended;
      stream.continuation = extended || id > 63 ? -1 : 0xc0 | id;
      this.#open(stream, fmt);
      at = extended ? headerEnd + 4 : headerEnd;
    } else {
      if (stream === undefined) throw this.#orphan(id, fmt);
      if (stream.extended) {
        const length = repeatedTimestamp(stream.delta, bytes, at, end);
        if (length === undefined) return undefined;
        at += length;
      }
      if (!stream.open) {
        stream.timestamp = (stream.timestamp + stream.delta) >>> 0;
        this.#open(stream, fmt);
      }
    }
    this.#latest = stream;
    this.#beginChunk(stream, fmt);
    this.#input.position = at;
    return stream;
  }

  #add(id: number): ChunkStream {
    const stream = new ChunkStream(id);
    this.#streams.set(id, stream);
    return stream;
  }

  /** Begins a message, unless its length is not one that its type may have. */
  #open(stream: ChunkStream, fmt: number): void {
    const { messageLength: actual, messageTypeId, id: chunkStreamId } = stream;
    const limit = longestMessage(messageTypeId, this.#limits);
    if (actual > limit) {
      const text = `message of type ${messageTypeId}: ${actual} bytes announced, ${limit} allowed`;
      throw this.#fail("message-too-large", text, { chunkStreamId, fmt, actual, limit });
    }
    const least = shortestMessage(messageTypeId);
    if (actual < least) {
      const text = `control message of type ${messageTypeId}: ${actual} bytes announced, ${least} needed`;
      throw this.#fail("malformed-control", text, { chunkStreamId, fmt, actual, limit: least });
    }
    stream.open = true;
    stream.openedAt = this.#input.offset;
  }

  /** Admits the payload of one chunk, before a byte of it is kept. */
  #beginChunk(stream: ChunkStream, fmt: number): void {
    const length = Math.min(this.#maxChunkSize, stream.messageLength - stream.received);
    const { maxPartials, maxPartialBytes } = this.#limits;
    if (!stream.partial && length < stream.messageLength) {
      if (this.#partials >= maxPartials) {
        const context = { chunkStreamId: stream.id, fmt, actual: this.#partials + 1, limit: maxPartials };
        throw this.#fail("too-many-partials", "too many incomplete messages", context);
      }
      this.#partials++;
      stream.partial = true;
    }
    this.#partialBytes += length;
    if (this.#partialBytes > maxPartialBytes) {
      const context = { chunkStreamId: stream.id, fmt, actual: this.#partialBytes, limit: maxPartialBytes };
      throw this.#fail("memory-limit", "incomplete messages are too large together", context);
    }
    this.#missing = length;
  }

  /**
   * Makes a payload of a message that is whole in view, where it lies: moves its chunks together over the headers between.
   * @returns undefined, with nothing changed, if it is not whole, or other chunks lie between its own.
   */
  #takeInPlace(stream: ChunkStream): Uint8Array | undefined {
    const input = this.#input;
    if (!input.leaveSeam()) return undefined;
    const { bytes, position: start, end } = input;
    const { messageLength: length, continuation } = stream;
    const first = this.#missing;
    const size = this.#maxChunkSize;
    const chunksAfter = first === length ? 0 : Math.ceil(length / size) - 1;
    const next = start + length + chunksAfter;
    if (next > end || this.#partialBytes + length - first > this.#limits.maxPartialBytes) return undefined;
    for (let at = start + first; at < next; at += size + 1) if (bytes[at] !== continuation) return undefined;
    let to = start + first;
    for (let from = to + 1; from < next; from += size + 1) {
      const part = Math.min(size, next - from);
      bytes.copyWithin(to, from, from + part);
      to += part;
    }
    this.#partialBytes += length - first;
    this.#missing = 0;
    stream.received = length;
    input.position = next;
    return bytes.subarray(start, start + length);
  }

  /** Copies what is in view of the current chunk, and of chunks behind it that go on with the same message. */
  #fill(stream: ChunkStream): void {
    const input = this.#input;
    const { bytes, end } = input;
    let position = input.position;
    let missing = this.#missing;
    const available = end - position;
    if (missing === 0 || available === 0) return;
    this.#allocated += stream.reserve(Math.min(missing, available), available, this.#pool);
    const { buffer, messageLength, continuation } = stream;
    const maxChunkSize = this.#maxChunkSize;
    const maxPartialBytes = this.#limits.maxPartialBytes;
    const inWords = LITTLE_ENDIAN && maxChunkSize <= SMALL && maxChunkSize < messageLength;
    let received = stream.received;
    for (;;) {
      const part = Math.min(missing, end - position);
      if (part <= FEW) copyFew(buffer, received, bytes, position, part);
      else if (inWords && (received & 3) === 0) {
        const tail = part & 31;
        const body = part - tail;
        copyWords(stream.words, received >>> 2, input.view, position, body);
        copyFew(buffer, received + body, bytes, position + body, tail);
      } else buffer.set(bytes.subarray(position, position + part), received);
      received += part;
      position += part;
      missing -= part;
      if (missing > 0 || received === messageLength || position === end || bytes[position] !== continuation) break;
      const length = Math.min(maxChunkSize, messageLength - received);
      if (received + length > buffer.length || this.#partialBytes + length > maxPartialBytes) break; // the long way
      this.#partialBytes += length;
      position++;
      missing = length;
    }
    stream.received = received;
    this.#missing = missing;
    input.position = position;
  }

  /** @param inPlace its payload, if that is not in its buffer. */
  #finish(stream: ChunkStream, inPlace?: Uint8Array): ChunkMessage {
    const { id: chunkStreamId, timestamp, messageTypeId, messageStreamId, received } = stream;
    const buffer = this.#close(stream);
    let payload: Uint8Array = inPlace ?? buffer;
    if (inPlace === undefined && this.#pool !== undefined) {
      this.#lent = buffer;
      payload = buffer.subarray(0, received);
    }
    if (messageTypeId === SET_CHUNK_SIZE) this.#setChunkSize(stream, payload);
    else if (messageTypeId === ABORT) {
      const aborted = this.#streams.get(readU32(payload, 0));
      if (aborted?.open) {
        const abandoned = this.#close(aborted);
        this.#pool?.give(abandoned);
      }
    }
    return { chunkStreamId, timestamp, messageTypeId, messageStreamId, payload };
  }

  /** Ends a message, whole or not. @returns its buffer. */
  #close(stream: ChunkStream): Uint8Array<ArrayBuffer> {
    const { buffer } = stream;
    this.#partialBytes -= stream.received;
    if (stream.partial) this.#partials--;
    this.#allocated -= buffer.length;
    stream.close();
    return buffer;
  }

  /** Takes the buffer back of which a payload was lent. */
  #takeBack(): void {
    if (this.#lent === undefined) return;
    this.#pool?.give(this.#lent);
    this.#lent = undefined;
  }

  #setChunkSize(stream: ChunkStream, payload: Uint8Array): void {
    const size = usedChunkSize(payload);
    const limit = this.#limits.minChunkSize;
    if (size === undefined || size < limit) {
      const actual = readU32(payload, 0);
      throw this.#fail("invalid-chunk-size", `Set Chunk Size ${actual}`, { chunkStreamId: stream.id, actual, limit });
    }
    this.#maxChunkSize = size;
  }

  #orphan(chunkStreamId: number, fmt: number): ChunkError {
    const text = `type ${fmt} header on a chunk stream without a header before`;
    return this.#fail("missing-previous-header", text, { chunkStreamId, fmt });
  }

  /** Poisons the decoder and lets go of all it holds. */
  #fail(
    code: ChunkErrorCode,
    text: string,
    context: { chunkStreamId: number; fmt?: number; actual?: number; limit?: number },
  ): ChunkError {
    const offset = this.#input.offset;
    const error = new ChunkError(code, `${text} (chunk stream ${context.chunkStreamId}, byte ${offset})`, {
      offset,
      ...context,
    });
    this.#error = error;
    this.#takeBack();
    this.#input.clear();
    this.#streams.clear();
    this.#latest = undefined;
    this.#current = undefined;
    this.#allocated = 0;
    return error;
  }
}

/**
 * Bytes that the extended timestamp takes in a type 3 chunk: 4 if it is repeated (RTMP 5.3.1.3), 0 if the sender leaves
 * it out, as older ones do; `undefined` until the bytes tell. The first that differs decides: the payload behind it may
 * be shorter than four bytes.
 */
function repeatedTimestamp(value: number, bytes: Uint8Array, at: number, end: number): 0 | 4 | undefined {
  for (let i = 0; i < 4; i++) {
    if (at + i >= end) return undefined;
    if (bytes[at + i] !== ((value >>> (24 - 8 * i)) & 0xff)) return 0;
  }
  return 4;
}
