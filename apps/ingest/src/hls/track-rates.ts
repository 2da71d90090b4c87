import type { SliceSegment } from "./slicer.js";
import type { TrackConfig } from "./track-config.js";

/** What a track's segments have shown. */
export interface TrackRate {
  /** The latest configuration. */
  readonly config: TrackConfig;
  /** Bits a second: of the segment that has most, and of all together. */
  readonly peak: number;
  readonly average: number;
  /** Pictures a second; undefined for audio. */
  readonly frameRate: number | undefined;
}

interface Sums {
  config: TrackConfig;
  peak: number;
  bytes: number;
  seconds: number;
  frames: number;
  longest: number;
}

/** Measures the tracks of a run, from its first segment on; anew with each configuration. */
export class TrackRates {
  readonly #tracks = new Map<string, Sums>();

  add(key: string, { config, bytes, duration, frames }: SliceSegment): void {
    let sums = this.#tracks.get(key);
    if (sums?.config !== config) {
      sums = { config, peak: 0, bytes: 0, seconds: 0, frames: 0, longest: 0 };
      this.#tracks.set(key, sums);
    }
    sums.bytes += bytes.length;
    sums.seconds += duration;
    sums.frames += frames;
    sums.longest = Math.max(sums.longest, duration);
    const rate = (8 * bytes.length) / duration;
    // A remnant says little (RFC 8216 4.1: between 0.5 and 1.5 target durations).
    if (duration >= sums.longest / 2) sums.peak = Math.max(sums.peak, rate);
  }

  of(key: string): TrackRate | undefined {
    const sums = this.#tracks.get(key);
    if (sums === undefined) return undefined;
    const { config, peak, bytes, seconds, frames } = sums;
    const frameRate = config.kind === "video" ? frames / seconds : undefined;
    const average = (8 * bytes) / seconds;
    return { config, peak: Math.max(peak, average), average, frameRate };
  }
}
