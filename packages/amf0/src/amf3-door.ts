import type { Amf0Limits } from "./limits.js";

/**
 * Decodes the one AMF3 value that begins at `offset`, within limits that say what the AMF0 values around it left over.
 * `@rtmp/amf3` exports `amf3ValueDecoder` (natural values) and `amf3NodeDecoder` (lossless ones), which fit.
 *
 * An error about the bytes is an `Error` whose `code` begins with `amf-`; it becomes the cause of an `Amf0Error`.
 */
export type Amf3ValueDecoder = (bytes: Uint8Array, offset: number, limits: Amf0Limits) => Amf3Decoded;

/** What an {@link Amf3ValueDecoder} found. */
export interface Amf3Decoded {
  readonly value: unknown;
  /** Offset of the byte behind the value. */
  readonly end: number;
  /** How many values it holds in all, itself included; 1 if not given. They count towards `maxValues`. */
  readonly values?: number;
}
