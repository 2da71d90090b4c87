import { audioTrackIdOf, isAudioChannelConfig, isVideoMetadata, videoCodecOf, videoTrackIdOf } from "@rtmp/flv";
import { detach, type MediaPacket } from "./media-packet.js";

/** Most headers kept, over all tracks: 32 tracks of each kind and room for colour and channel information. */
const MAX_ENTRIES = 128;
/** Most bytes kept. A large HEVC record has a few thousand. */
const MAX_BYTES = 1024 * 1024;

/**
 * What somebody who joins in mid-stream needs first: the last onMetaData and the last decoder configuration of every
 * track. Keeps copies of its own, 1 MiB at most; what does not fit is not kept.
 */
export class InitCache {
  #metadata: MediaPacket | undefined;
  readonly #configs = new Map<string, MediaPacket>();
  #bytes = 0;

  setMetadata(packet: MediaPacket): void {
    this.#metadata = this.#keep(packet, this.#metadata);
  }
  clearMetadata(): void {
    this.#bytes -= this.#metadata?.payload.length ?? 0;
    this.#metadata = undefined;
  }

  /** Replaces what is kept for the packet's track. */
  setConfig(packet: MediaPacket): void {
    const key = configKey(packet);
    if (key === undefined) return;
    const before = this.#configs.get(key);
    if (before === undefined && this.#configs.size >= MAX_ENTRIES) return;
    const kept = this.#keep(packet, before);
    if (kept === undefined) return;
    this.#configs.set(key, kept);
    if (before !== undefined && key.startsWith("video")) this.#forgetColour(before, kept);
  }

  /** Metadata first, then the configurations in the order in which their tracks appeared. */
  packets(): MediaPacket[] {
    const configs = [...this.#configs.values()];
    return this.#metadata === undefined ? configs : [this.#metadata, ...configs];
  }

  /** A track that changes its codec leaves the colours of the one before. */
  #forgetColour({ payload: before }: MediaPacket, { payload: after }: MediaPacket): void {
    const codec = videoCodecOf(before);
    if (codec === videoCodecOf(after)) return;
    const key = colourKey(videoTrackIdOf(before), codec);
    this.#bytes -= this.#configs.get(key)?.payload.length ?? 0;
    this.#configs.delete(key);
  }

  /** A copy of `packet` in place of `before`, or `before` itself if there is no room. */
  #keep(packet: MediaPacket, before: MediaPacket | undefined): MediaPacket | undefined {
    const bytes = this.#bytes + packet.payload.length - (before?.payload.length ?? 0);
    if (bytes > MAX_BYTES) return before;
    this.#bytes = bytes;
    return detach(packet);
  }
}

/** Tells tracks and kinds of configuration apart; undefined if the body is cut short. */
function configKey({ kind, payload }: MediaPacket): string | undefined {
  const track = kind === "audio" ? audioTrackIdOf(payload) : videoTrackIdOf(payload);
  if (track === undefined) return undefined;
  if (kind === "audio") return `${isAudioChannelConfig(payload) ? "channels" : "audio"} ${track}`;
  return isVideoMetadata(payload) ? colourKey(track, videoCodecOf(payload)) : `video ${track}`;
}

/** With the codec: FFmpeg (9 too) sends the colours of every track as if they were track 0's. */
function colourKey(track: number | undefined, codec: string | undefined): string {
  return `colour ${track} ${codec}`;
}
