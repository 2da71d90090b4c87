import { checkCount, checkDepth, DEFAULT_AMF3_LIMITS } from "./limits.js";

/** How far an encoder goes. What it refuses is the caller's: `RangeError`. */
export interface Amf3EncodeOptions {
  /**
   * Objects and arrays inside each other. 0 to 256.
   * @defaultValue 32, which is what decoders should take
   */
  readonly maxDepth?: number;
  /**
   * Longest encoding of one value, in bytes.
   * @defaultValue 16 777 215, the longest RTMP message
   */
  readonly maxLength?: number;
}

const DEFAULTS: Required<Amf3EncodeOptions> = { maxDepth: DEFAULT_AMF3_LIMITS.maxDepth, maxLength: 0xffffff };

/** Fills in the defaults. @throws RangeError for values that make no sense. */
export function resolveEncodeOptions(options: Amf3EncodeOptions | undefined): Required<Amf3EncodeOptions> {
  if (options === undefined) return DEFAULTS;
  return {
    maxDepth: checkDepth(options.maxDepth ?? DEFAULTS.maxDepth),
    maxLength: checkCount("maxLength", options.maxLength ?? DEFAULTS.maxLength),
  };
}
