import { execFile, spawnSync } from "node:child_process";
import { mkdtemp, open, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { decodeScriptData, type FlvTag } from "@rtmp/flv";
import type { PlayRequest, ServerSession } from "@rtmp/session";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { runToEnd, startCommand } from "../testing/client-command.js";
import { fileTags, mediaLines, sampleTags, writeSample } from "../testing/sample-file.js";
import { startSessions } from "../testing/session-server.js";
import { startServer } from "../testing/test-server.js";

let folder: string;
let sample: string;
const tags = sampleTags(30);
const media = tags.filter(({ tagType }) => tagType !== 18);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "rtmp-play-"));
  sample = join(folder, "sample.flv");
  await writeSample(sample, tags);
});
afterAll(() => rm(folder, { recursive: true, force: true }));
const path = (name: string): string => join(folder, name);
const linesOf = async (name: string): Promise<string[]> => mediaLines(fileTags(await readFile(path(name))));

/** Plays these tags to whoever comes, then does as it is told. */
function serving(sent: readonly FlvTag[], then: (session: ServerSession, streamId: number) => void) {
  return (session: () => ServerSession) => ({
    play: (request: PlayRequest) => {
      request.accept();
      const { messageStreamId } = request.playback;
      for (const { tagType, timestamp, payload } of sent) {
        session().sendMedia(messageStreamId, { messageTypeId: tagType, timestamp, payload });
      }
      session().flush();
      then(session(), messageStreamId);
    },
  });
}
const ending = (session: ServerSession, streamId: number): void => session.endPlayback(streamId);

