import { fromHex } from "@rtmp/bytes-util";
import { type ColorInfo, encodeColorInfo, encodeVideoTag } from "@rtmp/flv";
import { describe, expect, test } from "vitest";
import type { MediaPacket } from "../hub/media-packet.js";
import { type Slice, Slicer } from "./slicer.js";
import { TrackReader } from "./track-reader.js";

/** 320x180, by x264. */
const AVC = fromHex("014d400cffe10019674d400ceca0a0cfcf80880000030008000003019078a14cb001000468ce0fc8");
const PQ: ColorInfo = { colorConfig: { colorPrimaries: 9, transferCharacteristics: 16, matrixCoefficients: 9 } };
const HLG: ColorInfo = { colorConfig: { ...PQ.colorConfig, transferCharacteristics: 18 } };

const common = { kind: "video", isExHeader: true, fourCc: "avc1", frameType: 1 } as const;
const packet = (payload: Uint8Array, timestamp = 0, keyframe = false): MediaPacket => {
  return { kind: "video", tagType: 9, role: keyframe ? "frame" : "config", keyframe, timestamp, payload };
};
const config = () => packet(encodeVideoTag({ ...common, packetType: "SequenceStart", data: AVC }));
const colors = (info: ColorInfo, fourCc = "avc1") =>
  packet(encodeVideoTag({ ...common, fourCc, frameType: 5, packetType: "Metadata", data: encodeColorInfo(info) }));
const frame = (timestamp: number): MediaPacket => {
  const isKey = timestamp % 1000 === 0;
  const body = { ...common, packetType: "CodedFramesX", frameType: isKey ? 1 : 2, compositionTimeOffset: 0 } as const;
  return packet(encodeVideoTag({ ...body, data: Uint8Array.of(timestamp & 255) }), timestamp, isKey);
};
/** A second, 25 pictures from a keyframe on. */
const second = (from: number) => Array.from({ length: 25 }, (_, i) => frame(from + i * 40));

/** The slices that come of packets: their frames, and what their video is told to be. */
function slices(...packets: readonly MediaPacket[]) {
  const all: Slice[] = [];
  const leftOut: string[] = [];
  const lengths = { targetMs: 1000, maxMs: 10_000 };
  const slicer = new Slicer({ lengths, maxOpenBytes: 1e6, maxVideoTracks: 2, maxAudioTracks: 2 }, (s) => all.push(s));
  const reader = new TrackReader(slicer, 4, (key, codec) => leftOut.push(`${key} ${codec}`));
  for (const each of packets) reader.packet(each);
  slicer.flush();
  const found = all.map(({ segments, discontinuity }) => {
    const video = segments.get("v0");
    if (video?.config.kind !== "video") throw new Error("no video");
    const transfer = video.config.color?.colorConfig?.transferCharacteristics;
    return `${video.frames} ${transfer ?? "-"}${discontinuity ? " discontinuity" : ""}`;
  });
  return { slices: found, leftOut };
}

describe("colours", () => {
  test("before or behind the configuration", () => {
    expect(slices(config(), colors(PQ), ...second(0)).slices).toEqual(["25 16"]);
    expect(slices(colors(PQ), config(), ...second(0)).slices).toEqual(["25 16"]);
    expect(slices(config(), ...second(0)).slices).toEqual(["25 -"]);
  });

  test("that change do so with the next keyframe, and no frame is lost", () => {
    const stream = [config(), colors(PQ), ...second(0), frame(1000), colors(HLG), ...second(1000).slice(1)];
    expect(slices(...stream, ...second(2000)).slices).toEqual(["25 16", "25 16", "25 18 discontinuity"]);
    expect(slices(config(), colors(PQ), ...second(0), colors({}), ...second(1000)).slices).toEqual([
      "25 16",
      "25 - discontinuity",
    ]);
  });

  test("that are told again change nothing", () => {
    const again = slices(config(), colors(PQ), ...second(0), config(), colors(PQ), ...second(1000));
    expect(again.slices).toEqual(["25 16", "25 16"]);
  });

  test("of another codec are another track's, as FFmpeg sends them, whether it is carried or not", () => {
    const stream = [config(), colors(PQ), colors(HLG, "hvc1"), ...second(0), colors(HLG, "vvc1"), ...second(1000)];
    expect(slices(...stream)).toEqual({ slices: ["25 16", "25 16"], leftOut: [] });
  });

  test("that are malformed are nothing", () => {
    const broken = encodeVideoTag({ ...common, packetType: "Metadata", data: fromHex("020009636f6c") });
    expect(slices(config(), packet(broken), ...second(0)).slices).toEqual(["25 -"]);
  });
});
