import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Job } from "../load/jobs.js";
import { median, type Row } from "../report.js";
import { checkRecordings } from "./recordings.js";
import { type LoadResult, runLoad } from "./run-load.js";
import { type Scenario, scenarios } from "./scenarios.js";
import { freePort, startServer } from "./server-process.js";
import { type ServerKind, serverKinds } from "./servers.js";

/** How long a server has for what is still in the system's buffers when a load is over, in ms. */
const SETTLE_MS = 1000;

/** How an end-to-end comparison is run. */
export interface CompareOptions {
  readonly quick: boolean;
  readonly repetitions: number;
  /** Whether a measurement of this name is wanted. */
  readonly wanted: (name: string) => boolean;
  readonly log: (line: string) => void;
}

/** Puts each server under each load, in turns. A fresh process each time; what goes through it is compared first. */
export async function compareServers(options: CompareOptions): Promise<Row[]> {
  const rows: Row[] = [];
  for (const scenario of scenarios.filter(({ name }) => options.wanted(name))) {
    const kinds = serverKinds().filter((kind) => fits(kind, scenario));
    const results = new Map<ServerKind, LoadResult[]>(kinds.map((kind) => [kind, []]));
    for (let repetition = 0; repetition < options.repetitions; repetition++) {
      for (const kind of repetition % 2 === 0 ? kinds : [...kinds].reverse()) {
        const result = await once(kind, scenario, options.quick);
        results.get(kind)?.push(result);
        options.log(`${scenario.name}: ${kind.name} ${scenario.value(result).toPrecision(3)} ${scenario.unit}`);
      }
    }
    rows.push(...rowsOf(scenario, results));
  }
  return rows;
}

function fits(kind: ServerKind, scenario: Scenario): boolean {
  return (scenario.raw || !kind.raw) && (scenario.recorded !== true || kind.recordsWithBounds);
}

async function once(kind: ServerKind, scenario: Scenario, quick: boolean): Promise<LoadResult> {
  const folder = mkdtempSync(join(tmpdir(), "rtmp-bench-"));
  const port = await freePort();
  const recordings = scenario.recorded === true ? join(folder, "recordings") : undefined;
  if (recordings !== undefined) mkdirSync(recordings);
  const server = await startServer(kind.command(port, folder, recordings), port);
  try {
    const job = scenario.job(port, quick);
    if (job.kind === "ingest") {
      if (!kind.raw) await runLoad(server, checking(job.port, job.chunkSize));
      const measured = { ...job, raw: kind.raw };
      const warming =
        job.bitsPerSecond === undefined ? await runLoad(server, { ...measured, seconds: 0.7 }) : undefined;
      if (recordings === undefined) return await runLoad(server, measured);
      await sleep(SETTLE_MS); // nginx-rtmp names files by the second
      const result = await runLoad(server, measured);
      await sleep(SETTLE_MS);
      await server.stop(); // which completes them
      await checkRecordings(recordings, measured, result.bytes + (warming?.bytes ?? 0));
      return result;
    }
    if (job.kind === "connect") await runLoad(server, { ...job, seconds: 1 });
    return await runLoad(server, job);
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A load under which every message is compared: it shows that what is timed next goes through whole. */
function checking(port: number, chunkSize: number): Job {
  return { kind: "fan-out", port, players: 2, bitsPerSecond: 8_000_000, seconds: 1, chunkSize };
}

function rowsOf(scenario: Scenario, results: ReadonlyMap<ServerKind, readonly LoadResult[]>): Row[] {
  const values = [...results].map(([{ name }, list]) => {
    const sorted = [...list].sort((a, b) => scenario.value(a) - scenario.value(b));
    const middle = sorted[sorted.length >> 1];
    return { name, value: median(list.map(scenario.value)), more: middle === undefined ? "" : scenario.more(middle) };
  });
  const ours = values[0]?.value ?? Number.NaN;
  return values.map(({ name, value, more }) => {
    const ratio = scenario.rate === true ? ours / value : value / ours;
    return { measurement: scenario.name, who: name, value, unit: scenario.unit, ratio, more };
  });
}
