import { BitWriter, concatBytes, fromHex } from "@rtmp/bytes-util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FlvError } from "../errors.js";
import { audioConfigs, videoConfigs } from "../vectors/configs.js";
import { parseAacConfig } from "./aac-config.js";
import { av1LevelName } from "./av1-config.js";
import { avcLevelName, avcProfileName, parseAvcConfig, parseAvcSps } from "./avc-config.js";
import { describeAudioConfig, describeVideoConfig } from "./describe.js";
import { parseFlacInfo } from "./flac-info.js";
import { parseHevcConfig } from "./hevc-config.js";
import { splitNalUnits } from "./nal-units.js";
import { parseOpusHead } from "./opus-head.js";
import { MAX_CONFIG_LENGTH, unescapeNalUnit } from "./read-config.js";
import { parseVpConfig, readVp8KeyFrame, readVp9KeyFrame } from "./vp-config.js";
import { parseVvcConfig } from "./vvc-config.js";

test.for([...videoConfigs])("$config.codec: $source", ({ record, config }) => {
  expect(describeVideoConfig(config.codec, record)).toEqual(config);
});

test.for([...audioConfigs])("$config.codec: $source", ({ record, config }) => {
  expect(describeAudioConfig(config.codec, record)).toEqual(config);
});

test("an unknown codec and an empty record are only named", () => {
  expect(describeVideoConfig("av01", fromHex(""))).toEqual({ codec: "av01" });
  expect(describeVideoConfig("none", fromHex("0102"))).toEqual({ codec: "none" });
  expect(describeAudioConfig("none", fromHex("0102"))).toEqual({ codec: "none", codecString: "none" });
});

test("the records keep what a decoder needs", () => {
  const avc = parseAvcConfig(fromHex("0164001fffe10004674d4028010004 68ee3c80"));
  expect(avc).toEqual({
    profileIdc: 100,
    profileCompatibility: 0,
    levelIdc: 31,
    nalLengthSize: 4,
    sps: [fromHex("674d4028")],
    pps: [fromHex("68ee3c80")],
  });
  expect(parseAvcConfig(fromHex("0142c00dfde000")).nalLengthSize).toBe(2);
  expect(parseOpusHead(fromHex("4f70757348656164 01 02 3801 80bb0000 00ff 00"))).toMatchObject({
    preSkip: 312,
    inputSampleRate: 48_000,
    outputGain: -1,
    mapping: [0, 1],
    coupledStreams: 1,
  });
  expect(parseOpusHead(fromHex("4f7075734865616401063801 80bb0000 0000 01 04 02 000401020305"))).toMatchObject({
    streams: 4,
    coupledStreams: 2,
    mapping: [0, 4, 1, 2, 3, 5],
  });
  expect(parseAacConfig(fromHex("119056e500"))).toEqual({
    objectType: 2,
    sampleRate: 48_000,
    channelConfiguration: 2,
    channels: 2,
    sbr: false,
    ps: false,
    frameLength: 1024,
  });
  expect(parseAacConfig(fromHex("1194")).frameLength).toBe(960);
  expect(parseFlacInfo(fromHex("120012000004a30005080ac442f0000022745d105ceb212ad5d36e4f5608def3d8b7"))).toEqual({
    minBlockSize: 4608,
    maxBlockSize: 4608,
    minFrameSize: 1187,
    maxFrameSize: 1288,
    sampleRate: 44_100,
    channels: 2,
    bitsPerSample: 16,
    totalSamples: 8820,
    md5: "5d105ceb212ad5d36e4f5608def3d8b7",
  });
});

test("an HEVC record with 2.4 kB of SEI, as x265 writes it, is read", () => {
  const [base] = videoConfigs.filter(({ config }) => config.codec === "hvc1").map(({ record }) => record);
  if (base === undefined) throw new Error("no HEVC vector");
  const record = concatBytes([base, fromHex("2700010960"), new Uint8Array(0x960)]);
  record[22] = 4;
  expect(parseHevcConfig(record).arrays.map(({ nalType }) => nalType)).toEqual([32, 33, 34, 39]);
  expect(describeVideoConfig("hvc1", record)).toMatchObject({ width: 642, height: 362 });
});

