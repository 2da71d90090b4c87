import { equalBytes, fromHex } from "@rtmp/bytes-util";
import { describe, expect, test } from "vitest";
import { parseAudioTag } from "./audio-tag.js";
import { encodeAudioTag } from "./audio-tag-encode.js";
import { FlvError } from "./errors.js";
import { timestampOffsetModEx } from "./ex-header.js";
import { audioBodies, malformedBodies, videoBodies } from "./vectors/tag-bodies.js";
import { parseVideoTag } from "./video-tag.js";
import { encodeVideoTag } from "./video-tag-encode.js";

/** The error a call throws. */
function errorOf(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe.for([...audioBodies])("audio body: $name", ({ body, tag }) => {
  test("parses", () => expect(parseAudioTag(body)).toEqual(tag));
  test("is encoded again", () => expect(encodeAudioTag(tag)).toEqual(body));
});

describe.for([...videoBodies])("video body: $name", ({ body, tag }) => {
  test("parses", () => expect(parseVideoTag(body)).toEqual(tag));
  test("is encoded again", () => expect(encodeVideoTag(tag)).toEqual(body));
});

test.for([...malformedBodies])("$kind body: $name is $code", ({ kind, body, code }) => {
  const error = errorOf(() => (kind === "audio" ? parseAudioTag(body) : parseVideoTag(body)));
  expect(error).toBeInstanceOf(FlvError);
  expect((error as FlvError).code).toBe(code);
});

describe("ModEx", () => {
  const opus = "4f707573";

  test.for([1, 254, 255, 256, 257, 65_535, 65_536])("carries %i bytes", (length) => {
    const data = new Uint8Array(length).fill(0x5a);
    const tag = {
      kind: "audio",
      isExHeader: true,
      modEx: [{ type: 9, data }],
      packetType: "CodedFrames",
      fourCc: "Opus",
      data: fromHex("01"),
    } as const;
    const body = encodeAudioTag(tag);
    expect(body.length).toBe(1 + (length < 256 ? 1 : 3) + length + 1 + 4 + 1);
    const parsed = parseAudioTag(body);
    expect(parsed).toMatchObject({ packetType: "CodedFrames", fourCc: "Opus", modEx: [{ type: 9 }] });
    if (parsed.empty || !parsed.isExHeader) throw new Error("not an Ex tag");
    expect(equalBytes(parsed.modEx?.[0]?.data ?? new Uint8Array(0), data)).toBe(true);
  });

  test("takes a short size in the long form", () => {
    expect(parseAudioTag(fromHex(`97 ff 0001 abcd 51 ${opus}`))).toMatchObject({
      modEx: [{ type: 5, data: fromHex("abcd") }],
      packetType: "CodedFrames",
    });
  });

  test("takes 8 turns and refuses 9", () => {
    expect(parseAudioTag(fromHex(`97 ${"00 01 17".repeat(7)} 00 01 11 ${opus}`))).toMatchObject({ fourCc: "Opus" });
    const error = errorOf(() => parseAudioTag(fromHex(`97 ${"00 01 17".repeat(8)} 00 01 11 ${opus}`)));
    expect(error).toMatchObject({ code: "too-many-mod-ex" });
  });

  test("is made from nanoseconds", () => {
    expect(timestampOffsetModEx(1234)).toEqual({ type: 0, data: fromHex("0004d2"), timestampOffsetNano: 1234 });
    expect(() => timestampOffsetModEx(1_000_000)).toThrow(RangeError);
  });
});

test("32 tracks are taken, 33 refused", () => {
  const tracks = (count: number) => fromHex(`95 11 4f707573 ${"01 000001 aa".repeat(count)}`);
  expect(parseAudioTag(tracks(32))).toHaveProperty("tracks.length", 32);
  expect(errorOf(() => parseAudioTag(tracks(33)))).toMatchObject({ code: "too-many-tracks" });
});

test("payloads are views, not copies", () => {
  const body = fromHex("91 4f707573 0102");
  const tag = parseAudioTag(body);
  if (tag.empty || tag.isExHeader === false || tag.multitrackType !== undefined) throw new Error("not a single track");
  expect(tag.data.buffer).toBe(body.buffer);
});

describe("the encoder refuses what can not be read back", () => {
  const data = new Uint8Array(0);
  const track = { trackId: 0, fourCc: "Opus", data };
  const ex = { kind: "audio", isExHeader: true, fourCc: "Opus", data } as const;
  const video = { kind: "video", isExHeader: true, frameType: 1, fourCc: "av01", data } as const;
  const multitrack = { kind: "audio", isExHeader: true, packetType: "CodedFrames" } as const;
  const legacy = { kind: "audio", isExHeader: false, soundRate: 0, soundSize: 0, soundType: 0, data } as const;

  test.for([
    ["FourCC of three characters", () => encodeAudioTag({ ...ex, packetType: "CodedFrames", fourCc: "abc" })],
    ["FourCC of wide characters", () => encodeAudioTag({ ...ex, packetType: "CodedFrames", fourCc: "ab\u0100c" })],
    ["number of a named type", () => encodeAudioTag({ ...ex, packetType: 1 })],
    ["Multitrack as a number", () => encodeAudioTag({ ...ex, packetType: 5 })],
    ["ModEx as a number", () => encodeVideoTag({ ...video, packetType: 7 })],
    ["packet type 16", () => encodeVideoTag({ ...video, packetType: 16 })],
    ["inherited name", () => encodeVideoTag({ ...video, packetType: "toString" as "CodedFrames" })],
    ["frame type 8", () => encodeVideoTag({ ...video, packetType: "CodedFrames", frameType: 8 })],
    [
      "composition time in CodedFramesX",
      () => encodeVideoTag({ ...video, packetType: "CodedFramesX", compositionTimeOffset: 5 }),
    ],
    [
      "composition time for AV1",
      () => encodeVideoTag({ ...video, packetType: "CodedFrames", compositionTimeOffset: 5 }),
    ],
    [
      "composition time of 25 bits",
      () => encodeVideoTag({ ...video, fourCc: "avc1", packetType: "CodedFrames", compositionTimeOffset: 0x80_0000 }),
    ],
    ["no track", () => encodeAudioTag({ ...multitrack, multitrackType: "ManyTracks", tracks: [] })],
    ["two tracks as one", () => encodeAudioTag({ ...multitrack, multitrackType: "OneTrack", tracks: [track, track] })],
    [
      "two codecs as one",
      () =>
        encodeAudioTag({
          ...multitrack,
          multitrackType: "ManyTracks",
          tracks: [track, { ...track, fourCc: "mp4a" }],
        }),
    ],
    [
      "track id 256",
      () => encodeAudioTag({ ...multitrack, multitrackType: "OneTrack", tracks: [{ ...track, trackId: 256 }] }),
    ],
    ["sound format 9 as legacy", () => encodeAudioTag({ ...legacy, soundFormat: 9 })],
    ["sound rate 4", () => encodeAudioTag({ ...legacy, soundFormat: 2, soundRate: 4 })],
    [
      "nanoseconds in two bytes",
      () => encodeAudioTag({ ...ex, packetType: "CodedFrames", modEx: [{ type: 0, data: fromHex("0102") }] }),
    ],
    [
      "command in a key frame",
      () => encodeVideoTag({ ...video, frameType: 1 as 5, packetType: "CodedFrames", videoCommand: 0 } as never),
    ],
  ] as const)("%s", ([, encode]) => expect(encode).toThrow(RangeError));

  test.for([
    ["AAC without packet type", () => encodeAudioTag({ ...legacy, soundFormat: 10 })],
    ["channels without order", () => encodeAudioTag({ ...ex, packetType: "MultichannelConfig" })],
    [
      "native order without flags",
      () => encodeAudioTag({ ...ex, packetType: "MultichannelConfig", channelOrder: 1, channelCount: 2 }),
    ],
    [
      "mapping of another length",
      () =>
        encodeAudioTag({
          ...ex,
          packetType: "MultichannelConfig",
          channelOrder: 2,
          channelCount: 2,
          channelMapping: [1],
        }),
    ],
    [
      "AVC without packet type",
      () => encodeVideoTag({ kind: "video", isExHeader: false, frameType: 1, codecId: 7, data }),
    ],
    ["command without its byte", () => encodeVideoTag({ ...video, frameType: 5, packetType: "CodedFrames" })],
  ] as const)("%s", ([, encode]) => expect(encode).toThrow(TypeError));
});
