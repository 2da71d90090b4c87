import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Job, JobResult, Told } from "../load/jobs.js";
import { pinned, type RunningServer } from "./server-process.js";
import { besides } from "./servers.js";

/** What a job came to, and what the server used for it. */
export interface LoadResult extends JobResult {
  /** Between the begin of the load and its end. */
  readonly serverCpuSeconds: number;
  /** Resident memory before the load process connects, and at the end of the load, in bytes. */
  readonly residentBefore: number;
  readonly residentAfter: number;
}

/** Runs a job in a process of its own. @throws Error if it fails, or anything was lost, came twice or was changed. */
export async function runLoad(server: RunningServer, job: Job): Promise<LoadResult> {
  const residentBefore = server.residentBytes();
  const [program = "", ...args] = pinned([process.execPath, besides("load/main.js"), JSON.stringify(job)], 1);
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(child, "exit");
  let cpuAtBegin = server.cpuSeconds();
  let result: LoadResult | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    const told: Told = JSON.parse(line);
    if (told.event === "begin") cpuAtBegin = server.cpuSeconds();
    else {
      const serverCpuSeconds = server.cpuSeconds() - cpuAtBegin;
      result = { ...told, serverCpuSeconds, residentBefore, residentAfter: server.residentBytes() };
    }
  }
  await exited;
  if (result === undefined) throw new Error(`the load failed: ${JSON.stringify(job)}`);
  const { lost, doubled, corrupt } = result;
  if (lost + doubled + corrupt > 0) {
    throw new Error(`${lost} messages lost, ${doubled} doubled, ${corrupt} corrupt: ${JSON.stringify(job)}`);
  }
  return result;
}
