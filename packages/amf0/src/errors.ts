/**
 * Why AMF0 bytes could not be decoded.
 *
 * - `amf-truncated`: the bytes end inside a value.
 * - `amf-malformed`: a count or 32-bit length that the bytes left can not hold, an object end where a value should be,
 *   bytes behind the only value expected, or an AMF3 value that its decoder refused.
 * - `amf-unknown-marker`: a reserved marker (movieclip, recordset) or one that AMF0 does not define.
 * - `amf-depth`: objects and arrays nested deeper than `maxDepth`.
 * - `amf-too-many`: more members in one object or array than `maxMembers`, or more values in all than `maxValues`.
 * - `amf-no-amf3`: an AMF3 value (marker 0x11), and no `amf3` decoder was given.
 */
export type Amf0ErrorCode =
  | "amf-truncated"
  | "amf-malformed"
  | "amf-unknown-marker"
  | "amf-depth"
  | "amf-too-many"
  | "amf-no-amf3";

/** The peer sent bytes that are not AMF0, or more of them than allowed. A caller's own mistake is a `RangeError` or `TypeError`. */
export class Amf0Error extends Error {
  override readonly name = "Amf0Error";
  readonly code: Amf0ErrorCode;
  /** Where in the input, in bytes from its begin, the part lies that could not be read. */
  readonly offset: number;
  /** The type marker in question, where the error is about one. */
  readonly marker: number | undefined;

  constructor(code: Amf0ErrorCode, message: string, offset: number, marker?: number, options?: ErrorOptions) {
    super(`${message} (at byte ${offset})`, options);
    this.code = code;
    this.offset = offset;
    this.marker = marker;
  }
}

const CODES: ReadonlySet<unknown> = new Set<Amf0ErrorCode>([
  "amf-truncated",
  "amf-malformed",
  "amf-unknown-marker",
  "amf-depth",
  "amf-too-many",
  "amf-no-amf3",
]);

/**
 * What an AMF3 decoder threw, as an error of this package with the original as its cause. Only errors that carry a
 * `code` beginning with `amf-` speak of the peer's bytes: anything else is a bug and is returned as it is.
 */
export function asAmf0Error(thrown: unknown, offset: number, marker: number): unknown {
  if (!(thrown instanceof Error) || !("code" in thrown)) return thrown;
  const { code } = thrown;
  if (typeof code !== "string" || !code.startsWith("amf-")) return thrown;
  const known = isCode(code) ? code : "amf-malformed";
  return new Amf0Error(known, `the AMF3 value: ${thrown.message}`, offset, marker, { cause: thrown });
}

function isCode(code: string): code is Amf0ErrorCode {
  return CODES.has(code);
}
