import { fromHex } from "@rtmp/bytes-util";
import { describe, expect, test } from "vitest";
import { readInit } from "../testing/mp4-boxes.js";
import { opusSamples } from "./audio-frame.js";
import { makeInitSegment } from "./init-segment.js";
import { audioTrackConfig, frameLengthOf, videoTrackConfig } from "./track-config.js";

const NONE = new Uint8Array(0);
const STREAMINFO = "10001000000000000000 0bb800f000000000 00000000000000000000000000000000";

describe("audio", () => {
  test.for([
    ["mp4a", "1190", "21", "mp4a.40.2", 48_000, 2, 1024],
    ["mp4a", "2b098800", "21", "mp4a.40.5", 48_000, 1, 2048], // HE-AAC: the core has half the rate
    ["Opus", "4f707573486561640102380180bb0000000000", "fc", "opus", 48_000, 2, 960],
    ["fLaC", STREAMINFO, "fff8", "flac", 48_000, 1, 4096],
    [".mp3", "", "fffb9064", "mp4a.40.34", 44_100, 2, 1152],
    [".mp3", "", "fff340c4", "mp4a.40.34", 22_050, 1, 576],
    ["ac-3", "", "0b770000144043e0", "ac-3", 48_000, 2, 1536],
    ["ec-3", "", "0b7700ff3f87e0", "ec-3", 48_000, 6, 1536],
  ] as const)("%s: %s %s", async ([codec, record, frame, codecString, sampleRate, channels, length]) => {
    const bytes = fromHex(frame);
    const config = audioTrackConfig(codec, fromHex(record.replaceAll(" ", "")), bytes);
    if (config === undefined) throw new Error("not taken");
    expect(config).toMatchObject({ codecString, sampleRate, channels, timescale: sampleRate });
    expect(frameLengthOf(config)(bytes)).toBe(length);
    const init = readInit(await makeInitSegment(config));
    expect(init).toMatchObject({ timescale: sampleRate, entry: codec === ".mp3" ? "mp4a" : codec });
    expect(init.brands).toContain("cmfc");
  });

  test.for([
    ["mp4a", "", "21"],
    ["Opus", "", "fc"],
    [".mp3", "", "00000000"],
    ["ac-3", "", "0b77"],
    ["ec-3", "", "0b7700fff4"],
    ["speex", "", "00"],
  ] as const)("%s is not taken without what tells it", ([codec, record, frame]) => {
    expect(audioTrackConfig(codec, fromHex(record), fromHex(frame))).toBeUndefined();
  });

  test.for([
    ["08", 960], // SILK, 20 ms
    ["fc", 960], // CELT, 20 ms
    ["e0", 120], // CELT, 2.5 ms
    ["fd", 1920], // two
    ["ff03", 2880], // three
    ["ff3f", undefined], // 63: longer than an Opus packet may be
    ["ff", undefined],
    ["", undefined],
  ] as const)("samples of an Opus packet: %s", ([hex, samples]) => expect(opusSamples(fromHex(hex))).toBe(samples));
});

describe("video", () => {
  test("a VP9 track has the size of its first picture", async () => {
    const keyframe = fromHex("824983420013f00b30");
    const config = videoTrackConfig("vp09", fromHex("001f800202020000"), keyframe);
    expect(config).toMatchObject({ codecString: "vp09.00.31.08", width: 320, height: 180 });
    if (config !== undefined) expect(readInit(await makeInitSegment(config))).toMatchObject({ entry: "vp09" });
  });

  test("a VP8 track too", async () => {
    const keyframe = fromHex("1070009d012a4001f000000708858588");
    const config = videoTrackConfig("vp08", fromHex("000a820202020000"), keyframe);
    if (config === undefined) throw new Error("not taken");
    expect(config).toMatchObject({ codecString: "vp08.00.10.08", width: 320, height: 240 });
    const init = readInit(await makeInitSegment(config));
    expect(init).toMatchObject({ entry: "vp08", timescale: 90_000 });
    expect(init.boxes["vpcC"]).toBe("01000000000a820202020000");
  });

  test("VP8 and VP9 are not taken without a keyframe", () => {
    expect(videoTrackConfig("vp08", fromHex("000a820202020000"), fromHex("3102009d01"))).toBeUndefined();
    expect(videoTrackConfig("vp09", fromHex("001f800202020000"), fromHex("86004092f0"))).toBeUndefined();
  });

  test.for(["010b86090e09 0000", "01000000010b86090e09 0000", "010b86090e09"])(
    "a VP9 record keeps its chroma and colours: %s",
    async (hex) => {
      const record = fromHex(hex.replaceAll(" ", ""));
      const config = { kind: "video", codec: "vp09", codecString: "vp09.01.11.08", timescale: 90_000 } as const;
      const init = readInit(await makeInitSegment({ ...config, width: 320, height: 180, record }));
      expect(init.boxes["vpcC"]).toBe("01000000010b86090e090000");
    },
  );

  test("an AV1 record stands in the header as the encoder sent it, with its sequence header", async () => {
    const record = fromHex("81000c000a0b00000004 3ffcffd7f3 0040".replaceAll(" ", ""));
    const config = { kind: "video", codec: "av01", codecString: "av01.0.00M.08", timescale: 90_000 } as const;
    const init = await makeInitSegment({ ...config, width: 320, height: 180, record });
    expect(readInit(init)).toMatchObject({ entry: "av01", timescale: 90_000 });
    expect(Buffer.from(init).includes(Buffer.concat([Buffer.from("av1C"), record]))).toBe(true);
  });

  test("nothing is made of an empty record or of a codec without a place in the container", () => {
    expect(videoTrackConfig("av01", NONE, NONE)).toBeUndefined();
    expect(videoTrackConfig("vvc1", fromHex("fe00"), NONE)).toBeUndefined();
  });
});
