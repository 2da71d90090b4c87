import { TagCursor } from "./cursor.js";
import { type ModEx, type MultitrackType, readModEx, readMultitrackHeader, readTracks } from "./ex-header.js";
import { isLaidOutLikeAvc } from "./peek.js";

/** Names of the video packet types that carry something, by number; 8 to 15 are reserved. */
export const VIDEO_PACKET_TYPES = {
  SequenceStart: 0,
  CodedFrames: 1,
  SequenceEnd: 2,
  CodedFramesX: 3,
  Metadata: 4,
  MPEG2TSSequenceStart: 5,
} as const;
/** A key of {@link VIDEO_PACKET_TYPES}. */
export type VideoPacketType = keyof typeof VIDEO_PACKET_TYPES;

/** Number of the video packet type Multitrack. */
export const VIDEO_MULTITRACK = 6;
/** Frame types: how far a picture stands alone (FLV 10.1 E.4.3.1). */
export const FrameType = { key: 1, inter: 2, disposableInter: 3, generatedKey: 4, command: 5 } as const;

/** The payload of a video message, taken apart (FLV 10.1 E.4.3.1, Enhanced RTMP "ExVideoTagHeader"). */
export type VideoTag = EmptyVideoTag | LegacyVideoTag | ExVideoTag | ExVideoCommandTag | MultitrackVideoTag;

/** A body of zero bytes: it carries nothing. */
export interface EmptyVideoTag {
  readonly kind: "video";
  readonly empty: true;
}

/** Video with the header that FLV always had. */
export interface LegacyVideoTag {
  readonly kind: "video";
  readonly empty?: false;
  readonly isExHeader: false;
  /** 0 to 7, see {@link FrameType}. */
  readonly frameType: number;
  /** 0 to 15: 2 Sorenson H.263, 4 VP6, 7 AVC, 12 HEVC as some encoders send it, … */
  readonly codecId: number;
  /** Frame type 5 only: 0 a client's seek starts, 1 it ends. Then there is no picture. */
  readonly videoCommand?: number;
  /** Codecs 7 and 12: 0 configuration, 1 NAL units, 2 end of sequence. */
  readonly avcPacketType?: number;
  /** Codecs 7 and 12: ms from decoding to presentation, signed 24 bits. */
  readonly compositionTime?: number;
  /** A view of the input. */
  readonly data: Uint8Array;
}

/** What one track of an Ex video message holds. */
export interface ExVideoBody {
  /** Four characters; see `VIDEO_FOUR_CCS` for the ones that are defined. */
  readonly fourCc: string;
  /**
   * Ms from decoding to presentation: signed 24 bits in CodedFrames of avc1, hvc1 and vvc1, 0 in CodedFramesX, absent
   * elsewhere.
   */
  readonly compositionTimeOffset?: number;
  /** What follows all that has a field here: a view of the input. */
  readonly data: Uint8Array;
}

/** Video of one track with an Ex header. */
export interface ExVideoTag extends ExVideoBody {
  readonly kind: "video";
  readonly empty?: false;
  readonly isExHeader: true;
  /** 0 to 7, see {@link FrameType}. Means nothing in a Metadata packet. */
  readonly frameType: number;
  /** Its name, or the number of a reserved type. */
  readonly packetType: VideoPacketType | number;
  /** ModEx turns in front; absent without any. */
  readonly modEx?: readonly ModEx[];
  readonly multitrackType?: undefined;
  readonly videoCommand?: undefined;
}

/** A command with an Ex header: frame type 5 with any packet type but Metadata. No FourCC, no picture. */
export interface ExVideoCommandTag {
  readonly kind: "video";
  readonly empty?: false;
  readonly isExHeader: true;
  readonly frameType: 5;
  /** Means nothing here: a name, or a number (6 is Multitrack). */
  readonly packetType: VideoPacketType | number;
  /** ModEx turns in front; absent without any. */
  readonly modEx?: readonly ModEx[];
  /** 0 a client's seek starts, 1 it ends. */
  readonly videoCommand: number;
  readonly multitrackType?: undefined;
  /** Bytes behind the command; there should be none. */
  readonly data: Uint8Array;
}

