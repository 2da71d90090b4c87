import { ByteQueue } from "@rtmp/bytes-util";

/** Longest chunk header: basic header 3, message header 11, extended timestamp 4 bytes. */
const LONGEST_HEADER = 18;
const EMPTY = new Uint8Array(0);

/**
 * The bytes a decoder has yet to read, parsed in place: `bytes[position]` to `bytes[end - 1]` are the next ones.
 *
 * Where two pushes meet inside a header, the few bytes around the seam are copied together into a small buffer, so
 * that whoever parses sees a whole header; behind the seam parsing goes on in the pushed array itself.
 */
export class ChunkInput {
  bytes: Uint8Array = EMPTY;
  position = 0;
  end = 0;
  readonly #queue = new ByteQueue(); // pushed while earlier bytes were still unread
  #idle = true; // the last `next` answered false: nothing but the begin of a header is left
  #isLent = false; // whether the array in view, or behind the seam, is the one that was pushed
  #seam: Uint8Array = EMPTY; // begin of a header, kept over from before, then the first bytes of `#after`
  #kept = 0; // while `bytes` is the seam: how many of them are not in `#after`
  #after: Uint8Array = EMPTY;
  #afterEnd = 0;
  #base = 0; // stream offset of `bytes[0]`
  #view: DataView | undefined;

  /** Bytes read since the begin of the stream. */
  get offset(): number {
    return this.#base + this.position;
  }

  /** Bytes not read yet. */
  get length(): number {
    const here = this.#kept > 0 ? this.#afterEnd + this.#kept : this.end;
    return here - this.position + this.#queue.length;
  }

  /** A view of `bytes`, with the same indices. */
  get view(): DataView {
    this.#view ??= new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength);
    return this.#view;
  }

  /**
   * Goes on behind the seam if all before it is read.
   * @returns whether `bytes` is an array that was pushed, or a copy that nobody else uses, and not the seam.
   */
  leaveSeam(): boolean {
    if (this.#kept > 0 && this.position >= this.#kept) this.next();
    return this.bytes !== this.#seam;
  }

  /** Appends the first `length` bytes of an array. They are not copied, unless they wait behind others. */
  push(bytes: Uint8Array, length: number): void {
    if (length === 0) return;
    if (!this.#idle) this.#queue.push(bytes.slice(0, length));
    else {
      this.#attach(bytes, length);
      this.#isLent = true;
    }
  }

  /** Copies what is left of the array that is in view, unless that was done before. */
  detach(): void {
    if (this.#idle || !this.#isLent) return;
    this.#isLent = false;
    if (this.#kept > 0) this.#after = this.#after.slice(0, this.#afterEnd);
    else {
      const rest = this.bytes.slice(this.position, this.end);
      this.#base += this.position;
      this.position = 0;
      this.#show(rest, rest.length);
    }
  }

  /**
   * Brings more bytes into view. To be called when all in view are read, or when they end inside a header.
   * @returns false when there are none: what is left is kept for the next push, and what was pushed is let go of.
   */
  next(): boolean {
    if (this.#kept > 0 && this.position >= this.#kept) {
      this.position -= this.#kept;
      this.#base += this.#kept;
      this.#show(this.#after, this.#afterEnd);
      return true;
    }
    if (this.#queue.length > 0) {
      const piece = this.#queue.front();
      this.#queue.skip(piece.length);
      this.#attach(piece, piece.length);
      this.#isLent = false;
      return true;
    }
    this.#keepRest();
    this.#idle = true;
    return false;
  }

  /** Forgets all bytes not read yet. */
  clear(): void {
    this.#base += this.position;
    this.position = 0;
    this.#show(EMPTY, 0);
    this.#queue.clear();
    this.#idle = true;
  }

  #attach(bytes: Uint8Array, length: number): void {
    const kept = this.#keepRest();
    if (kept === 0) this.#show(bytes, length);
    else {
      const taken = Math.min(LONGEST_HEADER, length); // enough for each header that begins in the kept bytes
      for (let i = 0; i < taken; i++) this.#seam[kept + i] = bytes[i] as number;
      this.#show(this.#seam, kept + taken);
      this.#kept = kept;
      this.#after = bytes;
      this.#afterEnd = length;
    }
    this.#idle = false;
  }

  /** Moves what is unread, less than a header, to the begin of the seam. @returns how much that is. */
  #keepRest(): number {
    const { bytes, position, end } = this;
    const rest = end - position;
    if (rest > 0 && this.#seam.length === 0) this.#seam = new Uint8Array(2 * LONGEST_HEADER);
    for (let i = 0; i < rest; i++) this.#seam[i] = bytes[position + i] as number;
    this.#base += position;
    this.position = 0;
    this.#show(rest > 0 ? this.#seam : EMPTY, rest);
    return rest;
  }

  #show(bytes: Uint8Array, end: number): void {
    this.bytes = bytes;
    this.end = end;
    this.#view = undefined;
    this.#kept = 0;
    this.#after = EMPTY;
  }
}
