import { type Amf0Value, isAmf0Object } from "@rtmp/amf0";
import { fourCcToNumber, numberToFourCc } from "./four-cc.js";
import { LEGACY_AUDIO_CODECS, LEGACY_VIDEO_CODECS } from "./peek.js";

/** What onMetaData says of one track, or of the stream. A publisher's word: hints, not facts. All optional. */
export interface TrackMetadata {
  /** As `videoCodecOf` names it. */
  readonly videoCodec?: string;
  readonly width?: number;
  readonly height?: number;
  /** Pictures a second. */
  readonly frameRate?: number;
  /** Kilobits a second, as is `audioDataRate`. */
  readonly videoDataRate?: number;
  /** As `audioCodecOf` names it. */
  readonly audioCodec?: string;
  readonly audioDataRate?: number;
  /** Hz. */
  readonly audioSampleRate?: number;
  readonly audioChannels?: number;
}

/** {@link readMetadata}'s answer: the default tracks, the others, and the stream. */
export interface StreamMetadata extends TrackMetadata {
  /** Seconds. Live publishers send 0, or what they plan. */
  readonly duration?: number;
  /** The program. */
  readonly encoder?: string;
  /** Tracks beyond the default ones, by id (`videoTrackIdInfoMap`, `audioTrackIdInfoMap`). */
  readonly videoTracks: ReadonlyMap<number, TrackMetadata>;
  readonly audioTracks: ReadonlyMap<number, TrackMetadata>;
}

/** Names under which encoders send each number; the first that is there counts. */
const NUMBERS = {
  width: ["width", "displayWidth"],
  height: ["height", "displayHeight"],
  frameRate: ["framerate", "fps", "videoframerate"],
  videoDataRate: ["videodatarate"],
  audioDataRate: ["audiodatarate"],
  audioSampleRate: ["audiosamplerate", "samplerate"],
  audioChannels: ["audiochannels", "channels"],
} as const;

/** Reads the value behind `onMetaData`: an object or ECMA array; anything else gives an answer without hints. */
export function readMetadata(value: Amf0Value): StreamMetadata {
  const members = isAmf0Object(value) ? value : {};
  const { duration, encoder } = members;
  return {
    ...readTrack(members),
    ...(isNumber(duration) ? { duration } : undefined),
    ...(typeof encoder === "string" ? { encoder } : undefined),
    videoTracks: readTrackMap(members["videoTrackIdInfoMap"]),
    audioTracks: readTrackMap(members["audioTrackIdInfoMap"]),
  };
}

/** The codec that `videocodecid` stands for: a legacy number, a FourCC as number or as text. Named as by `videoCodecOf`. */
export function videoCodecOfId(id: Amf0Value): string | undefined {
  return codecOfId(id, LEGACY_VIDEO_CODECS);
}

/** As {@link videoCodecOfId}, for `audiocodecid`. */
export function audioCodecOfId(id: Amf0Value): string | undefined {
  return codecOfId(id, LEGACY_AUDIO_CODECS);
}

/**
 * The number for `videocodecid`: the legacy one of codecs that only have such, 7 for `avc1`, else the FourCC.
 * @throws RangeError for a name that is neither.
 */
export function videoCodecId(codec: string): number {
  return codec === "hvc1" || codec === "av01" ? fourCcToNumber(codec) : idOf(codec, LEGACY_VIDEO_CODECS);
}

/** The number for `audiocodecid`: as {@link videoCodecId}, 10 for `mp4a`, 2 for `.mp3`. @throws RangeError */
export function audioCodecId(codec: string): number {
  return idOf(codec, LEGACY_AUDIO_CODECS);
}

function idOf(codec: string, legacy: readonly (string | undefined)[]): number {
  const id = legacy.indexOf(codec);
  return id >= 0 ? id : fourCcToNumber(codec);
}

function codecOfId(id: Amf0Value, legacy: readonly (string | undefined)[]): string | undefined {
  if (typeof id === "string") return id.length === 4 ? id : undefined;
  if (typeof id !== "number" || !Number.isInteger(id) || id < 0 || id > 0xffff_ffff) return undefined;
  return id < 16 ? legacy[id] : numberToFourCc(id);
}

function readTrack(members: { readonly [name: string]: Amf0Value }): TrackMetadata {
  const track: Record<string, string | number> = {};
  const videoCodec = videoCodecOfId(members["videocodecid"]);
  const audioCodec = audioCodecOfId(members["audiocodecid"]);
  if (videoCodec !== undefined) track["videoCodec"] = videoCodec;
  if (audioCodec !== undefined) track["audioCodec"] = audioCodec;
  for (const [name, keys] of Object.entries(NUMBERS)) {
    const value = keys.map((key) => members[key]).find(isNumber);
    if (value !== undefined) track[name] = value;
  }
  const { stereo } = members;
  if (typeof stereo === "boolean") track["audioChannels"] ??= stereo ? 2 : 1;
  return track;
}

function readTrackMap(value: Amf0Value): Map<number, TrackMetadata> {
  const tracks = new Map<number, TrackMetadata>();
  if (!isAmf0Object(value)) return tracks;
  for (const [key, members] of Object.entries(value)) {
    const trackId = Number(key);
    if (/^\d{1,3}$/.test(key) && trackId <= 255 && isAmf0Object(members)) tracks.set(trackId, readTrack(members));
  }
  return tracks;
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}
