import { setTimeout as sleep } from "node:timers/promises";
import { ClientSession, type Player } from "@rtmp/session";
import { connectNode } from "@rtmp/session/node";
import { encoderFor, FRAME_MS, frame, frameNumber, SEQUENCE_HEADER, videoMessage } from "./frames.js";
import { type FanOutJob, type JobResult, quantile } from "./jobs.js";
import { publish, urlOf, write } from "./publishing.js";

/** How long players may take for the last frames. */
const LAST_MS = 3000;

/** What one player got. */
interface Seen {
  /** The frame it got last. */
  last: number | undefined;
  bytes: number;
  lost: number;
  doubled: number;
  corrupt: number;
  compared: number;
}

/** Publishes to many players, and compares what each of them gets with what was sent: see {@link FanOutJob}. */
export async function fanOut(job: FanOutJob, begin: () => void): Promise<JobResult> {
  const length = Math.round((job.bitsPerSecond / 8 / 1000) * FRAME_MS);
  const frames = Math.ceil((job.seconds * 1000) / FRAME_MS);
  const sent = Array.from({ length: frames }, (_, number) => Buffer.from(frame(number, length)));
  const sentAt = new Float64Array(frames);
  const encoder = encoderFor(job.chunkSize);
  const socket = await publish(job.port, "fan-out", job.chunkSize);
  await write(socket, Buffer.from(encoder.encode(videoMessage(SEQUENCE_HEADER, 0))));
  const delays: number[] = [];
  const seen: Seen[] = [];
  const players: Player[] = [];
  for (let i = 0; i < job.players; i++) {
    const session = new ClientSession(connectNode, { url: urlOf(job.port, "fan-out") });
    await session.connect();
    const player = await session.play();
    const mine: Seen = { last: undefined, bytes: 0, lost: 0, doubled: 0, corrupt: 0, compared: 0 };
    players.push(player);
    seen.push(mine);
    void watch(player, mine, sent, sentAt, delays);
  }
  begin();
  const began = performance.now();
  for (let number = 0; number < frames; number++) {
    const wait = number * FRAME_MS - (performance.now() - began);
    if (wait > 0) await sleep(wait);
    sentAt[number] = performance.now();
    await write(socket, Buffer.from(encoder.encode(videoMessage(sent[number] ?? SEQUENCE_HEADER, number * FRAME_MS))));
  }
  const end = performance.now() + LAST_MS;
  while (performance.now() < end && seen.some(({ last }) => last !== frames - 1)) await sleep(10);
  for (const mine of seen) mine.lost += frames - 1 - (mine.last ?? frames - 1);
  await Promise.all(players.map((player) => player.close()));
  socket.destroy();
  const sum = (part: "bytes" | "lost" | "doubled" | "corrupt" | "compared") =>
    seen.reduce((all, of) => all + of[part], 0);
  return {
    seconds: (performance.now() - began) / 1000,
    bytes: sum("bytes"),
    count: job.players,
    compared: sum("compared"),
    lost: sum("lost"),
    doubled: sum("doubled"),
    corrupt: sum("corrupt"),
    delayMs: { p50: quantile(delays, 0.5), p99: quantile(delays, 0.99) },
  };
}

/** A player counts from the first frame that it gets: before it came there was nothing for it. */
async function watch(
  player: Player,
  mine: Seen,
  sent: readonly Buffer[],
  sentAt: Float64Array,
  delays: number[],
): Promise<void> {
  for await (const { type, payload } of player) {
    const number = type === "video" ? frameNumber(payload) : undefined;
    if (number === undefined) continue;
    delays.push(performance.now() - (sentAt[number] ?? 0));
    mine.bytes += payload.length;
    mine.compared++;
    if (sent[number]?.equals(payload) !== true) mine.corrupt++;
    const step = number - (mine.last ?? number - 1);
    if (step <= 0) mine.doubled++;
    else {
      mine.lost += step - 1;
      mine.last = number;
    }
  }
}
