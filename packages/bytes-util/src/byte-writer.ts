import { encodeAsciiInto, encodeUtf8Into, SHORT_TEXT, utf8Length } from "./utf8.js";

/**
 * Collects fields into one growing buffer. Big-endian unless a name ends in `le`.
 * A value that its field can not hold throws `RangeError`, the caller's mistake, and writes nothing.
 */
export class ByteWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView | undefined; // made for the first double
  #length = 0;

  /**
   * @param room bytes to make room for at once, or an array to be filled from its start, whatever is in it. What is
   * written beyond goes to an array of its own, of twice the length.
   */
  constructor(room: number | Uint8Array<ArrayBuffer> = 64) {
    this.#bytes = typeof room === "number" ? new Uint8Array(room) : room;
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  /** Unsigned byte. */
  u8(value: number): void {
    if ((value & 0xff) !== value) throw outside(value, 0, 0xff);
    const at = this.#grow(1); // first: growing replaces the array
    this.#bytes[at] = value;
  }
  /** Unsigned 16 bits. */
  u16(value: number): void {
    if ((value & 0xffff) !== value) throw outside(value, 0, 0xffff);
    this.#put16(this.#grow(2), value);
  }
  /** Unsigned 16 bits, little-endian. */
  u16le(value: number): void {
    if ((value & 0xffff) !== value) throw outside(value, 0, 0xffff);
    this.#put16(this.#grow(2), (value >>> 8) | (value << 8));
  }
  /** Signed 16 bits. */
  i16(value: number): void {
    if ((value << 16) >> 16 !== value) throw outside(value, -0x8000, 0x7fff);
    this.#put16(this.#grow(2), value);
  }
  /** Unsigned 24 bits. */
  u24(value: number): void {
    if ((value & 0xffffff) !== value) throw outside(value, 0, 0xffffff);
    this.#put24(this.#grow(3), value);
  }
  /** Signed 24 bits. */
  i24(value: number): void {
    if ((value << 8) >> 8 !== value) throw outside(value, -0x800000, 0x7fffff);
    this.#put24(this.#grow(3), value);
  }
  /** Unsigned 32 bits. */
  u32(value: number): void {
    if (value >>> 0 !== value) throw outside(value, 0, 0xffffffff);
    this.#put32(this.#grow(4), value);
  }
  /** Unsigned 32 bits, little-endian. */
  u32le(value: number): void {
    if (value >>> 0 !== value) throw outside(value, 0, 0xffffffff);
    const at = this.#grow(4);
    this.#bytes[at] = value;
    this.#bytes[at + 1] = value >>> 8;
    this.#bytes[at + 2] = value >>> 16;
    this.#bytes[at + 3] = value >>> 24;
  }
  /** Signed 32 bits. */
  i32(value: number): void {
    if ((value | 0) !== value) throw outside(value, -0x80000000, 0x7fffffff);
    this.#put32(this.#grow(4), value);
  }
  /** IEEE 754 double. */
  f64(value: number): void {
    const at = this.#grow(8);
    this.#view ??= new DataView(this.#bytes.buffer, this.#bytes.byteOffset);
    this.#view.setFloat64(at, value);
  }
  /** Counts `length` bytes as written. @returns them to be filled, as a view that is good until the next write. */
  room(length: number): Uint8Array<ArrayBuffer> {
    if (!(Number.isInteger(length) && length >= 0)) throw outside(length, 0, Number.MAX_SAFE_INTEGER);
    const at = this.#grow(length);
    return this.#bytes.subarray(at, at + length);
  }
  /** Copies bytes. */
  bytes(bytes: Uint8Array): void {
    const at = this.#grow(bytes.length);
    this.#bytes.set(bytes, at);
  }
  /** Writes text as UTF-8 without a length. @returns how many bytes it took. */
  utf8(text: string): number {
    const at = this.#length;
    if (text.length <= SHORT_TEXT) {
      this.#grow(text.length);
      if (encodeAsciiInto(text, this.#bytes, at)) return text.length;
      this.#length = at;
    }
    const length = utf8Length(text);
    this.#grow(length);
    encodeUtf8Into(text, this.#bytes, at);
    return length;
  }

  /** Overwrites a byte written before, as when a length is known only after what it counts. @throws RangeError unless all of it was written. */
  setU8(offset: number, value: number): void {
    if ((value & 0xff) !== value) throw outside(value, 0, 0xff);
    this.#bytes[this.#written(offset, 1)] = value;
  }
  /** Overwrites 16 bits written before. @throws RangeError unless all of it was written. */
  setU16(offset: number, value: number): void {
    if ((value & 0xffff) !== value) throw outside(value, 0, 0xffff);
    this.#put16(this.#written(offset, 2), value);
  }
  /** Overwrites 24 bits written before. @throws RangeError unless all of it was written. */
  setU24(offset: number, value: number): void {
    if ((value & 0xffffff) !== value) throw outside(value, 0, 0xffffff);
    this.#put24(this.#written(offset, 3), value);
  }
  /** Overwrites 32 bits written before. @throws RangeError unless all of it was written. */
  setU32(offset: number, value: number): void {
    if (value >>> 0 !== value) throw outside(value, 0, 0xffffffff);
    this.#put32(this.#written(offset, 4), value);
  }

  /** What was written, as a copy of exactly that size. */
  toBytes(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.view()); // sooner done than `slice`
  }
  /** What was written, as a view that the next write or {@link reset} may change. */
  view(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }
  /** Forgets what was written and keeps the room. */
  reset(): void {
    this.#length = 0;
  }

  // The array takes the low eight bits of each.
  #put16(at: number, value: number): void {
    this.#bytes[at] = value >>> 8;
    this.#bytes[at + 1] = value;
  }
  #put24(at: number, value: number): void {
    this.#bytes[at] = value >>> 16;
    this.#bytes[at + 1] = value >>> 8;
    this.#bytes[at + 2] = value;
  }
  #put32(at: number, value: number): void {
    this.#bytes[at] = value >>> 24;
    this.#bytes[at + 1] = value >>> 16;
    this.#bytes[at + 2] = value >>> 8;
    this.#bytes[at + 3] = value;
  }
  #written(offset: number, length: number): number {
    const last = this.#length - length;
    if (!(Number.isInteger(offset) && offset >= 0 && offset <= last)) throw outside(offset, 0, last);
    return offset;
  }
  #grow(length: number): number {
    const at = this.#length;
    const needed = at + length;
    if (needed > this.#bytes.length) this.#enlarge(needed);
    this.#length = needed;
    return at;
  }
  #enlarge(needed: number): void {
    const larger = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
    larger.set(this.view());
    this.#bytes = larger;
    this.#view = undefined;
  }
}

function outside(value: number, min: number, max: number): RangeError {
  return new RangeError(`${value} is not an integer in ${min}..${max}`);
}
