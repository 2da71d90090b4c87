import { describe, expect, test } from "vitest";
import { readSegment } from "../testing/mp4-boxes.js";
import { audioConfig, frames, videoConfig } from "../testing/track-frames.js";
import { type Slice, Slicer } from "./slicer.js";
import type { TrackConfig } from "./track-config.js";

function start(
  configs: Record<string, TrackConfig>,
  limits: { targetMs?: number; maxMs?: number; maxOpenBytes?: number } = {},
) {
  const { targetMs = 2000, maxMs = 10_400, maxOpenBytes = 1e6 } = limits;
  const slices: Slice[] = [];
  const slicer = new Slicer(
    { lengths: { targetMs, maxMs }, maxOpenBytes, maxVideoTracks: 2, maxAudioTracks: 2 },
    (slice) => slices.push(slice),
  );
  for (const [key, config] of Object.entries(configs)) slicer.configure(key, config);
  const feed = (
    all: Iterable<Parameters<Slicer["frame"]> extends [infer K, infer F] ? { key: K; frame: F } : never>,
  ) => {
    for (const { key, frame } of all) slicer.frame(key, frame);
  };
  /** Lengths in ms, rounded. */
  const lengths = (key: string) => slices.map(({ segments }) => Math.round((segments.get(key)?.duration ?? 0) * 1000));
  /** Whether each segment of a track begins where the one before ends. */
  const isSeamless = (key: string): boolean => {
    let end: number | undefined;
    return slices.every(({ segments }) => {
      const segment = segments.get(key);
      if (segment === undefined) return false;
      const { decodeTime, duration } = readSegment(segment.bytes);
      const fits = end === undefined || decodeTime === end;
      end = decodeTime + duration;
      return fits;
    });
  };
  return { slicer, slices, feed, lengths, isSeamless };
}

const both = { v0: videoConfig(), a0: audioConfig() };

test("cuts at the first keyframe after the target, audio where the picture begins", () => {
  const { slicer, slices, feed, lengths, isSeamless } = start(both);
  feed(frames({ until: 9000, gop: 25, delay: 80 }));
  slicer.flush();
  expect(lengths("v0")).toEqual([2000, 2000, 2000, 2000, 1000]);
  expect(slices.map(({ number, discontinuity }) => [number, discontinuity])).toEqual(
    [0, 1, 2, 3, 4].map((n) => [n, false]),
  );
  expect(isSeamless("v0") && isSeamless("a0")).toBe(true);
  for (const { segments } of slices) {
    const [video, audio] = [segments.get("v0"), segments.get("a0")];
    expect(video?.independent).toBe(true);
    const skew = (audio?.start ?? 0) - (video?.start ?? 0);
    if (slices[0]?.segments !== segments) expect(skew >= 0 && skew < 22).toBe(true);
  }
  const total = (key: string) => slices.reduce((sum, { segments }) => sum + (segments.get(key)?.frames ?? 0), 0);
  expect(total("v0")).toBe(225);
  expect(total("a0")).toBe(Math.ceil(9000 / (1024 / 48)));
});

test("rather cuts early than lets the next keyframe make a slice too long", () => {
  const { feed, lengths } = start({ v0: videoConfig() }, { maxMs: 2400 });
  feed(frames({ until: 8000, gop: 40, audio: [] }));
  expect(new Set(lengths("v0"))).toEqual(new Set([1600]));
});

test("a group of pictures that does not end is cut all the same, and the picture goes on", () => {
  const { slices, feed, lengths, isSeamless } = start(both, { maxMs: 3400 });
  feed(frames({ until: 12_000, gop: 100_000 }));
  expect(lengths("v0").every((ms) => ms > 3300 && ms <= 3400)).toBe(true);
  expect(slices.map(({ segments }) => segments.get("v0")?.independent)).toEqual([true, false, false]);
  expect(isSeamless("v0") && isSeamless("a0")).toBe(true);
});

