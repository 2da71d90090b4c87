import { CHROMA_FORMATS, type Chroma, malformed, readConfig, readNalUnits } from "./read-config.js";

/** VvcDecoderConfigurationRecord (ISO/IEC 14496-15:2022 11.2.4.2). */
export interface VvcConfig {
  /** Bytes of the length in front of each NAL unit of a frame: 1, 2 or 4. */
  readonly nalLengthSize: number;
  /** Present unless the record leaves it to the parameter sets. */
  readonly stream?: VvcStream;
  /** Parameter sets and SEI, by kind, in the order of the record. */
  readonly arrays: readonly { readonly nalType: number; readonly units: readonly Uint8Array[] }[];
}

/** What a {@link VvcConfig} says of the pictures. */
export interface VvcStream {
  readonly profileIdc: number;
  readonly isHighTier: boolean;
  /** 16 times the major plus 3 times the minor number: 67 is 4.1. */
  readonly levelIdc: number;
  /** The largest picture, in pixels. */
  readonly width: number;
  readonly height: number;
  readonly bitDepth: number;
  readonly chroma: Chroma;
  /** Pictures a second; 0 if the record does not tell. */
  readonly averageFrameRate: number;
}

const PROFILES: Readonly<Record<number, string>> = {
  1: "Main 10",
  2: "Main 12",
  17: "Multilayer Main 10",
  33: "Main 10 4:4:4",
  34: "Main 12 4:4:4",
  35: "Main 16 4:4:4",
  65: "Main 10 Still Picture",
  97: "Main 10 4:4:4 Still Picture",
};
/** NAL types of which there is one at most, without a count: operating point and decoding capability. */
const SINGLE = new Set([12, 13]);

/** @throws FlvError `malformed-config`, `config-too-large`. */
export function parseVvcConfig(record: Uint8Array): VvcConfig {
  return readConfig("VVC configuration", record, (bits) => {
    bits.skip(5);
    const nalLengthSize = bits.bits(2) + 1;
    if (nalLengthSize === 3) malformed(bits, "NAL unit lengths of 3 bytes");
    const hasStream = bits.flag();
    let stream: VvcStream | undefined;
    if (hasStream) {
      bits.skip(9); // output layer set
      const subLayers = bits.bits(3);
      bits.skip(2); // constant frame rate
      const chroma = CHROMA_FORMATS[bits.bits(2)] as Chroma;
      const bitDepth = bits.bits(3) + 8;
      bits.skip(5 + 2);
      const constraintLength = bits.bits(6);
      const profileIdc = bits.bits(7);
      const isHighTier = bits.flag();
      const levelIdc = bits.bits(8);
      bits.skip(8 * Math.max(1, constraintLength)); // two flags and the constraints behind them, to a whole byte
      const present: boolean[] = [];
      for (let i = 1; i < subLayers; i++) present.push(bits.flag());
      if (subLayers > 1) bits.skip(9 - subLayers);
      bits.skip(8 * present.filter(Boolean).length);
      bits.skip(32 * bits.bits(8)); // sub-profiles
      const [width, height] = [bits.bits(16), bits.bits(16)];
      const averageFrameRate = bits.bits(16) / 256;
      stream = { profileIdc, isHighTier, levelIdc, width, height, bitDepth, chroma, averageFrameRate };
    }
    const arrays: { nalType: number; units: Uint8Array[] }[] = [];
    for (let left = bits.bits(8); left > 0; left--) {
      const nalType = bits.bits(8) & 31;
      arrays.push({ nalType, units: readNalUnits(record, bits, SINGLE.has(nalType) ? 1 : bits.bits(16)) });
    }
    return stream === undefined ? { nalLengthSize, arrays } : { nalLengthSize, stream, arrays };
  });
}

/** A profile's name. */
export function vvcProfileName(profileIdc: number): string | undefined {
  return PROFILES[profileIdc];
}

/** A level as it is written, 67 as 4.1. */
export function vvcLevelName(levelIdc: number): string {
  return `${levelIdc >> 4}.${Math.floor((levelIdc & 15) / 3)}`;
}
