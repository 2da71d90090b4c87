import { type AudioConfig, describeAudioConfig, describeVideoConfig, type VideoConfig } from "./config/describe.js";
import { FlvError } from "./errors.js";
import { type FlvTag, FlvTagType } from "./flv-tag.js";
import { fourCcToNumber } from "./four-cc.js";
import {
  audioCodecOf,
  isAudioChannelConfig,
  isAudioSequenceHeader,
  isVideoKeyframe,
  isVideoMetadata,
  isVideoSequenceEnd,
  isVideoSequenceHeader,
  videoCodecOf,
  videoTrackIdOf,
} from "./peek.js";
import { readAudioTracks, readVideoTracks } from "./tracks.js";

/** What a file holds. */
export interface FlvSummary {
  /** Whether there is any audio or video, be it only a sequence header. */
  readonly hasAudio: boolean;
  readonly hasVideo: boolean;
  /** Tags of each kind. */
  readonly audioTags: number;
  readonly videoTags: number;
  readonly scriptTags: number;
  /** From the first frame to the end of the last one, which is taken to be as long as the one before it; 0 without. */
  readonly durationMs: number;
  /** Timestamps of the first and last frame; `undefined` without frames. */
  readonly firstTimestamp: number | undefined;
  readonly lastTimestamp: number | undefined;
  /** Key frames of the first video track. Every second one is dropped each time that there are too many. */
  readonly keyframes: readonly FlvKeyframe[];
  /** The last one of all, which may not be among them. */
  readonly lastKeyframe: FlvKeyframe | undefined;
  /** Whether the last picture of that track is a key frame. */
  readonly endsWithKeyframe: boolean;
  /** As onMetaData numbers them: the legacy number, or the FourCC. */
  readonly videoCodecId: number | undefined;
  readonly audioCodecId: number | undefined;
  /** What the first sequence headers that say something say. */
  readonly videoConfig: VideoConfig | undefined;
  readonly audioConfig: AudioConfig | undefined;
}

/** Where a key frame is. */
export interface FlvKeyframe {
  /** Ms, as in its tag. */
  readonly timestamp: number;
  /** Of its tag, in bytes from the file's begin. */
  readonly offset: number;
}

/** Longest time that a last frame is taken to last. */
const MAX_LAST_FRAME_MS = 1000;

/** Watches tags pass and keeps what a file's metadata needs: bounded, however long the file. */
export class FlvIndex {
  readonly #maxKeyframes: number;
  readonly #clocks = { audio: new FrameClock(), video: new FrameClock() };
  #keyframes: FlvKeyframe[] = [];
  #lastKeyframe: FlvKeyframe | undefined;
  #stride = 1; // only every so many key frames are kept
  #toSkip = 0;
  #indexedTrack: number | undefined;
  #endsWithKeyframe = false;
  #audioTags = 0;
  #videoTags = 0;
  #scriptTags = 0;
  #hasAudio = false;
  #hasVideo = false;
  #videoCodecId: number | undefined;
  #audioCodecId: number | undefined;
  #videoConfig: VideoConfig | undefined;
  #audioConfig: AudioConfig | undefined;

  constructor(maxKeyframes: number) {
    this.#maxKeyframes = maxKeyframes;
  }

  /** Tags so far. */
  get tags(): number {
    return this.#audioTags + this.#videoTags + this.#scriptTags;
  }

  /** @param offset of the tag, in bytes from the file's begin. */
  add(tag: FlvTag, offset: number): void {
    if (tag.tagType === FlvTagType.audio) this.#addAudio(tag);
    else if (tag.tagType === FlvTagType.video) this.#addVideo(tag, offset);
    else this.#scriptTags++;
  }

  summary(): FlvSummary {
    const { audio, video } = this.#clocks;
    const first = Math.min(audio.first, video.first);
    const last = Math.max(audio.last, video.last);
    const hasFrames = first <= last;
    return {
      hasAudio: this.#hasAudio,
      hasVideo: this.#hasVideo,
      audioTags: this.#audioTags,
      videoTags: this.#videoTags,
      scriptTags: this.#scriptTags,
      durationMs: hasFrames ? Math.max(audio.end, video.end) - first : 0,
      firstTimestamp: hasFrames ? first : undefined,
      lastTimestamp: hasFrames ? last : undefined,
      keyframes: this.#keyframes,
      lastKeyframe: this.#lastKeyframe,
      endsWithKeyframe: this.#endsWithKeyframe,
      videoCodecId: this.#videoCodecId,
      audioCodecId: this.#audioCodecId,
      videoConfig: this.#videoConfig,
      audioConfig: this.#audioConfig,
    };
  }

