import type { BufferPool } from "@rtmp/bytes-util";

/** First buffer of a message whose bytes come in dribs and drabs. */
const SMALLEST_BUFFER = 256;
/** A buffer that is used again may be longer at once than the bytes that are there: up to so many bytes, and so many times as long. */
const SMALL_MESSAGE = 16_384;
const HEADSTART = 16;
/** Most room made for bytes of a push that may turn out to be another message's. */
const LARGEST_FORESIGHT = 65_536;

/** What a decoder remembers of one chunk stream id: the last header's fields, and the message that is incomplete. */
export class ChunkStream {
  readonly id: number;
  /** First byte of a type 3 chunk without extended timestamp: such chunks need no parsing. -1 if there is none. */
  continuation = -1;
  /** Of the last message, in ms. */
  timestamp = 0;
  /** Timestamp or delta of the last type 0, 1 or 2 header: what a type 3 header that opens a message adds again. */
  delta = 0;
  /** Whether that header had an extended timestamp, which then is `delta`. */
  extended = false;
  messageLength = 0;
  messageTypeId = 0;
  messageStreamId = 0;

  /** A message has begun and is not complete. */
  open = false;
  /** Bytes of the chunk stream before the header that began it. */
  openedAt = 0;
  /** Its first chunk did not hold all of it. */
  partial = false;
  /** Bytes of its payload that are there. */
  received = 0;
  /** Holds them: grows with them. */
  buffer: Uint8Array<ArrayBuffer> = EMPTY;
  #words: Int32Array | undefined;

  constructor(id: number) {
    this.id = id;
  }

  /** The buffer as 32-bit words. */
  get words(): Int32Array {
    this.#words ??= new Int32Array(this.buffer.buffer, this.buffer.byteOffset, this.buffer.length >>> 2);
    return this.#words;
  }

  /**
   * Makes room for `needed` more bytes, of `available` ones that have arrived and may follow each other in this message.
   * @param pool where buffers come from; without it each is made for this message, and never longer than it.
   * @returns how many bytes more are allocated than before.
   */
  reserve(needed: number, available: number, pool: BufferPool | undefined): number {
    const { buffer: before, messageLength, received } = this;
    if (received + needed <= before.length) return 0;
    const wanted = received + Math.max(needed, Math.min(available, LARGEST_FORESIGHT));
    const grown = Math.max(SMALLEST_BUFFER, wanted, before.length + (before.length >>> 1)); // by a factor: copying stays linear
    const length = Math.min(grown, messageLength);
    const whole = Math.min(messageLength, SMALL_MESSAGE, HEADSTART * (received + available));
    const larger = pool?.take(Math.max(length, whole)) ?? new Uint8Array(length);
    if (received > 0) larger.set(before.length === received ? before : before.subarray(0, received));
    if (before.length > 0) pool?.give(before);
    this.buffer = larger;
    this.#words = undefined;
    return larger.length - before.length;
  }

  /** Lets go of the message; the header's fields stay. */
  close(): void {
    this.open = false;
    this.partial = false;
    this.received = 0;
    this.buffer = EMPTY;
    this.#words = undefined;
  }
}

const EMPTY = new Uint8Array(0);
