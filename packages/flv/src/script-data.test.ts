import { EcmaArray, encodeAmf0Sequence } from "@rtmp/amf0";
import { concatBytes, fromHex } from "@rtmp/bytes-util";
import { describe, expect, test } from "vitest";
import { decodeVideoMetadata, encodeColorInfo, readColorInfo } from "./color-info.js";
import { audioCodecId, audioCodecOfId, readMetadata, videoCodecId, videoCodecOfId } from "./metadata.js";
import { decodeScriptData, encodeScriptData, stripSetDataFrame } from "./script-data.js";

const members = { width: 320, videocodecid: 7 };
const plain = encodeScriptData("onMetaData", [new EcmaArray(members)]);
const framed = concatBytes([encodeAmf0Sequence(["@setDataFrame"]), plain]);
const selector = Uint8Array.of(0);

describe("script data", () => {
  test("is decoded with and without @setDataFrame", () => {
    const [value] = decodeScriptData(plain).values;
    expect(value).toMatchObject(members);
    expect(decodeScriptData(plain)).toEqual({ name: "onMetaData", isSetDataFrame: false, values: [value] });
    expect(decodeScriptData(framed)).toEqual({ name: "onMetaData", isSetDataFrame: true, values: [value] });
  });

  test("of type 15 has a format selector", () => {
    const payload = concatBytes([selector, framed]);
    expect(decodeScriptData(payload, { tagType: 15 })).toMatchObject({ name: "onMetaData", isSetDataFrame: true });
    expect(stripSetDataFrame(payload, 15)).toEqual(concatBytes([selector, plain]));
    expect(decodeScriptData(framed, { tagType: 15 })).toMatchObject({ name: "onMetaData" }); // some leave it out
  });

  test("takes AMF3 values where a decoder is given", () => {
    const payload = fromHex("00 02000161 11 01");
    const amf3 = (_: Uint8Array, offset: number) => ({ value: "from AMF3", end: offset + 1 });
    expect(decodeScriptData(payload, { tagType: 15, amf3 }).values).toEqual(["from AMF3"]);
    expect(() => decodeScriptData(payload, { tagType: 15 })).toThrow(
      expect.objectContaining({ code: "malformed-metadata" }),
    );
  });

  test("without a name, or with nothing at all, is no error", () => {
    expect(decodeScriptData(fromHex("05"))).toEqual({ name: undefined, isSetDataFrame: false, values: [null] });
    expect(decodeScriptData(fromHex(""))).toEqual({ name: undefined, isSetDataFrame: false, values: [] });
    expect(decodeScriptData(encodeAmf0Sequence(["@setDataFrame", 1]))).toEqual({
      name: undefined,
      isSetDataFrame: true,
      values: [1],
    });
  });

  test("that is no AMF is malformed, with the cause", () => {
    expect(() => decodeScriptData(fromHex("020005 61"))).toThrow(
      expect.objectContaining({
        name: "FlvError",
        code: "malformed-metadata",
        cause: expect.objectContaining({ code: "amf-truncated" }),
      }),
    );
  });

  test("loses @setDataFrame and nothing else", () => {
    expect(stripSetDataFrame(framed)).toEqual(plain);
    expect(stripSetDataFrame(plain)).toBe(plain);
    expect(stripSetDataFrame(fromHex("02000d40736574"))).toEqual(fromHex("02000d40736574"));
    expect(stripSetDataFrame(new Uint8Array(0))).toHaveLength(0);
  });
});