test("records without parameter sets tell what they can", () => {
  expect(describeVideoConfig("avc1", fromHex("0164001fffe000"))).toEqual({
    codec: "avc1",
    codecString: "avc1.64001f",
    profile: "High",
    level: "3.1",
  });
  expect(describeVideoConfig("hvc1", fromHex("0101600000009000000000005df000fcfdf8f800000f00"))).toMatchObject({
    level: "3.1",
    bitDepth: 8,
  });
  expect(describeVideoConfig("av01", fromHex("81080c00"))).toMatchObject({ level: "4.0", profile: "Main" });
  expect(describeVideoConfig("vvc1", fromHex("fe00"))).toEqual({ codec: "vvc1" });
  expect(parseVvcConfig(fromHex("f8 01 8c 0001 4d"))).toEqual({
    nalLengthSize: 1,
    arrays: [{ nalType: 12, units: [fromHex("4d")] }],
  });
});

test("profile and level names", () => {
  expect(avcProfileName(66, 0)).toBe("Baseline");
  expect(avcProfileName(100, 0x0c)).toBe("Constrained High");
  expect(avcProfileName(110, 0x10)).toBe("High 10 Intra");
  expect(avcProfileName(1, 0)).toBeUndefined();
  expect(avcLevelName(66, 0x10, 11)).toBe("1b");
  expect(avcLevelName(100, 0x10, 11)).toBe("1.1");
  expect(avcLevelName(100, 0, 9)).toBe("1b");
  expect(av1LevelName(23)).toBe("7.3");
  expect(av1LevelName(31)).toBeUndefined();
});

describe("VP key frames", () => {
  // First bytes of frames that libvpx encoded for the files behind the configuration vectors.
  test.for([
    ["824983420027f01676043824", { width: 640, height: 360, profile: 0, bitDepth: 8, chroma: "4:2:0" }],
    ["a249834200027e0166c08704", { width: 320, height: 180, profile: 1, bitDepth: 8, chroma: "4:4:4" }],
    ["92498342000a0805ab021c12", { width: 322, height: 182, profile: 2, bitDepth: 10, chroma: "4:2:0" }],
    ["86004092f031400400826b5c", undefined],
  ] as const)("VP9 %s", ([hex, expected]) => expect(readVp9KeyFrame(fromHex(hex))).toEqual(expected));

  test("VP8", () => {
    const frame = fromHex("1070009d012a4001f000000708858588");
    expect(readVp8KeyFrame(frame)).toEqual({ width: 320, height: 240, profile: 0, bitDepth: 8, chroma: "4:2:0" });
    expect(readVp8KeyFrame(fromHex("3102009d01"))).toBeUndefined();
  });

  test("what is no frame is malformed", () => {
    expect(codeOf(() => readVp9KeyFrame(fromHex("0049834200")))).toBe("malformed-config");
    expect(codeOf(() => readVp9KeyFrame(fromHex("8249834100")))).toBe("malformed-config");
    expect(codeOf(() => readVp8KeyFrame(fromHex("1070009d012b4001f000")))).toBe("malformed-config");
    expect(codeOf(() => readVp8KeyFrame(fromHex("1070009d01")))).toBe("malformed-config");
  });
});

