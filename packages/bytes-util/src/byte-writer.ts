import { encodeUtf8Into, utf8Length } from "./utf8.js";

/**
 * Collects fields into one growing buffer. Big-endian unless a name ends in `le`.
 * A value that its field can not hold throws `RangeError`, the caller's mistake, and writes nothing.
 */
export class ByteWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView;
  #length = 0;

  /** @param capacity bytes to make room for at once; it grows by doubling. */
  constructor(capacity = 64) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  /** Unsigned byte. */
  u8(value: number): void {
    check(value, 0, 0xff);
    const at = this.#grow(1); // first: growing replaces the view
    this.#view.setUint8(at, value);
  }
  /** Unsigned 16 bits. */
  u16(value: number): void {
    check(value, 0, 0xffff);
    const at = this.#grow(2);
    this.#view.setUint16(at, value);
  }
  /** Unsigned 16 bits, little-endian. */
  u16le(value: number): void {
    check(value, 0, 0xffff);
    const at = this.#grow(2);
    this.#view.setUint16(at, value, true);
  }
  /** Signed 16 bits. */
  i16(value: number): void {
    check(value, -0x8000, 0x7fff);
    const at = this.#grow(2);
    this.#view.setInt16(at, value);
  }
  /** Unsigned 24 bits. */
  u24(value: number): void {
    check(value, 0, 0xffffff);
    this.#put24(this.#grow(3), value);
  }
  /** Signed 24 bits. */
  i24(value: number): void {
    check(value, -0x800000, 0x7fffff);
    this.#put24(this.#grow(3), value & 0xffffff);
  }
  /** Unsigned 32 bits. */
  u32(value: number): void {
    check(value, 0, 0xffffffff);
    const at = this.#grow(4);
    this.#view.setUint32(at, value);
  }
  /** Unsigned 32 bits, little-endian. */
  u32le(value: number): void {
    check(value, 0, 0xffffffff);
    const at = this.#grow(4);
    this.#view.setUint32(at, value, true);
  }
  /** Signed 32 bits. */
  i32(value: number): void {
    check(value, -0x80000000, 0x7fffffff);
    const at = this.#grow(4);
    this.#view.setInt32(at, value);
  }
  /** IEEE 754 double. */
  f64(value: number): void {
    const at = this.#grow(8);
    this.#view.setFloat64(at, value);
  }
  /** Copies bytes. */
  bytes(bytes: Uint8Array): void {
    const at = this.#grow(bytes.length);
    this.#bytes.set(bytes, at);
  }
  /** Writes text as UTF-8 without a length. @returns how many bytes it took. */
  utf8(text: string): number {
    const length = utf8Length(text);
    const at = this.#grow(length);
    encodeUtf8Into(text, this.#bytes, at);
    return length;
  }

  /** Overwrites a byte written before, as when a length is known only after what it counts. @throws RangeError unless all of it was written. */
  setU8(offset: number, value: number): void {
    check(value, 0, 0xff);
    this.#view.setUint8(this.#written(offset, 1), value);
  }
  /** Overwrites 16 bits written before. @throws RangeError unless all of it was written. */
  setU16(offset: number, value: number): void {
    check(value, 0, 0xffff);
    this.#view.setUint16(this.#written(offset, 2), value);
  }
  /** Overwrites 24 bits written before. @throws RangeError unless all of it was written. */
  setU24(offset: number, value: number): void {
    check(value, 0, 0xffffff);
    this.#put24(this.#written(offset, 3), value);
  }
  /** Overwrites 32 bits written before. @throws RangeError unless all of it was written. */
  setU32(offset: number, value: number): void {
    check(value, 0, 0xffffffff);
    this.#view.setUint32(this.#written(offset, 4), value);
  }

  /** What was written, as a copy of exactly that size. */
  toBytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }
  /** What was written, as a view that the next write or {@link reset} may change. */
  view(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }
  /** Forgets what was written and keeps the room. */
  reset(): void {
    this.#length = 0;
  }

  #put24(at: number, value: number): void {
    this.#view.setUint16(at, value >>> 8);
    this.#view.setUint8(at + 2, value & 0xff);
  }
  #written(offset: number, length: number): number {
    check(offset, 0, this.#length - length);
    return offset;
  }
  #grow(length: number): number {
    const at = this.#length;
    const needed = at + length;
    if (needed > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
      larger.set(this.#bytes.subarray(0, at));
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    this.#length = needed;
    return at;
  }
}

function check(value: number, min: number, max: number): void {
  if (!(Number.isInteger(value) && value >= min && value <= max))
    throw new RangeError(`${value} is not an integer in ${min}..${max}`);
}
