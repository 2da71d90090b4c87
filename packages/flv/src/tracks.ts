import { type AudioPacketType, type AudioTag, parseAudioTag } from "./audio-tag.js";
import { audioCodecOf, videoCodecOf } from "./peek.js";
import { parseVideoTag, type VideoPacketType, type VideoTag } from "./video-tag.js";

/** One track of an audio message, legacy or Ex, in one form. */
export interface AudioTrackView {
  /** 0 unless the message numbers its tracks. */
  readonly trackId: number;
  /** As `audioCodecOf` names it. */
  readonly codec: string | undefined;
  /** Its name, or the number of a reserved type. Legacy audio without packet types is CodedFrames. */
  readonly packetType: AudioPacketType | number;
  /** Nanoseconds to add to the presentation time (ModEx); 0 without. */
  readonly timestampOffsetNano: number;
  /** A view of the body. */
  readonly data: Uint8Array;
}

/** One track of a video message, legacy or Ex, in one form. */
export interface VideoTrackView {
  /** 0 unless the message numbers its tracks. */
  readonly trackId: number;
  /** As `videoCodecOf` names it. */
  readonly codec: string | undefined;
  /** 0 to 7, see `FrameType`. */
  readonly frameType: number;
  /** Its name, or the number of a reserved type. Legacy video without packet types is CodedFrames. */
  readonly packetType: VideoPacketType | number;
  /** Ms from decoding to presentation; 0 where the message does not say. */
  readonly compositionTimeOffset: number;
  /** Nanoseconds to add to the presentation time (ModEx); 0 without. */
  readonly timestampOffsetNano: number;
  /** A view of the body. */
  readonly data: Uint8Array;
}

const LEGACY_PACKET_TYPES = ["SequenceStart", "CodedFrames", "SequenceEnd"] as const;

/**
 * All tracks of an audio body in one form, whatever header it came with: none for an empty body.
 * @throws FlvError as `parseAudioTag`.
 */
export function readAudioTracks(body: Uint8Array): AudioTrackView[] {
  const tag = parseAudioTag(body);
  if (tag.empty) return [];
  const timestampOffsetNano = timestampOffsetNanoOf(tag);
  if (!tag.isExHeader) {
    const { aacPacketType = 1, data } = tag;
    const packetType = LEGACY_PACKET_TYPES[aacPacketType] ?? aacPacketType;
    return [{ trackId: 0, codec: audioCodecOf(body), packetType, timestampOffsetNano, data }];
  }
  const { packetType } = tag;
  if (tag.multitrackType === undefined) {
    return [{ trackId: 0, codec: tag.fourCc, packetType, timestampOffsetNano, data: tag.data }];
  }
  return tag.tracks.map(({ trackId, fourCc, data }) => {
    return { trackId, codec: fourCc, packetType, timestampOffsetNano, data };
  });
}

/**
 * All tracks of a video body in one form, whatever header it came with: none for an empty body or a command.
 * @throws FlvError as `parseVideoTag`.
 */
export function readVideoTracks(body: Uint8Array): VideoTrackView[] {
  const tag = parseVideoTag(body);
  if (tag.empty || tag.videoCommand !== undefined) return [];
  const { frameType } = tag;
  const timestampOffsetNano = timestampOffsetNanoOf(tag);
  if (!tag.isExHeader) {
    const { avcPacketType = 1, compositionTime = 0, data } = tag;
    const packetType = LEGACY_PACKET_TYPES[avcPacketType] ?? avcPacketType;
    const codec = videoCodecOf(body);
    return [
      { trackId: 0, codec, frameType, packetType, compositionTimeOffset: compositionTime, timestampOffsetNano, data },
    ];
  }
  const { packetType } = tag;
  const tracks = tag.multitrackType === undefined ? [{ trackId: 0, ...tag }] : tag.tracks;
  return tracks.map(({ trackId, fourCc, compositionTimeOffset = 0, data }) => {
    return { trackId, codec: fourCc, frameType, packetType, compositionTimeOffset, timestampOffsetNano, data };
  });
}

/** The nanosecond offset that a tag's ModEx turns set, the last one's if there are several; 0 without. */
export function timestampOffsetNanoOf(tag: AudioTag | VideoTag): number {
  let nano = 0;
  if (tag.empty || !tag.isExHeader) return nano;
  for (const turn of tag.modEx ?? []) nano = turn.timestampOffsetNano ?? nano;
  return nano;
}
