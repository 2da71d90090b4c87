import { fromHex } from "@rtmp/bytes-util";
import { describe, expect, test } from "vitest";
import { channelNames } from "./channels.js";
import { fourCcToNumber, numberToFourCc } from "./four-cc.js";
import {
  audioCodecOf,
  audioTrackIdOf,
  isAudioChannelConfig,
  isAudioSequenceHeader,
  isVideoKeyframe,
  isVideoMetadata,
  isVideoSequenceEnd,
  isVideoSequenceHeader,
  videoCodecOf,
  videoTrackIdOf,
} from "./peek.js";
import { readAudioTracks, readVideoTracks, timestampOffsetNanoOf } from "./tracks.js";
import { parseVideoTag } from "./video-tag.js";

const videoAnswers = { isVideoKeyframe, isVideoSequenceHeader, isVideoSequenceEnd, isVideoMetadata };

describe("video", () => {
  test.for([
    ["AVC configuration", "17 00 000000 01", "isVideoSequenceHeader"],
    ["AVC key frame", "17 01 000000 65", "isVideoKeyframe"],
    ["AVC inter frame", "27 01 000000 41", undefined],
    ["AVC end of sequence in a key frame's type", "17 02 000000", "isVideoSequenceEnd"],
    ["generated key frame", "47 01 000000 65", "isVideoKeyframe"],
    ["HEVC as codec 12", "1c 01 000000 26", "isVideoKeyframe"],
    ["HEVC configuration as codec 12", "1c 00 000000 01", "isVideoSequenceHeader"],
    ["VP6 key frame", "14 00aa", "isVideoKeyframe"],
    ["legacy command", "57 00", undefined],
    ["Ex configuration", "90 61763031 81", "isVideoSequenceHeader"],
    ["Ex configuration in frame type 0", "80 61763031 81", "isVideoSequenceHeader"],
    ["AV1 descriptor", "95 61763031 80", "isVideoSequenceHeader"],
    ["Ex key frame", "91 61763031 12", "isVideoKeyframe"],
    ["Ex key frame without composition time", "93 68766331 26", "isVideoKeyframe"],
    ["Ex inter frame", "a1 61763031 12", undefined],
    ["Ex end in a key frame's type", "92 61763031", "isVideoSequenceEnd"],
    ["Metadata in a command's type", "d4 68766331 02", "isVideoMetadata"],
    ["Metadata in a key frame's type", "94 68766331 02", "isVideoMetadata"],
    ["Ex command", "d0 00", undefined],
    ["multitrack configuration", "96 00 61766331 01 01", "isVideoSequenceHeader"],
    ["multitrack key frame behind nanoseconds", "97 02 000001 06 03 61766331 01 65", "isVideoKeyframe"],
    ["reserved packet type", "99 61763031", undefined],
  ] as const)("%s", ([, hex, yes]) => {
    for (const [name, answer] of Object.entries(videoAnswers))
      expect([name, answer(fromHex(hex))]).toEqual([name, name === yes]);
  });

  test.for([
    ["17 00 000000", "avc1", 0],
    ["22 00", "sorenson-h263", 0],
    ["1d 00", "av01", 0],
    ["18 00", undefined, 0],
    ["91 76703039", "vp09", 0],
    ["91 7a7a7a7a", "zzzz", 0],
    ["d0 00", undefined, 0],
    ["d4 61763031", "av01", 0],
    ["96 01 61766331 03", "avc1", 3],
    ["96 21 68766331 04 000000", "hvc1", 4],
    ["91 7670", undefined, 0],
    ["96 01 61766331", "avc1", undefined],
    ["97 00", undefined, undefined],
    ["", undefined, undefined],
  ] as const)("codec and track of %s", ([hex, codec, trackId]) => {
    expect(videoCodecOf(fromHex(hex))).toBe(codec);
    expect(videoTrackIdOf(fromHex(hex))).toBe(trackId);
  });
});