describe("metadata", () => {
  test("of an encoder with several tracks", () => {
    const value = decodeScriptData(
      encodeScriptData("onMetaData", [
        {
          duration: 0,
          displayWidth: 1280,
          height: 720,
          fps: 29.97,
          videocodecid: "avc1",
          videodatarate: 2500,
          audiocodecid: 10,
          audiosamplerate: 48_000,
          audiodatarate: Number.NaN,
          stereo: true,
          encoder: "obs",
          videoTrackIdInfoMap: { 1: { width: 640, height: 360, videocodecid: 1_752_589_105 }, 256: {}, x: {}, 3: 5 },
          audioTrackIdInfoMap: { 2: { channels: 6, samplerate: 44_100, audiocodecid: 1_332_770_163 } },
        },
      ]),
    ).values[0];
    expect(readMetadata(value)).toEqual({
      duration: 0,
      width: 1280,
      height: 720,
      frameRate: 29.97,
      videoCodec: "avc1",
      videoDataRate: 2500,
      audioCodec: "mp4a",
      audioSampleRate: 48_000,
      audioChannels: 2,
      encoder: "obs",
      videoTracks: new Map([[1, { width: 640, height: 360, videoCodec: "hvc1" }]]),
      audioTracks: new Map([[2, { audioChannels: 6, audioSampleRate: 44_100, audioCodec: "Opus" }]]),
    });
  });

  test("of anything else is empty", () => {
    const nothing = { videoTracks: new Map(), audioTracks: new Map() };
    expect(readMetadata("text")).toEqual(nothing);
    expect(readMetadata(undefined)).toEqual(nothing);
    expect(readMetadata([1])).toEqual(nothing);
  });

  test("codec ids go both ways", () => {
    for (const codec of ["avc1", "hvc1", "av01", "vp09", "vvc1", "vp6", "screen"]) {
      expect(videoCodecOfId(videoCodecId(codec))).toBe(codec);
    }
    for (const codec of ["mp4a", ".mp3", "Opus", "fLaC", "ac-3", "speex"]) {
      expect(audioCodecOfId(audioCodecId(codec))).toBe(codec);
    }
    expect(videoCodecId("avc1")).toBe(7);
    expect(videoCodecId("av01")).toBe(1_635_135_537);
    expect(audioCodecId("mp4a")).toBe(10);
    expect(videoCodecOfId(12)).toBe("hvc1");
    expect(() => videoCodecId("h264video")).toThrow(RangeError);
    for (const id of [9, -1, 7.5, 2 ** 33, Number.NaN, true, null, "a"]) expect(videoCodecOfId(id)).toBeUndefined();
  });
});

describe("colorInfo", () => {
  const info = {
    colorConfig: { bitDepth: 10, colorPrimaries: 9, transferCharacteristics: 16, matrixCoefficients: 9 },
    hdrCll: { maxFall: 400, maxCLL: 1000 },
    hdrMdcv: { redX: 0.68, redY: 0.32, maxLuminance: 1000, minLuminance: 0.005 },
  };

  test("goes both ways", () => {
    expect(readColorInfo(encodeColorInfo(info))).toEqual(info);
    expect(readColorInfo(encodeColorInfo({ colorConfig: info.colorConfig }))).toEqual({
      colorConfig: info.colorConfig,
    });
  });

  test("resets with undefined or an empty object", () => {
    expect(encodeColorInfo()).toEqual(fromHex("020009636f6c6f72496e666f 06"));
    expect(encodeColorInfo({})).toEqual(encodeColorInfo());
    expect(readColorInfo(encodeColorInfo())).toEqual({});
    expect(readColorInfo(fromHex("020009636f6c6f72496e666f 03 000009"))).toEqual({});
  });

  test("as gortmplib's tests have it: an empty colorConfig", () => {
    const data = fromHex("020009636f6c6f72496e666f03000b636f6c6f72436f6e66696703000009000009");
    expect(readColorInfo(data)).toEqual({ colorConfig: {} });
  });

  test("among other pairs: the last one counts, other kinds of value do not", () => {
    const pairs = [
      "other",
      1,
      "colorInfo",
      { hdrCll: 5 },
      { no: "name" },
      2,
      "colorInfo",
      { hdrCll: { maxCLL: 9, x: 1 } },
    ];
    const data = encodeAmf0Sequence([...pairs, "alone"]);
    expect(readColorInfo(data)).toEqual({ hdrCll: { maxCLL: 9 } });
    expect(decodeVideoMetadata(data).map(([name]) => name)).toEqual(["other", "colorInfo", "colorInfo", "alone"]);
    expect(readColorInfo(encodeAmf0Sequence(["other", 1]))).toBeUndefined();
  });

  test("cut short is malformed", () => {
    expect(() => readColorInfo(fromHex("020009636f6c"))).toThrow(
      expect.objectContaining({ code: "malformed-metadata" }),
    );
  });
});
