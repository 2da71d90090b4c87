import type { BitReader } from "@rtmp/bytes-util";
import { malformed, readConfig } from "./read-config.js";

/** AudioSpecificConfig (ISO/IEC 14496-3 1.6.2.1). */
export interface AacConfig {
  /** Of the core: 1 Main, 2 LC, 4 LTP, 23 LD, 39 ELD, … */
  readonly objectType: number;
  /** Of the core, in Hz. */
  readonly sampleRate: number;
  /** 0 if a program config element lists the channels. */
  readonly channelConfiguration: number;
  /** Of the core; parametric stereo makes two of one. 0 if the configuration is reserved. */
  readonly channels: number;
  /** Spectral band replication (HE-AAC), if it is signalled. */
  readonly sbr: boolean;
  /** Parametric stereo (HE-AAC v2), if it is signalled. */
  readonly ps: boolean;
  /** What comes out with spectral band replication, in Hz. */
  readonly extensionSampleRate?: number;
  /** Samples a frame and channel of the core: 1024 or 960. */
  readonly frameLength: number;
}

const SAMPLE_RATES = [
  96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8000, 7350,
];
const CHANNELS = [0, 1, 2, 3, 4, 5, 6, 8, 0, 0, 0, 7, 8, 24, 8];
/** Object types with a GASpecificConfig. */
const GENERAL_AUDIO = new Set([1, 2, 3, 4, 6, 7, 17, 19, 20, 21, 22, 23]);
const NAMES: Readonly<Record<number, string>> = {
  1: "Main",
  2: "LC",
  3: "SSR",
  4: "LTP",
  23: "LD",
  39: "ELD",
  42: "xHE",
};
const SBR = 5;
const PS = 29;
const SBR_SYNC = 0x2b7;
const PS_SYNC = 0x548;

/** @throws FlvError `malformed-config`, `config-too-large`. */
export function parseAacConfig(record: Uint8Array): AacConfig {
  return readConfig("AAC configuration", record, (bits) => {
    let objectType = readObjectType(bits);
    const sampleRate = readSampleRate(bits);
    const channelConfiguration = bits.bits(4);
    let sbr = objectType === SBR || objectType === PS;
    let ps = objectType === PS;
    let extensionSampleRate: number | undefined;
    if (sbr) {
      extensionSampleRate = readSampleRate(bits);
      objectType = readObjectType(bits);
    }
    let channels = CHANNELS[channelConfiguration] ?? 0;
    let frameLength = 1024;
    if (GENERAL_AUDIO.has(objectType)) {
      if (bits.flag()) frameLength = 960;
      if (bits.flag()) bits.skip(14); // depends on a core coder
      const isExtended = bits.flag();
      if (channelConfiguration === 0) channels = readProgramChannels(bits);
      if (objectType === 6 || objectType === 20) bits.skip(3); // layer
      if (isExtended) skipExtension(bits, objectType);
      // Backward compatible signalling: behind what old decoders read. Encoders pad, so zeros are no error.
      if (!sbr && bits.remaining >= 16 && bits.bits(11) === SBR_SYNC && bits.bits(5) === SBR && bits.remaining > 0) {
        sbr = bits.flag();
        if (sbr) extensionSampleRate = readSampleRate(bits);
        if (sbr && bits.remaining >= 12 && bits.bits(11) === PS_SYNC) ps = bits.flag();
      }
    }
    const config = { objectType, sampleRate, channelConfiguration, channels, sbr, ps, frameLength };
    return extensionSampleRate === undefined ? config : { ...config, extensionSampleRate };
  });
}

/** The profile as decoders print it: LC, HE-AAC, HE-AACv2. */
export function aacProfileName(config: AacConfig): string {
  if (config.ps) return "HE-AACv2";
  if (config.sbr) return "HE-AAC";
  return NAMES[config.objectType] ?? `object type ${config.objectType}`;
}

/** RFC 6381 3.3: mp4a.40.2. */
export function aacCodecString(config: AacConfig): string {
  return `mp4a.40.${config.ps ? PS : config.sbr ? SBR : config.objectType}`;
}

function readObjectType(bits: BitReader): number {
  const type = bits.bits(5);
  return type === 31 ? 32 + bits.bits(6) : type;
}

function readSampleRate(bits: BitReader): number {
  const index = bits.bits(4);
  if (index === 15) return bits.bits(24);
  return SAMPLE_RATES[index] ?? malformed(bits, `sample rate index ${index}`);
}

function skipExtension(bits: BitReader, objectType: number): void {
  if (objectType === 22) bits.skip(5 + 11);
  if (objectType === 17 || objectType === 19 || objectType === 20 || objectType === 23) bits.skip(3);
  bits.skip(1);
}

/** Counts the channels of a program config element (4.4.1.1), and skips it. */
function readProgramChannels(bits: BitReader): number {
  bits.skip(4 + 2 + 4); // tag, object type, sample rate
  const elements = bits.bits(4) + bits.bits(4) + bits.bits(4); // front, side, back: one or two channels each
  const lowFrequency = bits.bits(2);
  const others = 4 * bits.bits(3); // data elements, 4 bits each
  const coupling = 5 * bits.bits(4);
  if (bits.flag()) bits.skip(4); // mono mixdown
  if (bits.flag()) bits.skip(4); // stereo mixdown
  if (bits.flag()) bits.skip(3); // matrix mixdown
  let channels = lowFrequency;
  for (let i = 0; i < elements; i++) {
    channels += bits.flag() ? 2 : 1;
    bits.skip(4);
  }
  bits.skip(4 * lowFrequency + others + coupling);
  bits.skip((8 - (bits.position % 8)) % 8);
  bits.skip(8 * bits.bits(8)); // comment
  return channels;
}
