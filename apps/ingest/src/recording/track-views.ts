import { type ColorInfo, readAudioTracks, readColorInfo, readVideoTracks } from "@rtmp/flv";
import type { MediaPacket } from "../hub/media-packet.js";

/** What a message holds of one track. */
export interface TrackView {
  readonly trackId: number;
  /** FourCC, or the name of a legacy codec. */
  readonly codec: string | undefined;
  /** Whether `data` is a coded frame. */
  readonly isFrame: boolean;
  /** Whether `data` is the decoder's configuration. */
  readonly isConfig: boolean;
  /** Whether a decoder can start here; audio always can. */
  readonly isKey: boolean;
  /** From decoding to presentation, in ms. */
  readonly compositionMs: number;
  /** Colours of the pictures that follow, where it is they that the message is for. */
  readonly color?: ColorInfo | undefined;
  /** A view of the payload. */
  readonly data: Uint8Array;
}

/** What an audio or video packet holds, track by track: nothing if it is malformed. */
export function readTracks({ kind, payload }: MediaPacket): TrackView[] {
  try {
    if (kind === "audio") {
      return readAudioTracks(payload).map(({ trackId, codec, packetType, timestampOffsetNano, data }) => {
        const compositionMs = timestampOffsetNano / 1e6;
        const [isFrame, isConfig] = [packetType === "CodedFrames", packetType === "SequenceStart"];
        return { trackId, codec, isFrame, isConfig, isKey: true, compositionMs, data };
      });
    }
    return readVideoTracks(payload).map((track) => {
      const { trackId, codec, packetType, frameType, data } = track;
      const isFrame = packetType === "CodedFrames" || packetType === "CodedFramesX";
      const isConfig = packetType === "SequenceStart";
      const compositionMs = track.compositionTimeOffset + track.timestampOffsetNano / 1e6;
      const color = packetType === "Metadata" ? readColorInfo(data) : undefined;
      const isKey = frameType === 1 || frameType === 4;
      return { trackId, codec, isFrame, isConfig, isKey, compositionMs, color, data };
    });
  } catch {
    return [];
  }
}
