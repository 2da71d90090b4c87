import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LoadResult, runLoad } from "../e2e/run-load.js";
import { freePort, startServer } from "../e2e/server-process.js";
import { ourServer } from "../e2e/servers.js";
import { FRAME_MS } from "../load/frames.js";
import type { Job } from "../load/jobs.js";
import type { Curve } from "./curve.js";

const NUMBERS = [1, 10, 50, 200, 500, 1000, 2000];
/** Slow enough for the load to follow with 2000 of them. */
const BITS_PER_SECOND = 60_000;

/** Curves of our server under load: what a message costs it, by connections and by players. */
export async function servingCurves(seconds: number, log: (line: string) => void): Promise<Curve[]> {
  const publishers = (port: number, connections: number): Job => ({
    kind: "ingest",
    port,
    connections,
    chunkSize: 4096,
    seconds,
    bitsPerSecond: BITS_PER_SECOND,
  });
  const players = (port: number, count: number): Job => ({
    kind: "fan-out",
    port,
    players: count,
    bitsPerSecond: BITS_PER_SECOND,
    seconds,
    chunkSize: 4096,
  });
  return [
    {
      name: "serve-by-publishers",
      title: "A message that is published, by publishers",
      xLabel: "publishers",
      yLabel: "us of CPU a message",
      points: await measure(publishers, log),
    },
    {
      name: "serve-by-players",
      title: "A message that is delivered, by players of a stream",
      xLabel: "players",
      yLabel: "us of CPU a message",
      points: await measure(players, log),
    },
  ];
}

async function measure(jobFor: (port: number, count: number) => Job, log: (line: string) => void) {
  const points: { x: number; y: number }[] = [];
  for (const x of NUMBERS) {
    const folder = mkdtempSync(join(tmpdir(), "rtmp-growth-"));
    const port = await freePort();
    const server = await startServer(ourServer.command(port, folder), port);
    try {
      const result = await runLoad(server, jobFor(port, x));
      const y = (result.serverCpuSeconds / messagesOf(result, x)) * 1e6;
      log(`${x}: ${y.toPrecision(3)} us a message`);
      points.push({ x, y });
    } finally {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return points;
}

/** Compared ones of a fan-out; else what a frame each 33 ms on every connection makes. */
function messagesOf({ compared, seconds }: LoadResult, connections: number): number {
  return compared > 0 ? compared : (connections * seconds * 1000) / FRAME_MS;
}
