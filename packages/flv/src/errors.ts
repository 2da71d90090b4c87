/**
 * What is wrong with the bytes.
 *
 * Tag bodies:
 * - `truncated`: they end inside a header, a track or a field that they announce.
 * - `malformed-mod-ex`: a nanosecond offset of fewer than three bytes.
 * - `too-many-mod-ex`: more than 8 ModEx turns in one message.
 * - `nested-multitrack`: a multitrack message whose inner packet type is Multitrack or ModEx again.
 * - `unknown-multitrack-type`: a multitrack layout other than the three that are defined.
 * - `too-many-tracks`: more than 32 tracks in one message.
 *
 * Codec configuration:
 * - `malformed-config`: a configuration record, or a parameter set in it, that contradicts its own format.
 * - `config-too-large`: a configuration record of more than 65,536 bytes.
 * - `malformed-nal-units`: a NAL unit length that runs past the end of the frame.
 *
 * Files and script data:
 * - `not-flv`: no FLV signature, an unknown version or an impossible header size.
 * - `malformed-tag`: a tag header that no writer makes (only looked for with `strict`, or in its reserved bits).
 * - `tag-too-large`: a tag longer than the reader's limit.
 * - `malformed-metadata`: script data that is not AMF; `cause` has the AMF error.
 */
export type FlvErrorCode =
  | "truncated"
  | "malformed-mod-ex"
  | "too-many-mod-ex"
  | "nested-multitrack"
  | "unknown-multitrack-type"
  | "too-many-tracks"
  | "malformed-config"
  | "config-too-large"
  | "malformed-nal-units"
  | "not-flv"
  | "malformed-tag"
  | "tag-too-large"
  | "malformed-metadata";

/**
 * Bytes that are not what FLV or Enhanced RTMP say they should be. For a tag body this concerns one message: the
 * connection it came on can go on. For a file there is no way to find the next tag.
 */
export class FlvError extends Error {
  override readonly name = "FlvError";
  readonly code: FlvErrorCode;
  /** Where it was noticed: bytes from the start of the array given, or of the file for a reader. */
  readonly offset: number;
  constructor(code: FlvErrorCode, message: string, offset: number, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.offset = offset;
  }
}
