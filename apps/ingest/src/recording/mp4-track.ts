import type { ColorInfo } from "@rtmp/flv";
import { makeInitSegment } from "../hls/init-segment.js";
import { TrackClock } from "../hls/track-clock.js";
import { audioTrackConfig, type TrackConfig, videoTrackConfig } from "../hls/track-config.js";
import type { Mp4Run } from "./mp4-fragment.js";
import type { RecordingTrack } from "./recording-info.js";
import type { TrackView } from "./track-views.js";

/** What is known of a track over all files of a recording: a file may begin where nothing tells it anew. */
export interface KnownMp4Track {
  codec: string | undefined;
  /** The latest configuration; empty if none came. */
  record: Uint8Array;
  /** The latest colours. */
  color: ColorInfo | undefined;
  /** As far as it could be told from these and a frame. */
  config: TrackConfig | undefined;
  /** Why files go without it, if that was told. */
  leftOut: string | undefined;
}

/** Remembers the tracks of a recording, by kind and id. */
export type KnownMp4Tracks = Map<string, KnownMp4Track>;

/** What keeping a frame costs beside its payload, in bytes. */
const SAMPLE_COST = 256;

interface Waiting {
  readonly time: number;
  readonly compositionOffset: number;
  readonly sync: boolean;
  readonly data: Uint8Array;
}

/** One track of a file: collects frames for the next fragment. */
export class Mp4Track {
  readonly kind: "audio" | "video";
  readonly trackId: number;
  /** Its number in the file; 0 until the head is written. */
  id = 0;
  frames = 0;
  readonly config: TrackConfig;
  readonly #clock: TrackClock;
  #waiting: Waiting[] = [];
  #heldBytes = 0;
  #end = 0;

  constructor(kind: "audio" | "video", trackId: number, config: TrackConfig) {
    this.kind = kind;
    this.trackId = trackId;
    this.config = config;
    this.#clock = new TrackClock(config);
  }

  /** Bytes that its frames take until they are written. */
  get heldBytes(): number {
    return this.#heldBytes;
  }
  /** Where its media ends, in seconds. */
  get endSeconds(): number {
    return this.#end / this.config.timescale;
  }
  /** How many frames wait. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Takes a frame. @param ms its timestamp in the file. */
  push({ data, isKey, compositionMs }: TrackView, ms: number): void {
    const isVideo = this.kind === "video";
    const kept = new Uint8Array(data); // it is a view of what the socket read
    const time = this.#clock.next(isVideo ? ms : ms + compositionMs, kept);
    const compositionOffset = isVideo ? this.#clock.at(ms + compositionMs) - time : 0;
    this.#waiting.push({ time, compositionOffset, sync: isKey, data: kept });
    this.#heldBytes += kept.length + SAMPLE_COST;
    this.#end = time + this.#clock.step;
    this.frames++;
  }

  /** What waits, for a fragment; undefined if nothing does. @param beforeMs when the frame behind it comes, if that is its own. */
  take(beforeMs: number | undefined): Mp4Run | undefined {
    const waiting = this.#waiting;
    const [first] = waiting;
    const last = waiting.at(-1);
    if (first === undefined || last === undefined) return undefined;
    this.#waiting = [];
    this.#heldBytes = 0;
    const next = beforeMs === undefined ? last.time + this.#clock.step : this.#clock.at(beforeMs);
    const end = Math.max(next, last.time + 1);
    const samples = waiting.map(({ time, compositionOffset, sync, data }, index) => {
      return { duration: (waiting[index + 1]?.time ?? end) - time, compositionOffset, sync, data };
    });
    return { decodeTime: first.time, samples };
  }

  /** The head of a file with this track alone. @throws Error if the container can not tell of its configuration. */
  head(): Promise<Uint8Array> {
    return makeInitSegment(this.config);
  }

  describe(): RecordingTrack {
    const { kind, trackId, frames, config } = this;
    const shape =
      config.kind === "video"
        ? { width: config.width, height: config.height }
        : { sampleRate: config.sampleRate, channels: config.channels };
    return { kind, trackId, codec: config.codecString, ...shape, frames };
  }
}

/** The track's configuration by what is known of it; undefined while that is not enough. @throws FlvError if it is malformed. */
export function configOf(kind: "audio" | "video", known: KnownMp4Track, frame: Uint8Array): TrackConfig | undefined {
  const { codec, record, color } = known;
  if (known.config !== undefined || codec === undefined) return known.config;
  known.config =
    kind === "video" ? videoTrackConfig(codec, record, frame, color) : audioTrackConfig(codec, record, frame);
  return known.config;
}