  #addAudio({ timestamp, payload }: FlvTag): void {
    this.#audioTags++;
    if (payload.length === 0) return;
    this.#hasAudio = true;
    this.#audioCodecId ??= audioCodecIdOf(payload);
    if (isAudioSequenceHeader(payload)) this.#audioConfig ??= tryToRead(() => audioConfigOf(payload));
    else if (!isAudioChannelConfig(payload)) this.#clocks.audio.add(timestamp);
  }

  #addVideo({ timestamp, payload }: FlvTag, offset: number): void {
    this.#videoTags++;
    const codecId = videoCodecIdOf(payload);
    if (isVideoMetadata(payload) || codecId === undefined) return; // codecs: commands have none either
    this.#hasVideo = true;
    this.#videoCodecId ??= codecId;
    if (isVideoSequenceHeader(payload)) {
      const isKnown = this.#videoConfig?.codecString !== undefined; // an empty first record says nothing
      if (!isKnown) this.#videoConfig = tryToRead(() => videoConfigOf(payload)) ?? this.#videoConfig;
    } else if (!isVideoSequenceEnd(payload)) this.#addPicture(timestamp, payload, offset);
  }

  #addPicture(timestamp: number, payload: Uint8Array, offset: number): void {
    this.#clocks.video.add(timestamp);
    const trackId = videoTrackIdOf(payload);
    this.#indexedTrack ??= trackId;
    if (trackId !== this.#indexedTrack) return;
    this.#endsWithKeyframe = isVideoKeyframe(payload);
    if (!this.#endsWithKeyframe) return;
    this.#lastKeyframe = { timestamp, offset };
    if (this.#maxKeyframes === 0) return;
    if (this.#toSkip > 0) {
      this.#toSkip--;
      return;
    }
    if (this.#keyframes.length === this.#maxKeyframes) {
      this.#keyframes = this.#keyframes.filter((_, index) => index % 2 === 0);
      this.#stride *= 2;
    }
    this.#keyframes.push(this.#lastKeyframe);
    this.#toSkip = this.#stride - 1;
  }
}

/** The times of one kind of frame. */
class FrameClock {
  first = Number.POSITIVE_INFINITY;
  last = Number.NEGATIVE_INFINITY;
  #step = 0; // between the last two different timestamps

  add(timestamp: number): void {
    this.first = Math.min(this.first, timestamp);
    if (timestamp <= this.last) return;
    if (this.last >= 0) this.#step = Math.min(timestamp - this.last, MAX_LAST_FRAME_MS);
    this.last = timestamp;
  }
  get end(): number {
    return this.last + this.#step;
  }
}

/** The number that onMetaData has for the codec of a video body; `undefined` for a command or a body cut short. */
function videoCodecIdOf(body: Uint8Array): number | undefined {
  const first = body[0];
  if (first === undefined || (first < 0x80 && (first >> 4) % 8 === 5)) return undefined;
  if (first < 0x80) return first & 0x0f;
  const fourCc = videoCodecOf(body);
  return fourCc === undefined ? undefined : fourCcToNumber(fourCc);
}

function audioCodecIdOf(body: Uint8Array): number | undefined {
  const format = (body[0] as number) >> 4;
  if (format !== 9) return format;
  const fourCc = audioCodecOf(body);
  return fourCc === undefined ? undefined : fourCcToNumber(fourCc);
}

function videoConfigOf(body: Uint8Array): VideoConfig | undefined {
  const [track] = readVideoTracks(body);
  return track?.codec === undefined ? undefined : describeVideoConfig(track.codec, track.data);
}

function audioConfigOf(body: Uint8Array): AudioConfig | undefined {
  const [track] = readAudioTracks(body);
  return track?.codec === undefined ? undefined : describeAudioConfig(track.codec, track.data);
}

/** A record that can not be read is the encoder's and the player's business: the file only lacks a few numbers. */
function tryToRead<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof FlvError) return undefined;
    throw error;
  }
}
