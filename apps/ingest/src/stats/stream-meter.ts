import {
  audioCodecOf,
  audioTrackIdOf,
  readAudioTracks,
  readVideoTracks,
  videoCodecOf,
  videoTrackIdOf,
} from "@rtmp/flv";
import type { LiveStream, StreamSubscriber } from "../hub/live-stream.js";
import type { MediaPacket } from "../hub/media-packet.js";
import { StreamHistory } from "./stream-history.js";
import { TrackMeter } from "./track-meter.js";

/** Tracks of one kind that are counted; a stream has no more in practice. */
const MAX_TRACKS = 32;
/** What the history and so many tracks take, in bytes, about. */
const COST = StreamHistory.byteLength + 4096;
/** Ex headers: the packet types that stand for several tracks (Enhanced RTMP v2). */
const VIDEO_MULTITRACK = 6;
const AUDIO_MULTITRACK = 5;

/** A group of pictures that is over. */
export interface GopLength {
  readonly frames: number;
  /** From keyframe to keyframe, on the stream's clock. */
  readonly ms: number;
}

/**
 * Counts what comes of one stream. It is there for every stream, always: per packet it adds numbers up, and neither allocates
 * nor looks at the clock (but once a group of pictures). Rates are worked out when somebody asks.
 */
export class StreamMeter implements StreamSubscriber {
  readonly heldBytes = COST;
  readonly keepsFrames = false;
  readonly patient = true;
  readonly stream: LiveStream;
  readonly history = new StreamHistory();
  /** By their ids; the first is what most players show. */
  readonly video: TrackMeter[] = [];
  readonly audio: TrackMeter[] = [];
  /** Data messages, and their bytes. */
  dataMessages = 0;
  dataBytes = 0;
  /** When the last keyframe of the main track came, on the meter's clock. */
  keyframeAt: number | undefined;
  /** The last group of pictures that is over. */
  gop: GopLength | undefined;
  /** Frames that viewers lost who have left since. */
  droppedFrames = 0;
  readonly #clock: () => number;
  readonly #onEnd: () => void;
  #mainTrack: TrackMeter | undefined;
  #gopFrames = 0; // of the main track when the group began
  #gopTimestamp = -1; // of its keyframe

  /**
   * @param clock milliseconds; never goes back.
   * @param onEnd called when the stream is over.
   */
  constructor(stream: LiveStream, clock: () => number, onEnd: () => void = () => {}) {
    this.stream = stream;
    this.#clock = clock;
    this.#onEnd = onEnd;
  }

  packet(packet: MediaPacket, entry: boolean): void {
    const { kind, payload, timestamp } = packet;
    if (kind === "data") {
      this.dataMessages++;
      this.dataBytes += payload.length;
      return;
    }
    if (packet.role === "config") {
      this.#configure(packet);
      return;
    }
    if (kind === "audio") {
      if (isManyTracks(payload, AUDIO_MULTITRACK)) this.#frames(this.audio, packet);
      else this.#track(this.audio, audioTrackIdOf(payload), payload)?.frame(timestamp, payload.length);
      return;
    }
    if (isManyTracks(payload, VIDEO_MULTITRACK)) this.#frames(this.video, packet);
    else this.#track(this.video, videoTrackIdOf(payload), payload)?.frame(timestamp, payload.length);
    if (entry) this.#keyframe(packet);
  }

  paused(paused: boolean): void {
    if (paused) return;
    this.#gopTimestamp = -1;
    for (const track of this.video) track.restart();
    for (const track of this.audio) track.restart();
  }

  end(): void {
    this.#onEnd();
  }

  /** Once a second or so: what rates are worked out from. */
  sample(): void {
    const now = this.#clock();
    for (const track of this.video) track.sample(now);
    for (const track of this.audio) track.sample(now);
  }

  #keyframe({ payload, timestamp }: MediaPacket): void {
    // That of the track at whose keyframes players start.
    const track = this.#track(this.video, videoTrackIdOf(payload), payload);
    if (track === undefined) return;
    if (track !== this.#mainTrack) this.#gopTimestamp = -1;
    this.#mainTrack = track;
    track.codec = videoCodecOf(payload) ?? track.codec;
    const frames = track.frames - 1; // without this one
    if (this.#gopTimestamp >= 0) {
      this.gop = { frames: frames - this.#gopFrames, ms: Math.max(0, timestamp - this.#gopTimestamp) };
    }
    this.#gopFrames = frames;
    this.#gopTimestamp = timestamp;
    this.keyframeAt = this.#clock();
  }

  /** A message with frames of several tracks: rare enough to be taken apart. */
  #frames(tracks: TrackMeter[], { kind, payload, timestamp }: MediaPacket): void {
    for (const { trackId, codec, data } of readTracks(kind, payload)) {
      this.#track(tracks, trackId, payload, codec)?.frame(timestamp, data.length);
    }
  }

  /** Decoder configurations tell the codec, which may have changed, and announce tracks. */
  #configure({ kind, payload }: MediaPacket): void {
    const tracks = kind === "audio" ? this.audio : this.video;
    for (const { trackId, codec } of readTracks(kind, payload)) {
      const track = this.#track(tracks, trackId, payload, codec);
      if (track !== undefined) track.codec = codec ?? track.codec;
    }
  }

  #track(
    tracks: TrackMeter[],
    id: number | undefined,
    payload: Uint8Array,
    codec?: string | undefined,
  ): TrackMeter | undefined {
    for (let i = 0; i < tracks.length; i++) {
      const track = tracks[i];
      if (track?.id === id) return track;
    }
    if (id === undefined || tracks.length >= MAX_TRACKS) return undefined;
    const named = codec ?? (tracks === this.audio ? audioCodecOf(payload) : videoCodecOf(payload));
    const track = new TrackMeter(id, named, this.#clock());
    tracks.push(track);
    tracks.sort((a, b) => a.id - b.id);
    return track;
  }
}

function isManyTracks(payload: Uint8Array, multitrack: number): boolean {
  const first = payload[0] ?? 0;
  const isEx = multitrack === VIDEO_MULTITRACK ? first >= 0x80 : first >> 4 === 9;
  return isEx && (first & 0x0f) === multitrack && (payload[1] ?? 0) >> 4 !== 0;
}

/** All tracks of a message; none if it is malformed, which is for others to say. */
function readTracks(kind: "audio" | "video" | "data", payload: Uint8Array) {
  try {
    return kind === "audio" ? readAudioTracks(payload) : readVideoTracks(payload);
  } catch {
    return [];
  }
}
