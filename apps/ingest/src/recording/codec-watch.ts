import { equalBytes } from "@rtmp/bytes-util";
import { isAudioSequenceHeader, isVideoSequenceHeader } from "@rtmp/flv";
import type { MediaPacket } from "../hub/media-packet.js";
import { readTracks } from "./track-views.js";

/** Tracks that are watched: as many as a stream keeps configurations of. */
const MAX_TRACKS = 64;
/** A configuration that is longer is compared up to here, in bytes. */
const MAX_COMPARED = 16 * 1024;

/** What a packet tells of its tracks: one is new, or is not what it was. */
export type CodecNews = "appeared" | "changed" | undefined;

/**
 * Notices when a track changes its codec or its configuration, or a track appears: what a container whose head is
 * written once can take up only in a new file.
 */
export class CodecWatch {
  readonly #tracks = new Map<string, { readonly codec: string | undefined; readonly config: Uint8Array | undefined }>();

  /** Takes up a packet. */
  see(packet: MediaPacket): CodecNews {
    if (packet.kind === "data" || (packet.role === "config" && !isSequenceHeader(packet))) return undefined;
    let news: CodecNews;
    for (const { trackId, codec, isConfig, isFrame, data } of readTracks(packet)) {
      if (!isConfig && !isFrame) continue;
      if (isConfig && data.length === 0) continue; // FFmpeg's first one for AV1: the record comes later
      const key = `${packet.kind} ${trackId}`;
      const known = this.#tracks.get(key);
      if (known === undefined && this.#tracks.size >= MAX_TRACKS) continue;
      const config = isConfig ? data.subarray(0, MAX_COMPARED) : undefined;
      const sameCodec = known !== undefined && known.codec === codec;
      if (sameCodec && (config === undefined || (known.config && equalBytes(known.config, config)))) continue;
      this.#tracks.set(key, { codec, config: config?.slice() });
      // Frames whose configuration comes behind them could not be decoded before.
      const isNew = known === undefined || (sameCodec && known.config === undefined);
      if (!isNew) news = "changed";
      else news ??= "appeared";
    }
    return news;
  }
}

function isSequenceHeader({ kind, payload }: MediaPacket): boolean {
  return kind === "audio" ? isAudioSequenceHeader(payload) : isVideoSequenceHeader(payload);
}
