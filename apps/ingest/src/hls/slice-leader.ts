import type { Boundary, TrackFrame } from "./cut-track.js";
import type { TrackConfig } from "./track-config.js";

/** How long slices are. */
export interface SliceLengths {
  /** The first keyframe there ends a slice, ms. */
  readonly targetMs: number;
  /** How long a slice may get, ms: without a keyframe it ends all the same. May change. */
  maxMs: number;
}

/** After so long without a frame of the track that leads, another one leads, in ms. */
export const LEADER_GONE_MS = 5000;
/** A keyframe so much too early still ends a slice, in ms: clocks are not exact. */
const EARLY_MS = 100;
/** While the leader is silent for so long, the others end slices that grow too long, in ms. */
const SILENT_MS = 1000;
/** More than from one frame to the next, in ms. */
const STEP_MS = 100;

/** The track that leads, of those of a period: its keyframes are where slices begin. */
export class SliceLeader {
  readonly #lengths: SliceLengths;
  #key: string;
  #kind: TrackConfig["kind"];
  #from: Boundary; // where the latest slice begins
  #lastDts: number;
  #lastEntry: number; // pts of the latest keyframe

  /** A period begins with this frame. */
  constructor(lengths: SliceLengths, key: string, kind: TrackConfig["kind"], { dts, pts }: TrackFrame) {
    this.#lengths = lengths;
    this.#key = key;
    this.#kind = kind;
    this.#from = { dts, pts, forced: false };
    this.#lastDts = dts;
    this.#lastEntry = pts;
  }

  get key(): string {
    return this.#key;
  }
  /** Where the period begins, or the slice that was set last. */
  get from(): Boundary {
    return this.#from;
  }
  /** Whether it has been silent for so long that another track may take its place. @param dts of a frame of that one. */
  isGone(dts: number): boolean {
    return dts - this.#lastDts > LEADER_GONE_MS;
  }

  /** Takes a frame, in the order of decoding. @returns the boundary that it is, if it is one. */
  frame(key: string, kind: TrackConfig["kind"], frame: TrackFrame): Boundary | undefined {
    const { dts, pts, entry } = frame;
    const silentMs = dts - this.#lastDts;
    const step = key === this.#key ? silentMs : STEP_MS;
    if (key !== this.#key) {
      const better = this.isGone(dts) || (kind === "video" && this.#kind === "audio");
      if (!entry || !better)
        return silentMs > SILENT_MS && this.#isLong(dts, step) ? this.#set(frame, true) : undefined;
      this.#key = key;
      this.#kind = kind;
      this.#lastEntry = pts; // what was between the other one's keyframes says nothing
    }
    this.#lastDts = dts;
    if (entry) {
      const sinceEntry = pts - this.#lastEntry;
      this.#lastEntry = pts;
      const length = pts - this.#from.pts;
      const enough = this.#lengths.targetMs - (this.#kind === "video" ? EARLY_MS : 0);
      // Rather a short slice than one that the next keyframe makes too long.
      if (length > 0 && (length >= enough || length + sinceEntry > this.#lengths.maxMs)) return this.#set(frame, false);
    }
    return this.#isLong(dts, step) ? this.#set(frame, true) : undefined;
  }

  /** Whether a slice that goes on past this frame would be too long. @param step to the next frame, ms. */
  #isLong(dts: number, step: number): boolean {
    return dts > this.#from.dts && dts - this.#from.dts + Math.max(step, 0) > this.#lengths.maxMs;
  }

  #set({ dts, pts }: TrackFrame, forced: boolean): Boundary {
    this.#from = { dts, pts, forced };
    return this.#from;
  }
}
