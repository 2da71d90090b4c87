import { equalBytes } from "@rtmp/bytes-util";
import { isSameColor } from "./color-boxes.js";
import { type Boundary, type CutSegment, CutTrack, SAMPLE_COST, type TrackFrame } from "./cut-track.js";
import { LEADER_GONE_MS, SliceLeader, type SliceLengths } from "./slice-leader.js";
import type { TrackConfig } from "./track-config.js";

/** What all tracks hold between two boundaries. */
export interface Slice {
  /** Counted from 0 over the whole run. */
  readonly number: number;
  /** Whether it does not continue the one before. */
  readonly discontinuity: boolean;
  /** By the track's key. A track that had nothing to say is absent. */
  readonly segments: ReadonlyMap<string, SliceSegment>;
}

/** A track's share of a slice. */
export interface SliceSegment extends CutSegment {
  readonly config: TrackConfig;
}

/** How to cut. */
export interface SlicerLimits {
  readonly lengths: SliceLengths;
  /** Bytes of frames that are in no slice yet; beyond, they are dropped up to the next keyframe. */
  readonly maxOpenBytes: number;
  readonly maxVideoTracks: number;
  readonly maxAudioTracks: number;
}

/** A step of all tracks together that no jitter makes, forwards; and one of a single track, backwards. In ms. */
const JUMP_MS = 2000;
const JUMP_BACK_MS = 1000;
/** A track that is so far behind is not waited for, in ms. */
const LAG_MS = 1000;
/** How long the start waits for video of which nothing has been heard, in ms. */
const VIDEO_WAIT_MS = 1000;

/**
 * Cuts the tracks of a stream into slices at the keyframes of one of them, the first video track or else the first audio
 * track. The slices are the same for all tracks, so that their playlists go on in step. A new configuration, another
 * publisher and a jump in time begin a new period: its first slice is a discontinuity.
 */
export class Slicer {
  readonly #limits: SlicerLimits;
  readonly #onSlice: (slice: Slice) => void;
  readonly #configs = new Map<string, TrackConfig>();
  #leader: SliceLeader | undefined; // of the period that is open
  #tracks = new Map<string, CutTrack>();
  #stale = new Set<string>(); // tracks whose configuration the period does not have
  #open: { readonly from: Boundary; readonly segments: Map<string, SliceSegment> }[] = []; // slices that are not complete
  #number = 0; // of the first of them
  #isFirst = true; // whether that is the first of its period
  #clock: number | undefined; // latest dts of any track
  #waitingSince: number | undefined; // dts of the first frame that could begin no period
  #waiting: { readonly key: string; readonly frame: TrackFrame }[] = []; // audio that may belong to the next one
  #settled = false; // whether this publisher has begun a period

  constructor(limits: SlicerLimits, onSlice: (slice: Slice) => void) {
    this.#limits = limits;
    this.#onSlice = onSlice;
  }

