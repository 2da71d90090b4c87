import { fromHex } from "@rtmp/bytes-util";
import { expect, test } from "vitest";
import { InitCache } from "./init-cache.js";
import type { MediaPacket } from "./media-packet.js";

const packet = (kind: MediaPacket["kind"], hex: string): MediaPacket => {
  const tagType = kind === "audio" ? 8 : kind === "video" ? 9 : 18;
  return { kind, tagType, role: "config", keyframe: false, timestamp: 0, payload: fromHex(hex) };
};
const HEVC = packet("video", "90687663310101");
const HEVC_AGAIN = packet("video", "90687663310102");
const AV1 = packet("video", "906176303181");
const AV1_SECOND = packet("video", "9600617630310181");
const HEVC_COLOUR = packet("video", "d4687663310200");
const AV1_COLOUR = packet("video", "d4617630310200");
const AAC = packet("audio", "af001210");
const OPUS_SECOND = packet("audio", "95004f7075730101");
const CHANNELS = packet("audio", "94004f7075730002");

function keep(...packets: MediaPacket[]): MediaPacket[] {
  const cache = new InitCache();
  for (const each of packets) cache.setConfig(each);
  return cache.packets();
}

test("keeps the last configuration of each track and kind, in the order in which they appeared", () => {
  expect(keep(HEVC, AAC, AV1_SECOND, OPUS_SECOND, CHANNELS, HEVC_AGAIN)).toEqual([
    ...[HEVC_AGAIN, AAC, AV1_SECOND, OPUS_SECOND, CHANNELS],
  ]);
});

test("keeps the colours of two tracks apart that claim to be one", () => {
  const both = [HEVC, AV1_SECOND, HEVC_COLOUR, AV1_COLOUR];
  expect(keep(...both)).toEqual(both);
});

test("a track that changes its codec leaves the colours of the one before", () => {
  expect(keep(HEVC, HEVC_COLOUR, HEVC_AGAIN)).toEqual([HEVC_AGAIN, HEVC_COLOUR]);
  expect(keep(HEVC, HEVC_COLOUR, AV1, AV1_COLOUR)).toEqual([AV1, AV1_COLOUR]);
});

test("keeps copies of its own, and no more than a mebibyte", () => {
  const cache = new InitCache();
  const bytes = new Uint8Array(700 * 1024).fill(1);
  bytes.set(HEVC.payload);
  cache.setConfig({ ...HEVC, payload: bytes });
  const second = bytes.slice();
  second.set(AV1_SECOND.payload);
  cache.setConfig({ ...AV1_SECOND, payload: second });
  bytes.fill(0);
  expect(cache.packets().map(({ payload }) => [payload.length, payload[0]])).toEqual([[bytes.length, 0x90]]);
  cache.setConfig(AV1); // gives the room back
  cache.setConfig({ ...AV1_SECOND, payload: second });
  expect(cache.packets()).toHaveLength(2);
});
