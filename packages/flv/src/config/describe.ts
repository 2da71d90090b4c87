import { aacCodecString, aacProfileName, parseAacConfig } from "./aac-config.js";
import { av1CodecString, av1LevelName, av1ProfileName, parseAv1Config } from "./av1-config.js";
import { avcCodecString, avcLevelName, avcProfileName, parseAvcConfig, parseAvcSps } from "./avc-config.js";
import { parseFlacInfo } from "./flac-info.js";
import { hevcCodecString, hevcLevelName, hevcProfileName, parseHevcConfig, parseHevcSps } from "./hevc-config.js";
import { parseOpusHead } from "./opus-head.js";
import type { Chroma } from "./read-config.js";
import { parseVpConfig, vpCodecString, vpLevelName } from "./vp-config.js";
import { parseVvcConfig, vvcLevelName, vvcProfileName } from "./vvc-config.js";

/** What operators want to know of a video track. What the record does not tell is absent. */
export interface VideoConfig {
  /** The FourCC. */
  readonly codec: string;
  /** For MIME types and HLS (RFC 6381): avc1.64001f. */
  readonly codecString?: string;
  /** Its name: High, Main 10. */
  readonly profile?: string;
  /** As it is written: 3.1. */
  readonly level?: string;
  /** Pixels shown. VP8 and VP9 tell them in the key frame alone, see `readVp9KeyFrame`. */
  readonly width?: number;
  readonly height?: number;
  /** Of luma. */
  readonly bitDepth?: number;
  readonly chroma?: Chroma;
  /** Pictures a second. */
  readonly frameRate?: number;
}

/** What operators want to know of an audio track. What the record does not tell is absent. */
export interface AudioConfig {
  /** The FourCC. */
  readonly codec: string;
  /** For MIME types and HLS (RFC 6381): mp4a.40.2. */
  readonly codecString: string;
  /** AAC: LC, HE-AAC, HE-AACv2, … */
  readonly profile?: string;
  /** Of the output, in Hz. */
  readonly sampleRate?: number;
  /** Of the output. */
  readonly channels?: number;
  /** FLAC only. */
  readonly bitsPerSample?: number;
}

/**
 * Reads the data of a video SequenceStart. FFmpeg's first one for AV1 is empty and says nothing; the record follows with
 * the first picture.
 * @param codec the FourCC. @returns only `codec` for an unknown one or an empty record.
 * @throws FlvError `malformed-config`, `config-too-large`.
 */
export function describeVideoConfig(codec: string, record: Uint8Array): VideoConfig {
  if (record.length === 0) return { codec };
  switch (codec) {
    case "avc1":
      return describeAvc(record);
    case "hvc1":
      return describeHevc(record);
    case "vvc1":
      return describeVvc(record);
    case "av01":
      return describeAv1(record);
    case "vp08":
    case "vp09":
      return describeVp(codec, record);
    default:
      return { codec };
  }
}

/**
 * Reads the data of an audio SequenceStart. Codecs whose frames say it all (AC-3, E-AC-3, MP3) have none, and an empty
 * one says nothing.
 * @param codec the FourCC. @throws FlvError `malformed-config`, `config-too-large`.
 */
export function describeAudioConfig(codec: string, record: Uint8Array): AudioConfig {
  if (codec === "mp4a") {
    const config = parseAacConfig(record);
    const sampleRate = config.extensionSampleRate ?? config.sampleRate;
    const channels = config.ps ? 2 : config.channels;
    const known = { codec, codecString: aacCodecString(config), profile: aacProfileName(config), sampleRate };
    return channels === 0 ? known : { ...known, channels };
  }
  if (codec === "Opus" && record.length > 0) {
    const { channels } = parseOpusHead(record);
    return { codec, codecString: "opus", sampleRate: 48_000, channels };
  }
  if (codec === "fLaC" && record.length > 0) {
    const { sampleRate, channels, bitsPerSample } = parseFlacInfo(record);
    return { codec, codecString: "flac", sampleRate, channels, bitsPerSample };
  }
  return { codec, codecString: PLAIN_CODEC_STRINGS[codec] ?? codec };
}

/** Codec strings that need nothing from a record. */
const PLAIN_CODEC_STRINGS: Readonly<Record<string, string>> = { Opus: "opus", fLaC: "flac", ".mp3": "mp3" };

function describeAvc(record: Uint8Array): VideoConfig {
  const config = parseAvcConfig(record);
  const { profileIdc, profileCompatibility, levelIdc } = config;
  const described = {
    codec: "avc1",
    codecString: avcCodecString(config),
    ...named("profile", avcProfileName(profileIdc, profileCompatibility)),
    level: avcLevelName(profileIdc, profileCompatibility, levelIdc),
  };
  const [unit] = config.sps;
  if (unit === undefined) return described;
  const { width, height, bitDepth, chroma, frameRate } = parseAvcSps(unit);
  return { ...described, width, height, bitDepth, chroma, ...named("frameRate", frameRate) };
}

function describeHevc(record: Uint8Array): VideoConfig {
  const config = parseHevcConfig(record);
  const described = {
    codec: "hvc1",
    codecString: hevcCodecString(config),
    ...named("profile", hevcProfileName(config.profileIdc)),
    level: hevcLevelName(config.levelIdc),
    bitDepth: config.bitDepth,
    chroma: config.chroma,
    ...named("frameRate", config.averageFrameRate || undefined),
  };
  const unit = config.arrays.find(({ nalType }) => nalType === 33)?.units[0];
  if (unit === undefined) return described;
  const { width, height } = parseHevcSps(unit);
  return { ...described, width, height };
}

function describeVvc(record: Uint8Array): VideoConfig {
  const { stream } = parseVvcConfig(record);
  if (stream === undefined) return { codec: "vvc1" };
  const { profileIdc, levelIdc, width, height, bitDepth, chroma, averageFrameRate } = stream;
  const profile = named("profile", vvcProfileName(profileIdc));
  const frameRate = named("frameRate", averageFrameRate || undefined);
  return { codec: "vvc1", ...profile, level: vvcLevelName(levelIdc), width, height, bitDepth, chroma, ...frameRate };
}

function describeAv1(record: Uint8Array): VideoConfig {
  const config = parseAv1Config(record);
  const profile = named("profile", av1ProfileName(config.profile));
  const level = named("level", av1LevelName(config.levelIndex));
  const { bitDepth, chroma, sequence } = config;
  return { codec: "av01", codecString: av1CodecString(config), ...profile, ...level, bitDepth, chroma, ...sequence };
}

function describeVp(codec: "vp08" | "vp09", record: Uint8Array): VideoConfig {
  const config = parseVpConfig(record);
  const { profile, bitDepth, chroma } = config;
  const level = named("level", vpLevelName(config.level));
  return {
    codec,
    codecString: vpCodecString(codec, config),
    profile: `Profile ${profile}`,
    ...level,
    bitDepth,
    chroma,
  };
}

/** A member that is absent when there is no value for it. */
function named<Name extends string, Value>(name: Name, value: Value | undefined): { [key in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { [key in Name]?: Value });
}
