import {
  type AudioConfig,
  decodeScriptData,
  describeAudioConfig,
  describeVideoConfig,
  readAudioTracks,
  readMetadata,
  readVideoTracks,
  readVp8KeyFrame,
  readVp9KeyFrame,
  type StreamMetadata,
  type VideoConfig,
} from "@rtmp/flv";
import type { LiveStream } from "../hub/live-stream.js";
import type { MediaPacket } from "../hub/media-packet.js";

/** Longest metadata that is looked at, in bytes. */
const MAX_METADATA = 65_536;

/** What metadata and decoder configurations say of a stream. */
export interface StreamTracks {
  readonly metadata: StreamMetadata | undefined;
  /** By track id. */
  readonly video: ReadonlyMap<number, VideoConfig>;
  readonly audio: ReadonlyMap<number, AudioConfig>;
}

/** What one packet of metadata or configuration says. */
interface PacketFacts {
  readonly metadata?: StreamMetadata;
  readonly video?: ReadonlyMap<number, VideoConfig>;
  readonly audio?: ReadonlyMap<number, AudioConfig>;
}

/** A stream keeps a packet until another takes its place: each is read once. */
const known = new WeakMap<MediaPacket, PacketFacts>();

/** Reads what a stream keeps for late joiners. Never throws: what is malformed says nothing. */
export function describeTracks(stream: LiveStream): StreamTracks {
  let metadata: StreamMetadata | undefined;
  const video = new Map<number, VideoConfig>();
  const audio = new Map<number, AudioConfig>();
  for (const packet of stream.initPackets()) {
    const facts = factsOf(packet);
    metadata = facts.metadata ?? metadata;
    for (const [id, config] of facts.video ?? []) video.set(id, config);
    for (const [id, config] of facts.audio ?? []) audio.set(id, config);
  }
  addSizeOfVp(stream, video);
  return { metadata, video, audio };
}

function factsOf(packet: MediaPacket): PacketFacts {
  const before = known.get(packet);
  if (before !== undefined) return before;
  let facts: PacketFacts = {};
  try {
    facts = readFacts(packet);
  } catch {} // malformed
  known.set(packet, facts);
  return facts;
}

function readFacts({ kind, tagType, payload }: MediaPacket): PacketFacts {
  if (kind === "data") {
    if (payload.length > MAX_METADATA) return {};
    return { metadata: readMetadata(decodeScriptData(payload, { tagType }).values[0]) };
  }
  return kind === "audio"
    ? { audio: describeEach(readAudioTracks(payload), describeAudioConfig) }
    : { video: describeEach(readVideoTracks(payload), describeVideoConfig) };
}

interface TrackView {
  readonly trackId: number;
  readonly codec: string | undefined;
  readonly packetType: string | number;
  readonly data: Uint8Array;
}

/** What the records of a message say, by track id; nothing of those that are malformed. */
function describeEach<Config>(
  tracks: readonly TrackView[],
  describe: (codec: string, record: Uint8Array) => Config,
): Map<number, Config> {
  const configs = new Map<number, Config>();
  for (const { trackId, codec, packetType, data } of tracks) {
    if (codec === undefined || packetType !== "SequenceStart") continue;
    try {
      configs.set(trackId, describe(codec, data));
    } catch {}
  }
  return configs;
}

/** VP8 and VP9 tell the picture's size in keyframes alone: the GOP cache has one. */
function addSizeOfVp(stream: LiveStream, video: Map<number, VideoConfig>): void {
  const { keyframe } = stream;
  if (keyframe === undefined) return;
  try {
    for (const { trackId, codec, data } of readVideoTracks(keyframe.payload)) {
      if (codec !== "vp08" && codec !== "vp09") continue;
      const size = codec === "vp08" ? readVp8KeyFrame(data) : readVp9KeyFrame(data);
      if (size !== undefined)
        video.set(trackId, { codec, ...video.get(trackId), width: size.width, height: size.height });
    }
  } catch {} // malformed
}