describe("audio that comes before it is clear where to begin", () => {
  const count = (slices: readonly Slice[], key: string) =>
    slices.reduce((sum, { segments }) => sum + (segments.get(key)?.frames ?? 0), 0);
  const audio = (from: number, until: number) => [...frames({ from, until, video: [] })];
  const video = (from: number, until: number) => [...frames({ from, until, audio: [] })];

  test("is all there without video", () => {
    const { slicer, slices, feed, isSeamless } = start({ a0: audioConfig() });
    feed(audio(500, 8500));
    slicer.flush();
    expect(slices[0]?.segments.get("a0")?.start).toBe(500);
    expect(count(slices, "a0")).toBe(375);
    expect(isSeamless("a0")).toBe(true);
  });

  test("is there from the first picture on, if it runs ahead of that", () => {
    const { slicer, slices, feed } = start(both);
    feed(audio(0, 400));
    feed([...video(200, 3000), ...audio(400, 3000)].sort((a, b) => a.frame.dts - b.frame.dts));
    slicer.flush();
    expect(count(slices, "v0")).toBe(70);
    expect(count(slices, "a0")).toBe(audio(0, 3000).filter(({ frame }) => frame.dts >= 200).length);
    expect(slices[0]?.segments.get("a0")?.start).toBeGreaterThanOrEqual(200);
  });

  test("is kept for a second at most, and forgotten with its configuration, and where its clock is set back", () => {
    const { slicer, feed } = start(both);
    feed(audio(0, 4900)); // no picture comes
    expect(slicer.heldBytes).toBeLessThan(50 * 300);
    expect(slicer.heldBytes).toBeGreaterThan(40 * 256);
    feed(audio(1000, 1001));
    expect(slicer.heldBytes).toBeLessThan(300);
    slicer.configure("a0", audioConfig(1));
    expect(slicer.heldBytes).toBe(0);
  });

  test("does not fill the memory", () => {
    const { slicer, feed } = start(both, { maxOpenBytes: 5000 });
    for (const each of audio(0, 900)) {
      feed([each]);
      expect(slicer.heldBytes).toBeLessThanOrEqual(5000);
    }
  });
});

test("without keyframes there is nothing, and it costs nothing", () => {
  const { slicer, slices, feed } = start({ v0: videoConfig() });
  for (let i = 0; i < 10_000; i++) {
    slicer.frame("v0", { dts: i * 40, pts: i * 40, entry: false, data: new Uint8Array(100) });
  }
  expect(slicer.heldBytes).toBe(0);
  feed(frames({ from: 400_000, until: 403_000, audio: [] }));
  expect(slices).toHaveLength(1);
});

test("frames that fill the memory are dropped up to the next keyframe", () => {
  const { slicer, slices, feed } = start({ v0: videoConfig() }, { maxOpenBytes: 10_000 });
  let most = 0;
  for (const { key, frame } of frames({ until: 10_000, gop: 50, audio: [] })) {
    slicer.frame(key, { ...frame, data: new Uint8Array(300) }); // 50 of them are too many
    most = Math.max(most, slicer.heldBytes);
  }
  expect(most).toBeLessThanOrEqual(10_000);
  expect(slices).toEqual([]);
  feed(frames({ from: 10_000, until: 14_100, gop: 10, rate: 5, audio: [] }));
  expect(slices.map(({ discontinuity }) => discontinuity)).toEqual([false, false]);
});

describe("a discontinuity", () => {
  test.for([
    ["a jump forwards", 60_000],
    ["a jump back", 1000],
  ] as const)("%s", ([, to]) => {
    const { slices, feed } = start(both);
    feed(frames({ until: 5000, gop: 50 }));
    feed(frames({ from: to, until: to + 4100 }));
    expect(slices.map(({ discontinuity }) => discontinuity)).toEqual([false, false, false, true, false]);
    const [last, next] = [slices[2], slices[3]].map((slice) => slice?.segments.get("v0"));
    expect([Math.round((last?.duration ?? 0) * 1000), last?.frames, next?.start]).toEqual([1000, 25, to]);
  });

  test("another configuration begins with the next keyframe; the same one again is none", () => {
    const { slicer, slices, feed } = start(both);
    feed(frames({ until: 4000 }));
    slicer.configure("v0", videoConfig());
    feed(frames({ from: 4000, until: 6000 }));
    slicer.configure("a0", audioConfig(1));
    feed(frames({ from: 6000, until: 10_100 }));
    expect(slices.map(({ discontinuity }) => discontinuity)).toEqual([false, false, false, true, false]);
    expect(slices.map(({ segments }) => segments.get("a0")?.config)).toMatchObject(
      [2, 2, 2, 1, 1].map((channels) => ({ channels })),
    );
  });

  test("another publisher", () => {
    const { slicer, slices, feed } = start(both);
    feed(frames({ until: 4000 }));
    slicer.forget();
    feed(frames({ from: 4040, until: 5000 }));
    expect(slices).toHaveLength(2); // nothing is known of its tracks yet
    slicer.configure("v0", videoConfig(2));
    feed(frames({ from: 5000, until: 7100, audio: [] }));
    expect(slices.at(-1)).toMatchObject({ number: 2, discontinuity: true });
    expect([...(slices.at(-1)?.segments.keys() ?? [])]).toEqual(["v0"]);
  });
});

