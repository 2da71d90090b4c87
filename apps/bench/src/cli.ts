import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { compareServers } from "./e2e/compare.js";
import { steepStretches } from "./growth/curve.js";
import { decodingCurves } from "./growth/decoding.js";
import { servingCurves } from "./growth/serving.js";
import { toSvg } from "./growth/svg.js";
import { timeLayers } from "./micro/run.js";
import { circumstances, type Row, toMarkdown } from "./report.js";

const HELP = `npm run bench -- [--quick] [--reps N] [--json FILE] [NAME...]

Times each layer beside what npm offers, and our server beside others under the same load; all on this machine, over
loopback. Prints one Markdown table; progress goes to standard error.

  NAME          only measurements whose name contains one of these, as in: npm run bench -- amf0 "flat out, 1 x"
  --quick       shorter runs, once each: to see that it works, not to quote
  --reps N      repetitions of each end-to-end measurement (3); the median is told
  --curves DIR  draws instead how cost grows, as SVG, and fails if anything grows with a square
  --json FILE   where the numbers are written to (bench.json)
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: "boolean", default: false },
    reps: { type: "string" },
    curves: { type: "string" },
    json: { type: "string", default: "bench.json" },
    help: { type: "boolean", short: "h", default: false },
  },
});

if (values.help) process.stdout.write(HELP);
else if (values.curves === undefined) await main();
else await draw(values.curves);

async function main(): Promise<void> {
  const { quick } = values;
  const repetitions = Number(values.reps ?? (quick ? 1 : 3));
  const wanted = (name: string) => positionals.length === 0 || positionals.some((part) => name.includes(part));
  const log = (line: string) => void process.stderr.write(`${line}\n`);
  const rows: Row[] = [
    ...(await timeLayers(quick ? 50 : 500, wanted, log)),
    ...(await compareServers({ quick, repetitions, wanted, log })),
  ];
  const about = circumstances();
  writeFileSync(values.json, `${JSON.stringify({ ...about, quick, repetitions, rows }, undefined, 2)}\n`);
  process.stdout.write(`${about.date}, commit ${about.commit}, ${about.machine}, Node ${about.node}\n\n`);
  process.stdout.write(toMarkdown(rows));
}

async function draw(folder: string): Promise<void> {
  const log = (line: string) => void process.stderr.write(`${line}\n`);
  const served = await servingCurves(values.quick ? 2 : 5, log);
  const curves = [...decodingCurves(values.quick ? 50 : 400), ...served];
  mkdirSync(folder, { recursive: true });
  for (const curve of curves) writeFileSync(join(folder, `${curve.name}.svg`), toSvg(curve));
  const steep = curves.flatMap(steepStretches);
  for (const line of steep) process.stdout.write(`${line}\n`);
  process.stdout.write(`${curves.length} curves in ${folder}, ${steep.length} of their stretches too steep\n`);
  process.exitCode = steep.length === 0 ? 0 : 1;
}
