import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Ingest } from "./support/ingest.js";
import { makeSample, packets } from "./support/media.js";
import { has, start } from "./support/programs.js";

const EACH = 167; // six kinds: 1002 connections

/** What strangers do on an open port. */
const STRANGERS: Record<string, (socket: Socket) => void> = {
  "send nothing": () => {},
  "send a byte a second": (socket) => {
    socket.write(Uint8Array.of(3));
    const timer = setInterval(() => socket.write(Uint8Array.of(0)), 1000);
    socket.on("close", () => clearInterval(timer));
  },
  "send a bare FIN": (socket) => void socket.end(),
  "send an HTTP request": (socket) => void socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
  "send a TLS hello": (socket) => void socket.write(Buffer.from("16030100c8010000c40303", "hex")),
  "send random bytes": (socket) => void socket.write(randomBytes(4096)),
};

/** Resident memory of a process, in bytes. */
async function memory(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}

describe.skipIf(!has("ffmpeg") || !has("ffprobe") || process.platform !== "linux")(
  "a crowd of 1,000 strangers (ffmpeg beside them)",
  () => {
    test("is ended in time, costs nothing that stays, and disturbs no encoder", async () => {
      const folder = await mkdtemp(join(tmpdir(), "rtmp-crowd-"));
      const ingest = await Ingest.start();
      try {
        const sample = await makeSample(folder, "H.264 and AAC", 16);
        const copy = (name: string, ...pace: string[]) =>
          start("ffmpeg", [
            "-v",
            "error",
            "-nostdin",
            ...pace,
            "-i",
            sample,
            "-c",
            "copy",
            "-f",
            "flv",
            ingest.url(name),
          ]);
        const publisher = copy("steady", "-re");
        await ingest.event("publish", { stream: "steady" });
        const before = await memory(ingest.pid);

        const open = new Set<Socket>();
        const startedAt = Date.now();
        const endedAfter: number[] = [];
        for (const behave of Object.values(STRANGERS)) {
          for (let i = 0; i < EACH; i++) {
            const socket = connect({ port: ingest.port, host: "127.0.0.1", allowHalfOpen: true });
            open.add(socket);
            socket.on("error", () => {}); // some are cut off while they talk
            socket.on("end", () => socket.end());
            socket.on("close", () => {
              open.delete(socket);
              endedAfter.push(Date.now() - startedAt);
            });
            socket.on("connect", () => behave(socket));
            socket.resume();
          }
        }
        // While they hang on, a new encoder gets in and is served.
        await new Promise((resolve) => setTimeout(resolve, 1500));
        expect(open.size).toBeGreaterThan(0);
        const { code } = await copy("newcomer").ended;
        expect(code).toBe(0);

        const deadline = startedAt + 14_000; // the handshake has 10 s
        while (open.size > 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 100));
        expect(open.size).toBe(0);
        expect(endedAfter).toHaveLength(6 * EACH);

        expect((await publisher.ended).code).toBe(0);
        await ingest.event("unpublish", { stream: "steady", clean: true });
        await ingest.event("unpublish", { stream: "newcomer", clean: true });
        const sent = await packets(sample);
        expect(await packets(await ingest.recording("steady"))).toEqual(sent);
        expect(await packets(await ingest.recording("newcomer"))).toEqual(sent);
        expect((await memory(ingest.pid)) - before).toBeLessThan(80 * 1024 * 1024); // less than 80 kB for each: it was let go
        const reasons = new Set(ingest.log.map(({ reason }) => reason));
        for (const reason of ["http-probe", "tls-probe", "handshake-timeout"]) expect(reasons).toContain(reason);
      } finally {
        await ingest[Symbol.asyncDispose]();
        await rm(folder, { recursive: true, force: true });
      }
    }, 60_000);
  },
);
