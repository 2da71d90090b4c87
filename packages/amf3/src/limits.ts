/** What one decoder may be made to hold. All are counted before anything is allocated. */
export interface Amf3Limits {
  /**
   * Objects, arrays, vectors of objects and dictionaries inside each other, the outermost being 1. In the natural form
   * what stands behind a reference counts as if it were sent there. 0 to 256.
   * @defaultValue 32
   */
  readonly maxDepth: number;
  /**
   * Members of one object, items of one array or vector of objects, entries of one dictionary. Vectors of numbers and
   * byte arrays take no more memory than they take bytes.
   * @defaultValue 8192
   */
  readonly maxMembers: number;
  /**
   * Values in all that one decoder reads, on every level. In the natural form what stands behind a reference is counted
   * each time: so nobody who walks the result meets more.
   * @defaultValue 16384
   */
  readonly maxValues: number;
  /**
   * Bytes that references repeat: what the values of one decoder would be longer if all were written out. A few bytes
   * could else stand for gigabytes of text in whatever the values are written to next.
   * @defaultValue 16 777 216
   */
  readonly maxLength: number;
}

/** Greatest `maxDepth` that can be asked for, so that nesting never exhausts the stack. */
const MAX_DEPTH = 256;

/** The limits that hold where none are given. */
export const DEFAULT_AMF3_LIMITS: Amf3Limits = Object.freeze({
  maxDepth: 32,
  maxMembers: 8192,
  maxValues: 16_384,
  maxLength: 0x1000000,
});

/** Fills in the defaults. @throws RangeError for a limit that is no count, or a depth above 256. */
export function resolveLimits(limits: Partial<Amf3Limits> | undefined): Amf3Limits {
  if (limits === undefined) return DEFAULT_AMF3_LIMITS;
  const { maxDepth, maxMembers, maxValues, maxLength } = DEFAULT_AMF3_LIMITS;
  return {
    maxDepth: checkDepth(limits.maxDepth ?? maxDepth),
    maxMembers: checkCount("maxMembers", limits.maxMembers ?? maxMembers),
    maxValues: checkCount("maxValues", limits.maxValues ?? maxValues),
    maxLength: checkCount("maxLength", limits.maxLength ?? maxLength),
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
