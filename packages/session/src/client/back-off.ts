/** How long to wait between attempts. */
export interface BackOffOptions {
  /** Before the second attempt, in ms. @defaultValue 500 */
  readonly firstMs?: number;
  /** At most, in ms. @defaultValue 30 000 */
  readonly maxMs?: number;
  /** How much of a wait is left to chance, 0 to 1, so that the clients of a server do not all come back at once. @defaultValue 0.5 */
  readonly jitter?: number;
}

/**
 * The wait behind a number of failures in a row, in ms: doubled each time, cut at the most, and shortened by chance.
 * @param failures from 1.
 * @param random from 0 to below 1.
 */
export function backOff(failures: number, random: number, options: BackOffOptions = {}): number {
  const { firstMs = 500, maxMs = 30_000, jitter = 0.5 } = options;
  return Math.min(maxMs, firstMs * 2 ** (failures - 1)) * (1 - jitter * random);
}
