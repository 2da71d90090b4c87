import {
  type Amf0Encodable,
  type Amf0Value,
  type Amf3ValueDecoder,
  encodeAmf0Sequence,
  isAmf0Object,
} from "@rtmp/amf0";
import { decodeValues } from "./script-data.js";

/** Colour of the pictures that follow, as a Metadata packet carries it (Enhanced RTMP "Metadata Frame"). All optional. */
export interface ColorInfo {
  readonly colorConfig?: {
    /** 8, 10 or 12. */
    readonly bitDepth?: number;
    /** Index into the table "Colour primaries" of H.273, as are the next two into theirs. */
    readonly colorPrimaries?: number;
    readonly transferCharacteristics?: number;
    readonly matrixCoefficients?: number;
  };
  readonly hdrCll?: {
    /** Greatest frame average light level, cd/m2. */
    readonly maxFall?: number;
    /** Greatest light level of a pixel, cd/m2. */
    readonly maxCLL?: number;
  };
  /** The mastering display: chromaticity (CIE 1931 x and y) and luminance, cd/m2. */
  readonly hdrMdcv?: {
    readonly redX?: number;
    readonly redY?: number;
    readonly greenX?: number;
    readonly greenY?: number;
    readonly blueX?: number;
    readonly blueY?: number;
    readonly whitePointX?: number;
    readonly whitePointY?: number;
    readonly maxLuminance?: number;
    readonly minLuminance?: number;
  };
}

const PARTS = {
  colorConfig: ["bitDepth", "colorPrimaries", "transferCharacteristics", "matrixCoefficients"],
  hdrCll: ["maxFall", "maxCLL"],
  hdrMdcv: [
    "redX",
    "redY",
    "greenX",
    "greenY",
    "blueX",
    "blueY",
    "whitePointX",
    "whitePointY",
    "maxLuminance",
    "minLuminance",
  ],
} as const;

/**
 * The data of a Metadata packet: names and values, in the order sent. A name without value gets `undefined`; a
 * pair whose name is no string is left out.
 * @throws FlvError `malformed-metadata`.
 */
export function decodeVideoMetadata(data: Uint8Array, amf3?: Amf3ValueDecoder): [name: string, value: Amf0Value][] {
  const values = decodeValues(data, amf3);
  const pairs: [string, Amf0Value][] = [];
  for (let i = 0; i < values.length; i += 2) {
    const name = values[i];
    if (typeof name === "string") pairs.push([name, values[i + 1]]);
  }
  return pairs;
}

/**
 * The colorInfo in the data of a Metadata packet: `undefined` if there is none, `{}` if it resets to the codec's own
 * colours. Members that are no numbers are left out.
 * @throws FlvError `malformed-metadata`.
 */
export function readColorInfo(data: Uint8Array, amf3?: Amf3ValueDecoder): ColorInfo | undefined {
  let info: ColorInfo | undefined;
  for (const [name, value] of decodeVideoMetadata(data, amf3)) {
    if (name === "colorInfo") info = toColorInfo(value); // a later one replaces the one before
  }
  return info;
}

/** The data of a Metadata packet with a colorInfo; `{}` or nothing resets, as the undefined value that the text prefers. */
export function encodeColorInfo(info: ColorInfo = {}): Uint8Array<ArrayBuffer> {
  const parts: Record<string, Amf0Encodable> = {};
  for (const [part, names] of Object.entries(PARTS)) {
    const numbers = pickNumbers(info[part as keyof ColorInfo], names);
    if (numbers !== undefined) parts[part] = numbers;
  }
  return encodeAmf0Sequence(["colorInfo", Object.keys(parts).length > 0 ? parts : undefined]);
}

function toColorInfo(value: Amf0Value): ColorInfo {
  const info: Record<string, Record<string, number>> = {};
  if (!isAmf0Object(value)) return info;
  for (const [part, names] of Object.entries(PARTS)) {
    const numbers = pickNumbers(value[part], names);
    if (numbers !== undefined) info[part] = numbers;
  }
  return info;
}

function pickNumbers(value: unknown, names: readonly string[]): Record<string, number> | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const numbers: Record<string, number> = {};
  for (const [name, member] of Object.entries(value)) {
    if (names.includes(name) && typeof member === "number") numbers[name] = member;
  }
  return numbers;
}
