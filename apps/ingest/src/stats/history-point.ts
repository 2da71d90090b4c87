import type { StreamInfo } from "./schemas.js";
import type { HistoryPoint } from "./stream-history.js";

/** The bitrate of tracks together, in bits a second. */
export function totalBitrate(tracks: readonly { readonly bitrate: number }[]): number {
  return tracks.reduce((sum, { bitrate }) => sum + bitrate, 0);
}

/** What the history of a stream, and a tick, have of this moment. */
export function historyPoint({ video, audio, gop, viewers }: StreamInfo): HistoryPoint {
  return {
    videoBitrate: totalBitrate(video),
    audioBitrate: totalBitrate(audio),
    frameRate: video[0]?.frameRate ?? 0,
    gopMs: gop?.ms ?? 0,
    viewers: viewers.total,
    droppedFrames: viewers.droppedFrames,
  };
}
