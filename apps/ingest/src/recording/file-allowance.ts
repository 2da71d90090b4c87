/** Files that may be begun at any moment, after a quiet time. */
const BURST = 10;
/** How long it takes until one more may be begun, in ms. */
const INTERVAL_MS = 10_000;

/**
 * How often one recording may begin a new file: a publisher decides that by its timestamps, and could make thousands in
 * a second. Ten at once and one every 10 s is far more than a clock that is restarted, or passes 2^31 ms, ever asks for.
 */
export class FileAllowance {
  #creditMs = BURST * INTERVAL_MS;
  #countedAt: number | undefined;

  /**
   * Asks for one file more.
   * @param now wall time, in ms; a clock that is set back only delays.
   */
  take(now: number): boolean {
    const passed = Math.max(0, now - (this.#countedAt ?? now));
    this.#countedAt = now;
    this.#creditMs = Math.min(BURST * INTERVAL_MS, this.#creditMs + passed);
    if (this.#creditMs < INTERVAL_MS) return false;
    this.#creditMs -= INTERVAL_MS;
    return true;
  }
}
