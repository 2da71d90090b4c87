import { BytesError } from "./errors.js";

/**
 * Reads bit fields, most significant bit first (as in ISO/IEC 14496 and AV1 headers).
 * Every read past the end throws `BytesError` `out-of-bounds` and consumes nothing.
 */
export class BitReader {
  readonly #bytes: Uint8Array;
  #position = 0;

  /** @param bytes what to read, from its first bit; not copied. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Bits read so far. */
  get position(): number {
    return this.#position;
  }
  /** Bits left. */
  get remaining(): number {
    return 8 * this.#bytes.length - this.#position;
  }

  /** An unsigned field of `count` bits, 0 to 32. @throws RangeError for another count; BytesError past the end. */
  bits(count: number): number {
    if (!(Number.isInteger(count) && count >= 0 && count <= 32)) throw new RangeError(`a field of ${count} bits`);
    this.#check(count);
    let value = 0;
    for (let left = count; left > 0; ) {
      const byte = this.#bytes[Math.floor(this.#position / 8)] as number;
      const inByte = 8 - (this.#position & 7);
      const part = Math.min(inByte, left);
      value = value * 2 ** part + ((byte >>> (inByte - part)) & (2 ** part - 1));
      this.#position += part;
      left -= part;
    }
    return value;
  }
  /** One bit as a flag. @throws BytesError past the end. */
  flag(): boolean {
    return this.bits(1) === 1;
  }
  /** Passes over `count` bits. @throws RangeError for a negative or broken count; BytesError past the end. */
  skip(count: number): void {
    if (!(Number.isInteger(count) && count >= 0)) throw new RangeError(`skip ${count} bits`);
    this.#check(count);
    this.#position += count;
  }
  /**
   * ue(v): unsigned Exp-Golomb code (ISO/IEC 14496-10 9.1), 0 to 2^32 - 2.
   * @throws BytesError `invalid-exp-golomb` for more than 31 leading zeros; `out-of-bounds` past the end.
   */
  ue(): number {
    const start = this.#position;
    try {
      let zeros = 0;
      while (!this.flag()) {
        zeros++;
        if (zeros > 31) throw new BytesError("invalid-exp-golomb", "an Exp-Golomb code longer than 63 bits", start);
      }
      return 2 ** zeros - 1 + this.bits(zeros);
    } catch (error) {
      this.#position = start; // half a code is not consumed
      throw error;
    }
  }
  /** se(v): signed Exp-Golomb code (ISO/IEC 14496-10 9.1.1), -(2^31 - 1) to 2^31 - 1. @throws BytesError as {@link ue}. */
  se(): number {
    const code = this.ue();
    return code % 2 === 0 ? 0 - code / 2 : (code + 1) / 2; // 0 - 0 is 0, where -0 would be another value
  }

  #check(count: number): void {
    if (count > this.remaining) {
      throw new BytesError("out-of-bounds", `${count} bits wanted, ${this.remaining} left`, this.#position);
    }
  }
}
