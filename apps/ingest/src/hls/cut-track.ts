import { encodeFragment, type FragmentSample } from "./fragment.js";
import { TrackClock } from "./track-clock.js";
import type { TrackConfig } from "./track-config.js";

/** A coded frame of one track. */
export interface TrackFrame {
  /** When it is decoded and when it is shown, ms on the stream's clock. */
  readonly dts: number;
  readonly pts: number;
  /** Whether a decoder can start here: keyframes, and all audio. */
  readonly entry: boolean;
  readonly data: Uint8Array;
}

/** Where all tracks are cut. */
export interface Boundary {
  /** Of the frame that begins what follows, ms. */
  readonly dts: number;
  readonly pts: number;
  /** Whether there is no keyframe: the segment would have grown too long. */
  readonly forced: boolean;
}

/** A media segment. */
export interface CutSegment {
  readonly bytes: Uint8Array;
  /** Seconds. */
  readonly duration: number;
  /** When its first frame is shown, ms on the stream's clock. */
  readonly start: number;
  /** Whether it begins with a frame that a decoder can start at. */
  readonly independent: boolean;
  readonly frames: number;
}

interface Sample extends TrackFrame {
  /** In the timescale. */
  readonly time: number;
}

/** What keeping a frame costs beside its payload, in bytes. */
export const SAMPLE_COST = 256;
/** Keyframes of several tracks that belong together may be so far apart, in ms. */
const ALIGNED_MS = 100;

/** One track of a period: collects frames, and cuts them into segments. */
export class CutTrack {
  readonly config: TrackConfig;
  /** How many slices of the run it has given its segment to: the number of the one that it collects for. */
  slice: number;
  readonly #clock: TrackClock;
  #samples: Sample[] = [];
  #heldBytes = 0;
  #lastBuffer: ArrayBufferLike | undefined;
  #lastDts: number | undefined;
  #begun = false;

  /** @param slice number of the slice that it begins with. */
  constructor(config: TrackConfig, slice: number) {
    this.config = config;
    this.slice = slice;
    this.#clock = new TrackClock(config);
  }

  /** Bytes kept for frames that are in no segment yet. */
  get heldBytes(): number {
    return this.#heldBytes;
  }
  /** When its latest frame was decoded, ms; undefined before the first. */
  get lastDts(): number | undefined {
    return this.#lastDts;
  }
  /** Whether it has taken a frame. */
  get begun(): boolean {
    return this.#begun;
  }
  /** Frames that it has collected. */
  get frames(): number {
    return this.#samples.length;
  }
  /** From the first of them to a frame that is decoded at `dts`, in ms. */
  openMs(dts: number): number {
    const [first] = this.#samples;
    return first === undefined ? 0 : dts - first.dts;
  }

  /** Takes a frame. Frames before the first that a decoder can start at are nothing. */
  push(frame: TrackFrame): void {
    this.#lastDts = frame.dts;
    if (!this.#begun && !frame.entry) return;
    this.#begun = true;
    const data = this.#keep(frame.data);
    this.#samples.push({ ...frame, data, time: this.#clock.next(frame.dts, data) });
  }

  /**
   * Where a boundary cuts what is collected: the number of frames before it.
   * @param leads whether the boundary was set by this track. @returns undefined while the frame is not there.
   */
  find({ dts, pts, forced }: Boundary, leads: boolean): number | undefined {
    const isVideo = this.config.kind === "video";
    const at = this.#samples.findIndex((sample) => {
      if (!isVideo) return sample.pts >= pts;
      return forced ? sample.dts >= dts : sample.entry && sample.pts >= pts - (leads ? 0 : ALIGNED_MS);
    });
    return at < 0 ? undefined : at;
  }

  /**
   * Cuts off the first frames for the slice that it collects for.
   * @param maxMs how long the segment may be: its last frame lasts no longer. @returns undefined if there are none.
   */
  cut(count: number, maxMs: number): CutSegment | undefined {
    const samples = this.#samples.splice(0, count);
    this.slice++;
    this.#count();
    const [first] = samples;
    if (first === undefined) return undefined;
    const last = samples.at(-1)?.time ?? 0;
    const next = this.#samples[0]?.time ?? last + this.#clock.step;
    const end = Math.max(last + 1, Math.min(next, first.time + this.#clock.at(maxMs)));
    const frames = samples.map(
      ({ time, pts, entry, data }, at): FragmentSample => ({
        duration: (samples[at + 1]?.time ?? end) - time,
        compositionOffset: this.config.kind === "video" ? this.#clock.at(pts) - time : 0,
        sync: entry,
        data,
      }),
    );
    return {
      bytes: encodeFragment(this.slice, first.time, frames),
      duration: (end - first.time) / this.config.timescale,
      start: first.pts,
      independent: first.entry,
      frames: frames.length,
    };
  }

  #count(): void {
    this.#heldBytes = 0;
    this.#lastBuffer = undefined;
    for (const { data } of this.#samples) this.#charge(data);
  }

  /** A payload may be a view of a whole read: kept where that is mostly its own, else copied. */
  #keep(data: Uint8Array): Uint8Array {
    const { buffer } = data;
    const kept = buffer !== this.#lastBuffer && buffer.byteLength > 4 * data.length ? new Uint8Array(data) : data;
    this.#charge(kept);
    return kept;
  }

  #charge({ buffer, length }: Uint8Array): void {
    this.#heldBytes += SAMPLE_COST + (buffer === this.#lastBuffer ? 0 : Math.max(length, buffer.byteLength));
    this.#lastBuffer = buffer;
  }
}
