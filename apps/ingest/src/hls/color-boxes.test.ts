import { fromHex } from "@rtmp/bytes-util";
import type { ColorInfo } from "@rtmp/flv";
import { describe, expect, test } from "vitest";
import { readInit } from "../testing/mp4-boxes.js";
import { colorBoxes, isSameColor, videoRange } from "./color-boxes.js";
import { makeInitSegment } from "./init-segment.js";

const colorConfig = { bitDepth: 10, colorPrimaries: 9, transferCharacteristics: 16, matrixCoefficients: 9 };
/** BT.2020 in PQ, mastered on a display of P3 at 1000 cd/m2. */
const HDR: ColorInfo = {
  colorConfig,
  hdrCll: { maxCLL: 1000, maxFall: 400 },
  hdrMdcv: {
    ...{ redX: 0.68, redY: 0.32, greenX: 0.265, greenY: 0.69, blueX: 0.15, blueY: 0.06 },
    ...{ whitePointX: 0.3127, whitePointY: 0.329, maxLuminance: 1000, minLuminance: 0.0001 },
  },
};
const COLR = "6e636c78000900100009";
/** As x265 has it in its SEI: G(13250,34500) B(7500,3000) R(34000,16000) WP(15635,16450) L(10000000,1). */
const MDCV = "33c286c41d4c0bb884d03e803d1340420098968000000001";

/** A record of x265 with `range=full`. */
const X265_FULL =
  "0102200000009000000000001ef000fcfdfafa00000f03200001001840010c01ffff02200000030090000003000003001e959409210001002d" +
  "42010102200000030090000003000003001ea01420207cad965654a4c2f016e122012080000003008000000c8422000100064401c073c189";

const hexOf = (color: ColorInfo, isFullRange = false) =>
  colorBoxes(color, isFullRange).map(({ type, content }) => `${type} ${Buffer.from(content).toString("hex")}`);

describe("colours as boxes", () => {
  test("all of them", () => expect(hexOf(HDR)).toEqual([`colr ${COLR}00`, `mdcv ${MDCV}`, "clli 03e80190"]));
  test("full range", () => expect(hexOf({ colorConfig }, true)).toEqual([`colr ${COLR}80`]));
  test("one light level", () => expect(hexOf({ hdrCll: { maxFall: 400.4 } })).toEqual(["clli 00000190"]));
  test.for([
    ["nothing", {}],
    ["parts that are empty", { colorConfig: {}, hdrCll: {}, hdrMdcv: {} }],
    ["the matrix alone, as of AV1 by FFmpeg", { colorConfig: { matrixCoefficients: 9 } }],
    ["an unspecified transfer", { colorConfig: { ...colorConfig, transferCharacteristics: 2 } }],
    ["no number of H.273", { colorConfig: { ...colorConfig, colorPrimaries: 65_536 } }],
    ["no number at all", { colorConfig: { ...colorConfig, colorPrimaries: Number.NaN } }],
    ["half a display", { hdrMdcv: { ...HDR.hdrMdcv, greenY: undefined } as ColorInfo["hdrMdcv"] & object }],
    ["a chromaticity beyond the box", { hdrMdcv: { ...HDR.hdrMdcv, greenY: 1.32 } }],
    ["a negative luminance", { hdrMdcv: { ...HDR.hdrMdcv, minLuminance: -1 } }],
    ["endless light", { hdrCll: { maxCLL: Number.POSITIVE_INFINITY } }],
  ] as [string, ColorInfo][])("none of %s", ([, color]) => expect(hexOf(color)).toEqual([]));
});

test("the range of a variant", () => {
  const transfers = [16, 18, 1, undefined].map((transferCharacteristics) => ({
    colorConfig: transferCharacteristics === undefined ? {} : { transferCharacteristics },
  }));
  expect(transfers.map(videoRange)).toEqual(["PQ", "HLG", undefined, undefined]);
  expect(videoRange(undefined)).toBeUndefined();
});

test("a reset is as good as no colours", () => {
  expect(isSameColor(undefined, {})).toBe(true);
  expect(isSameColor(HDR, { ...HDR })).toBe(true);
  expect(isSameColor(HDR, { colorConfig })).toBe(false);
});

describe("in a header", () => {
  const track = { kind: "video", timescale: 90_000, width: 320, height: 180, color: HDR } as const;
  const limited = "014d400cffe10019674d400ceca0a0cfcf80880000030008000003019078a14cb001000468ce0fc8"; // x264, no range told
  test.for([
    ["avc1", "avc1.4d400c", limited, "00"],
    ["avc1", "avc1.42c00b", "0142c00bffe100186742c00bda0a11f97016c80000030008000003019078a15501000468ce0fc8", "80"],
    ["hvc1", "hvc1.2.4.L30.90", X265_FULL, "80"],
    ["vp09", "vp09.02.11.10", "020ba20202020000", "00"],
    ["vp09", "vp09.02.11.10", "020ba30202020000", "80"],
    ["vp08", "vp08.00.10.08", "000a820202020000", "00"],
    ["av01", "av01.0.00M.10", "81004c00", "00"],
    ["av01", "av01.0.00M.08", "81000c000a0b000000043ffcffd7f30040", "00"],
    ["av01", "av01.0.00M.08", "81000c000a0b020000051da7fb805f0108", "80"],
  ] as const)("of %s: %s %s", async ([codec, codecString, record, range]) => {
    const { boxes } = readInit(await makeInitSegment({ ...track, codec, codecString, record: fromHex(record) }));
    expect(boxes).toMatchObject({ colr: `${COLR}${range}`, mdcv: MDCV, clli: "03e80190" });
  });
});