describe("audio", () => {
  test.for([
    ["af00 1190", true, false, "mp4a", 0],
    ["af01 21", false, false, "mp4a", 0],
    ["af", false, false, "mp4a", 0],
    ["2f ff", false, false, ".mp3", 0],
    ["b2 00", false, false, "speex", 0],
    ["cf 00", false, false, undefined, 0],
    ["90 4f707573", true, false, "Opus", 0],
    ["91 664c6143", false, false, "fLaC", 0],
    ["94 6d703461 0002", false, true, "mp4a", 0],
    ["95 00 6d703461 01", true, false, "mp4a", 1],
    ["95 24 65632d33 02 000002 0002", false, true, "ec-3", 2],
    ["95", false, false, undefined, undefined],
    ["", false, false, undefined, undefined],
  ] as const)("%s", ([hex, isHeader, isChannels, codec, trackId]) => {
    const body = fromHex(hex);
    expect(isAudioSequenceHeader(body)).toBe(isHeader);
    expect(isAudioChannelConfig(body)).toBe(isChannels);
    expect(audioCodecOf(body)).toBe(codec);
    expect(audioTrackIdOf(body)).toBe(trackId);
  });
});

describe("tracks in one form", () => {
  test("legacy and Ex look alike", () => {
    const view = { trackId: 0, codec: "avc1", frameType: 1, packetType: "CodedFrames", timestampOffsetNano: 0 };
    const expected = [{ ...view, compositionTimeOffset: -1, data: fromHex("65") }];
    expect(readVideoTracks(fromHex("17 01 ffffff 65"))).toEqual(expected);
    expect(readVideoTracks(fromHex("91 61766331 ffffff 65"))).toEqual(expected);
    expect(readAudioTracks(fromHex("af00 1190"))).toEqual(readAudioTracks(fromHex("90 6d703461 1190")));
    expect(readAudioTracks(fromHex("2f aa"))).toMatchObject([{ codec: ".mp3", packetType: "CodedFrames" }]);
  });

  test("nothing in an empty body or a command", () => {
    expect(readAudioTracks(fromHex(""))).toEqual([]);
    expect(readVideoTracks(fromHex(""))).toEqual([]);
    expect(readVideoTracks(fromHex("57 00"))).toEqual([]);
    expect(readVideoTracks(fromHex("d1 00"))).toEqual([]);
  });

  test("of several nanosecond offsets the last one counts, for every track", () => {
    const body = fromHex("97 02 000005 07 02 000007 06 21 61763031 00 000001 aa 76703038 01 000000");
    expect(timestampOffsetNanoOf(parseVideoTag(body))).toBe(7);
    expect(readVideoTracks(body)).toMatchObject([
      { trackId: 0, codec: "av01", timestampOffsetNano: 7, compositionTimeOffset: 0 },
      { trackId: 1, codec: "vp08", timestampOffsetNano: 7, data: new Uint8Array(0) },
    ]);
  });
});

test("FourCCs as numbers", () => {
  expect(fourCcToNumber("av01")).toBe(1_635_135_537);
  expect(fourCcToNumber("Opus")).toBe(1_332_770_163);
  expect(numberToFourCc(1_752_589_105)).toBe("hvc1");
  expect(numberToFourCc(0xff00_7a7a)).toBe("\xff\0zz");
  expect(fourCcToNumber(numberToFourCc(0xff00_7a7a))).toBe(0xff00_7a7a);
  expect(() => fourCcToNumber("avc")).toThrow(RangeError);
  expect(() => fourCcToNumber("av\u01001")).toThrow(RangeError);
});

test("speakers by name", () => {
  const body = { fourCc: "mp4a", data: new Uint8Array(0), channelCount: 6 };
  expect(channelNames({ ...body, channelOrder: 1, channelFlags: 0x80_060f })).toEqual([
    "FrontLeft",
    "FrontRight",
    "FrontCenter",
    "LowFrequency1",
    "SideLeft",
    "SideRight",
    "BottomFrontRight",
  ]);
  expect(channelNames({ ...body, channelOrder: 2, channelMapping: [2, 254, 255, 24] })).toEqual([
    "FrontCenter",
    "Unused",
    "Unknown",
    "Unknown",
  ]);
  expect(channelNames({ ...body, channelOrder: 0 })).toBeUndefined();
  expect(channelNames({ ...body, channelOrder: 1, channelFlags: 1, channelCount: 33 })).toBeUndefined();
  expect(channelNames({ fourCc: "mp4a", data: body.data })).toBeUndefined();
});
