import type { BitReader } from "@rtmp/bytes-util";
import {
  CHROMA_FORMATS,
  type Chroma,
  hexByte,
  malformed,
  readConfig,
  readNalUnits,
  unescapeNalUnit,
} from "./read-config.js";

/** AVCDecoderConfigurationRecord (ISO/IEC 14496-15 5.3.3.1). */
export interface AvcConfig {
  readonly profileIdc: number;
  /** The constraint flags, as one byte. */
  readonly profileCompatibility: number;
  readonly levelIdc: number;
  /** Bytes of the length in front of each NAL unit of a frame: 1, 2 or 4. */
  readonly nalLengthSize: number;
  /** Sequence parameter sets, views of the record. */
  readonly sps: readonly Uint8Array[];
  /** Picture parameter sets, views of the record. */
  readonly pps: readonly Uint8Array[];
}

/** What a sequence parameter set says of the pictures. */
export interface AvcSps {
  readonly profileIdc: number;
  readonly constraintFlags: number;
  readonly levelIdc: number;
  /** Pixels shown, after cropping. */
  readonly width: number;
  readonly height: number;
  /** Of luma. */
  readonly bitDepth: number;
  readonly chroma: Chroma;
  /** Pictures a second if the set tells them. */
  readonly frameRate?: number;
}

const PROFILES: Readonly<Record<number, string>> = {
  44: "CAVLC 4:4:4 Intra",
  66: "Baseline",
  77: "Main",
  83: "Scalable Baseline",
  86: "Scalable High",
  88: "Extended",
  100: "High",
  110: "High 10",
  118: "Multiview High",
  122: "High 4:2:2",
  128: "Stereo High",
  244: "High 4:4:4 Predictive",
};
/** Profiles whose parameter sets tell chroma and bit depth (7.3.2.1.1). */
const HIGH_PROFILES = new Set([44, 83, 86, 100, 110, 118, 122, 128, 134, 135, 138, 139, 244]);
const MAX_SIDE = 65_536;

/** @throws FlvError `malformed-config`, `config-too-large`. */
export function parseAvcConfig(record: Uint8Array): AvcConfig {
  return readConfig("AVC configuration", record, (bits) => {
    const version = bits.bits(8);
    if (version !== 1) malformed(bits, `AVC configuration of version ${version}`);
    const profileIdc = bits.bits(8);
    const profileCompatibility = bits.bits(8);
    const levelIdc = bits.bits(8);
    const nalLengthSize = (bits.bits(8) & 3) + 1; // writers get the reserved bits wrong
    if (nalLengthSize === 3) malformed(bits, "NAL unit lengths of 3 bytes");
    const sps = readNalUnits(record, bits, bits.bits(8) & 31);
    const pps = readNalUnits(record, bits, bits.bits(8));
    return { profileIdc, profileCompatibility, levelIdc, nalLengthSize, sps, pps }; // what follows is in the SPS too
  });
}

/** Reads a sequence parameter set (ISO/IEC 14496-10 7.3.2.1.1). @throws FlvError `malformed-config`. */
export function parseAvcSps(unit: Uint8Array): AvcSps {
  return readConfig("AVC parameter set", unescapeNalUnit(unit), (bits) => {
    const nalType = bits.bits(8) & 31;
    if (nalType !== 7) malformed(bits, `NAL unit type ${nalType} as sequence parameter set`);
    const profileIdc = bits.bits(8);
    const constraintFlags = bits.bits(8);
    const levelIdc = bits.bits(8);
    bits.ue(); // id
    const format = HIGH_PROFILES.has(profileIdc) ? readFormat(bits) : { chromaFormat: 1, planes: 1, bitDepth: 8 };
    const { chromaFormat, planes, bitDepth } = format;
    bits.ue(); // frame number bits
    skipOrderCount(bits);
    bits.ue(); // reference frames
    bits.skip(1); // gaps
    const widthInBlocks = bits.ue() + 1;
    const heightInUnits = bits.ue() + 1;
    const isFrameOnly = bits.flag();
    if (!isFrameOnly) bits.skip(1);
    bits.skip(1); // 8x8 inference
    const fields = isFrameOnly ? 1 : 2;
    const arrayType = planes === 3 ? 0 : chromaFormat;
    const cropX = arrayType === 1 || arrayType === 2 ? 2 : 1;
    const cropY = (arrayType === 1 ? 2 : 1) * fields;
    const isCropped = bits.flag();
    const [left, right, top, bottom] = isCropped ? [bits.ue(), bits.ue(), bits.ue(), bits.ue()] : [0, 0, 0, 0];
    const width = 16 * widthInBlocks - cropX * (left + right);
    const height = 16 * fields * heightInUnits - cropY * (top + bottom);
    if (!isSide(width) || !isSide(height)) malformed(bits, `a picture of ${width}x${height}`);
    const frameRate = bits.flag() ? readVuiFrameRate(bits) : undefined;
    const chroma = CHROMA_FORMATS[chromaFormat] ?? malformed(bits, `chroma format ${chromaFormat}`);
    const sps = { profileIdc, constraintFlags, levelIdc, width, height, bitDepth, chroma };
    return frameRate === undefined ? sps : { ...sps, frameRate };
  });
}