describe("rtmp-ingest play", () => {
  test("writes what is published, to the end of the stream, and completes the file", async () => {
    const { port } = await startServer({ play: { waitMs: 5000 } });
    const url = `rtmp://127.0.0.1:${port}/live/key`;
    const player = runToEnd(["play", url, "-o", path("whole.flv")]);
    await runToEnd(["publish", sample, url]);
    expect(await player).toMatchObject({ code: 0, stdout: "" });
    expect(await linesOf("whole.flv")).toEqual(mediaLines(tags));
    const [head] = fileTags(await readFile(path("whole.flv")));
    const [metadata] = decodeScriptData(head?.payload ?? new Uint8Array(0)).values;
    expect(metadata).toMatchObject({ width: 160, encoder: "test", filesize: (await stat(path("whole.flv"))).size });
    expect(metadata).toHaveProperty("keyframes");
  });

  test("writes to standard output, with nothing that is to be patched", async () => {
    const { url } = await startSessions(serving(tags, ending));
    const file = await open(path("piped.flv"), "w");
    const { code } = await runToEnd(["play", url("key")], file.fd);
    await file.close();
    expect(code).toBe(0);
    expect(await linesOf("piped.flv")).toEqual(mediaLines(tags));
    expect((await stat(path("piped.flv"))).size).toBeLessThan(4000);
  });

  const hasPipes = spawnSync("sh", ["-c", "command -v mkfifo"]).status === 0;
  test.skipIf(!hasPipes)("writes into a pipe that is read slowly (made by mkfifo)", async () => {
    const frames = sampleTags(40_000);
    const { url } = await startSessions(serving(frames, ending));
    await promisify(execFile)("mkfifo", [path("pipe")]);
    const reader = promisify(execFile)("sh", ["-c", `sleep 0.3; cat ${path("pipe")} > ${path("slow.flv")}`]);
    expect((await runToEnd(["play", url("key"), "-o", path("pipe")])).code).toBe(0);
    await reader;
    expect(await linesOf("slow.flv")).toEqual(mediaLines(frames));
  });

  test("ends after a duration, measured from the first frame", async () => {
    const late = sampleTags(30, 5, 2 ** 32 - 400); // across the end of the clock
    const wrapped = late.map((tag) => ({ ...tag, timestamp: tag.timestamp % 2 ** 32 }));
    const { url, when } = await startSessions(serving(wrapped, () => {}));
    expect((await runToEnd(["play", url("key"), "-o", path("some.flv"), "--duration", "800ms"])).code).toBe(0);
    expect(await linesOf("some.flv")).toEqual(mediaLines(wrapped).slice(0, 2 + 2 * 20));
    expect(when("end")).toBeGreaterThan(0);
  });

  test("says why there is nothing to play, exits with 3, and leaves a file alone that was there", async () => {
    const { port } = await startServer({ play: { waitMs: 0 } });
    await writeFile(path("kept.flv"), "precious");
    for (const name of ["kept.flv", "new.flv"]) {
      const { code, stderr } = await runToEnd(["play", `rtmp://127.0.0.1:${port}/live/key?t=s3cret`, "-o", path(name)]);
      expect(code).toBe(3);
      expect(stderr).toContain("NetStream.Play.StreamNotFound");
      expect(stderr).toContain("not being published");
      expect(stderr).not.toContain("s3cret");
    }
    expect(await readFile(path("kept.flv"), "utf8")).toBe("precious");
    await expect(stat(path("new.flv"))).rejects.toThrow("ENOENT");
  });

  test("a lost server: what came is kept in a complete file, and the exit code is 1", async () => {
    const { url } = await startSessions(serving(tags, (session) => session.close("gone")));
    expect((await runToEnd(["play", url("key"), "-o", path("lost.flv")])).code).toBe(1);
    expect(await linesOf("lost.flv")).toEqual(mediaLines(tags));
  });

  test("goes on after a lost connection if it may, and writes nothing twice", async () => {
    let connections = 0;
    const { url } = await startSessions((session) => {
      const first = connections++ === 0;
      return {
        ...serving(first ? tags.slice(0, 33) : tags, (own, id) => (first ? own.close("gone") : ending(own, id)))(
          session,
        ),
      };
    });
    expect((await runToEnd(["play", url("key"), "-o", path("again.flv"), "--retries", "1"])).code).toBe(0);
    const frames = (await linesOf("again.flv")).filter((line) => !/^\d \d+ (1700|af00)/.test(line));
    expect(frames).toEqual(mediaLines(media.slice(2)));
  });

  test("moves to another server within a second when asked to, and writes nothing twice", async () => {
    const to = await startSessions(serving(tags, ending));
    let askedAt = 0;
    const from = await startSessions(
      serving(tags.slice(0, 33), (session) => {
        askedAt = performance.now();
        session.requestReconnect(`rtmp://127.0.0.1:${to.port}/live`);
      }),
    );
    expect((await runToEnd(["play", from.url("key"), "-o", path("moved.flv")])).code).toBe(0);
    expect(to.when("connection") - askedAt).toBeLessThan(1000);
    const frames = (await linesOf("moved.flv")).filter((line) => !/^\d \d+ (1700|af00)/.test(line));
    expect(frames).toEqual(mediaLines(media.slice(2)));
  });

  test.for([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("%s completes the file, and ends the command with %i", async ([signal, expected]) => {
    const { url } = await startSessions(serving(tags, () => {}));
    const file = path(`${signal}.flv`);
    const command = startCommand(["play", url("key"), "-o", file, "--log-format", "json"]);
    await vi.waitFor(async () => expect((await stat(file)).size).toBeGreaterThan(21_000));
    await vi.waitFor(async () => expect(fileTags(await readFile(file))).toHaveLength(media.length + 1));
    command.signals.emit(signal);
    expect(await command.code).toBe(expected);
    expect(mediaLines(fileTags(await readFile(file)))).toEqual(mediaLines(tags));
    expect(command.stderr()).toContain('"played"');
  });

  test("ends when nothing comes for too long: 1", async () => {
    const { url } = await startSessions(serving(tags, () => {}));
    const args = ["play", url("key"), "-o", path("idle.flv"), "--idle-timeout", "300ms"];
    const { code, stderr } = await runToEnd(args);
    expect(code).toBe(1);
    expect(stderr).toMatch(/nothing for too long/);
  });

  test("a file that can not be written: 4, before the server is bothered", async () => {
    const { url, events } = await startSessions(serving(tags, ending));
    const { code, stderr } = await runToEnd(["play", url("key"), "-o", path("no/such/folder.flv")]);
    expect(code).toBe(4);
    expect(stderr).toMatch(/can not be written: ENOENT/);
    expect(events).toEqual([]);
  });

  test("a disk that is full: 4", async () => {
    const { url } = await startSessions(serving(tags, ending));
    const { code, stderr } = await runToEnd(["play", url("key"), "-o", "/dev/full"]);
    expect(code).toBe(4);
    expect(stderr).toMatch(/can not be written: ENOSPC/);
  });

  test.for([
    [["play"], /takes one URL/],
    [["play", "rtmp://host/live/key", "more"], /takes one URL/],
    [["play", "rtmp://host/live/key"], /Standard output is a terminal/],
    [["play", "rtmp://host/live/key", "-o", "-"], /Standard output is a terminal/],
    [["play", "rtmp://host/live", "-o", "x"], /names no stream/],
    [["play", "rtmp://host/live/key", "-o", "x", "--duration", "soon"], /--duration: must be a time/],
  ] as const)("%j is refused: 2", async ([args, message]) => {
    const { code, stderr } = await runToEnd(args);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });

  test("has its own help, which fits a terminal", async () => {
    const { code, stdout } = await runToEnd(["play", "-h"]);
    expect(code).toBe(0);
    for (const word of ["-o, --output FILE", "--duration", "--idle-timeout", "Exit codes"])
      expect(stdout).toContain(word);
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(110);
  });
});
