import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RawClient } from "../src/testing/raw-client.js";
import { Ingest } from "./support/ingest.js";
import { ScriptedPlayer, until } from "./support/scripted-player.js";

const PLAYERS = 200;
const STALLED = 20;
const QUEUE = 1024 * 1024;
/** What garbage and the kernel's accounting may add. A copy of the stream for each of the 20 would be far more. */
const SLACK = 48 * 1024 * 1024;

/** Video and audio in turns: messages, not seconds. */
const GOP = 40;
/** 20 MB of them: far more than the kernel takes for a socket that nobody reads. */
const COUNT = 20 * GOP;
const VIDEO_LENGTH = 50_000;
/** How far those who read may be behind the publisher: less than a queue, so that nobody has an excuse to lose a frame. */
const WINDOW = 16;

const noise = randomBytes(VIDEO_LENGTH + COUNT);
interface Frame {
  readonly messageTypeId: 8 | 9;
  readonly timestamp: number;
  readonly payload: Buffer;
}
const sent = Array.from({ length: COUNT }, (_, index): Frame => {
  const timestamp = index * 20;
  const isVideo = index % 2 === 0;
  const payload = Buffer.from(noise.subarray(index, index + (isVideo ? VIDEO_LENGTH : 300)));
  payload.set(isVideo ? [index % GOP === 0 ? 0x17 : 0x27, 1, 0, 0, 0] : [0xaf, 1]);
  return { messageTypeId: isVideo ? 9 : 8, timestamp, payload };
});

/** Checks what one player gets, frame by frame, without keeping it. */
class Viewer {
  player: ScriptedPlayer | undefined;
  /** Indices of the frames before which some are missing. */
  readonly jumps: number[] = [];
  last = -1;
  frames = 0;
  headers = 0;
  wrong = 0;

  /** Takes a message. @returns whether it is a frame. */
  take(type: number, timestamp: number, payload: Uint8Array): boolean {
    if (type === 18) return false;
    if (payload[1] === 0) {
      this.headers++;
      return false;
    }
    const index = timestamp / 20;
    const frame = sent[index];
    if (frame?.messageTypeId !== type || !frame.payload.equals(payload) || index <= this.last) this.wrong++;
    if (index !== this.last + 1) this.jumps.push(index);
    this.last = index;
    this.frames++;
    return true;
  }
  get peer(): string {
    return `127.0.0.1:${this.player?.client.socket.localPort}`;
  }
}

/** Resident memory of a process, in bytes. */
async function memory(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}

describe.skipIf(process.platform !== "linux")(`${PLAYERS} players of one stream (memory as Linux tells it)`, () => {
  let ingest: Ingest;
  beforeAll(async () => {
    ingest = await Ingest.start("--player-queue", String(QUEUE));
  });
  afterAll(() => ingest[Symbol.asyncDispose]());

  test(`of whom ${STALLED} stop reading: they lose whole groups, the others nothing, and memory keeps its bound`, async () => {
    const publisher = await RawClient.publish(ingest.port, "crowd");
    publisher.send({ type: "video", messageTypeId: 9, timestamp: 0, payload: Uint8Array.of(0x17, 0, 0, 0, 0, 1, 66) });
    publisher.send({ type: "audio", messageTypeId: 8, timestamp: 0, payload: Uint8Array.of(0xaf, 0, 0x12, 0x10) });

    const viewers = Array.from({ length: PLAYERS }, () => new Viewer());
    const [stalled, reading] = [viewers.slice(0, STALLED), viewers.slice(STALLED)];
    const inStep = new Set(reading);
    let wake = (): void => {};
    let rejoinFrom: number | undefined;
    let awaited = 0;
    const areThere = (): boolean => {
      for (const { last } of inStep) if (last < awaited) return false;
      return true;
    };
    /** Sends frames as fast as those in step take them. */
    const send = async (from: number, to: number): Promise<void> => {
      for (const [at, frame] of sent.slice(from, to).entries()) {
        awaited = from + at - WINDOW;
        if (!areThere()) await new Promise<void>((resolve) => (wake = resolve));
        publisher.send({ type: frame.messageTypeId === 8 ? "audio" : "video", ...frame });
      }
      awaited = to - 1;
      if (!areThere()) await new Promise<void>((resolve) => (wake = resolve));
    };

    publisher.send({ type: "video", ...(sent[0] as Frame) });
    await ingest.event("publish", { stream: "crowd" });
    for (let at = 0; at < PLAYERS; at += 50) {
      const some = viewers.slice(at, at + 50).map(async (viewer) => {
        viewer.player = await ScriptedPlayer.join(ingest.port, "crowd", ({ messageTypeId, timestamp, payload }) => {
          if (!viewer.take(messageTypeId, timestamp, payload)) return;
          if (rejoinFrom !== undefined && viewer.last >= rejoinFrom) inStep.add(viewer);
          if (inStep.has(viewer) && viewer.last >= awaited && areThere()) wake();
        });
      });
      await Promise.all(some);
    }
    await until("all of them play", () => viewers.every(({ last }) => last === 0));

    // They stop reading; nobody else notices. The server lets them for ten seconds.
    for (const { player } of stalled) player?.client.socket.pause();
    const before = await memory(ingest.pid);
    let most = before;
    const rejoinAt = (COUNT * 3) / 4;
    for (let at = 0; at < rejoinAt; at += GOP) {
      await send(Math.max(1, at), at + GOP);
      most = Math.max(most, await memory(ingest.pid));
    }
    expect(most - before).toBeLessThan(STALLED * QUEUE + SLACK);
    expect(stalled.every(({ last }) => last < GOP)).toBe(true);

    // They read again: what had been on its way, then what goes on at a keyframe.
    rejoinFrom = rejoinAt;
    for (const { player } of stalled) player?.client.socket.resume();
    await until("what was on its way", () => stalled.every(({ headers }) => headers >= 4));
    await send(rejoinAt, COUNT);
    publisher.command(0, "deleteStream", 0, null, 1);
    await Promise.all(viewers.map(({ player }) => player?.ends()));

    for (const { wrong, frames, jumps } of reading) expect([wrong, frames, jumps]).toEqual([0, COUNT, []]);
    for (const { wrong, last, jumps } of stalled) {
      expect([wrong, last]).toEqual([0, COUNT - 1]);
      expect(jumps.length).toBeGreaterThan(0);
      expect(jumps.map((index) => index % GOP)).toEqual(jumps.map(() => 0));
    }
    for (const { peer, frames, jumps } of viewers) {
      const { droppedFrames, drops } = await ingest.event("stop", { stream: "crowd", peer });
      expect([frames, Number(droppedFrames)]).toEqual([frames, COUNT - frames]);
      expect(Number(drops)).toBeGreaterThanOrEqual(jumps.length);
    }
    for (const { player } of viewers) player?.leave();
    publisher.socket.destroy();
  }, 60_000);
});
