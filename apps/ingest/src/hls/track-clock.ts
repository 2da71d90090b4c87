import { frameLengthOf, type TrackConfig } from "./track-config.js";

/**
 * How far an audio timestamp may be from where the frames before it end. RTMP counts whole ms and many encoders stamp audio
 * loosely, while frames follow each other without gaps; beyond this there is a gap, or a clock that drifts. In ms.
 */
const AUDIO_TOLERANCE_MS = 30;
/** What a frame takes whose length nothing tells, in ms. */
const DEFAULT_FRAME_MS = 20;

/** Turns the times of a track's frames into its timescale: growing from frame to frame, audio without gaps of rounding. */
export class TrackClock {
  readonly #timescale: number;
  readonly #frameLength: ((frame: Uint8Array) => number | undefined) | undefined;
  #last: number | undefined;
  #step: number; // the latest frame's length, or the distance to it
  #expected: number | undefined; // where the audio so far ends

  constructor(config: TrackConfig) {
    this.#timescale = config.timescale;
    this.#frameLength = config.kind === "audio" ? frameLengthOf(config) : undefined;
    this.#step = Math.round((DEFAULT_FRAME_MS * config.timescale) / 1000);
  }

  /** The length of the latest frame as far as it is known, at least 1. */
  get step(): number {
    return this.#step;
  }

  /** A time in the timescale. */
  at(ms: number): number {
    return Math.round((ms * this.#timescale) / 1000);
  }

  /** When the next frame is decoded. @param ms its timestamp. */
  next(ms: number, frame: Uint8Array): number {
    const exact = this.at(ms);
    const expected = this.#expected;
    const near = expected !== undefined && Math.abs(exact - expected) <= this.at(AUDIO_TOLERANCE_MS);
    const time = Math.max(near ? expected : exact, this.#last === undefined ? 0 : this.#last + 1);
    const length = this.#frameLength?.(frame);
    if (length !== undefined) this.#step = Math.max(1, Math.round(length));
    else if (this.#last !== undefined) this.#step = time - this.#last;
    this.#expected = length === undefined ? undefined : time + length;
    this.#last = time;
    return Math.round(time);
  }
}
