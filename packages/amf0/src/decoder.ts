import type { Amf3ValueDecoder } from "./amf3-door.js";
import { Amf0Error } from "./errors.js";
import { Input } from "./input.js";
import { type Amf0Limits, resolveLimits } from "./limits.js";
import type { Amf0Node } from "./nodes.js";
import { readNode } from "./read-node.js";
import { readValue } from "./read-value.js";
import type { Amf0Value } from "./values.js";

/** How to decode. */
export interface Amf0DecodeOptions {
  /** Defaults: {@link DATA_AMF0_LIMITS}. */
  readonly limits?: Partial<Amf0Limits>;
  /** For values behind the AVM+ marker; without it that marker is the error `amf-no-amf3`. */
  readonly amf3?: Amf3ValueDecoder;
}

/**
 * Reads AMF0 values one after another from bytes that are all there, as the payload of a message is. One decoder a
 * message: the limits on depth and count hold for all its values together. After an error each read throws it again.
 */
export class Amf0Decoder {
  readonly #input: Input;
  #error: unknown;

  /** @throws RangeError for limits that make no sense. */
  constructor(bytes: Uint8Array, options?: Amf0DecodeOptions) {
    this.#input = inputOf(bytes, options);
  }

  /** Offset of the byte behind the last value read. After an error: how far the decoder came. */
  get position(): number {
    return this.#input.position;
  }
  /** Bytes left; 0 when all values have been read. */
  get remaining(): number {
    return this.#input.end - this.#input.position;
  }

  /** The next value in the natural form. @throws Amf0Error, also `amf-truncated` when nothing is left. */
  readValue(): Amf0Value {
    if (this.#error !== undefined) throw this.#error;
    try {
      return readValue(this.#input, 0);
    } catch (error) {
      this.#error = error;
      throw error;
    }
  }

  /** The next value in the lossless form. @throws Amf0Error, also `amf-truncated` when nothing is left. */
  readNode(): Amf0Node {
    if (this.#error !== undefined) throw this.#error;
    try {
      return readNode(this.#input, 0);
    } catch (error) {
      this.#error = error;
      throw error;
    }
  }
}

/** Decodes bytes that hold exactly one value, to the natural form. @throws Amf0Error */
export function decodeAmf0(bytes: Uint8Array, options?: Amf0DecodeOptions): Amf0Value {
  const input = inputOf(bytes, options);
  const value = readValue(input, 0);
  checkEnd(input);
  return value;
}

/** Decodes bytes that hold any number of values, to the natural form; none gives `[]`. @throws Amf0Error */
export function decodeAmf0Sequence(bytes: Uint8Array, options?: Amf0DecodeOptions): Amf0Value[] {
  const input = inputOf(bytes, options);
  const values: Amf0Value[] = [];
  while (input.position < input.end) values.push(readValue(input, 0));
  return values;
}

/** Decodes bytes that hold exactly one value, to the lossless form. @throws Amf0Error */
export function decodeAmf0Node(bytes: Uint8Array, options?: Amf0DecodeOptions): Amf0Node {
  const input = inputOf(bytes, options);
  const node = readNode(input, 0);
  checkEnd(input);
  return node;
}

/** Decodes bytes that hold any number of values, to the lossless form; none gives `[]`. @throws Amf0Error */
export function decodeAmf0Nodes(bytes: Uint8Array, options?: Amf0DecodeOptions): Amf0Node[] {
  const input = inputOf(bytes, options);
  const nodes: Amf0Node[] = [];
  while (input.position < input.end) nodes.push(readNode(input, 0));
  return nodes;
}

function inputOf(bytes: Uint8Array, options: Amf0DecodeOptions | undefined): Input {
  return new Input(bytes, resolveLimits(options?.limits), options?.amf3);
}

function checkEnd({ position, end }: Input): void {
  if (position < end) throw new Amf0Error("amf-malformed", `${end - position} bytes behind the value`, position);
}
