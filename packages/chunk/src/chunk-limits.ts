import { MAX_MESSAGE_LENGTH } from "./chunk-message.js";

/** What one peer may make a {@link ChunkDecoder} accept and hold. */
export interface ChunkLimits {
  /**
   * Longest audio, video and aggregate message (types 8, 9, 22), in bytes of payload, up to 16 777 215. Each length is
   * compared as soon as its header is there, before any payload is kept.
   * @defaultValue 8 388 608 (an intra-coded 4K frame can pass 4 MiB)
   */
  readonly maxMediaLength: number;
  /**
   * Longest data and shared object message (15, 16, 18, 19), and longest message of a type not named here, in bytes.
   * @defaultValue 1 048 576
   */
  readonly maxDataLength: number;
  /**
   * Longest command (17, 20), in bytes. Control messages have lengths of their own, which no option changes: 4 bytes
   * for types 1, 2, 3 and 5, 5 bytes for type 6, 2 to 64 bytes for user control (4).
   * @defaultValue 65 536
   */
  readonly maxCommandLength: number;
  /**
   * Chunk stream ids in use: each costs a small record for as long as the connection lasts.
   * @defaultValue 64
   */
  readonly maxChunkStreams: number;
  /**
   * Messages that wait for a further chunk at the same time.
   * @defaultValue 16
   */
  readonly maxPartials: number;
  /**
   * Bytes of all incomplete messages together, as received (the chunk that is arriving counts as a whole). Should be at
   * least the longest message.
   * @defaultValue 16 777 216
   */
  readonly maxPartialBytes: number;
  /**
   * Smallest chunk size the peer may set. The protocol knows no minimum; some servers refuse less than 128.
   * @defaultValue 1
   */
  readonly minChunkSize: number;
}

/** The limits of a decoder that was not told otherwise. */
export const DEFAULT_CHUNK_LIMITS: ChunkLimits = {
  maxMediaLength: 8_388_608,
  maxDataLength: 1_048_576,
  maxCommandLength: 65_536,
  maxChunkStreams: 64,
  maxPartials: 16,
  maxPartialBytes: 16_777_216,
  minChunkSize: 1,
};

/** The smallest and largest value each limit can take. */
const RANGES: { readonly [name in keyof ChunkLimits]: readonly [min: number, max: number] } = {
  maxMediaLength: [0, MAX_MESSAGE_LENGTH],
  maxDataLength: [0, MAX_MESSAGE_LENGTH],
  maxCommandLength: [0, MAX_MESSAGE_LENGTH],
  maxChunkStreams: [1, 65_598],
  maxPartials: [0, 65_598],
  maxPartialBytes: [0, Number.MAX_SAFE_INTEGER],
  minChunkSize: [1, 0x7fffffff],
};

const NAMES = Object.keys(RANGES) as (keyof ChunkLimits)[];

/**
 * `base` with the values that `changes` gives; `undefined` leaves one as it is.
 * @throws RangeError for a value that is not an integer in the limit's range.
 */
export function changeLimits(base: ChunkLimits, changes: Partial<ChunkLimits>): ChunkLimits {
  const limits = { ...base };
  for (const name of NAMES) {
    const value = changes[name];
    if (value === undefined) continue;
    const [min, max] = RANGES[name];
    if (!(Number.isInteger(value) && value >= min && value <= max)) {
      throw new RangeError(`${name} ${value} is not an integer in ${min}..${max}`);
    }
    limits[name] = value;
  }
  return limits;
}

/** Fewest bytes a message of this type must have for its fields to be there (RTMP 5.4, 6.2). */
export function shortestMessage(messageTypeId: number): number {
  if (messageTypeId > 6 || messageTypeId === 0) return 0;
  return messageTypeId === 4 ? 2 : messageTypeId === 6 ? 5 : 4;
}

/** Most bytes a message of this type may have. */
export function longestMessage(messageTypeId: number, limits: ChunkLimits): number {
  switch (messageTypeId) {
    case 8:
    case 9:
    case 22:
      return limits.maxMediaLength;
    case 17:
    case 20:
      return limits.maxCommandLength;
    case 1:
    case 2:
    case 3:
    case 5:
      return 4;
    case 4:
      return 64;
    case 6:
      return 5;
    default:
      return limits.maxDataLength;
  }
}
