/**
 * Why bytes could not be read.
 *
 * - `out-of-bounds`: a read past the end of the input.
 * - `invalid-utf8`: a strict decode met bytes that are not UTF-8.
 * - `invalid-hex`: text that is not pairs of hexadecimal digits.
 * - `invalid-exp-golomb`: an Exp-Golomb code of a value above 2^32 - 2.
 */
export type BytesErrorCode = "out-of-bounds" | "invalid-utf8" | "invalid-hex" | "invalid-exp-golomb";

/** Input that does not hold what was asked of it. A caller's own mistake (a value too large to write) is a `RangeError`. */
export class BytesError extends Error {
  override readonly name = "BytesError";
  /** Why, for programs. */
  readonly code: BytesErrorCode;
  /** Where the failed read began: in bytes, for `BitReader` in bits, for hexadecimal text in characters. */
  readonly offset: number;
  /** @param options `cause` carries the platform's own error where there is one. */
  constructor(code: BytesErrorCode, message: string, offset: number, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.offset = offset;
  }
}
