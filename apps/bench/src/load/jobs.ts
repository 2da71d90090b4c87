/** What a load process is told to do, as JSON in its first argument. All of it goes to 127.0.0.1. */
export type Job = IngestJob | FanOutJob | ConnectJob;

/** Publishes flat out, or paced with `bitsPerSecond`. */
export interface IngestJob {
  readonly kind: "ingest";
  readonly port: number;
  readonly connections: number;
  readonly chunkSize: number;
  readonly seconds: number;
  /** Of each connection; without it as fast as the server reads. */
  readonly bitsPerSecond?: number;
  /** The same bytes without the dialogue, for a server that reads and discards. */
  readonly raw?: boolean;
}

/** One publisher, many players, every message compared. */
export interface FanOutJob {
  readonly kind: "fan-out";
  readonly port: number;
  readonly players: number;
  readonly bitsPerSecond: number;
  readonly seconds: number;
  /** Of the publisher. */
  readonly chunkSize: number;
}

/** Connects, publishes and leaves, over and over. */
export interface ConnectJob {
  readonly kind: "connect";
  readonly port: number;
  /** Sessions at the same time. */
  readonly concurrency: number;
  readonly seconds: number;
}

/** What a load process says, one JSON object a line: that the load begins, and at its end what came of it. */
export type Told = { readonly event: "begin" } | ({ readonly event: "end" } & JobResult);

/** What came of a job. */
export interface JobResult {
  readonly seconds: number;
  /** Written to the server, or of a fan-out received from it. */
  readonly bytes: number;
  /** Sessions, publishers or players. */
  readonly count: number;
  /** Messages that were compared with what was sent, and how many were lost, came twice or differ. */
  readonly compared: number;
  readonly lost: number;
  readonly doubled: number;
  readonly corrupt: number;
  /** From sending to receiving, or from connecting to Publish.Start, in ms. */
  readonly delayMs?: { readonly p50: number; readonly p99: number };
}

/** The value below which the part `q` of the values lies. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}
