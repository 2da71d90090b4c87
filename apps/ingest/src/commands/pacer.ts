/** A timestamp this far ahead of the one before it is a jump of the clock, not a pause to be waited for, in ms. */
const MAX_PAUSE_MS = 60_000;
/** Tracks are interleaved only roughly; further back than this is a jump too, in ms. */
const MAX_BACK_MS = 5000;

/**
 * Says when each frame is due, so that a file is sent as a live stream. What is late (a slow server, a lost connection)
 * is due at once.
 */
export class Pacer {
  readonly #speed: number;
  #zero: { readonly at: number; readonly timestamp: number } | undefined;
  #last = 0;

  /** @param speed 1: at its own pace; 2: twice as fast; Infinity: without any wait. */
  constructor(speed: number) {
    this.#speed = speed;
  }

  /**
   * @param timestamp of the next frame, in ms.
   * @param now ms of any clock that never goes back.
   * @returns how long to wait before it is sent, in ms.
   */
  wait(timestamp: number, now: number): number {
    const jumps = timestamp - this.#last > MAX_PAUSE_MS || this.#last - timestamp > MAX_BACK_MS;
    if (this.#zero === undefined || jumps) this.#zero = { at: now, timestamp };
    this.#last = timestamp;
    return Math.max(0, this.#zero.at + (timestamp - this.#zero.timestamp) / this.#speed - now);
  }

  /** Begins anew with the next frame: there was a break, which is not to be caught up with. */
  restart(): void {
    this.#zero = undefined;
  }
}
