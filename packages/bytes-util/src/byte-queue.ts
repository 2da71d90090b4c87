/** Pieces shorter than this are copied together, so that one-byte reads cost bytes and not objects. */
const SMALL = 4096;
const MIN_SLAB = 256;
const MAX_SLAB = 65_536;
const EMPTY = new Uint8Array(0);

/**
 * A first-in, first-out queue of bytes: what an incremental decoder keeps between two pushes.
 *
 * All operations are linear in the bytes they move, however the input was cut. Pushed pieces of 4096 bytes and more are
 * kept as views, so the caller must not change them afterwards; smaller ones are copied. What is held is at most three
 * times the bytes queued, one 64 KiB slab, and the memory behind the piece at the front, consumed or not.
 */
export class ByteQueue {
  readonly #pieces: Uint8Array[] = [];
  #first = 0; // index of the piece at the front; those before it are EMPTY
  #offset = 0; // bytes of it already consumed
  #length = 0;
  #slab: Uint8Array | undefined; // the last piece, if it is our own and small pieces may still be copied behind its end
  #slabEnd = 0; // bytes of the slab in use

  /** Bytes in the queue. */
  get length(): number {
    return this.#length;
  }

  /** Appends bytes: fewer than 4096 as a copy, more as a view. */
  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    if (bytes.length >= SMALL) {
      this.#closeSlab();
      this.#pieces.push(bytes);
    } else {
      if (this.#slab === undefined || this.#slab.length - this.#slabEnd < bytes.length) this.#openSlab(bytes.length);
      this.#slab?.set(bytes, this.#slabEnd);
      this.#slabEnd += bytes.length;
    }
    this.#length += bytes.length;
  }

  /** The byte `ahead` of the front, left in place; `undefined` past the end. Meant for the few bytes of a header. */
  peekU8(ahead = 0): number | undefined {
    if (!(ahead >= 0 && ahead < this.#length)) return undefined;
    let offset = this.#offset + ahead;
    for (let i = this.#first; ; i++) {
      const size = this.#sizeOf(i);
      if (offset < size) return this.#pieces[i]?.[offset];
      offset -= size;
    }
  }

  /** The bytes at the front that lie in one piece: a view, left in place; empty when the queue is. */
  front(): Uint8Array {
    return this.#length === 0 ? EMPTY : this.#view(this.#sizeOf(this.#first));
  }

  /** Drops bytes from the front. @throws RangeError if there are fewer. */
  skip(count: number): void {
    this.#check(count);
    this.#length -= count;
    for (let left = count; left > 0; ) {
      const available = this.#sizeOf(this.#first) - this.#offset;
      if (left < available) {
        this.#offset += left;
        return;
      }
      left -= available;
      this.#dropFirst();
    }
  }

  /**
   * Moves up to `count` bytes from the front into `target` at `offset`.
   * @returns how many were there to move.
   * @throws RangeError, with nothing moved, if `count` is not a length or `target` has no room for them.
   */
  readInto(target: Uint8Array, offset: number, count: number): number {
    const total = Math.min(count, this.#length);
    this.#check(total);
    if (!(offset >= 0 && offset + total <= target.length)) {
      throw new RangeError(`${total} bytes at ${offset} of a target of ${target.length}`);
    }
    for (let moved = 0; moved < total; ) {
      const part = Math.min(this.#sizeOf(this.#first) - this.#offset, total - moved);
      target.set(this.#view(this.#offset + part), offset + moved);
      moved += part;
      this.skip(part);
    }
    return total;
  }

  /** Takes `count` bytes off the front, as an array of their own. @throws RangeError if there are fewer. */
  take(count: number): Uint8Array<ArrayBuffer> {
    this.#check(count); // before the array is allocated
    const taken = new Uint8Array(count);
    this.readInto(taken, 0, count);
    return taken;
  }

  /** Forgets everything. */
  clear(): void {
    this.#pieces.length = 0;
    this.#first = 0;
    this.#offset = 0;
    this.#length = 0;
    this.#slab = undefined;
  }

  #check(count: number): void {
    if (!(Number.isInteger(count) && count >= 0 && count <= this.#length)) {
      throw new RangeError(`${count} bytes wanted, ${this.#length} queued`);
    }
  }

  /** End of the bytes in a piece: the slab's room behind them is not in the queue yet. */
  #sizeOf(index: number): number {
    if (this.#slab !== undefined && index === this.#pieces.length - 1) return this.#slabEnd;
    return (this.#pieces[index] as Uint8Array).length;
  }

  #view(end: number): Uint8Array {
    return (this.#pieces[this.#first] as Uint8Array).subarray(this.#offset, end);
  }

  /** Begins a slab that takes at least `length` bytes. */
  #openSlab(length: number): void {
    // It doubles with the small pieces queued: a waiting header costs little, a waiting megabyte few pieces.
    const doubled = 2 * Math.min(this.#slab?.length ?? 0, this.#length);
    this.#closeSlab();
    this.#slab = new Uint8Array(Math.max(length, Math.min(MAX_SLAB, Math.max(MIN_SLAB, doubled))));
    this.#slabEnd = 0;
    this.#pieces.push(this.#slab);
  }

  /** Makes the slab an ordinary piece, or drops it if all of it was consumed. */
  #closeSlab(): void {
    if (this.#slab === undefined) return;
    if (this.#length === 0) this.clear();
    else this.#pieces[this.#pieces.length - 1] = this.#slab.subarray(0, this.#slabEnd);
    this.#slab = undefined;
  }

  #dropFirst(): void {
    const left = this.#pieces.length - this.#first - 1;
    if (left === 0) {
      // A small slab stays for what comes next, so that byte after byte, pushed and read, does not allocate each time.
      if (this.#slab !== undefined && this.#slab.length <= SMALL) this.#offset = this.#slabEnd;
      else this.clear();
      return;
    }
    this.#offset = 0;
    this.#pieces[this.#first] = EMPTY; // let go of the memory now
    this.#first++;
    if (this.#first >= 64 && this.#first >= left) {
      this.#pieces.splice(0, this.#first); // amortised: at least as many were dropped as are moved
      this.#first = 0;
    }
  }
}
