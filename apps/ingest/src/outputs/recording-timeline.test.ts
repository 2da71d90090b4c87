import { expect, test } from "vitest";
import type { MediaPacket } from "../hub/media-packet.js";
import { RecordingTimeline } from "./recording-timeline.js";

const payload = new Uint8Array(10);
const audio = (timestamp: number): MediaPacket => ({
  kind: "audio",
  tagType: 8,
  role: "frame",
  keyframe: false,
  timestamp,
  payload,
});
const video = (timestamp: number, keyframe = false): MediaPacket => ({
  kind: "video",
  tagType: 9,
  role: "frame",
  keyframe,
  timestamp,
  payload,
});
const config = (timestamp: number): MediaPacket => ({ ...video(timestamp), role: "config" });
const data = (timestamp: number): MediaPacket => ({
  kind: "data",
  tagType: 18,
  role: "data",
  keyframe: false,
  timestamp,
  payload,
});

/** Places the packets; `|` marks the first of a file, `m` metadata and `c` configurations, `a` and `v` frames. */
function place(packets: readonly MediaPacket[], init: readonly MediaPacket[] = []): string[] {
  const placed: string[] = [];
  let begun = false;
  const timeline = new RecordingTimeline(
    ({ kind, role }, timestamp, newFile) => {
      const letter = role === "config" ? "c" : role === "data" ? "m" : kind[0];
      placed.push(`${newFile ? "|" : ""}${letter}${timestamp}`);
    },
    () => (begun ? init : []),
  );
  begun = true;
  for (const packet of packets) timeline.push(packet);
  timeline.end();
  return placed;
}

test("keeps timestamps as sent if the first is below 10 s", () => {
  expect(place([data(0), config(0), audio(9999), video(9980), audio(60_000)])).toEqual([
    "|m0",
    "c0",
    "a9999",
    "v9980",
    "a60000",
  ]);
});

test("from 10 s on subtracts the earliest frame's from all tracks", () => {
  expect(place([data(0), config(0), audio(10_020), audio(10_040), video(10_000, true), audio(10_060)])).toEqual([
    "|m0",
    "c0",
    "a20",
    "a40",
    "v0",
    "a60",
  ]);
});

test("headers at the publisher's own time move with the frames", () => {
  expect(place([data(50_000), config(50_000), video(50_000, true), audio(50_010)])).toEqual(["|m0", "c0", "v0", "a10"]);
});

test("one track alone is looked at for a second", () => {
  expect(place([audio(20_000), audio(20_500), audio(20_999), audio(21_000), audio(21_100)])).toEqual([
    "|a0",
    "a500",
    "a999",
    "a1000",
    "a1100",
  ]);
});

test("a short stream is placed at its end", () => {
  expect(place([video(30_000, true), video(30_040)])).toEqual(["|v0", "v40"]);
  expect(place([data(5), config(0)])).toEqual(["|m5", "c0"]);
  expect(place([])).toEqual([]);
});

test("does not hold more than the beginning", () => {
  let placed = 0;
  const timeline = new RecordingTimeline(
    () => placed++,
    () => [],
  );
  for (let i = 0; i < 300; i++) timeline.push(audio(20_000));
  expect(placed).toBe(300);
  const large = new RecordingTimeline(
    () => placed++,
    () => [],
  );
  large.push({ ...audio(20_000), payload: new Uint8Array(1024 * 1024) });
  expect(placed).toBe(301);
  expect(large.heldBytes).toBe(0);
});

test("a frame a little before the file's zero is written at it", () => {
  expect(place([video(30_000, true), audio(30_010), audio(29_990), video(30_040)])).toEqual([
    "|v0",
    "a10",
    "a0",
    "v40",
  ]);
});

test("a header in mid-stream with timestamp 0 stays within the file", () => {
  expect(place([video(30_000, true), audio(30_010), config(0), video(30_040)])).toEqual(["|v0", "a10", "c0", "v40"]);
});

test("a clock that falls far back starts a new file, with what decoders need", () => {
  const init = [data(7), config(9)];
  expect(place([video(30_000, true), audio(30_010), video(500, true), audio(510)], init)).toEqual([
    "|v0",
    "a10",
    "|m0",
    "c0",
    "v500",
    "a510",
  ]);
});

test("a new file starts at the first keyframe of the last hour before 2^31 ms", () => {
  const near = 2 ** 31 - 3_600_000;
  const init = [config(0)];
  expect(
    place(
      [
        video(0, true),
        audio(10),
        video(near - 40),
        audio(near),
        video(near),
        audio(near + 30),
        video(near + 40, true),
        audio(near + 35),
      ],
      init,
    ),
  ).toEqual(["|v0", "a10", `v${near - 40}`, `a${near}`, `v${near}`, `a${near + 30}`, "|c0", "v5", "a0"]);
});

test("without keyframes it starts right before 2^31 ms", () => {
  const end = 2 ** 31;
  expect(place([video(0), audio(0), video(end - 1), video(end), audio(end + 20), video(end + 40)])).toEqual([
    "|v0",
    "a0",
    `v${end - 1}`,
    "|v0",
    "a20",
    "v40",
  ]);
});

test("audio alone is cut anywhere in that hour", () => {
  const near = 2 ** 31 - 3_600_000;
  expect(place([audio(0), audio(near - 1), audio(near), audio(near + 20)])).toEqual([
    "|a0",
    `a${near - 1}`,
    "|a0",
    "a20",
  ]);
});

test("goes on past 2^32", () => {
  const late = 2 ** 32 + 5;
  expect(place([video(late, true), audio(late + 3), video(late + 40)])).toEqual(["|v0", "a3", "v40"]);
});
