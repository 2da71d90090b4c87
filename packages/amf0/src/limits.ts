/** What one decoder, that is one message, may be made to hold. All three are counted before anything is allocated. */
export interface Amf0Limits {
  /**
   * Objects and arrays inside each other, the outermost being 1. An AMF3 value gets what is left of it.
   * 0 to 256.
   * @defaultValue 32
   */
  readonly maxDepth: number;
  /**
   * Members of one object or ECMA array, items of one strict array.
   * @defaultValue 8192
   */
  readonly maxMembers: number;
  /**
   * Values in all that one decoder reads, on every level; an object counts as one, and so does each of its members.
   * @defaultValue 16384
   */
  readonly maxValues: number;
}

/** Greatest `maxDepth` that can be asked for, so that nesting never exhausts the stack. */
export const MAX_DEPTH = 256;

/** For data messages, metadata, files: the default. */
export const DATA_AMF0_LIMITS: Amf0Limits = Object.freeze({ maxDepth: 32, maxMembers: 8192, maxValues: 16_384 });

/** For commands, which are small. */
export const COMMAND_AMF0_LIMITS: Amf0Limits = Object.freeze({ maxDepth: 32, maxMembers: 1024, maxValues: 1024 });

/** Fills in the defaults. @throws RangeError for a limit that is no count, or a depth above 256. */
export function resolveLimits(limits: Partial<Amf0Limits> | undefined): Amf0Limits {
  if (limits === undefined) return DATA_AMF0_LIMITS;
  const { maxDepth, maxMembers, maxValues } = DATA_AMF0_LIMITS;
  return {
    maxDepth: checkDepth(limits.maxDepth ?? maxDepth),
    maxMembers: checkCount("maxMembers", limits.maxMembers ?? maxMembers),
    maxValues: checkCount("maxValues", limits.maxValues ?? maxValues),
  };
}

/** @throws RangeError unless `depth` is an integer from 0 to 256. */
export function checkDepth(depth: number): number {
  if (!(Number.isInteger(depth) && depth >= 0 && depth <= MAX_DEPTH)) throw new RangeError(`maxDepth ${depth}`);
  return depth;
}

/** @throws RangeError unless `count` is a whole number or `Infinity`. */
export function checkCount(name: string, count: number): number {
  if (!((Number.isInteger(count) || count === Number.POSITIVE_INFINITY) && count >= 0)) {
    throw new RangeError(`${name} ${count}`);
  }
  return count;
}