describe("malformed records", () => {
  test.for([
    ["AVC version 0", () => parseAvcConfig(fromHex("0064001fffe000"))],
    ["AVC with 3-byte lengths", () => parseAvcConfig(fromHex("0164001ffee000"))],
    ["AVC with a parameter set past the end", () => parseAvcConfig(fromHex("0164001fffe1ffff67"))],
    ["AVC picture parameter set as sequence one", () => parseAvcSps(fromHex("68ee3c80"))],
    ["HEVC version 2", () => parseHevcConfig(fromHex("02".padEnd(46, "0")))],
    ["HEVC with arrays that are not there", () => parseHevcConfig(fromHex("01".padEnd(44, "0").concat("ff")))],
    ["AV1 version 2", () => describeVideoConfig("av01", fromHex("82000000"))],
    ["VP with 0 bits a sample", () => parseVpConfig(fromHex("0015020202020000"))],
    ["VP with chroma subsampling 5", () => parseVpConfig(fromHex("00158a0202020000"))],
    ["AAC with a reserved rate", () => parseAacConfig(fromHex("1690"))],
    ["AAC of one byte", () => parseAacConfig(fromHex("11"))],
    ["OpusHead without signature", () => parseOpusHead(fromHex("4f707573486561650102"))],
    [
      "OpusHead with three channels in family 0",
      () => parseOpusHead(fromHex("4f70757348656164010338018000000000 0000")),
    ],
    ["FLAC of 33 bytes", () => parseFlacInfo(new Uint8Array(33))],
    ["FLAC without signature", () => parseFlacInfo(new Uint8Array(42))],
  ] as const)("%s", ([, parse]) => expect(codeOf(parse)).toBe("malformed-config"));

  test("a parameter set of an impossible size", () => {
    const bits = new BitWriter();
    bits.bits(32, 0x67_42_00_0d);
    for (const value of [0, 0, 0, 0, 1]) bits.ue(value); // ids, order count, reference frames
    bits.flag(false);
    bits.ue(70_000);
    bits.ue(10);
    for (let i = 0; i < 40; i++) bits.flag(i === 0);
    expect(codeOf(() => parseAvcSps(bits.toBytes()))).toBe("malformed-config");
  });

  test("a record above the limit is refused unread", () => {
    expect(codeOf(() => parseAvcConfig(new Uint8Array(MAX_CONFIG_LENGTH + 1)))).toBe("config-too-large");
  });

  test("whatever the bytes, a parser answers or throws an FlvError", () => {
    const codecs = ["avc1", "hvc1", "vvc1", "av01", "vp08", "vp09"];
    const audioCodecs = ["mp4a", "Opus", "fLaC"];
    const seeds = [...videoConfigs, ...audioConfigs].map(({ record }) => record);
    const mangled = fc
      .record({
        seed: fc.constantFrom(...seeds),
        cut: fc.nat(60),
        changes: fc.array(fc.tuple(fc.nat(60), fc.nat(255))),
      })
      .map(({ seed, cut, changes }) => {
        const bytes = seed.slice(0, Math.max(0, seed.length - (cut > 30 ? 0 : cut)));
        for (const [at, value] of changes.slice(0, 3)) if (at < bytes.length) bytes[at] = value;
        return bytes;
      });
    const property = fc.property(fc.oneof(mangled, fc.uint8Array({ maxLength: 60 })), (record) => {
      for (const codec of codecs) expect(outcomeOf(() => describeVideoConfig(codec, record))).toBe("fine");
      for (const codec of audioCodecs) expect(outcomeOf(() => describeAudioConfig(codec, record))).toBe("fine");
      expect(outcomeOf(() => readVp9KeyFrame(record))).toBe("fine");
      expect(outcomeOf(() => readVp8KeyFrame(record))).toBe("fine");
      expect(outcomeOf(() => parseAvcSps(record))).toBe("fine");
    });
    fc.assert(property, { numRuns: 1000 });
  });
});

test("emulation prevention is taken out, and only that", () => {
  expect(unescapeNalUnit(fromHex("00000301 0000 0300 000003"))).toEqual(fromHex("000001 0000 00 0000"));
  expect(unescapeNalUnit(fromHex("030003000403"))).toEqual(fromHex("030003000403"));
});

describe("NAL units", () => {
  test("are taken apart for each size of length", () => {
    expect(splitNalUnits(fromHex("00000002 6588 00000000 00000001 06"), 4)).toEqual([fromHex("6588"), fromHex("06")]);
    expect(splitNalUnits(fromHex("0001 65 0002 4142"), 2)).toEqual([fromHex("65"), fromHex("4142")]);
    expect(splitNalUnits(fromHex("01 65"), 1)).toEqual([fromHex("65")]);
    expect(splitNalUnits(new Uint8Array(0), 4)).toEqual([]);
  });

  test("never run past the frame", () => {
    expect(codeOf(() => splitNalUnits(fromHex("ffffffff 65"), 4))).toBe("malformed-nal-units");
    expect(codeOf(() => splitNalUnits(fromHex("00000001 65 0000"), 4))).toBe("malformed-nal-units");
    expect(
      codeOf(() =>
        splitNalUnits(
          new Uint8Array(2 * 5000).map((_, i) => (i % 2 === 0 ? 1 : 9)),
          1,
        ),
      ),
    ).toBe("malformed-nal-units");
    expect(() => splitNalUnits(new Uint8Array(3), 3)).toThrow(RangeError);
  });
});

function codeOf(call: () => unknown): string | undefined {
  try {
    call();
  } catch (error) {
    return error instanceof FlvError ? error.code : String(error);
  }
  return undefined;
}

function outcomeOf(call: () => unknown): string {
  try {
    call();
    return "fine";
  } catch (error) {
    return error instanceof FlvError ? "fine" : String(error);
  }
}
