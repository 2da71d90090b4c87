import { ClientSession } from "@rtmp/session";
import { connectNode } from "@rtmp/session/node";
import { type ConnectJob, type JobResult, quantile } from "./jobs.js";
import { urlOf } from "./publishing.js";

/** Connects, publishes and leaves, over and over: see {@link ConnectJob}. */
export async function connects(job: ConnectJob, begin: () => void): Promise<JobResult> {
  const times: number[] = [];
  begin();
  const began = performance.now();
  const until = began + job.seconds * 1000;
  let bytes = 0;
  const over = async (lane: number) => {
    for (let i = 0; performance.now() < until; i++) {
      const at = performance.now();
      const session = new ClientSession(connectNode, { url: urlOf(job.port, `lane${lane}-${i}`) });
      await session.connect();
      await session.publish();
      times.push(performance.now() - at);
      bytes += session.bytesSent;
      await session.close();
    }
  };
  await Promise.all(Array.from({ length: job.concurrency }, (_, lane) => over(lane)));
  const seconds = (performance.now() - began) / 1000;
  const delayMs = { p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
  return { seconds, bytes, count: times.length, compared: 0, lost: 0, doubled: 0, corrupt: 0, delayMs };
}
