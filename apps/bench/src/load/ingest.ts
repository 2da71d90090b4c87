import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { FRAME_MS, streamOf } from "./frames.js";
import type { IngestJob, JobResult } from "./jobs.js";
import { finish, open, publish, write } from "./publishing.js";

/** How often a paced load looks which frames are due. */
const TICK_MS = 5;

interface Target {
  readonly socket: Socket;
  written: number;
}

/** Publishes: see {@link IngestJob}. */
export async function ingest(job: IngestJob, begin: () => void): Promise<JobResult> {
  const { connections, bitsPerSecond } = job;
  const bytes = streamOf(job);
  const targets: Target[] = [];
  for (let i = 0; i < connections; i++) {
    const socket = job.raw === true ? await open(job.port) : await publish(job.port, `load${i}`, job.chunkSize);
    if (job.raw === true) socket.resume();
    await write(socket, bytes.begin);
    targets.push({ socket, written: bytes.begin.length });
  }
  const repeat = Buffer.concat(bytes.frames);
  begin();
  const began = performance.now();
  const until = began + job.seconds * 1000;
  if (bitsPerSecond === undefined) await Promise.all(targets.map((target) => flatOut(target, repeat, until)));
  else await paced(targets, bytes.frames, until);
  if (bitsPerSecond === undefined) await Promise.all(targets.map(({ socket }) => finish(socket)));
  const seconds = (performance.now() - began) / 1000;
  return {
    seconds,
    bytes: targets.reduce((sum, { written }) => sum + written, 0),
    count: connections,
    compared: 0,
    lost: 0,
    doubled: 0,
    corrupt: 0,
  };
}

async function flatOut(target: Target, bytes: Buffer, until: number): Promise<void> {
  while (performance.now() < until) {
    await write(target.socket, bytes);
    target.written += bytes.length;
  }
}

/** A frame each 33 ms on every connection, their turns spread over that time. */
async function paced(targets: readonly Target[], frames: readonly Buffer[], until: number): Promise<void> {
  const began = performance.now();
  const sent = targets.map(() => 0);
  while (performance.now() < until) {
    const now = performance.now() - began;
    for (const [i, target] of targets.entries()) {
      const due = Math.floor((now - (i * FRAME_MS) / targets.length) / FRAME_MS) + 1;
      for (; (sent[i] ?? 0) < due; sent[i] = (sent[i] ?? 0) + 1) {
        const cut = frames[(sent[i] ?? 0) % frames.length];
        if (cut === undefined) continue;
        target.socket.write(cut);
        target.written += cut.length;
      }
    }
    await sleep(TICK_MS);
  }
}