describe("several tracks", () => {
  test("a track whose keyframes come first, last or elsewhere is cut at its own", () => {
    const { lengths, feed, isSeamless } = start({ v1: videoConfig(), v0: videoConfig(2) });
    // Both have theirs at the same time; the one that leads comes second in each pair, so the other one misses the start.
    const pairs = [...frames({ until: 8100, video: ["v1"], audio: [] })];
    feed(
      pairs.flatMap(({ frame }) => [
        { key: "v0", frame },
        { key: "v1", frame },
      ]),
    );
    expect([lengths("v0"), lengths("v1")]).toEqual([[0, 2000, 2000, 2000], Array(4).fill(2000)]);
    expect(isSeamless("v1")).toBe(true);
    const odd = start({ v0: videoConfig(), v1: videoConfig(2) });
    const shifted = [...frames({ from: 500, until: 12_000, video: ["v1"], audio: [] })];
    odd.feed([...frames({ until: 12_000, audio: [] }), ...shifted].sort((a, b) => a.frame.dts - b.frame.dts));
    expect(odd.lengths("v1")).toEqual(Array(5).fill(2000));
    expect(odd.slices.every(({ segments }) => segments.get("v1")?.independent)).toBe(true);
  });

  test("one that says nothing is absent and holds nobody up, and is there when it is back", () => {
    const { slices, feed, slicer } = start(both);
    feed(frames({ until: 3000 }));
    feed(frames({ from: 3000, until: 9000, gop: 25, audio: [] }));
    expect(slices.map(({ segments }) => segments.has("a0"))).toEqual([true, true, false, false]);
    feed(frames({ from: 9000, until: 13_000, gop: 25 }));
    slicer.flush();
    expect(slices.at(-2)?.segments.has("a0")).toBe(true);
    expect(slices.every(({ discontinuity }) => !discontinuity)).toBe(true);
  });

  test("video that ends leaves the lead to audio", () => {
    const { slices, feed } = start(both, { maxMs: 3400 });
    feed(frames({ until: 4000 }));
    feed(frames({ from: 4000, until: 30_000, video: [] }));
    const audio = slices.map(({ segments }) => segments.get("a0")?.duration ?? 0);
    expect(slices.length).toBeGreaterThan(8);
    expect(audio.filter((seconds) => seconds < 1.9 || seconds > 3.4)).toEqual([]);
    expect(slices.at(-1)?.segments.has("v0")).toBe(false);
  });

  test("audio alone begins when no video is heard of, and video that comes later takes the lead", () => {
    const { slicer, slices, feed, lengths } = start({ a0: audioConfig() });
    feed(frames({ until: 6000, video: [] }));
    expect(lengths("a0").every((ms) => ms >= 2000 && ms < 2030)).toBe(true);
    slicer.configure("v0", videoConfig());
    feed(frames({ from: 6000, until: 12_100 }));
    expect(slices.at(-1)?.segments.get("v0")).toMatchObject({ independent: true, frames: 50 });
    expect(slices.every(({ discontinuity }) => !discontinuity)).toBe(true);
  });

  test("only so many are taken", () => {
    const { slicer } = start(both);
    const taken = Array.from({ length: 300 }, (_, i) => slicer.configure(`v${i}`, videoConfig(i & 255)));
    expect(taken.filter((isTaken) => isTaken)).toHaveLength(2);
  });
});
