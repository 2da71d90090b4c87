import { TagCursor } from "./cursor.js";
import { type ModEx, type MultitrackType, readModEx, readMultitrackHeader, readTracks } from "./ex-header.js";

/** Names of the audio packet types that carry something, by number; 3, 6 and 8 to 15 are reserved. */
export const AUDIO_PACKET_TYPES = {
  SequenceStart: 0,
  CodedFrames: 1,
  SequenceEnd: 2,
  MultichannelConfig: 4,
} as const;
/** A key of {@link AUDIO_PACKET_TYPES}. */
export type AudioPacketType = keyof typeof AUDIO_PACKET_TYPES;

/** Number of the audio packet type Multitrack. */
export const AUDIO_MULTITRACK = 5;
/** Sound format that announces an Ex header. */
export const EX_SOUND_FORMAT = 9;
/** Sound format of legacy AAC, which has a packet type byte. */
export const AAC_SOUND_FORMAT = 10;

/** The payload of an audio message, taken apart (FLV 10.1 E.4.2.1, Enhanced RTMP "ExAudioTagHeader"). */
export type AudioTag = EmptyAudioTag | LegacyAudioTag | ExAudioTag | MultitrackAudioTag;

/** A body of zero bytes: silence from here on. */
export interface EmptyAudioTag {
  readonly kind: "audio";
  readonly empty: true;
}

/** Audio with the header that FLV always had. */
export interface LegacyAudioTag {
  readonly kind: "audio";
  readonly empty?: false;
  readonly isExHeader: false;
  /** 0 to 15, not 9: 2 MP3, 10 AAC, 11 Speex, … */
  readonly soundFormat: number;
  /** 0 5.5, 1 11, 2 22, 3 44 kHz; AAC always says 3. */
  readonly soundRate: number;
  /** 0 for 8, 1 for 16 bits a sample. */
  readonly soundSize: number;
  /** 0 mono, 1 stereo; AAC always says 1. */
  readonly soundType: number;
  /** AAC only: 0 AudioSpecificConfig, 1 frame. */
  readonly aacPacketType?: number;
  /** A view of the input. */
  readonly data: Uint8Array;
}

/** What one track of an Ex audio message holds. */
export interface ExAudioBody {
  /** Four characters; see `AUDIO_FOUR_CCS` for the ones that are defined. */
  readonly fourCc: string;
  /** MultichannelConfig only: 0 unspecified, 1 native, 2 custom. */
  readonly channelOrder?: number;
  /** MultichannelConfig only: 0 to 255. */
  readonly channelCount?: number;
  /** MultichannelConfig of order 1: a bit for each speaker, see `CHANNEL_NAMES`; 32 bits. */
  readonly channelFlags?: number;
  /** MultichannelConfig of order 2: the speaker of each channel, 0xFE unused, 0xFF unknown. */
  readonly channelMapping?: readonly number[];
  /** What follows all that has a field here: a view of the input. */
  readonly data: Uint8Array;
}

/** Audio of one track with an Ex header. */
export interface ExAudioTag extends ExAudioBody {
  readonly kind: "audio";
  readonly empty?: false;
  readonly isExHeader: true;
  /** Its name, or the number of a reserved type. */
  readonly packetType: AudioPacketType | number;
  /** ModEx turns in front; absent without any. */
  readonly modEx?: readonly ModEx[];
  readonly multitrackType?: undefined;
}

/** Audio of one or more numbered tracks in one message. */
export interface MultitrackAudioTag {
  readonly kind: "audio";
  readonly empty?: false;
  readonly isExHeader: true;
  readonly multitrackType: MultitrackType;
  /** Of every track: its name, or the number of a reserved type. */
  readonly packetType: AudioPacketType | number;
  /** ModEx turns in front; absent without any. */
  readonly modEx?: readonly ModEx[];
  /** In the order sent, 1 to 32. */
  readonly tracks: readonly AudioTrack[];
}

/** One track of a {@link MultitrackAudioTag}. */
export interface AudioTrack extends ExAudioBody {
  /** 0 to 255; 0 is the default track. */
  readonly trackId: number;
}

const NAMES: readonly (AudioPacketType | undefined)[] = [
  "SequenceStart",
  "CodedFrames",
  "SequenceEnd",
  undefined,
  "MultichannelConfig",
];
const MULTICHANNEL_CONFIG = AUDIO_PACKET_TYPES.MultichannelConfig;

/**
 * Takes the payload of an audio message (type 8) or tag apart. Payloads are views of `body`, not copies.
 * @throws FlvError `truncated`, `malformed-mod-ex`, `too-many-mod-ex`, `nested-multitrack`, `unknown-multitrack-type`,
 * `too-many-tracks`. Unknown formats, FourCCs and packet types are no error.
 */
export function parseAudioTag(body: Uint8Array): AudioTag {
  if (body.length === 0) return { kind: "audio", empty: true };
  const input = new TagCursor(body);
  const first = input.u8("audio header");
  const soundFormat = first >> 4;
  if (soundFormat === EX_SOUND_FORMAT) return parseExAudio(input, first & 0x0f);
  const soundRate = (first >> 2) & 3;
  const soundSize = (first >> 1) & 1;
  const soundType = first & 1;
  const head = { kind: "audio", isExHeader: false, soundFormat, soundRate, soundSize, soundType } as const;
  if (soundFormat !== AAC_SOUND_FORMAT) return { ...head, data: input.rest() };
  const aacPacketType = input.u8("AAC packet type");
  return { ...head, aacPacketType, data: input.rest() };
}

function parseExAudio(input: TagCursor, firstPacketType: number): ExAudioTag | MultitrackAudioTag {
  const modEx: ModEx[] = [];
  const outer = readModEx(input, firstPacketType, modEx);
  const head = { kind: "audio", isExHeader: true, ...(modEx.length > 0 ? { modEx } : undefined) } as const;
  if (outer !== AUDIO_MULTITRACK) {
    return { ...head, packetType: NAMES[outer] ?? outer, ...readBody(input, outer, input.fourCc()) };
  }
  const { multitrackType, packetType } = readMultitrackHeader(input, AUDIO_MULTITRACK);
  const tracks = readTracks(input, multitrackType, (track, trackId, fourCc): AudioTrack => {
    return { trackId, ...readBody(track, packetType, fourCc) };
  });
  return { ...head, multitrackType, packetType: NAMES[packetType] ?? packetType, tracks };
}

function readBody(input: TagCursor, packetType: number, fourCc: string): ExAudioBody {
  if (packetType !== MULTICHANNEL_CONFIG) return { fourCc, data: input.rest() };
  const channelOrder = input.u8("channel order");
  const channelCount = input.u8("channel count");
  const config = { fourCc, channelOrder, channelCount };
  if (channelOrder === 1) {
    const channelFlags = input.u32("channel flags");
    return { ...config, channelFlags, data: input.rest() };
  }
  if (channelOrder === 2) {
    const channelMapping = Array.from(input.take(channelCount, "channel mapping"));
    return { ...config, channelMapping, data: input.rest() };
  }
  return { ...config, data: input.rest() };
}