/** A profile's name as decoders print it. */
export function avcProfileName(profileIdc: number, constraintFlags: number): string | undefined {
  const isSet = (flag: number) => ((constraintFlags >> (7 - flag)) & 1) === 1;
  if (profileIdc === 66 && isSet(1)) return "Constrained Baseline";
  if (profileIdc === 100 && isSet(4)) return isSet(5) ? "Constrained High" : "Progressive High";
  if ((profileIdc === 110 || profileIdc === 122) && isSet(3)) return `${PROFILES[profileIdc]} Intra`;
  return PROFILES[profileIdc];
}

/** A level as it is written: 3.1, 1b. */
export function avcLevelName(profileIdc: number, constraintFlags: number, levelIdc: number): string {
  const isOld = profileIdc === 66 || profileIdc === 77 || profileIdc === 88;
  if (levelIdc === 9 || (isOld && levelIdc === 11 && (constraintFlags & 0x10) !== 0)) return "1b";
  return (levelIdc / 10).toFixed(1);
}

/** RFC 6381 3.3: avc1.64001f. */
export function avcCodecString(config: AvcConfig): string {
  return `avc1.${hexByte(config.profileIdc)}${hexByte(config.profileCompatibility)}${hexByte(config.levelIdc)}`;
}

/** Whether a picture can have a side of so many pixels: what no encoder makes is a damaged parameter set. */
export function isSide(pixels: number): boolean {
  return pixels > 0 && pixels <= MAX_SIDE;
}

function readFormat(bits: BitReader): { chromaFormat: number; planes: number; bitDepth: number } {
  const chromaFormat = bits.ue();
  const planes = chromaFormat === 3 && bits.flag() ? 3 : 1;
  const bitDepth = bits.ue() + 8;
  if (bitDepth > 14) malformed(bits, `${bitDepth} bits a sample`);
  bits.ue(); // bit depth of chroma
  bits.skip(1); // lossless transform bypass
  const lists = bits.flag() ? (chromaFormat === 3 ? 12 : 8) : 0;
  for (let i = 0; i < lists; i++) {
    const isSent = bits.flag();
    if (isSent) skipScalingList(bits, i);
  }
  return { chromaFormat, planes, bitDepth };
}

function skipScalingList(bits: BitReader, index: number): void {
  let last = 8;
  let next = 8;
  for (let i = 0; i < (index < 6 ? 16 : 64); i++) {
    if (next !== 0) next = (last + bits.se() + 256) & 255;
    if (next !== 0) last = next;
  }
}

function skipOrderCount(bits: BitReader): void {
  const type = bits.ue();
  if (type === 0) bits.ue();
  if (type !== 1) return;
  bits.skip(1);
  bits.se();
  bits.se();
  const count = bits.ue();
  if (count > 255) malformed(bits, `an order count cycle of ${count}`);
  for (let i = 0; i < count; i++) bits.se();
}

/** The frame rate in the usability information (E.1.1): a field rate in truth, so twice the frames. */
function readVuiFrameRate(bits: BitReader): number | undefined {
  if (bits.flag() && bits.bits(8) === 255) bits.skip(32); // sample aspect ratio, spelled out
  if (bits.flag()) bits.skip(1); // overscan
  if (bits.flag()) {
    bits.skip(4); // video format, range
    if (bits.flag()) bits.skip(24); // colour description
  }
  if (bits.flag()) {
    bits.ue(); // chroma location
    bits.ue();
  }
  if (!bits.flag()) return undefined;
  const unitsInTick = bits.bits(32);
  const timeScale = bits.bits(32);
  return unitsInTick > 0 && timeScale > 0 ? timeScale / unitsInTick / 2 : undefined;
}
