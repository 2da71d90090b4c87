import { type Rates, RateWindow } from "./rate-window.js";

/** A step of the clock beyond this, in ms, is a gap, if it is far beyond the step before as well. */
const GAP_MS = 1000;
/** So many times the step before: a slide show has long steps and no gaps. */
const GAP_FACTOR = 4;

/** Counts one track. */
export class TrackMeter {
  readonly id: number;
  /** As the peek functions of `@rtmp/flv` name it; undefined if the track's bodies do not say. */
  codec: string | undefined;
  frames = 0;
  bytes = 0;
  /** Steps forward that left something out. */
  gaps = 0;
  /** Steps back: a track's decoding time only grows. */
  backwards = 0;
  #lastTimestamp = -1;
  #lastStep = 0;
  readonly #window: RateWindow;

  constructor(id: number, codec: string | undefined, now: number) {
    this.id = id;
    this.codec = codec;
    this.#window = new RateWindow(now);
  }

  /** Counts a frame of so many bytes. */
  frame(timestamp: number, bytes: number): void {
    this.frames++;
    this.bytes += bytes;
    if (this.#lastTimestamp >= 0) {
      const step = timestamp - this.#lastTimestamp;
      if (step < 0) this.backwards++;
      else {
        if (step > GAP_MS && step > GAP_FACTOR * this.#lastStep) this.gaps++;
        this.#lastStep = step;
      }
    }
    this.#lastTimestamp = timestamp;
  }

  /** Another publisher goes on: what its first frame's time is to the last one's says nothing. */
  restart(): void {
    this.#lastTimestamp = -1;
    this.#lastStep = 0;
  }

  sample(now: number): void {
    this.#window.sample(now, this.bytes, this.frames);
  }
  rates(now: number): Rates {
    return this.#window.rates(now, this.bytes, this.frames);
  }
}
