import { checkCount, checkDepth, DATA_AMF0_LIMITS } from "./limits.js";

/** How far an encoder goes. What it refuses is the caller's: `RangeError`. */
export interface Amf0EncodeOptions {
  /**
   * Objects and arrays inside each other. 0 to 256.
   * @defaultValue 32, which is what decoders should take
   */
  readonly maxDepth?: number;
  /**
   * Longest encoding of one call, in bytes. Values that share parts can be small in memory and endless as AMF0, which
   * writes each part out again; this ends them.
   * @defaultValue 16 777 215, the longest RTMP message and FLV tag
   */
  readonly maxLength?: number;
}

const DEFAULTS: Required<Amf0EncodeOptions> = { maxDepth: DATA_AMF0_LIMITS.maxDepth, maxLength: 0xffffff };

/** Fills in the defaults. @throws RangeError for values that make no sense. */
export function resolveEncodeOptions(options: Amf0EncodeOptions | undefined): Required<Amf0EncodeOptions> {
  if (options === undefined) return DEFAULTS;
  return {
    maxDepth: checkDepth(options.maxDepth ?? DEFAULTS.maxDepth),
    maxLength: checkCount("maxLength", options.maxLength ?? DEFAULTS.maxLength),
  };
}
