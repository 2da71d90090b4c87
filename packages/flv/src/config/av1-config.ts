import type { BitReader } from "@rtmp/bytes-util";
import { type Chroma, malformed, readConfig, twoDigits } from "./read-config.js";

/** AV1CodecConfigurationRecord (AV1 in ISOBMFF 2.3). */
export interface Av1Config {
  /** 0 Main, 1 High, 2 Professional. */
  readonly profile: number;
  /** `seq_level_idx`: 8 is 4.0; 31 no limit. */
  readonly levelIndex: number;
  readonly isHighTier: boolean;
  readonly bitDepth: number;
  readonly chroma: Chroma;
  /** What the sequence header behind it says, if there is one. */
  readonly sequence?: Av1Sequence;
}

/** From the sequence header OBU (AV1 5.5). */
export interface Av1Sequence {
  /** The largest picture, in pixels. */
  readonly width: number;
  readonly height: number;
  /** Pictures a second if they are all equally long. */
  readonly frameRate?: number;
}

const SEQUENCE_HEADER = 1;

/** @throws FlvError `malformed-config`, `config-too-large`. */
export function parseAv1Config(record: Uint8Array): Av1Config {
  return readConfig("AV1 configuration", record, (bits) => {
    const version = bits.bits(8);
    if (version !== 0x81) malformed(bits, `AV1 configuration of version ${version}`);
    const profile = bits.bits(3);
    const levelIndex = bits.bits(5);
    const isHighTier = bits.flag();
    const isHighBitDepth = bits.flag();
    const isTwelveBit = bits.flag();
    const isMonochrome = bits.flag();
    const isHalfWidth = bits.flag();
    const isHalfHeight = bits.flag();
    bits.skip(2 + 8); // sample position; initial delay
    const bitDepth = isHighBitDepth ? (isTwelveBit ? 12 : 10) : 8;
    const colour = isHalfWidth ? (isHalfHeight ? "4:2:0" : "4:2:2") : "4:4:4";
    const config = { profile, levelIndex, isHighTier, bitDepth, chroma: isMonochrome ? "monochrome" : colour } as const;
    const sequence = readSequenceHeader(record.subarray(4));
    return sequence === undefined ? config : { ...config, sequence };
  });
}

/** A profile's name. */
export function av1ProfileName(profile: number): string | undefined {
  return ["Main", "High", "Professional"][profile];
}

/** A level as it is written: index 8 is 4.0. `undefined` for "no limit". */
export function av1LevelName(levelIndex: number): string | undefined {
  return levelIndex === 31 ? undefined : `${2 + (levelIndex >> 2)}.${levelIndex & 3}`;
}

/** AV1 in ISOBMFF 5: av01.0.08M.10. */
export function av1CodecString(config: Av1Config): string {
  const level = `${twoDigits(config.levelIndex)}${config.isHighTier ? "H" : "M"}`;
  return `av01.${config.profile}.${level}.${twoDigits(config.bitDepth)}`;
}

/** Finds the sequence header among OBUs (AV1 5.3) and reads it; `undefined` if there is none. */
function readSequenceHeader(obus: Uint8Array): Av1Sequence | undefined {
  for (let rest = obus; rest.length > 0; ) {
    const first = rest[0] as number;
    const type = (first >> 3) & 15;
    let at = (first & 4) !== 0 ? 2 : 1; // an extension byte
    let length = rest.length - at;
    if ((first & 2) !== 0) [length, at] = readLeb128(rest, at);
    const payload = rest.subarray(at, at + length);
    if (type === SEQUENCE_HEADER) return readConfig("AV1 sequence header", payload, readSequence);
    rest = rest.subarray(at + length);
  }
  return undefined;
}

/** A length in little-endian groups of 7 bits (AV1 4.10.5). @returns the value, and the offset behind it. */
function readLeb128(bytes: Uint8Array, start: number): [value: number, end: number] {
  let value = 0;
  let at = start;
  for (let group = 0; group < 8 && at < bytes.length; group++) {
    const byte = bytes[at++] as number;
    value += (byte & 0x7f) * 2 ** (7 * group);
    if (byte < 0x80) break;
  }
  return [Math.min(value, bytes.length), at];
}

function readSequence(bits: BitReader): Av1Sequence {
  bits.skip(3 + 1); // profile, still picture
  const isReduced = bits.flag();
  const frameRate = isReduced ? skipReduced(bits) : skipOperatingPoints(bits);
  const widthBits = bits.bits(4) + 1;
  const heightBits = bits.bits(4) + 1;
  const width = bits.bits(widthBits) + 1;
  const height = bits.bits(heightBits) + 1;
  return frameRate === undefined ? { width, height } : { width, height, frameRate };
}

function skipReduced(bits: BitReader): undefined {
  bits.skip(5); // level
}

/** Skips timing and operating points (AV1 5.5.1). @returns the frame rate if the timing tells it. */
function skipOperatingPoints(bits: BitReader): number | undefined {
  let frameRate: number | undefined;
  let delayBits: number | undefined;
  if (bits.flag()) {
    const unitsInTick = bits.bits(32);
    const timeScale = bits.bits(32);
    const isConstant = bits.flag();
    if (isConstant && unitsInTick > 0 && timeScale > 0) frameRate = timeScale / unitsInTick / (bits.ue() + 1);
    else if (isConstant) bits.ue();
    if (bits.flag()) {
      delayBits = bits.bits(5) + 1;
      bits.skip(32 + 5 + 5);
    }
  }
  const hasInitialDelay = bits.flag();
  for (let left = bits.bits(5) + 1; left > 0; left--) {
    bits.skip(12); // which layers
    if (bits.bits(5) > 7) bits.skip(1); // level; tier
    if (delayBits !== undefined && bits.flag()) bits.skip(2 * delayBits + 1);
    if (hasInitialDelay && bits.flag()) bits.skip(4);
  }
  return frameRate;
}
