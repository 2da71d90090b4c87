import type { Curve } from "./curve.js";

const WIDTH = 560;
const HEIGHT = 260;
const LEFT = 62;
const RIGHT = 16;
const TOP = 34;
const BOTTOM = 44;

/** Draws a curve, both axes in powers of ten. It fits light and dark pages. */
export function toSvg({ title, xLabel, yLabel, points }: Curve): string {
  const x = scale(
    points.map((point) => point.x),
    LEFT,
    WIDTH - RIGHT,
  );
  const y = scale(
    [...points.map((point) => point.y), 0.5 * Math.min(...points.map((point) => point.y))],
    HEIGHT - BOTTOM,
    TOP,
  );
  const at = points.map((point) => [x.place(point.x).toFixed(1), y.place(point.y).toFixed(1)] as const);
  const parts = [
    ...x.ticks.map((tick) => line(x.place(tick), TOP, x.place(tick), HEIGHT - BOTTOM)),
    ...y.ticks.map((tick) => line(LEFT, y.place(tick), WIDTH - RIGHT, y.place(tick))),
    ...x.ticks.map((tick) => text(x.place(tick), HEIGHT - BOTTOM + 16, "middle", short(tick))),
    ...y.ticks.map((tick) => text(LEFT - 6, y.place(tick) + 4, "end", short(tick))),
    text(LEFT, 18, "start", title, "title"),
    text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, "middle", xLabel),
    text(WIDTH - RIGHT, 18, "end", yLabel),
    `<polyline points="${at.map((pair) => pair.join(",")).join(" ")}"/>`,
    ...at.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="3"/>`),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img">
<title>${escaped(`${title}: ${yLabel}`)}</title>
<style>
svg { color: #24292f; --line: #0a66c2; font: 12px sans-serif }
@media (prefers-color-scheme: dark) { svg { color: #d0d7de; --line: #6cb6ff } }
text { fill: currentColor } .title { font-weight: bold } line { stroke: currentColor; opacity: .15 }
polyline { fill: none; stroke: var(--line); stroke-width: 2 } circle { fill: var(--line) }
</style>
${parts.join("\n")}
</svg>
`;
}

/** Places values between two positions, by their logarithms. */
function scale(values: readonly number[], from: number, to: number) {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))));
  const place = (value: number): number => from + ((Math.log10(value) - low) / (high - low)) * (to - from);
  return { place, ticks: Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i)) };
}

function line(x1: number, y1: number, x2: number, y2: number): string {
  return `<line x1="${x1.toFixed(1)}" y1="${y1.toFixed(1)}" x2="${x2.toFixed(1)}" y2="${y2.toFixed(1)}"/>`;
}

function text(x: number, y: number, anchor: string, words: string, name?: string): string {
  const named = name === undefined ? "" : ` class="${name}"`;
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}"${named}>${escaped(words)}</text>`;
}

function escaped(words: string): string {
  return words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function short(value: number): string {
  if (value >= 1e6) return `${value / 1e6}M`;
  if (value >= 1e3) return `${value / 1e3}k`;
  return String(Number(value.toPrecision(2)));
}
