import { concatBytes } from "@rtmp/bytes-util";
import {
  type ColorInfo,
  describeAudioConfig,
  describeVideoConfig,
  parseAacConfig,
  parseFlacInfo,
  readVp8KeyFrame,
  readVp9KeyFrame,
  type VideoConfig,
} from "@rtmp/flv";
import { opusSamples, readAc3Frame, readEac3Frame, readMp3Frame } from "./audio-frame.js";

/** What a track of HLS is made of, as far as its container and its playlists tell it. */
export type TrackConfig = VideoTrackConfig | AudioTrackConfig;

interface TrackConfigBase {
  /** The FourCC. */
  readonly codec: string;
  /** For the CODECS attribute (RFC 6381). */
  readonly codecString: string;
  /** Units of time a second in its segments. */
  readonly timescale: number;
  /** The decoder's configuration as the container wants it; empty for codecs whose frames say it all. */
  readonly record: Uint8Array;
}

/** A video track. */
export interface VideoTrackConfig extends TrackConfigBase {
  readonly kind: "video";
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Pictures a second, if the encoder tells. */
  readonly frameRate?: number | undefined;
  /** Colours that the encoder tells beside the configuration. */
  readonly color?: ColorInfo | undefined;
}

/** An audio track. */
export interface AudioTrackConfig extends TrackConfigBase {
  readonly kind: "audio";
  readonly sampleRate: number;
  readonly channels: number;
  /** The track's first frame, where the container is told from it (AC-3, E-AC-3). */
  readonly firstFrame: Uint8Array;
}

/** RTMP counts ms, which this divides; it is what most tools expect. */
const VIDEO_TIMESCALE = 90_000;
/** As far into a picture as a header with its size may stand. */
const HEADER_ROOM = 1024;
/** Codec strings where the container's differ from the codec's own name. */
const MP3_IN_MP4 = "mp4a.40.34";
/** A FLAC stream's marker and the head of its only block, STREAMINFO (RFC 9639 8.1). */
const FLAC_HEAD = Uint8Array.of(0x66, 0x4c, 0x61, 0x43, 0x80, 0, 0, 34);
const STREAMINFO_LENGTH = 34;

/**
 * Describes a video track.
 * @param record its configuration; empty if it has none. @param keyframe its first picture. @param color if it is told.
 * @returns undefined for what HLS can not carry, and while the configuration is not known.
 * @throws FlvError if the record is malformed.
 */
export function videoTrackConfig(
  codec: string,
  record: Uint8Array,
  keyframe: Uint8Array,
  color?: ColorInfo,
): VideoTrackConfig | undefined {
  if (record.length === 0) return undefined;
  const described = describeVideoConfig(codec, record);
  const { codecString, frameRate } = described;
  const size = sizeOf(codec, record, described, keyframe);
  if (codecString === undefined || size === undefined || size.width === 0 || size.height === 0) return undefined;
  return { kind: "video", codec, codecString, timescale: VIDEO_TIMESCALE, record, ...size, frameRate, color };
}

/** Describes an audio track by its configuration and first frame. Returns and throws as {@link videoTrackConfig}. */
export function audioTrackConfig(codec: string, record: Uint8Array, frame: Uint8Array): AudioTrackConfig | undefined {
  const alone = readFrameAlone(codec, frame);
  const needsRecord = codec === "mp4a" || codec === "Opus" || codec === "fLaC";
  if (needsRecord ? record.length === 0 : alone === undefined) return undefined;
  const { codecString, sampleRate, channels = 2 } = { ...describeAudioConfig(codec, record), ...alone };
  if (sampleRate === undefined) return undefined;
  return {
    kind: "audio",
    codec,
    codecString: codec === ".mp3" ? MP3_IN_MP4 : codecString,
    timescale: sampleRate,
    record: codec === "fLaC" ? flacRecord(record) : record,
    sampleRate,
    channels,
    firstFrame: alone === undefined ? new Uint8Array(0) : new Uint8Array(frame),
  };
}

/** How to tell the samples in each frame of a track; undefined where only timestamps tell. In units of its timescale. */
export function frameLengthOf(config: AudioTrackConfig): (frame: Uint8Array) => number | undefined {
  const { codec, record, timescale } = config;
  switch (codec) {
    case "mp4a": {
      const { frameLength, sampleRate } = parseAacConfig(record);
      const length = (frameLength * timescale) / sampleRate;
      return () => length;
    }
    case "fLaC": {
      const { minBlockSize, maxBlockSize } = parseFlacInfo(record);
      return () => (minBlockSize === maxBlockSize ? maxBlockSize : undefined);
    }
    case "Opus":
      return opusSamples;
    default:
      return (frame) => readFrameAlone(codec, frame)?.samples;
  }
}

function readFrameAlone(codec: string, frame: Uint8Array) {
  if (codec === ".mp3") return readMp3Frame(frame);
  if (codec === "ac-3") return readAc3Frame(frame);
  return codec === "ec-3" ? readEac3Frame(frame) : undefined;
}

/** The stream's marker and STREAMINFO alone, of a record that may lack the first or have more blocks (RFC 9639 8.1). */
function flacRecord(record: Uint8Array): Uint8Array {
  const at =
    record.length >= FLAC_HEAD.length + STREAMINFO_LENGTH ? FLAC_HEAD.length : record.length - STREAMINFO_LENGTH;
  return concatBytes([FLAC_HEAD, record.subarray(at, at + STREAMINFO_LENGTH)]);
}

function sizeOf(
  codec: string,
  record: Uint8Array,
  { width, height }: VideoConfig,
  keyframe: Uint8Array,
): { width: number; height: number } | undefined {
  if (width !== undefined && height !== undefined) return { width, height };
  if (codec === "vp09" || codec === "vp08") {
    const frame = codec === "vp09" ? readVp9KeyFrame(keyframe) : readVp8KeyFrame(keyframe);
    return frame === undefined ? undefined : { width: frame.width, height: frame.height };
  }
  if (codec === "av01") {
    // A record without its sequence header: the first picture has one.
    const whole = concatBytes([record.subarray(0, 4), keyframe.subarray(0, HEADER_ROOM)]);
    const { width: w, height: h } = describeVideoConfig(codec, whole);
    return w === undefined || h === undefined ? undefined : { width: w, height: h };
  }
  return undefined;
}
