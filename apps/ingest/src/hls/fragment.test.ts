import { expect, test } from "vitest";
import { readSegment } from "../testing/mp4-boxes.js";
import { encodeFragment } from "./fragment.js";

test("a fragment has its samples, and times beyond 32 bits", () => {
  const samples = [
    { duration: 3000, compositionOffset: 6000, sync: true, data: Uint8Array.of(1, 2, 3) },
    { duration: 3003, compositionOffset: -90, sync: false, data: Uint8Array.of() },
    { duration: 1, compositionOffset: 0, sync: false, data: Uint8Array.of(4) },
  ];
  const decodeTime = 2 ** 40 + 5;
  const segment = readSegment(encodeFragment(2 ** 32 + 7, decodeTime, samples));
  expect(segment).toMatchObject({ sequence: 7, decodeTime, duration: 6004 });
  expect(segment.samples.map(({ time, ...sample }) => sample)).toEqual(samples);
  expect(segment.samples.map(({ time }) => time - decodeTime)).toEqual([0, 3000, 6003]);
});
