const SLAB_LENGTH = 65_536;
/** Longer messages get a buffer of their own: its cost is small beside that of their bytes. */
const LONGEST_PIECE = 16_384;

/**
 * Buffers for small messages, cut from larger ones: what costs is the allocation, not the bytes. A piece keeps its slab in
 * memory for as long as it is kept.
 */
export class Slab {
  #bytes = new Uint8Array(0);
  #used = 0;

  /** Room for `length` bytes, at an offset that is a multiple of 4; undefined if that is too long for a piece. */
  take(length: number): Uint8Array | undefined {
    if (length > LONGEST_PIECE) return undefined;
    if (this.#used + length > this.#bytes.length) {
      this.#bytes = new Uint8Array(SLAB_LENGTH);
      this.#used = 0;
    }
    const piece = this.#bytes.subarray(this.#used, this.#used + length);
    this.#used += (length + 3) & ~3;
    return piece;
  }
}
