import type { Job } from "../load/jobs.js";
import type { LoadResult } from "./run-load.js";

/** A load that all servers are put under, and what is read from it. */
export interface Scenario {
  readonly name: string;
  readonly job: (port: number, quick: boolean) => Job;
  /** Also for a sink that speaks no RTMP. */
  readonly raw: boolean;
  /** Whether what is published is recorded. */
  readonly recorded?: boolean;
  readonly unit: string;
  readonly value: (result: LoadResult) => number;
  /** Whether more is better. */
  readonly rate?: boolean;
  readonly more: (result: LoadResult) => string;
}

const CHUNK_SIZES = [128, 4096, 60_000];
const cpuPerGigabyte = ({ serverCpuSeconds, bytes }: LoadResult): number => (serverCpuSeconds / bytes) * 1e9;

const flat: Scenario[] = [1, 10].flatMap((connections) =>
  CHUNK_SIZES.map((chunkSize) => ({
    name: `ingest flat out, ${connections} x chunk size ${chunkSize}`,
    job: (port, quick) => ({ kind: "ingest", port, connections, chunkSize, seconds: quick ? 0.7 : 2 }),
    raw: true,
    unit: "CPU-s/GB",
    value: cpuPerGigabyte,
    more: ({ bytes, seconds }) => `${(bytes / seconds / 1e9).toFixed(2)} GB/s`,
  })),
);

const paced: Scenario = {
  name: "200 publishers of 2.5 Mbit/s",
  job: (port, quick) => ({
    kind: "ingest",
    port,
    connections: 200,
    chunkSize: 4096,
    seconds: quick ? 2 : 10,
    bitsPerSecond: 2_500_000,
  }),
  raw: true,
  unit: "% of a core",
  value: ({ serverCpuSeconds, seconds }) => (100 * serverCpuSeconds) / seconds,
  more: ({ residentAfter, residentBefore, count }) =>
    `${((residentAfter - residentBefore) / count / 1000).toFixed(0)} kB RSS a publisher`,
};

const recorded = (scenario: Scenario): Scenario => ({
  ...scenario,
  name: `recorded: ${scenario.name}`,
  recorded: true,
});

/** In this order. */
export const scenarios: readonly Scenario[] = [
  ...flat,
  paced,
  ...[...flat.filter(({ name }) => name.endsWith(" 1 x chunk size 4096")), paced].map(recorded),
  {
    name: "4 Mbit/s to 100 players",
    job: (port, quick) => ({
      kind: "fan-out",
      port,
      players: 100,
      bitsPerSecond: 4_000_000,
      seconds: quick ? 2 : 10,
      chunkSize: 4096,
    }),
    raw: false,
    unit: "CPU-s/GB",
    value: cpuPerGigabyte,
    more: ({ delayMs, compared }) =>
      `delay p50 ${delayMs?.p50.toFixed(1)}, p99 ${delayMs?.p99.toFixed(1)} ms; ${compared} messages compared`,
  },
  {
    name: "connect to Publish.Start, 16 at once",
    job: (port, quick) => ({ kind: "connect", port, concurrency: 16, seconds: quick ? 1 : 3 }),
    raw: false,
    unit: "sessions/s",
    rate: true,
    value: ({ count, seconds }) => count / seconds,
    more: ({ delayMs, serverCpuSeconds, count }) =>
      `p50 ${delayMs?.p50.toFixed(1)}, p99 ${delayMs?.p99.toFixed(1)} ms; ${((serverCpuSeconds / count) * 1000).toFixed(2)} CPU-ms each`,
  },
];
