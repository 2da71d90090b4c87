import { BytesError } from "./errors.js";
import { decodeUtf8 } from "./utf8.js";

/**
 * Reads fields from bytes that are all there, front to back. Big-endian unless a name ends in `le`.
 * Every read past the end throws `BytesError` `out-of-bounds` and consumes nothing.
 */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #end: number;
  #position: number;

  /**
   * @param bytes what to read; not copied.
   * @param start first byte to read, @param end the byte after the last one: both count from the array's begin.
   * @throws RangeError if they do not lie within `bytes`.
   */
  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    if (!(start >= 0 && start <= end && end <= bytes.length))
      throw new RangeError(`range ${start}..${end} of ${bytes.length} bytes`);
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#position = start;
    this.#end = end;
  }

  /** Offset of the next byte, counted from the array's begin. */
  get position(): number {
    return this.#position;
  }
  /** Bytes left. */
  get remaining(): number {
    return this.#end - this.#position;
  }

  /** Unsigned byte. */
  u8(): number {
    return this.#view.getUint8(this.#advance(1));
  }
  /** The byte `ahead` of the next one, left in place; `undefined` past the end. */
  peekU8(ahead = 0): number | undefined {
    const at = this.#position + ahead;
    return ahead >= 0 && at < this.#end ? this.#bytes[at] : undefined;
  }
  /** Unsigned 16 bits. */
  u16(): number {
    return this.#view.getUint16(this.#advance(2));
  }
  /** Unsigned 16 bits, little-endian. */
  u16le(): number {
    return this.#view.getUint16(this.#advance(2), true);
  }
  /** Signed 16 bits. */
  i16(): number {
    return this.#view.getInt16(this.#advance(2));
  }
  /** Unsigned 24 bits. */
  u24(): number {
    const at = this.#advance(3);
    return (this.#view.getUint16(at) << 8) | this.#view.getUint8(at + 2);
  }
  /** Signed 24 bits. */
  i24(): number {
    return (this.u24() << 8) >> 8;
  }
  /** Unsigned 32 bits. */
  u32(): number {
    return this.#view.getUint32(this.#advance(4));
  }
  /** Unsigned 32 bits, little-endian. */
  u32le(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }
  /** Signed 32 bits. */
  i32(): number {
    return this.#view.getInt32(this.#advance(4));
  }
  /** IEEE 754 double. */
  f64(): number {
    return this.#view.getFloat64(this.#advance(8));
  }
  /** The next `length` bytes as a view of the input: it lives and changes with it. @throws RangeError below 0. */
  bytes(length: number): Uint8Array {
    const at = this.#advance(checkLength(length));
    return this.#bytes.subarray(at, at + length);
  }
  /** UTF-8 of `length` bytes; invalid sequences become U+FFFD. @throws RangeError below 0. */
  utf8(length: number): string {
    const at = this.#advance(checkLength(length));
    return decodeUtf8(this.#bytes, at, at + length);
  }
  /** Passes over `length` bytes. @throws RangeError below 0. */
  skip(length: number): void {
    this.#advance(checkLength(length));
  }

  #advance(length: number): number {
    const at = this.#position;
    if (length > this.#end - at) {
      throw new BytesError("out-of-bounds", `${length} bytes wanted, ${this.#end - at} left`, at);
    }
    this.#position = at + length;
    return at;
  }
}

/** A length that is no count of bytes is the caller's mistake, not the input's. */
function checkLength(length: number): number {
  if (!(Number.isInteger(length) && length >= 0)) throw new RangeError(`a length of ${length} bytes`);
  return length;
}
