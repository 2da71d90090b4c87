import { expect, test } from "vitest";
import { type Curve, steepStretches } from "./curve.js";
import { toSvg } from "./svg.js";

const curve = (cost: (x: number) => number): Curve => ({
  name: "test",
  title: "test <1>",
  xLabel: "number",
  yLabel: "us",
  points: [1, 10, 100, 1000].map((x) => ({ x, y: cost(x) })),
});

test("level and falling costs pass, a square is found", () => {
  expect(steepStretches(curve(() => 5))).toEqual([]);
  expect(steepStretches(curve((x) => 5 + 100 / x))).toEqual([]);
  expect(steepStretches(curve((x) => 5 + Math.log2(x)))).toEqual([]);
  expect(steepStretches(curve((x) => x))).toHaveLength(6);
  expect(steepStretches(curve((x) => 5 + x))).not.toEqual([]);
});

test("a curve is drawn with its points and its words", () => {
  const svg = toSvg(curve((x) => x));
  expect(svg.match(/<circle/g)).toHaveLength(4);
  expect(svg).toContain("test &lt;1&gt;");
  expect(svg).toContain("prefers-color-scheme: dark");
});
