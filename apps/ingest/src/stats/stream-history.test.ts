import { expect, test } from "vitest";
import { StreamHistory } from "./stream-history.js";

const point = (viewers: number) => ({
  videoBitrate: 1000 * viewers,
  audioBitrate: 0,
  frameRate: 25,
  gopMs: 2000,
  viewers,
  droppedFrames: 0,
});

test("StreamHistory keeps the last 300 points, oldest first", () => {
  const history = new StreamHistory();
  expect(history.columns()).toMatchObject({ at: [], viewers: [] });
  for (let i = 1; i <= 450; i++) history.add(1000 * i, point(i));
  const { at, viewers, videoBitrate } = history.columns();
  expect(at).toHaveLength(300);
  expect([at[0], at[299]]).toEqual([151_000, 450_000]);
  expect([viewers[0], viewers[299], videoBitrate[299]]).toEqual([151, 450, 450_000]);
  expect(history.columns(448_000)).toMatchObject({ at: [449_000, 450_000], viewers: [449, 450] });
});
