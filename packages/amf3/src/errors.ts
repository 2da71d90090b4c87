/**
 * Why AMF3 bytes could not be decoded.
 *
 * - `amf-truncated`: the bytes end inside a value.
 * - `amf-malformed`: a count or length that the bytes left can not hold, or bytes behind the only value expected.
 * - `amf-unknown-marker`: a marker that AMF3 does not define.
 * - `amf-depth`: objects and arrays nested deeper than `maxDepth`.
 * - `amf-too-many`: more than `maxMembers`, `maxValues` or `maxLength` allow.
 * - `amf-bad-reference`: an index that is not in its table yet, or an object of another type there.
 * - `amf-cyclic`: an object that contains itself, in the natural form and without `allowCycles`.
 * - `amf-externalizable`: an object of a class that writes its own bytes, which only that class can read (AMF3 3.12).
 */
export type Amf3ErrorCode =
  | "amf-truncated"
  | "amf-malformed"
  | "amf-unknown-marker"
  | "amf-depth"
  | "amf-too-many"
  | "amf-bad-reference"
  | "amf-cyclic"
  | "amf-externalizable";

/** The peer sent bytes that are not AMF3, or more of them than allowed. A caller's own mistake is a `RangeError` or `TypeError`. */
export class Amf3Error extends Error {
  override readonly name = "Amf3Error";
  readonly code: Amf3ErrorCode;
  /** Where in the input, in bytes from its begin, the part lies that could not be read. */
  readonly offset: number;
  /** The type marker in question, where the error is about one. */
  readonly marker: number | undefined;

  constructor(code: Amf3ErrorCode, message: string, offset: number, marker?: number, options?: ErrorOptions) {
    super(`${message} (at byte ${offset})`, options);
    this.code = code;
    this.offset = offset;
    this.marker = marker;
  }
}
