import { isSide } from "./avc-config.js";
import { CHROMA_FORMATS, type Chroma, malformed, readConfig, readNalUnits, unescapeNalUnit } from "./read-config.js";

/** HEVCDecoderConfigurationRecord (ISO/IEC 14496-15 8.3.3.1). */
export interface HevcConfig {
  readonly profileSpace: number;
  readonly isHighTier: boolean;
  readonly profileIdc: number;
  /** 32 flags, flag 0 in the highest bit. */
  readonly profileCompatibility: number;
  /** 48 constraint flags, a view of the record. */
  readonly constraintFlags: Uint8Array;
  /** 30 times the level: 93 is 3.1. */
  readonly levelIdc: number;
  readonly chroma: Chroma;
  /** Of luma. */
  readonly bitDepth: number;
  /** Pictures a second; 0 if the record does not tell, which is common. */
  readonly averageFrameRate: number;
  /** Bytes of the length in front of each NAL unit of a frame: 1, 2 or 4. */
  readonly nalLengthSize: number;
  /** Parameter sets and SEI, by kind, in the order of the record. */
  readonly arrays: readonly HevcNalArray[];
}

/** NAL units of one type in a {@link HevcConfig}. */
export interface HevcNalArray {
  /** Whether no others of this type come with the frames. */
  readonly isComplete: boolean;
  /** 32 VPS, 33 SPS, 34 PPS, 39 and 40 SEI. */
  readonly nalType: number;
  /** Views of the record. */
  readonly units: readonly Uint8Array[];
}

/** What a sequence parameter set says of the pictures. */
export interface HevcSps {
  readonly profileIdc: number;
  readonly levelIdc: number;
  /** Pixels shown, within the conformance window. */
  readonly width: number;
  readonly height: number;
  /** Of luma. */
  readonly bitDepth: number;
  readonly chroma: Chroma;
}

const PROFILES: readonly (string | undefined)[] = [
  undefined,
  "Main",
  "Main 10",
  "Main Still Picture",
  "Range Extensions",
  "High Throughput",
  "Multiview Main",
  "Scalable Main",
  "3D Main",
  "Screen Content Coding",
  "Scalable Range Extensions",
  "High Throughput Screen Content Coding",
];

/** @throws FlvError `malformed-config`, `config-too-large`. */
export function parseHevcConfig(record: Uint8Array): HevcConfig {
  return readConfig("HEVC configuration", record, (bits) => {
    const version = bits.bits(8);
    if (version > 1) malformed(bits, `HEVC configuration of version ${version}`); // 0: drafts, still written by some
    const profileSpace = bits.bits(2);
    const isHighTier = bits.flag();
    const profileIdc = bits.bits(5);
    const profileCompatibility = bits.bits(32);
    bits.skip(48);
    const constraintFlags = record.subarray(6, 12);
    const levelIdc = bits.bits(8);
    bits.skip(24); // spatial segmentation, parallelism: with their reserved bits, that writers get wrong
    const chroma = CHROMA_FORMATS[bits.bits(8) & 3] as Chroma;
    const bitDepth = (bits.bits(8) & 7) + 8;
    bits.skip(8); // of chroma
    const averageFrameRate = bits.bits(16) / 256;
    const nalLengthSize = (bits.bits(8) & 3) + 1;
    if (nalLengthSize === 3) malformed(bits, "NAL unit lengths of 3 bytes");
    const arrays: HevcNalArray[] = [];
    for (let left = bits.bits(8); left > 0; left--) {
      const isComplete = bits.flag();
      const nalType = bits.bits(7) & 63;
      arrays.push({ isComplete, nalType, units: readNalUnits(record, bits, bits.bits(16)) });
    }
    const profile = { profileSpace, isHighTier, profileIdc, profileCompatibility, constraintFlags, levelIdc };
    return { ...profile, chroma, bitDepth, averageFrameRate, nalLengthSize, arrays };
  });
}

/** Reads a sequence parameter set (ISO/IEC 23008-2 7.3.2.2.1). @throws FlvError `malformed-config`. */
export function parseHevcSps(unit: Uint8Array): HevcSps {
  return readConfig("HEVC parameter set", unescapeNalUnit(unit), (bits) => {
    const nalType = (bits.bits(16) >> 9) & 63;
    if (nalType !== 33) malformed(bits, `NAL unit type ${nalType} as sequence parameter set`);
    bits.skip(4);
    const subLayers = bits.bits(3);
    bits.skip(4); // temporal nesting, profile space, tier
    const profileIdc = bits.bits(5);
    bits.skip(80); // compatibility and constraint flags
    const levelIdc = bits.bits(8);
    const present: [profile: boolean, level: boolean][] = [];
    for (let i = 0; i < subLayers; i++) present.push([bits.flag(), bits.flag()]);
    if (subLayers > 0) bits.skip(2 * (8 - subLayers));
    for (const [profile, level] of present) bits.skip((profile ? 88 : 0) + (level ? 8 : 0));
    bits.ue(); // id
    const chromaFormat = bits.ue();
    const chroma = CHROMA_FORMATS[chromaFormat] ?? malformed(bits, `chroma format ${chromaFormat}`);
    if (chromaFormat === 3) bits.skip(1); // planes apart
    const codedWidth = bits.ue();
    const codedHeight = bits.ue();
    const cropX = chromaFormat === 1 || chromaFormat === 2 ? 2 : 1;
    const cropY = chromaFormat === 1 ? 2 : 1;
    const [left, right, top, bottom] = bits.flag() ? [bits.ue(), bits.ue(), bits.ue(), bits.ue()] : [0, 0, 0, 0];
    const width = codedWidth - cropX * (left + right);
    const height = codedHeight - cropY * (top + bottom);
    if (!isSide(width) || !isSide(height)) malformed(bits, `a picture of ${width}x${height}`);
    const bitDepth = bits.ue() + 8;
    if (bitDepth > 16) malformed(bits, `${bitDepth} bits a sample`);
    return { profileIdc, levelIdc, width, height, bitDepth, chroma };
  });
}

/** A profile's name. */
export function hevcProfileName(profileIdc: number): string | undefined {
  return PROFILES[profileIdc];
}

/** A level as it is written, 93 as 3.1. Whole levels keep their zero: 4.0. */
export function hevcLevelName(levelIdc: number): string {
  return (levelIdc / 30).toFixed(1);
}

/** ISO/IEC 14496-15 annex E: hvc1.1.6.L93.B0. */
export function hevcCodecString(config: HevcConfig): string {
  const space = ["", "A", "B", "C"][config.profileSpace];
  const tier = config.isHighTier ? "H" : "L";
  const flags = [...config.constraintFlags];
  while (flags.length > 0 && flags[flags.length - 1] === 0) flags.pop();
  const profile = `${space}${config.profileIdc}.${reverseBits(config.profileCompatibility).toString(16)}`;
  const constraints = flags.map((byte) => `.${byte.toString(16)}`).join("");
  return `hvc1.${profile}.${tier}${config.levelIdc}${constraints}`.toUpperCase().replace("HVC1", "hvc1");
}

function reverseBits(value: number): number {
  let reversed = 0;
  for (let bit = 0; bit < 32; bit++) reversed = reversed * 2 + ((value >>> bit) & 1);
  return reversed;
}
