import type { BitReader } from "@rtmp/bytes-util";
import { FlvError } from "../errors.js";
import { type Chroma, malformed, readConfig, twoDigits } from "./read-config.js";

/** VPCodecConfigurationRecord, for VP8 and VP9 (VP Codec ISO Media File Format Binding). It has no picture size. */
export interface VpConfig {
  readonly profile: number;
  /** 10 times the level: 31 is 3.1; 0 if the encoder does not tell. */
  readonly level: number;
  readonly bitDepth: number;
  readonly chroma: Chroma;
  readonly isFullRange: boolean;
  /** Indices into the tables of H.273; 2 is "unspecified". */
  readonly colorPrimaries: number;
  readonly transferCharacteristics: number;
  readonly matrixCoefficients: number;
}

/** What the header of a key frame says of the pictures from here on. */
export interface VpFrame {
  readonly width: number;
  readonly height: number;
  readonly profile: number;
  readonly bitDepth: number;
  readonly chroma: Chroma;
}

const VP9_SYNC_CODE = 0x498342;
const VP8_START_CODE = 0x9d012a;
const SRGB = 7;

/** Takes the record alone, and with the version and flags that it has in an MP4 box, as FFmpeg writes it into FLV.
 * @throws FlvError `malformed-config`, `config-too-large`. */
export function parseVpConfig(record: Uint8Array): VpConfig {
  return readConfig("VP configuration", record, (bits) => {
    const [a, b, c, d] = record;
    if (a === 1 && b === 0 && c === 0 && d === 0) bits.skip(32); // not a record: that would have 0 bits a sample
    const profile = bits.bits(8);
    const level = bits.bits(8);
    const bitDepth = bits.bits(4);
    if (bitDepth < 8 || bitDepth > 12) malformed(bits, `${bitDepth} bits a sample`);
    const subsampling = bits.bits(3);
    const chroma = (["4:2:0", "4:2:0", "4:2:2", "4:4:4"] as const)[subsampling];
    if (chroma === undefined) malformed(bits, `chroma subsampling ${subsampling}`);
    const isFullRange = bits.flag();
    const [colorPrimaries, transferCharacteristics, matrixCoefficients] = [bits.bits(8), bits.bits(8), bits.bits(8)];
    const colour = { colorPrimaries, transferCharacteristics, matrixCoefficients };
    return { profile, level, bitDepth, chroma, isFullRange, ...colour };
  });
}

/** @returns `undefined` for a level of 0: not told. */
export function vpLevelName(level: number): string | undefined {
  return level === 0 ? undefined : (level / 10).toFixed(1);
}

/** VP Codec binding, "Codecs Parameter String": vp09.00.31.08. */
export function vpCodecString(codec: "vp08" | "vp09", config: VpConfig): string {
  return `${codec}.${[config.profile, config.level, config.bitDepth].map(twoDigits).join(".")}`;
}

/**
 * The uncompressed header of a VP9 key frame (VP9 6.2). @returns `undefined` for any other frame.
 * @throws FlvError `malformed-config`.
 */
export function readVp9KeyFrame(frame: Uint8Array): VpFrame | undefined {
  return readFrame("VP9 frame", frame, (bits) => {
    if (bits.bits(2) !== 2) malformed(bits, "no VP9 frame marker");
    const profile = bits.bits(1) + 2 * bits.bits(1);
    if (profile === 3) bits.skip(1);
    const isShownAgain = bits.flag();
    if (isShownAgain || bits.flag()) return undefined; // an earlier frame; not a key frame
    bits.skip(2); // shown, error resilient
    if (bits.bits(24) !== VP9_SYNC_CODE) malformed(bits, "no VP9 sync code");
    const bitDepth = profile < 2 ? 8 : 10 + 2 * bits.bits(1);
    const chroma = readVp9Chroma(bits, profile);
    const [width, height] = [bits.bits(16) + 1, bits.bits(16) + 1];
    return { width, height, profile, bitDepth, chroma };
  });
}

/**
 * The header of a VP8 key frame (RFC 6386 9.1). @returns `undefined` for any other frame.
 * @throws FlvError `malformed-config`.
 */
export function readVp8KeyFrame(frame: Uint8Array): VpFrame | undefined {
  return readFrame("VP8 frame", frame, (bits) => {
    const tag = bits.bits(24) >> 16; // little-endian: the first byte has the flags
    if ((tag & 1) === 1) return undefined;
    if (bits.bits(24) !== VP8_START_CODE) malformed(bits, "no VP8 start code");
    const [a, b, c, d] = [bits.bits(8), bits.bits(8), bits.bits(8), bits.bits(8)];
    const [width, height] = [((b & 0x3f) << 8) | a, ((d & 0x3f) << 8) | c]; // the two high bits scale
    return { width, height, profile: (tag >> 1) & 7, bitDepth: 8, chroma: "4:2:0" };
  });
}

function readVp9Chroma(bits: BitReader, profile: number): Chroma {
  const isOdd = profile === 1 || profile === 3; // profiles for other than 4:2:0
  if (bits.bits(3) === SRGB) {
    if (!isOdd) throw new FlvError("malformed-config", `sRGB in VP9 profile ${profile}`, bits.position >>> 3);
    bits.skip(1);
    return "4:4:4";
  }
  bits.skip(1); // range
  if (!isOdd) return "4:2:0";
  const [isHalfWidth, isHalfHeight] = [bits.flag(), bits.flag()];
  bits.skip(1);
  if (isHalfHeight && !isHalfWidth) return "4:4:0";
  return isHalfWidth ? "4:2:2" : "4:4:4";
}

/** Only the frame's first bytes count, however long it is. */
function readFrame<Value>(name: string, frame: Uint8Array, parse: (bits: BitReader) => Value): Value {
  return readConfig(name, frame.subarray(0, 32), parse);
}
