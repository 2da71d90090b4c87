import { PerformanceObserver } from "node:perf_hooks";
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { fromHex } from "@rtmp/bytes-util";
import { expect, test } from "vitest";
import {
  audioCodecOf,
  audioTrackIdOf,
  isAudioSequenceHeader,
  isVideoKeyframe,
  isVideoSequenceHeader,
  videoCodecOf,
  videoTrackIdOf,
} from "./peek.js";

const VIDEO = ["17 01 000000 65", "27 01 000000 41", "91 68766331 000000 26", "97 02 000001 06 03 61766331 01 65"].map(
  fromHex,
);
const AUDIO = ["af01 21", "91 4f707573 01", "95 24 65632d33 02 000002 0002"].map(fromHex);
const ROUNDS = 100_000;

let sum = 0; // of what was asked, so that asking is not left out

function ask(): void {
  for (let round = 0; round < ROUNDS; round++) {
    for (let i = 0; i < VIDEO.length; i++) {
      const body = VIDEO[i] as Uint8Array;
      if (isVideoKeyframe(body)) sum++;
      if (isVideoSequenceHeader(body)) sum++;
      if (videoCodecOf(body) === "avc1") sum++;
      if (videoTrackIdOf(body) === 3) sum++;
    }
    for (let i = 0; i < AUDIO.length; i++) {
      const body = AUDIO[i] as Uint8Array;
      if (isAudioSequenceHeader(body)) sum++;
      if (audioCodecOf(body) === "Opus") sum++;
      if (audioTrackIdOf(body) === 2) sum++;
    }
  }
}

test("codec, keyframe, sequence header and track are told without an allocation", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  let collections = 0;
  const observer = new PerformanceObserver((list) => {
    collections += list.getEntries().length;
  });
  ask();
  ask(); // compiled by now
  // 2.5 million questions: an object for each, of 16 bytes and more, would be 40 MB, and force collections.
  let grown = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 3 && (grown > 1_000_000 || collections > 0); attempt++) {
    collect();
    await setImmediate();
    collections = 0;
    observer.observe({ entryTypes: ["gc"] });
    const before = process.memoryUsage().heapUsed;
    ask();
    grown = process.memoryUsage().heapUsed - before;
    await setImmediate();
    observer.disconnect();
  }
  expect(sum).toBeGreaterThan(0);
  expect(collections).toBe(0);
  expect(grown).toBeLessThan(1_000_000);
});
