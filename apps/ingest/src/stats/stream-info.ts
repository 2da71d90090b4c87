import type { AudioConfig, StreamMetadata, TrackMetadata, VideoConfig } from "@rtmp/flv";
import type { Audience } from "./audience.js";
import { totalBitrate } from "./history-point.js";
import { plainText } from "./plain-text.js";
import type { AudioTrackInfo, StreamInfo, VideoTrackInfo } from "./schemas.js";
import type { StreamMeter } from "./stream-meter.js";
import { describeTracks } from "./stream-tracks.js";
import type { TrackMeter } from "./track-meter.js";

/** What {@link streamInfo} needs beside the meter. */
export interface StreamSurroundings {
  readonly audience: Audience | undefined;
  readonly recording: boolean;
  /** Of the meter's clock, in ms. */
  readonly clock: number;
  readonly now: Date;
}

/** Everything that is known of a stream at this moment. */
export function streamInfo(meter: StreamMeter, { audience, recording, clock, now }: StreamSurroundings): StreamInfo {
  const { stream, gop, keyframeAt } = meter;
  const { metadata, ...configs } = describeTracks(stream);
  const video = meter.video.map((track) => {
    return videoTrack(track, configs.video.get(track.id), hintsOf(track, "videoTracks", metadata), clock);
  });
  const audio = meter.audio.map((track) =>
    audioTrack(track, configs.audio.get(track.id), hintsOf(track, "audioTracks", metadata), clock),
  );
  const tracks = [...video, ...audio];
  const encoder = plainText(metadata?.encoder);
  return {
    app: stream.id.app,
    stream: stream.id.name,
    startedAt: stream.startedAt.toISOString(),
    durationMs: Math.max(0, now.getTime() - stream.startedAt.getTime()),
    live: stream.published,
    ...publisherOf(audience),
    ...(encoder !== undefined && { encoder }),
    video,
    audio,
    bitrate: totalBitrate(tracks),
    bytes: tracks.reduce((sum, { bytes }) => sum + bytes, meter.dataBytes),
    dataMessages: meter.dataMessages,
    ...(gop !== undefined && { gop }),
    ...(keyframeAt !== undefined && { keyframeAgeMs: Math.max(0, Math.round(clock - keyframeAt)) }),
    viewers: {
      total: audience?.viewers ?? 0,
      byProtocol: Object.fromEntries(audience?.byProtocol ?? []),
      droppedFrames: meter.droppedFrames + (audience?.droppedFrames ?? 0),
      queuedBytes: audience?.queuedBytes ?? 0,
    },
    recording,
    heldBytes: stream.heldBytes,
  };
}

function publisherOf(audience: Audience | undefined): Pick<StreamInfo, "publisher"> {
  if (audience?.publisher === undefined) return {};
  const { session, entry } = audience.publisher;
  const { id, protocol, peer, client } = session.info();
  const known = { session: id, protocol, peer, since: entry.since.toISOString() };
  return { publisher: client === undefined ? known : { ...known, client } };
}

/** What metadata says of a track. */
function hintsOf(
  { id }: TrackMeter,
  others: "videoTracks" | "audioTracks",
  metadata: StreamMetadata | undefined,
): TrackMetadata {
  return (id === 0 ? metadata : metadata?.[others].get(id)) ?? {};
}

function videoTrack(
  track: TrackMeter,
  config: VideoConfig | undefined,
  hints: TrackMetadata,
  clock: number,
): VideoTrackInfo {
  const { bitrate, frameRate } = track.rates(clock);
  const { codec, codecString, profile, level, bitDepth, chroma, frameRate: configured } = config ?? {};
  const { width = hints.width, height = hints.height } = config ?? {};
  const declared = configured ?? hints.frameRate;
  return {
    ...counts(track, codec),
    ...(codecString !== undefined && { codecString }),
    ...(profile !== undefined && { profile }),
    ...(level !== undefined && { level }),
    ...(bitDepth !== undefined && { bitDepth }),
    ...(chroma !== undefined && { chroma }),
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
    frameRate: Math.round(100 * frameRate) / 100,
    ...(declared !== undefined && { declaredFrameRate: Math.round(1000 * declared) / 1000 }),
    bitrate,
  };
}

function audioTrack(
  track: TrackMeter,
  config: AudioConfig | undefined,
  hints: TrackMetadata,
  clock: number,
): AudioTrackInfo {
  const { codec, codecString, profile, sampleRate, channels } = config ?? {};
  const rate = sampleRate ?? hints.audioSampleRate;
  const speakers = channels ?? hints.audioChannels;
  return {
    ...counts(track, codec),
    ...(codecString !== undefined && { codecString }),
    ...(profile !== undefined && { profile }),
    ...(rate !== undefined && { sampleRate: rate }),
    ...(speakers !== undefined && { channels: speakers }),
    bitrate: track.rates(clock).bitrate,
  };
}

function counts({ id, codec, frames, bytes, gaps, backwards }: TrackMeter, configured: string | undefined) {
  const named = codec ?? configured;
  return { id, ...(named !== undefined && { codec: named }), frames, bytes, gaps, backwards };
}
