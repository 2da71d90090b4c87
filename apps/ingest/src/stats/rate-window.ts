/** Samples kept: with one a second, rates are those of the last three to four seconds. */
const SAMPLES = 4;

/** How fast two counters grow: bytes and frames, over a sliding window. Sampled from outside, about once a second. */
export class RateWindow {
  // At place `i`: time in ms, bytes, frames.
  readonly #samples = new Float64Array(3 * SAMPLES);
  #next = 0;
  #count = 0;

  /** @param now when counting began; both counters are 0. */
  constructor(now: number) {
    this.sample(now, 0, 0);
  }

  /** Notes where the counters stand. @param now milliseconds of a clock that never goes back. */
  sample(now: number, bytes: number, frames: number): void {
    const at = 3 * this.#next;
    this.#samples[at] = now;
    this.#samples[at + 1] = bytes;
    this.#samples[at + 2] = frames;
    this.#next = (this.#next + 1) % SAMPLES;
    this.#count = Math.min(SAMPLES, this.#count + 1);
  }

  /**
   * Rates from the oldest sample to this moment.
   * @returns bits and frames a second; 0 within the first 100 ms, of which nothing can be said.
   */
  rates(now: number, bytes: number, frames: number): Rates {
    const at = 3 * ((this.#next - this.#count + SAMPLES) % SAMPLES);
    const [since = now, bytesThen = 0, framesThen = 0] = this.#samples.subarray(at, at + 3);
    const seconds = (now - since) / 1000;
    if (seconds < 0.1) return { bitrate: 0, frameRate: 0 };
    return { bitrate: Math.round((8 * (bytes - bytesThen)) / seconds), frameRate: (frames - framesThen) / seconds };
  }
}

/** What a {@link RateWindow} tells. */
export interface Rates {
  /** Bits a second. */
  readonly bitrate: number;
  /** Frames a second. */
  readonly frameRate: number;
}