/** Video of one or more numbered tracks in one message. */
export interface MultitrackVideoTag {
  readonly kind: "video";
  readonly empty?: false;
  readonly isExHeader: true;
  /** Of every track: 0 to 7, see {@link FrameType}. */
  readonly frameType: number;
  readonly multitrackType: MultitrackType;
  /** Of every track: its name, or the number of a reserved type. */
  readonly packetType: VideoPacketType | number;
  /** ModEx turns in front; absent without any. */
  readonly modEx?: readonly ModEx[];
  readonly videoCommand?: undefined;
  /** In the order sent, 1 to 32. */
  readonly tracks: readonly VideoTrack[];
}

/** One track of a {@link MultitrackVideoTag}. */
export interface VideoTrack extends ExVideoBody {
  /** 0 to 255; 0 is the default track. */
  readonly trackId: number;
}

const NAMES: readonly VideoPacketType[] = [
  "SequenceStart",
  "CodedFrames",
  "SequenceEnd",
  "CodedFramesX",
  "Metadata",
  "MPEG2TSSequenceStart",
];
const { CodedFrames, CodedFramesX, Metadata } = VIDEO_PACKET_TYPES;

/**
 * Takes the payload of a video message (type 9) or tag apart. Payloads are views of `body`, not copies.
 * @throws FlvError `truncated`, `malformed-mod-ex`, `too-many-mod-ex`, `nested-multitrack`, `unknown-multitrack-type`,
 * `too-many-tracks`. Unknown codecs, FourCCs and packet types are no error.
 */
export function parseVideoTag(body: Uint8Array): VideoTag {
  if (body.length === 0) return { kind: "video", empty: true };
  const input = new TagCursor(body);
  const first = input.u8("video header");
  const frameType = (first >> 4) & 7;
  if (first >= 0x80) return parseExVideo(input, frameType, first & 0x0f);
  const codecId = first & 0x0f;
  const head = { kind: "video", isExHeader: false, frameType, codecId } as const;
  if (frameType === FrameType.command) {
    const videoCommand = input.u8("video command");
    return { ...head, videoCommand, data: input.rest() };
  }
  if (!isLaidOutLikeAvc(codecId)) return { ...head, data: input.rest() };
  const avcPacketType = input.u8("AVC packet type");
  const compositionTime = input.i24("composition time");
  return { ...head, avcPacketType, compositionTime, data: input.rest() };
}

/** Whether CodedFrames of a codec start with a composition time: those that may send pictures out of order. */
export function hasCompositionTime(fourCc: string): boolean {
  return fourCc === "avc1" || fourCc === "hvc1" || fourCc === "vvc1";
}

function parseExVideo(
  input: TagCursor,
  frameType: number,
  firstPacketType: number,
): ExVideoTag | ExVideoCommandTag | MultitrackVideoTag {
  const modEx: ModEx[] = [];
  const outer = readModEx(input, firstPacketType, modEx);
  const head = { kind: "video", isExHeader: true, ...(modEx.length > 0 ? { modEx } : undefined) } as const;
  if (frameType === FrameType.command && outer !== Metadata) {
    const videoCommand = input.u8("video command");
    return { ...head, frameType, packetType: NAMES[outer] ?? outer, videoCommand, data: input.rest() };
  }
  if (outer !== VIDEO_MULTITRACK) {
    return { ...head, frameType, packetType: NAMES[outer] ?? outer, ...readBody(input, outer, input.fourCc()) };
  }
  const { multitrackType, packetType } = readMultitrackHeader(input, VIDEO_MULTITRACK);
  const tracks = readTracks(input, multitrackType, (track, trackId, fourCc): VideoTrack => {
    return { trackId, ...readBody(track, packetType, fourCc) };
  });
  return { ...head, frameType, multitrackType, packetType: NAMES[packetType] ?? packetType, tracks };
}

function readBody(input: TagCursor, packetType: number, fourCc: string): ExVideoBody {
  if (packetType === CodedFramesX) return { fourCc, compositionTimeOffset: 0, data: input.rest() };
  if (packetType !== CodedFrames || !hasCompositionTime(fourCc)) return { fourCc, data: input.rest() };
  const compositionTimeOffset = input.i24("composition time");
  return { fourCc, compositionTimeOffset, data: input.rest() };
}
