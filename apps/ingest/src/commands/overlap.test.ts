import { encodeAudioTag } from "@rtmp/flv";
import { expect, test } from "vitest";
import { type FlvPacket, flvPacket } from "./flv-packet.js";
import { Overlap } from "./overlap.js";

function packet(tagType: 8 | 9, timestamp: number, payload: Uint8Array): FlvPacket {
  const found = flvPacket({ tagType, timestamp, payload });
  if (found === undefined) throw new Error("no packet");
  return found;
}
const video = (timestamp: number) => packet(9, timestamp, Uint8Array.of(0x27, 1, 0, 0, 0, 9));
const audio = (timestamp: number, trackId: number) => {
  const track = { trackId, fourCc: "Opus", data: Uint8Array.of(1) };
  return packet(
    8,
    timestamp,
    encodeAudioTag({
      kind: "audio",
      isExHeader: true,
      multitrackType: "OneTrack",
      packetType: "CodedFrames",
      tracks: [track],
    }),
  );
};

test("on one connection nothing is taken for a repetition", () => {
  const overlap = new Overlap();
  expect([40, 80, 40, 40].map((at) => overlap.has(video(at)))).toEqual([false, false, false, false]);
});

test("frames that came before are known on the next connection, by track", () => {
  const overlap = new Overlap();
  for (const at of [0, 40, 80]) overlap.has(video(at));
  overlap.has(audio(80, 0)); // track 1's frame of that moment was still to come
  overlap.begin();
  expect([40, 80, 120].map((at) => overlap.has(video(at)))).toEqual([true, true, false]);
  expect([overlap.has(audio(80, 0)), overlap.has(audio(80, 1))]).toEqual([true, false]);
});

test("headers are never left out", () => {
  const overlap = new Overlap();
  const header = packet(9, 80, Uint8Array.of(0x17, 0, 0, 0, 0, 1));
  overlap.has(video(80));
  overlap.begin();
  expect(overlap.has(header)).toBe(false);
});

test("a stream that began anew is another one; 2^32 is no end", () => {
  const overlap = new Overlap();
  overlap.has(video(3_600_000));
  overlap.begin();
  expect(overlap.has(video(0))).toBe(false);
  const wrapping = new Overlap();
  wrapping.has(video(2 ** 32 - 10));
  wrapping.begin();
  expect([2 ** 32 - 50, 2 ** 32 - 10, 30].map((at) => wrapping.has(video(at)))).toEqual([true, true, false]);
});
