/** Writes bit fields, most significant bit first: the inverse of `BitReader`. A call that throws writes nothing. */
export class BitWriter {
  readonly #bytes: number[] = [];
  #position = 0;

  /** Bits written so far. */
  get position(): number {
    return this.#position;
  }

  /** An unsigned field of `count` bits, 0 to 32. @throws RangeError for another count, or a `value` that does not fit. */
  bits(count: number, value: number): void {
    if (!(Number.isInteger(count) && count >= 0 && count <= 32)) throw new RangeError(`a field of ${count} bits`);
    if (!(Number.isInteger(value) && value >= 0 && value < 2 ** count))
      throw new RangeError(`${value} in ${count} bits`);
    for (let bit = count - 1; bit >= 0; bit--) {
      const index = Math.floor(this.#position / 8);
      if (index === this.#bytes.length) this.#bytes.push(0);
      const one = Math.floor(value / 2 ** bit) % 2;
      this.#bytes[index] = (this.#bytes[index] as number) | (one << (7 - (this.#position & 7)));
      this.#position++;
    }
  }
  /** One bit. */
  flag(value: boolean): void {
    this.bits(1, value ? 1 : 0);
  }
  /** ue(v): unsigned Exp-Golomb code (ISO/IEC 14496-10 9.1). @throws RangeError outside 0 to 2^32 - 2. */
  ue(value: number): void {
    if (!(Number.isInteger(value) && value >= 0 && value <= 0xfffffffe)) throw new RangeError(`${value} as ue(v)`);
    const length = 31 - Math.clz32(value + 1);
    this.bits(length, 0);
    this.bits(1, 1);
    this.bits(length, value + 1 - 2 ** length);
  }
  /** se(v): signed Exp-Golomb code (ISO/IEC 14496-10 9.1.1). @throws RangeError outside -(2^31 - 1) to 2^31 - 1. */
  se(value: number): void {
    if (!(Number.isInteger(value) && Math.abs(value) <= 0x7fffffff)) throw new RangeError(`${value} as se(v)`);
    this.ue(value > 0 ? 2 * value - 1 : -2 * value);
  }
  /** What was written, the last byte filled with zero bits. */
  toBytes(): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(this.#bytes);
  }
}
