import { expect, test } from "vitest";
import { parseMediaPlaylist } from "../testing/hls-playlist.js";
import { mediaPlaylist } from "./playlists.js";
import { SegmentWindow, type StoredSlice } from "./segment-window.js";

function slice(
  number: number,
  options: { discontinuity?: boolean; duration?: number; bytes?: number; tracks?: string[] } = {},
): StoredSlice {
  const { discontinuity = false, duration = 2, bytes = 10, tracks = ["v0", "a0"] } = options;
  const names = tracks.map((key) => {
    return [
      key,
      { name: `${key}-${number}`, init: `${key}-init`, duration, date: 1e12 + number * 2000, discontinuity },
    ] as const;
  });
  return { number, discontinuity, duration, bytes, names: new Map(names) };
}
const read = (window: SegmentWindow, key = "v0") => {
  const view = window.view(key);
  if (view === undefined) throw new Error(`no ${key}`);
  return parseMediaPlaylist(mediaPlaylist(view, { targetDuration: 2, independent: true, ended: false }));
};

test("keeps what playlists need, and then for as long as an old playlist may be held", () => {
  const window = new SegmentWindow({ segments: 4, maxBytes: 1e6 });
  const gone: number[] = [];
  for (let number = 0; number < 20; number++) {
    gone.push(...window.push(slice(number), 2).map((each) => each.number));
    const { sequence, segments } = read(window);
    expect(segments.map((segment) => segment.sequence)).toEqual(
      Array.from({ length: Math.min(4, number + 1) }, (_, i) => Math.max(0, number - 3) + i),
    );
    // The first left the playlist when the fifth came, which was 10 s long with it; it stays 10 + 2 s.
    expect(sequence - gone.length).toBeLessThanOrEqual(7);
  }
  expect(gone).toEqual(Array.from({ length: 20 - 4 - 6 }, (_, i) => i));
  expect(window.bytes).toBe(100);
});

test("has more segments while they are too short for three target durations", () => {
  const window = new SegmentWindow({ segments: 3, maxBytes: 1e6 });
  for (let number = 0; number < 20; number++) window.push(slice(number, { duration: 0.5 }), 2);
  expect(read(window).segments).toHaveLength(12);
});

test("counts discontinuities that have left, and shows each track only what it was part of", () => {
  const window = new SegmentWindow({ segments: 4, maxBytes: 1e6 });
  for (let number = 0; number < 12; number++) {
    window.push(
      slice(number, { discontinuity: [3, 9].includes(number), tracks: number < 10 ? ["v0"] : ["v0", "a1"] }),
      2,
    );
    const { discontinuitySequence, segments } = read(window);
    for (const segment of segments) {
      expect(segment.discontinuitySequence).toBe(segment.sequence < 3 ? 0 : segment.sequence < 9 ? 1 : 2);
    }
    expect(discontinuitySequence).toBe((segments[0]?.sequence ?? 0) <= 3 ? 0 : 1);
  }
  const late = read(window, "a1");
  expect(late.segments.map((segment) => [segment.sequence, segment.discontinuitySequence])).toEqual([
    [10, 2],
    [11, 2],
  ]);
  expect(window.view("a7")).toBeUndefined();
});

test("a track without a segment has a gap in its place", () => {
  const window = new SegmentWindow({ segments: 4, maxBytes: 1e6 });
  window.push(slice(0), 2);
  window.push(slice(1, { tracks: ["v0"], discontinuity: true }), 2);
  window.push(slice(2), 2);
  expect(read(window, "a0").segments.map(({ gap, sequence, discontinuity }) => [sequence, gap, discontinuity])).toEqual(
    [
      [0, false, false],
      [1, true, true],
      [2, false, false],
    ],
  );
});

test("what is too much goes before its time, the newest stays", () => {
  const window = new SegmentWindow({ segments: 6, maxBytes: 1000 });
  for (let number = 0; number < 9; number++) {
    window.push(slice(number, { bytes: 300 }), 2);
    expect(window.bytes).toBeLessThanOrEqual(1000);
  }
  expect(read(window).segments.map(({ sequence }) => sequence)).toEqual([6, 7, 8]);
  window.push(slice(9, { bytes: 5000 }), 2);
  expect(read(window).segments.map(({ sequence }) => sequence)).toEqual([9]);
});
