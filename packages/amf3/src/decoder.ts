import { Amf3Error } from "./errors.js";
import { Input } from "./input.js";
import { type Amf3Limits, resolveLimits } from "./limits.js";
import type { Amf3Node } from "./nodes.js";
import { readNode } from "./read-node.js";
import { readValue } from "./read-value.js";
import type { Amf3Value } from "./values.js";

/** How to decode. */
export interface Amf3DecodeOptions {
  /** Defaults: {@link DEFAULT_AMF3_LIMITS}. */
  readonly limits?: Partial<Amf3Limits>;
  /**
   * Whether an object may contain itself in the natural form. Whoever walks the result must then expect circles, and
   * the limits on values and depth count each circle once. Without it that is the error `amf-cyclic`; the lossless form
   * keeps references and needs no option.
   * @defaultValue false
   */
  readonly allowCycles?: boolean;
}

/**
 * Reads AMF3 values one after another from bytes that are all there. Each value has reference tables of its own, as
 * behind each AVM+ marker of AMF0; the limits hold for all values together. After an error each read throws it again.
 */
export class Amf3Decoder {
  readonly #input: Input;
  readonly #allowCycles: boolean;
  #error: unknown;

  /** @param offset where the first value begins. @throws RangeError for options that make no sense. */
  constructor(bytes: Uint8Array, options: Amf3DecodeOptions = {}, offset = 0) {
    if (!(Number.isInteger(offset) && offset >= 0 && offset <= bytes.length)) throw new RangeError(`offset ${offset}`);
    this.#input = new Input(bytes, offset, resolveLimits(options.limits));
    this.#allowCycles = options.allowCycles ?? false;
  }

  /** Offset of the byte behind the last value read. After an error: how far the decoder came. */
  get position(): number {
    return this.#input.position;
  }
  /** Bytes left; 0 when all values have been read. */
  get remaining(): number {
    return this.#input.end - this.#input.position;
  }
  /** Values read so far, on every level, as `maxValues` counts them. */
  get valueCount(): number {
    return this.#input.valueCount;
  }

  /** The next value in the natural form. @throws Amf3Error, also `amf-truncated` when nothing is left. */
  readValue(): Amf3Value {
    if (this.#error !== undefined) throw this.#error;
    try {
      return readValue(this.#input, this.#allowCycles);
    } catch (error) {
      this.#error = error;
      throw error;
    }
  }

  /** The next value in the lossless form. @throws Amf3Error, also `amf-truncated` when nothing is left. */
  readNode(): Amf3Node {
    if (this.#error !== undefined) throw this.#error;
    try {
      return readNode(this.#input);
    } catch (error) {
      this.#error = error;
      throw error;
    }
  }
}

/** Decodes bytes that hold exactly one value, to the natural form. @throws Amf3Error */
export function decodeAmf3(bytes: Uint8Array, options?: Amf3DecodeOptions): Amf3Value {
  const decoder = new Amf3Decoder(bytes, options);
  const value = decoder.readValue();
  checkEnd(decoder);
  return value;
}

/** Decodes bytes that hold exactly one value, to the lossless form. @throws Amf3Error */
export function decodeAmf3Node(bytes: Uint8Array, options?: Amf3DecodeOptions): Amf3Node {
  const decoder = new Amf3Decoder(bytes, options);
  const node = decoder.readNode();
  checkEnd(decoder);
  return node;
}

function checkEnd(decoder: Amf3Decoder): void {
  if (decoder.remaining > 0) {
    throw new Amf3Error("amf-malformed", `${decoder.remaining} bytes behind the value`, decoder.position);
  }
}
