import { type ColorInfo, FlvError, readAudioTracks, readColorInfo, readVideoTracks } from "@rtmp/flv";
import type { MediaPacket } from "../hub/media-packet.js";
import { isSameColor } from "./color-boxes.js";
import { isCarried } from "./init-segment.js";
import type { Slicer } from "./slicer.js";
import { audioTrackConfig, videoTrackConfig } from "./track-config.js";

const NANO_PER_MS = 1_000_000;
const NOTHING = new Uint8Array(0);

/** One track of a message, of either kind. */
interface Part {
  readonly trackId: number;
  readonly codec: string | undefined;
  readonly packetType: string | number;
  readonly timestampOffsetNano: number;
  readonly compositionTimeOffset?: number;
  readonly data: Uint8Array;
}

interface KnownTrack {
  readonly codec: string;
  record: Uint8Array;
  color: ColorInfo | undefined;
  /** `open`: a frame that completes the configuration is awaited. `unusable`: until the next configuration. */
  state: "open" | "configured" | "unusable";
  /** Whether its colours are not those that it was configured with. */
  isRecolored: boolean;
}

/** Takes messages apart into the frames and configurations of their tracks, for a {@link Slicer}. */
export class TrackReader {
  readonly #slicer: Slicer;
  readonly #maxTracks: number;
  readonly #onLeftOut: (key: string, codec: string) => void;
  readonly #tracks = new Map<string, KnownTrack>();

  /**
   * @param maxTracks of each kind: further ones are left out, without a word.
   * @param onLeftOut told of a track with a codec that the container does not take.
   */
  constructor(slicer: Slicer, maxTracks: number, onLeftOut: (key: string, codec: string) => void) {
    this.#slicer = slicer;
    this.#maxTracks = maxTracks;
    this.#onLeftOut = onLeftOut;
  }

  /** Takes a packet of the stream. A body that can not be read is nothing. */
  packet({ kind, payload, timestamp, keyframe }: MediaPacket): void {
    if (kind === "data") return;
    try {
      const parts: readonly Part[] = kind === "video" ? readVideoTracks(payload) : readAudioTracks(payload);
      for (const part of parts) this.#part(kind, part, timestamp, kind === "audio" || keyframe);
    } catch (error) {
      if (!(error instanceof FlvError)) throw error;
    }
  }

  /** Another publisher follows. */
  forget(): void {
    this.#tracks.clear();
    this.#slicer.forget();
  }

  #part(kind: "audio" | "video", part: Part, timestamp: number, entry: boolean): void {
    const { trackId, codec, packetType, data } = part;
    if (codec === undefined) return;
    const key = `${kind === "video" ? "v" : "a"}${trackId}`;
    if (kind === "video" && packetType === "Metadata") {
      this.#color(key, codec, readColorInfo(data));
      return;
    }
    if (!isCarried(kind, codec)) {
      this.#leaveOut(key, codec);
      return;
    }
    if (packetType === "SequenceStart") {
      this.#configuration(key, codec, data);
      return;
    }
    if ((packetType !== "CodedFrames" && packetType !== "CodedFramesX") || data.length === 0) return;
    const track = this.#track(key, codec);
    if (track === undefined || !this.#isConfigured(key, kind, track, data, entry)) return;
    const { compositionTimeOffset = 0, timestampOffsetNano } = part;
    const pts = timestamp + compositionTimeOffset + timestampOffsetNano / NANO_PER_MS;
    const dts = kind === "audio" ? pts : timestamp;
    this.#slicer.frame(key, { dts, pts, entry, data });
  }

  #configuration(key: string, codec: string, record: Uint8Array): void {
    if (record.length === 0) return; // FFmpeg's first one for AV1
    const track = this.#track(key, codec);
    if (track === undefined) return;
    track.record = new Uint8Array(record);
    track.state = "open";
  }

  #color(key: string, codec: string, color: ColorInfo | undefined): void {
    const before = this.#tracks.get(key)?.codec ?? codec;
    // FFmpeg (9 too) sends the colours of every track as if they were track 0's.
    if (color === undefined || before !== codec || !isCarried("video", codec)) return;
    const track = this.#track(key, codec);
    if (track === undefined || isSameColor(track.color, color)) return;
    track.color = color;
    track.isRecolored = true;
  }

  #leaveOut(key: string, codec: string): void {
    const track = this.#track(key, codec);
    if (track === undefined || track.state === "unusable") return;
    track.state = "unusable";
    this.#onLeftOut(key, codec);
  }

  /** What is known of a track. Undefined for one too many. */
  #track(key: string, codec: string): KnownTrack | undefined {
    const known = this.#tracks.get(key);
    if (known?.codec === codec) return known;
    if (known === undefined) {
      const [kind] = key;
      const count = [...this.#tracks.keys()].filter((other) => other[0] === kind).length;
      if (count >= this.#maxTracks) return undefined;
    }
    const track: KnownTrack = { codec, record: NOTHING, color: undefined, state: "open", isRecolored: false };
    this.#tracks.set(key, track);
    return track;
  }

  #isConfigured(key: string, kind: "audio" | "video", track: KnownTrack, frame: Uint8Array, entry: boolean): boolean {
    const isDue = track.state === "open" || (track.state === "configured" && track.isRecolored && entry);
    if (!isDue) return track.state === "configured";
    if (!entry) return false; // of the configuration that was
    track.state = "unusable";
    track.isRecolored = false;
    const { codec, record, color } = track;
    const config =
      kind === "video" ? videoTrackConfig(codec, record, frame, color) : audioTrackConfig(codec, record, frame);
    if (config !== undefined && this.#slicer.configure(key, config)) track.state = "configured";
    else if (record.length === 0) track.state = "open"; // it may still come
    return track.state === "configured";
  }
}
