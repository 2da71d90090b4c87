import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import {
  FlvReader,
  isAudioChannelConfig,
  isAudioSequenceHeader,
  isVideoMetadata,
  isVideoSequenceHeader,
  readAudioTracks,
  readVideoTracks,
} from "@rtmp/flv";

/** A tag or message with audio or video, small enough to be printed when a test fails. */
export interface MediaTag {
  readonly kind: "audio" | "video";
  /** Whether it is what a decoder needs before frames. */
  readonly config: boolean;
  readonly timestamp: number;
  /** The first bytes of its body, which tell codec and track, and a hash of them all. */
  readonly head: string;
  readonly hash: string;
  readonly body: Uint8Array;
}

/** The audio or video in a message of RTMP or a tag of FLV; undefined for data. */
export function mediaTag(type: number, timestamp: number, body: Uint8Array): MediaTag | undefined {
  if (type !== 8 && type !== 9) return undefined;
  const kind = type === 8 ? "audio" : "video";
  const config =
    kind === "audio"
      ? isAudioSequenceHeader(body) || isAudioChannelConfig(body)
      : isVideoSequenceHeader(body) || isVideoMetadata(body);
  const hash = createHash("sha256").update(body).digest("hex");
  const tag = { kind, config, timestamp, head: Buffer.from(body.subarray(0, 8)).toString("hex"), hash } as const;
  return Object.defineProperty(tag, "body", { value: body, enumerable: false }) as MediaTag;
}

/** All audio and video of an FLV file, in its order. */
export async function mediaTags(path: string): Promise<MediaTag[]> {
  const reader = new FlvReader({ strict: true });
  reader.push(await readFile(path));
  const tags: MediaTag[] = [];
  for (let item = reader.read(); item !== undefined; item = reader.read()) {
    const tag = item.kind === "tag" ? mediaTag(item.tagType, item.timestamp, item.payload) : undefined;
    if (tag !== undefined) tags.push(tag);
  }
  return tags;
}

/** Time and hash of all coded frames, apart for each track: `video 0 hvc1`, `audio 1 Opus`. */
export function framesByTrack(tags: readonly MediaTag[]): Record<string, string[]> {
  const tracks: Record<string, string[]> = {};
  for (const { kind, timestamp, body } of tags) {
    for (const track of kind === "audio" ? readAudioTracks(body) : readVideoTracks(body)) {
      if (track.packetType !== "CodedFrames" && track.packetType !== "CodedFramesX") continue;
      const name = `${kind} ${track.trackId} ${track.codec}`;
      tracks[name] ??= [];
      tracks[name].push(`${timestamp} ${createHash("sha256").update(track.data).digest("hex")}`);
    }
  }
  return tracks;
}
