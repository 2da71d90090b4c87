import type { Slab } from "./slab.js";

/** First buffer of a message whose bytes come in dribs and drabs. */
const SMALLEST_BUFFER = 256;
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
  /** Holds them: grows with them, and never beyond the message. */
  buffer: Uint8Array = EMPTY;
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
   * @param slab where the buffer of a small message may be cut from, whole at once.
   * @returns how many bytes more are allocated than before.
   */
  reserve(needed: number, available: number, slab: Slab | undefined): number {
    const before = this.buffer.length;
    if (this.received + needed <= before) return 0;
    const piece = before === 0 ? slab?.take(this.messageLength) : undefined;
    if (piece !== undefined) {
      this.buffer = piece;
      return piece.length;
    }
    const wanted = this.received + Math.max(needed, Math.min(available, LARGEST_FORESIGHT));
    const grown = Math.max(SMALLEST_BUFFER, wanted, before + (before >>> 1)); // by a factor: copying stays linear
    const larger = new Uint8Array(Math.min(grown, this.messageLength));
    if (this.received > 0) larger.set(before === this.received ? this.buffer : this.buffer.subarray(0, this.received));
    this.buffer = larger;
    this.#words = undefined;
    return larger.length - before;
  }

  /** Lets go of the message; the header's fields stay. @returns its payload, as far as it is there. */
  close(): Uint8Array {
    const payload = this.buffer;
    this.open = false;
    this.partial = false;
    this.received = 0;
    this.buffer = EMPTY;
    this.#words = undefined;
    return payload;
  }
}

const EMPTY = new Uint8Array(0);
