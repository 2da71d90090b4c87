import { ByteWriter } from "@rtmp/bytes-util";
import type { ColorInfo } from "@rtmp/flv";
import type { EntryBox } from "./sample-entry.js";

/** H.273: the colours are not told. */
const UNSPECIFIED = 2;
/** H.273, "Transfer characteristics". */
const PQ = 16;
const HLG = 18;
/** Parts of a chromaticity, and of a cd/m2, that mdcv counts in (ISO/IEC 14496-12 12.1.6). */
const CHROMATICITY_UNITS = 50_000;
const LUMINANCE_UNITS = 10_000;

/** A track's colours as MP4 has them: those boxes whose values are all there. @param isFullRange which colorInfo does not tell. */
export function colorBoxes(color: ColorInfo, isFullRange: boolean): EntryBox[] {
  return [colrBox(color, isFullRange), mdcvBox(color), clliBox(color)].filter((box) => box !== undefined);
}

/** Whether two say the same. */
export function isSameColor(a: ColorInfo | undefined, b: ColorInfo | undefined): boolean {
  return JSON.stringify(a ?? {}) === JSON.stringify(b ?? {});
}

/** For the VIDEO-RANGE attribute (rfc8216bis 4.4.6.2); undefined if nothing says that it is not SDR. */
export function videoRange(color: ColorInfo | undefined): "PQ" | "HLG" | undefined {
  const transfer = color?.colorConfig?.transferCharacteristics;
  return transfer === PQ ? "PQ" : transfer === HLG ? "HLG" : undefined;
}

/**
 * Colours (12.1.5). A player takes them in place of what the pictures themselves say: not to be written when a part is
 * missing, as FFmpeg does for AV1.
 */
function colrBox({ colorConfig = {} }: ColorInfo, isFullRange: boolean): EntryBox | undefined {
  const { colorPrimaries, transferCharacteristics, matrixCoefficients } = colorConfig;
  const out = new ByteWriter(11);
  out.utf8("nclx");
  for (const value of [colorPrimaries, transferCharacteristics, matrixCoefficients]) {
    if (!fits(value, 0xffff) || value === UNSPECIFIED) return undefined;
    out.u16(value);
  }
  out.u8(isFullRange ? 0x80 : 0);
  return { type: "colr", content: out.toBytes() };
}

/** The mastering display (12.1.6): green, blue, red, white, brightest, darkest. */
function mdcvBox({ hdrMdcv = {} }: ColorInfo): EntryBox | undefined {
  const { greenX, greenY, blueX, blueY, redX, redY, whitePointX, whitePointY, maxLuminance, minLuminance } = hdrMdcv;
  const out = new ByteWriter(24);
  for (const value of [greenX, greenY, blueX, blueY, redX, redY, whitePointX, whitePointY]) {
    if (!fits(value, 0xffff / CHROMATICITY_UNITS)) return undefined;
    out.u16(Math.round(value * CHROMATICITY_UNITS));
  }
  for (const value of [maxLuminance, minLuminance]) {
    if (!fits(value, 0xffff_ffff / LUMINANCE_UNITS)) return undefined;
    out.u32(Math.round(value * LUMINANCE_UNITS));
  }
  return { type: "mdcv", content: out.toBytes() };
}

/** The light level (12.1.7). Of its two, 0 stands for one that is not known. */
function clliBox({ hdrCll }: ColorInfo): EntryBox | undefined {
  if (hdrCll?.maxCLL === undefined && hdrCll?.maxFall === undefined) return undefined;
  const out = new ByteWriter(4);
  for (const value of [hdrCll.maxCLL ?? 0, hdrCll.maxFall ?? 0]) {
    if (!fits(value, 0xffff)) return undefined;
    out.u16(Math.round(value));
  }
  return { type: "clli", content: out.toBytes() };
}

function fits(value: number | undefined, limit: number): value is number {
  return value !== undefined && value >= 0 && value <= limit;
}
