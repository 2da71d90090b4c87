import { type Amf3DecodeOptions, Amf3Decoder } from "./decoder.js";
import type { Amf3Limits } from "./limits.js";
import type { Amf3Node } from "./nodes.js";
import type { Amf3Value } from "./values.js";

/** One value that was decoded from the midst of other bytes. */
export interface Amf3Decoded<T> {
  readonly value: T;
  /** Offset of the byte behind it. */
  readonly end: number;
  /** How many values it holds in all, itself included, as `maxValues` counts them. */
  readonly values: number;
}

/**
 * Decodes the one value that begins at `offset`, to the natural form; it may be followed by anything. Fits the `amf3`
 * option of `@rtmp/amf0`, which passes on what its own limits left over.
 * @throws Amf3Error
 */
export function amf3ValueDecoder(
  bytes: Uint8Array,
  offset: number,
  limits?: Partial<Amf3Limits>,
): Amf3Decoded<Amf3Value> {
  const decoder = new Amf3Decoder(bytes, optionsOf(limits), offset);
  const value = decoder.readValue();
  return { value, end: decoder.position, values: decoder.valueCount };
}

/** The same to the lossless form. @throws Amf3Error */
export function amf3NodeDecoder(
  bytes: Uint8Array,
  offset: number,
  limits?: Partial<Amf3Limits>,
): Amf3Decoded<Amf3Node> {
  const decoder = new Amf3Decoder(bytes, optionsOf(limits), offset);
  const value = decoder.readNode();
  return { value, end: decoder.position, values: decoder.valueCount };
}

function optionsOf(limits: Partial<Amf3Limits> | undefined): Amf3DecodeOptions {
  return limits === undefined ? {} : { limits };
}