  /** Bytes of frames that are in no slice yet, and of segments whose slice is not complete. */
  get heldBytes(): number {
    let held = 0;
    for (const track of this.#tracks.values()) held += track.heldBytes;
    for (const { segments } of this.#open) for (const { bytes } of segments.values()) held += bytes.length;
    for (const { frame } of this.#waiting) held += SAMPLE_COST + frame.data.length;
    return held;
  }

  /** Takes a track's configuration, before the frames that need it. @returns whether there is room for the track. */
  configure(key: string, config: TrackConfig): boolean {
    const before = this.#configs.get(key);
    if (before !== undefined && isSame(before, config)) return true;
    if (before === undefined && !this.#hasRoom(config.kind)) return false;
    this.#configs.set(key, config);
    if (this.#leader === undefined) {
      this.#waiting = this.#waiting.filter((waiting) => waiting.key !== key);
      return true;
    }
    if (this.#tracks.get(key)?.begun === true) this.#stale.add(key);
    else this.#join(key, config);
    return true;
  }

  /** Takes a frame of a track that was configured. */
  frame(key: string, frame: TrackFrame): void {
    const config = this.#configs.get(key);
    if (config === undefined) return;
    if (this.#isJump(key, frame)) this.flush();
    if (this.#leader === undefined) {
      if (!this.#mayStart(key, frame)) {
        if (config.kind === "audio") this.#wait(key, frame);
        return;
      }
      this.#startWithWaiting(key, config, frame);
    } else if (this.#stale.size > 0 && frame.entry && (key === this.#leader.key || this.#leader.isGone(frame.dts))) {
      this.flush();
      this.#start(key, config, frame);
    }
    this.#clock = Math.max(this.#clock ?? frame.dts, frame.dts);
    const track = this.#tracks.get(key);
    if (track === undefined || this.#stale.has(key)) return;
    track.push(frame);
    if (this.heldBytes > this.#limits.maxOpenBytes) {
      this.#reset();
      return;
    }
    const from = this.#leader?.frame(key, config.kind, frame);
    if (from !== undefined) this.#open.push({ from, segments: new Map() });
    if (this.#open.length > 1) this.#cut();
  }

  /** Ends the period: what is collected becomes its last slice, and what follows a discontinuity. */
  flush(): void {
    this.#open.forEach((_, at) => {
      const end = this.#open[at + 1]?.from;
      for (const [key, track] of this.#tracks) {
        if (track.slice !== this.#number + at) continue;
        const count = end === undefined ? undefined : track.find(end, key === this.#leader?.key);
        this.#take(key, track, count ?? track.frames);
      }
    });
    while (this.#open.length > 0) this.#pass();
    this.#reset();
  }

  /** Another publisher follows: ends the period, and forgets the tracks. */
  forget(): void {
    this.flush();
    this.#configs.clear();
    this.#settled = false;
  }

  #reset(): void {
    this.#leader = undefined;
    this.#tracks = new Map();
    this.#stale = new Set();
    this.#open = [];
    this.#isFirst = true;
    this.#clock = undefined;
    this.#waitingSince = undefined;
    this.#waiting = [];
  }

  #hasRoom(kind: TrackConfig["kind"]): boolean {
    const { maxVideoTracks, maxAudioTracks } = this.#limits;
    const count = [...this.#configs.values()].filter((config) => config.kind === kind).length;
    return count < (kind === "video" ? maxVideoTracks : maxAudioTracks);
  }

  #join(key: string, config: TrackConfig): void {
    this.#tracks.set(key, new CutTrack(config, this.#number + this.#open.length - 1));
  }

  #isJump(key: string, { dts }: TrackFrame): boolean {
    if (this.#clock === undefined) return false;
    const last = this.#tracks.get(key)?.lastDts;
    return dts > this.#clock + JUMP_MS || (last !== undefined && dts < last - JUMP_BACK_MS);
  }

  /** Whether a period can begin with this frame: a keyframe of the first video track, or audio if there is no video. */
  #mayStart(key: string, { dts, entry }: TrackFrame): boolean {
    const video = [...this.#configs].find(([, { kind }]) => kind === "video")?.[0];
    if (entry && key === video) return true;
    if (this.#waitingSince === undefined || dts < this.#waitingSince) this.#waitingSince = dts;
    const waitMs = video !== undefined ? LEADER_GONE_MS : this.#settled ? 0 : VIDEO_WAIT_MS;
    return entry && dts - this.#waitingSince >= waitMs;
  }

  /** Keeps a frame of audio while it is open whether there is video, and where that begins: of the last second. */
  #wait(key: string, frame: TrackFrame): void {
    const { dts } = frame;
    this.#waiting = this.#waiting.filter(
      (waiting) => waiting.frame.dts >= dts - VIDEO_WAIT_MS && waiting.frame.dts <= dts + JUMP_BACK_MS,
    );
    // A copy: a payload may be a view of a whole read.
    this.#waiting.push({ key, frame: { ...frame, data: new Uint8Array(frame.data) } });
    if (this.heldBytes > this.#limits.maxOpenBytes) this.#waiting = [];
  }

  /** Starts with a frame of video and the audio that came ahead of it; or without video with all audio that waited. */
  #startWithWaiting(key: string, config: TrackConfig, frame: TrackFrame): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    const [earliest] = config.kind === "audio" ? waiting : [];
    const firstConfig = earliest && this.#configs.get(earliest.key);
    if (earliest !== undefined && firstConfig !== undefined) this.#start(earliest.key, firstConfig, earliest.frame);
    else this.#start(key, config, frame);
    const from = (earliest?.frame ?? frame).dts;
    for (const each of waiting) if (each.frame.dts >= from) this.frame(each.key, each.frame);
  }

  #start(key: string, config: TrackConfig, frame: TrackFrame): void {
    this.#leader = new SliceLeader(this.#limits.lengths, key, config.kind, frame);
    this.#open = [{ from: this.#leader.from, segments: new Map() }];
    for (const [name, known] of this.#configs) this.#join(name, known);
    this.#settled = true;
  }

  /** Cuts every track at the boundaries that it has reached, and passes on what is complete. */
  #cut(): void {
    for (const [key, track] of this.#tracks) {
      for (;;) {
        const end = this.#open[track.slice + 1 - this.#number]?.from;
        if (end === undefined) break;
        const count = track.find(end, key === this.#leader?.key) ?? this.#giveUp(track, end);
        if (count === undefined) break;
        this.#take(key, track, count);
      }
    }
    while (this.#open.length > 1 && [...this.#tracks.values()].every(({ slice }) => slice > this.#number)) this.#pass();
  }

  /** How many frames to take of a track that does not come to the boundary; undefined to wait on. */
  #giveUp(track: CutTrack, { dts }: Boundary): number | undefined {
    const { frames, lastDts = Number.NEGATIVE_INFINITY } = track;
    const clock = this.#clock ?? dts;
    if (lastDts < dts && clock - lastDts > LAG_MS) return frames;
    // Its keyframes are elsewhere, and none comes in time. The latest frame stays: it tells how long the one before is.
    return track.openMs(clock + LAG_MS / 10) > this.#limits.lengths.maxMs ? Math.max(0, frames - 1) : undefined;
  }

  #take(key: string, track: CutTrack, count: number): void {
    const segments = this.#open[track.slice - this.#number]?.segments;
    const segment = track.cut(count, this.#limits.lengths.maxMs);
    if (segment !== undefined) segments?.set(key, { ...segment, config: track.config });
  }

  /** Passes the first open slice on. */
  #pass(): void {
    const slice = this.#open.shift();
    if (slice === undefined || slice.segments.size === 0) {
      // Nothing was there to be cut, which only the end of a period can bring about.
      return;
    }
    const number = this.#number++;
    const discontinuity = this.#isFirst && number > 0;
    this.#isFirst = false;
    this.#onSlice({ number, discontinuity, segments: slice.segments });
  }
}

function isSame(a: TrackConfig, b: TrackConfig): boolean {
  if (a.kind !== b.kind || a.codec !== b.codec || a.codecString !== b.codecString) return false;
  const [colorA, colorB] = [a, b].map((config) => (config.kind === "video" ? config.color : undefined));
  return equalBytes(a.record, b.record) && isSameColor(colorA, colorB);
}
