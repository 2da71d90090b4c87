import type { Amf3ValueDecoder } from "@rtmp/amf0";
import { amf3ValueDecoder } from "@rtmp/amf3";
import { DEFAULT_MESSAGE_LIMITS, type MessageLimits } from "./limits.js";

/** How {@link decodeMessage} deals with what it gets. */
export interface DecodeOptions {
  /**
   * Whether a command or data message is handed out, with a warning, when only values after its name and transaction id
   * can not be read. With `false` that throws.
   * @defaultValue true
   */
  readonly lenient?: boolean;
  /**
   * What decodes the AMF3 values behind marker 0x11. With `false` such a value counts as unreadable.
   * @defaultValue true, the decoder of `@rtmp/amf3`
   */
  readonly amf3?: boolean | Amf3ValueDecoder;
  /** Bounds that differ from {@link DEFAULT_MESSAGE_LIMITS}. */
  readonly limits?: Partial<MessageLimits>;
}

/** Options with every default in place. */
export interface ResolvedOptions {
  readonly lenient: boolean;
  readonly amf3: Amf3ValueDecoder | undefined;
  readonly limits: MessageLimits;
}

const DEFAULTS: ResolvedOptions = { lenient: true, amf3: amf3ValueDecoder, limits: DEFAULT_MESSAGE_LIMITS };

/** Puts the defaults in place. */
export function resolveOptions(options: DecodeOptions | undefined): ResolvedOptions {
  if (options === undefined) return DEFAULTS;
  const { lenient = true, amf3 = true, limits } = options;
  return {
    lenient,
    amf3: amf3 === true ? amf3ValueDecoder : amf3 === false ? undefined : amf3,
    limits: limits === undefined ? DEFAULT_MESSAGE_LIMITS : { ...DEFAULT_MESSAGE_LIMITS, ...limits },
  };
}
