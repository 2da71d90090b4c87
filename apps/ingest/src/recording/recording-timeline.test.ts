import { describe, expect, test } from "vitest";
import type { MediaPacket } from "../hub/media-packet.js";
import { RecordingTimeline, type TimelineOptions } from "./recording-timeline.js";

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

/** Why each file after the first began, and its offset in the stream. */
let reasons: string[] = [];

/** Places the packets; `|` marks the first of a file, `m` metadata and `c` configurations, `a` and `v` frames. */
function place(
  packets: readonly MediaPacket[],
  init: readonly MediaPacket[] = [],
  options: TimelineOptions = {},
): string[] {
  const placed: string[] = [];
  let begun = false;
  const timeline = new RecordingTimeline(
    ({ kind, role }, timestamp, start) => {
      const letter = role === "config" ? "c" : role === "data" ? "m" : kind[0];
      placed.push(`${start ? "|" : ""}${letter}${timestamp}`);
      if (start?.because) reasons.push(`${start.because} ${start.offsetMs}`);
    },
    () => (begun ? init : []),
    options,
  );
  reasons = [];
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

test("a split begins at the first keyframe behind its time, near 0, with what decoders need", () => {
  const packets = [
    video(0, true),
    audio(10),
    video(900, true),
    audio(960),
    video(1000),
    audio(1010),
    video(1040, true),
  ];
  const rest = [audio(1030), audio(1050), video(1080), video(2000, true), video(2040, true), audio(2050)];
  expect(place([...packets, ...rest], [data(0), config(0)], { splitMs: 1000 })).toEqual([
    ...["|v0", "a10", "v900", "a960", "v1000", "a1010"],
    ...["|m0", "c0", "v10", "a0", "a20", "v50", "v970"],
    ...["|m0", "c0", "v0", "a10"],
  ]);
  expect(reasons).toEqual(["split-duration 1030", "split-duration 2040"]);
});

test("a split by size counts what came, not what a file begins with", () => {
  const frames = Array.from({ length: 12 }, (_, i) => (i % 2 ? audio(i * 40) : video(i * 40, true))); // 25 bytes each with their framing
  const init = [{ ...config(0), payload: new Uint8Array(1000) }];
  expect(place(frames, init, { splitBytes: 100 }).filter((each) => each.startsWith("|"))).toEqual([
    "|v0",
    "|c0",
    "|c0",
  ]);
  expect(reasons).toEqual(["split-size 160", "split-size 320"]);
});

test("without a keyframe of the main video track there is no split; audio alone is split anywhere", () => {
  const second = (timestamp: number): MediaPacket => {
    return { ...video(timestamp, true), payload: Uint8Array.of(0x96, 0x00, 0x61, 0x76, 0x30, 0x31, 1, 1) };
  };
  const frames = [video(0, true), audio(0), second(1000), video(1010), audio(1020), video(5000, true)];
  expect(place(frames, [], { splitMs: 1000 })).toEqual(["|v0", "a0", "v1000", "v1010", "a1020", "|v0"]);
  expect(place([audio(0), audio(999), audio(1000), audio(1020)], [], { splitMs: 1000 })).toEqual([
    ...["|a0", "a999", "|a0", "a20"],
  ]);
});

test("a split that is not allowed waits for the next keyframe", () => {
  const asked: number[] = [];
  const maySplit = (bytes: number): boolean => asked.push(bytes) === 2;
  const frames = [video(0, true), audio(0), video(1000, true), video(2000, true), video(2040)];
  expect(place(frames, [], { splitMs: 1000, maySplit })).toEqual(["|v0", "a0", "v1000", "|v0", "v40"]);
  expect(asked).toEqual([50, 75]);
});

describe("with tracks that are settled at the begin", () => {
  const aac = (timestamp: number, record: number): MediaPacket => {
    return { ...audio(timestamp), role: "config", payload: Uint8Array.of(0xaf, 0, record, 0x10) };
  };
  const sound = (timestamp: number): MediaPacket => ({ ...audio(timestamp), payload: Uint8Array.of(0xaf, 1, 0) });
  const fixed = (packets: readonly MediaPacket[]) => place(packets, [], { fixedTracks: true });

  test("a changed configuration begins a file, the same one again does not", () => {
    expect(fixed([aac(0, 0x12), sound(0), aac(20, 0x12), sound(23), aac(40, 0x13), sound(46)])).toEqual([
      ...["|c0", "a0", "c20", "a23", "|c0", "a0"],
    ]);
    expect(reasons).toEqual(["codec-changed 46"]);
  });

  test("a track that appears later than a second begins a file", () => {
    expect(fixed([aac(0, 0x12), sound(0), video(900, true), sound(960)])).toEqual(["|c0", "a0", "v900", "a960"]);
    expect(fixed([aac(0, 0x12), sound(0), sound(1000), video(1010, true), sound(1020)])).toEqual([
      ...["|c0", "a0", "a1000", "|v0", "a10"],
    ]);
  });
});
