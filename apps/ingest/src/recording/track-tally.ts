import {
  audioCodecOf,
  describeAudioConfig,
  describeVideoConfig,
  isAudioSequenceHeader,
  isVideoSequenceHeader,
  videoCodecOf,
} from "@rtmp/flv";
import type { MediaPacket } from "../hub/media-packet.js";
import type { RecordingTrack } from "./recording-info.js";
import { readTracks } from "./track-views.js";

/** Tracks that are told apart: 32 of each kind, as many as one message can have. */
const MAX_TRACKS = 64;

/** Counts the frames of each track of a file, and remembers what its configuration says. */
export class TrackTally {
  readonly #tracks = new Map<number, Tally>();

  add(packet: MediaPacket): void {
    if (packet.role === "data") return;
    if (packet.role === "config") {
      this.#describe(packet);
      return;
    }
    const plain = isPlainFrame(packet);
    if (plain === true) this.#count(packet, 0, undefined);
    if (plain !== undefined) return;
    for (const { trackId, codec, isFrame } of readTracks(packet)) if (isFrame) this.#count(packet, trackId, codec);
  }

  /** All that have frames, video first. */
  tracks(): RecordingTrack[] {
    return [...this.#tracks.entries()]
      .filter(([, { frames }]) => frames > 0)
      .sort(([a], [b]) => a - b)
      .map(([key, { frames, known }]) => {
        return { kind: key < 256 ? "video" : "audio", trackId: key & 0xff, ...known, frames };
      });
  }

  #count(packet: MediaPacket, trackId: number, codec: string | undefined): void {
    const tally = this.#tally(packet.kind, trackId);
    if (tally === undefined) return;
    if (tally.frames++ > 0 || tally.known.codec !== UNKNOWN) return;
    const name = codec ?? (packet.kind === "audio" ? audioCodecOf(packet.payload) : videoCodecOf(packet.payload));
    tally.known = { codec: name ?? UNKNOWN };
  }

  #describe(packet: MediaPacket): void {
    const { kind, payload } = packet;
    if (!(kind === "audio" ? isAudioSequenceHeader(payload) : isVideoSequenceHeader(payload))) return;
    for (const { trackId, codec = UNKNOWN, data } of readTracks(packet)) {
      const tally = this.#tally(kind, trackId);
      if (tally !== undefined && data.length > 0) tally.known = describe(kind, codec, data);
    }
  }

  #tally(kind: MediaPacket["kind"], trackId: number): Tally | undefined {
    const key = trackId + (kind === "audio" ? 256 : 0);
    const found = this.#tracks.get(key);
    if (found !== undefined || this.#tracks.size >= MAX_TRACKS) return found;
    const tally: Tally = { frames: 0, known: { codec: UNKNOWN } };
    this.#tracks.set(key, tally);
    return tally;
  }
}

interface Tally {
  frames: number;
  known: Omit<RecordingTrack, "kind" | "trackId" | "frames">;
}

const UNKNOWN = "unknown";

function describe(kind: MediaPacket["kind"], codec: string, record: Uint8Array): Tally["known"] {
  try {
    if (kind === "audio") {
      const { codecString, sampleRate, channels } = describeAudioConfig(codec, record);
      return { codec: codecString, ...(sampleRate && { sampleRate }), ...(channels && { channels }) };
    }
    const { codecString = codec, width, height } = describeVideoConfig(codec, record);
    return { codec: codecString, ...(width && { width }), ...(height && { height }) };
  } catch {
    return { codec }; // a record that contradicts its format is the decoder's to refuse
  }
}

/** Whether the packet is one coded frame of track 0; undefined if that takes a closer look. */
function isPlainFrame({ kind, payload }: MediaPacket): boolean | undefined {
  const first = payload[0];
  const second = payload[1];
  if (first === undefined) return false;
  const low = first & 0x0f;
  if (kind === "audio") {
    const format = first >> 4;
    if (format === 10) return second === 1; // AAC
    return format === 9 ? (low === 1 ? true : undefined) : true;
  }
  if (((first >> 4) & 7) === 5) return false; // a command
  if (first < 0x80) return low === 7 || low === 12 ? second === 1 : true; // AVC, and HEVC as some send it
  return low === 1 || low === 3 ? true : undefined;
}
