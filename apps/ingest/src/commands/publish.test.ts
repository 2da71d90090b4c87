import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeScriptData, encodeScriptData, type FlvTag } from "@rtmp/flv";
import { generate } from "selfsigned";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { runToEnd, startCommand } from "../testing/client-command.js";
import { RawClient } from "../testing/raw-client.js";
import { fileTags, mediaLines, sampleTags, writeSample } from "../testing/sample-file.js";
import { startSessions } from "../testing/session-server.js";
import { startServer } from "../testing/test-server.js";

let folder: string;
let sample: string;
const tags = sampleTags(30);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "rtmp-publish-"));
  sample = join(folder, "sample.flv");
  await writeSample(sample, tags);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const json = ["--log-format", "json"];
const lines = (stderr: string) =>
  stderr
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
const asTags = (messages: readonly { messageTypeId: number; timestamp: number; payload: Uint8Array }[]) =>
  messages.map(({ messageTypeId: tagType, timestamp, payload }) => ({ tagType, timestamp, payload }) as FlvTag);

describe("rtmp-ingest publish", () => {
  test("sends all there is, at its own pace, and ends cleanly", async () => {
    const { port, event, read } = await startServer();
    const startedAt = performance.now();
    const { code, stdout } = await runToEnd(["publish", sample, `rtmp://127.0.0.1:${port}/live/key`, ...json]);
    expect(code).toBe(0);
    expect(stdout).toBe("");
    expect(performance.now() - startedAt).toBeGreaterThan(1160); // 29 frames of 40 ms
    const { clean, recording } = await event("unpublish");
    expect(clean).toBe(true);
    expect(mediaLines(fileTags(await read(recording)))).toEqual(mediaLines(tags));
  });

  test("sends as fast as the server takes it, and waits for one that is slow", async () => {
    const many = join(folder, "many.flv");
    const frames = sampleTags(60_000).map((tag) => (tag.tagType === 9 ? { ...tag, payload: grow(tag.payload) } : tag));
    await writeSample(many, frames);
    let taken = 0;
    const { media, url } = await startSessions(() => ({
      media: (message) => {
        media.push(message);
        return ++taken % 20_000 === 0 ? new Promise((resolve) => setTimeout(resolve, 50)) : undefined;
      },
    }));
    expect((await runToEnd(["publish", "--no-pace", many, url("key")])).code).toBe(0);
    expect(media).toHaveLength(frames.length);
  });

  test("sends metadata as publishers do, without what holds for a file alone", async () => {
    const { media, url } = await startSessions(() => ({}));
    await runToEnd(["publish", "--no-pace", sample, url("key")]);
    const [first] = media;
    expect(first).toMatchObject({ type: "data", name: "@setDataFrame" });
    const { name, values } = decodeScriptData(first?.payload ?? new Uint8Array(0));
    expect(name).toBe("onMetaData");
    expect(values).toHaveLength(1);
    expect(values[0]).toMatchObject({ width: 160, encoder: "test" });
    expect(values[0]).not.toHaveProperty("duration");
    expect(values[0]).not.toHaveProperty("keyframes");
  });

  test("leaves metadata that holds, and other script data, as they are", async () => {
    const own = join(folder, "own.flv");
    const metadata = encodeScriptData("onMetaData", [{ width: 160 }]);
    const cue = encodeScriptData("onCuePoint", [{ name: "ad" }]);
    const amf3 = Uint8Array.of(0, ...metadata);
    const script = [
      { tagType: 18 as const, payload: metadata },
      { tagType: 18 as const, payload: cue },
      { tagType: 15 as const, payload: amf3 },
    ];
    const { encodeFlvHeader, encodeFlvTag } = await import("@rtmp/flv");
    const parts = script.map((tag, index) => encodeFlvTag({ ...tag, timestamp: index }));
    await writeFile(own, Buffer.concat([encodeFlvHeader({ hasAudio: false, hasVideo: false }), ...parts]));
    const { media, url } = await startSessions(() => ({}));
    expect((await runToEnd(["publish", own, url("key")])).code).toBe(0);
    const prefix = encodeScriptData("@setDataFrame", []);
    expect(asTags(media)).toEqual([
      { tagType: 18, timestamp: 0, payload: Uint8Array.of(...prefix, ...metadata) },
      { tagType: 18, timestamp: 1, payload: cue },
      { tagType: 15, timestamp: 2, payload: Uint8Array.of(0, ...prefix, ...metadata) },
    ]);
  });

  test("refused, prints the server's code and words, and exits with 3", async () => {
    const { port } = await startServer();
    const holder = await RawClient.publish(port, "held-for-ever");
    const url = `rtmp://127.0.0.1:${port}/live/held-for-ever?token=s3cret`;
    const { code, stderr } = await runToEnd(["publish", sample, url, ...json]);
    expect(code).toBe(3);
    const [failure] = lines(stderr);
    expect(failure).toMatchObject({ level: "error", code: "publish-rejected", status: "NetStream.Publish.BadName" });
    expect(failure?.["msg"]).toMatch(/already/);
    expect(stderr).not.toContain("s3cret");
    expect(stderr).not.toContain("held-for-ever");
    holder.socket.destroy();
  });

  test("thrown out in the middle, says why and exits with 3", async () => {
    const { media, sessions, url } = await startSessions(() => ({}));
    const command = startCommand(["publish", sample, url("key"), ...json]);
    await vi.waitFor(() => expect(media.length).toBeGreaterThan(3));
    for (const session of sessions)
      session.close("enough", { code: "NetStream.Publish.Denied", description: "Enough." });
    expect(await command.code).toBe(3);
    expect(lines(command.stderr()).at(-1)).toMatchObject({
      status: "NetStream.Publish.Denied",
      description: "Enough.",
    });
  });

  test("exits with 1 when there is no server, or it is lost", async () => {
    const nobody = await runToEnd(["publish", sample, "rtmp://127.0.0.1:1/live/key?token=s3cret", ...json]);
    expect(nobody.code).toBe(1);
    expect(lines(nobody.stderr)).toMatchObject([{ level: "error", code: "connect-failed" }]);
    expect(nobody.stderr).not.toContain("s3cret");
    const { media, sessions, url } = await startSessions(() => ({}));
    const command = startCommand(["publish", sample, url("key")]);
    await vi.waitFor(() => expect(media.length).toBeGreaterThan(3));
    for (const session of sessions) session.close("gone");
    expect(await command.code).toBe(1);
  });

  test("goes on after a lost connection if it may, with headers first, losing nothing that was not under way", async () => {
    const { media, sessions, events, url } = await startSessions(() => ({}));
    const command = startCommand(["publish", sample, url("key"), "--retries", "2", ...json]);
    await vi.waitFor(() => expect(media.length).toBeGreaterThan(10));
    for (const session of sessions) session.close("gone");
    expect(await command.code).toBe(0);
    expect(events.filter(({ what }) => what === "publish")).toHaveLength(2);
    const sent = mediaLines(tags);
    const came = mediaLines(asTags(media));
    expect(came.slice(-20)).toEqual(sent.slice(-20));
    const again = media.findIndex((message, index) => index > 0 && message.name === "@setDataFrame");
    expect(asTags(media.slice(again + 1, again + 3)).map(({ payload }) => payload[1])).toEqual([0, 0]);
  });

  test("moves to another server within a second when asked to, at a keyframe, without a gap", async () => {
    const to = await startSessions(() => ({}));
    let askedAt = 0;
    const from = await startSessions((session) => ({
      media: (message) => {
        from.media.push(message);
        if (from.media.length !== 20) return;
        askedAt = performance.now();
        expect(session().requestReconnect(`rtmp://127.0.0.1:${to.port}/live`, "Maintenance.")).toBe(true);
      },
    }));
    const { code, stderr } = await runToEnd(["publish", sample, from.url("key"), ...json]);
    expect(code).toBe(0);
    expect(to.when("publish") - askedAt).toBeLessThan(1000);
    expect(from.events.map(({ what }) => what)).toEqual(["connection", "publish", "unpublish", "end"]);
    expect(lines(stderr)[1]).toMatchObject({ event: "reconnect-request", description: "Maintenance." });
    const first = mediaLines(asTags(from.media));
    const second = mediaLines(asTags(to.media)).slice(2); // behind the headers
    expect([...first, ...second]).toEqual(mediaLines(tags));
    expect(second[0]).toMatch(/^9 \d+ 1701/);
  });

  test.for([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("%s ends the stream cleanly, and the command with %i", async ([signal, expected]) => {
    const { port, event } = await startServer();
    const command = startCommand(["publish", sample, `rtmp://127.0.0.1:${port}/live/key`]);
    await event("publish");
    command.signals.emit(signal);
    expect(await command.code).toBe(expected);
    expect(await event("unpublish")).toMatchObject({ clean: true });
    expect(command.signals.listenerCount(signal)).toBe(0);
  });

  test("over TLS: to a server whose certificate is trusted, or any if told so", async () => {
    const { private: key, cert } = await generate([{ name: "commonName", value: "localhost" }], { keySize: 2048 });
    const ca = join(folder, "ca.pem");
    await writeFile(ca, cert);
    const { media, port } = await startSessions(() => ({}), { key, cert });
    const url = `rtmps://localhost:${port}/live/key`;
    const stranger = await runToEnd(["publish", "--no-pace", sample, url]);
    expect(stranger.code).toBe(1);
    expect(stranger.stderr).toMatch(/self-signed certificate/);
    expect((await runToEnd(["publish", "--no-pace", sample, url, "--insecure"])).code).toBe(0);
    expect(media).toHaveLength(tags.length);
    expect((await runToEnd(["publish", "--no-pace", sample, url, "--ca", ca])).code).toBe(0);
    expect(media).toHaveLength(2 * tags.length);
    const missing = await runToEnd(["publish", "--no-pace", sample, url, "--ca", `${ca}.not`]);
    expect([missing.code, missing.stderr]).toEqual([4, expect.stringMatching(/can not be read: ENOENT/)]);
  });

  test("tells its progress", async () => {
    const { url } = await startSessions(() => ({}));
    const { stderr } = await runToEnd(["publish", sample, url("key"), "--progress", "300ms", ...json]);
    const progress = lines(stderr).filter(({ event }) => event === "progress");
    expect(progress.length).toBeGreaterThan(1);
    expect(progress[0]).toMatchObject({
      position: expect.stringMatching(/^0:00:00\.[123]$/),
      kbps: expect.any(Number),
      buffered: expect.any(Number),
    });
  });

  test.for([
    ["is not there", undefined, /can not be read: ENOENT/],
    ["is no FLV file", Buffer.from("RIFF????AVI LIST"), /no FLV file/],
  ] as const)("a file that %s: 4, and nobody is bothered", async ([what, content, message]) => {
    const { url, events } = await startSessions(() => ({}));
    const path = join(folder, what.replaceAll(" ", "-"));
    if (content !== undefined) await writeFile(path, content);
    const { code, stderr } = await runToEnd(["publish", path, url("key"), ...json]);
    expect(code).toBe(4);
    expect(lines(stderr).at(-1)?.["msg"]).toMatch(message);
    expect(events).toEqual([]);
  });

  test("a file that is cut short: all that is whole is sent, the end is clean, and the exit code 4", async () => {
    const path = join(folder, "cut.flv");
    await writeFile(path, (await readFile(sample)).subarray(0, -10));
    const { port, event, read } = await startServer();
    const { code, stderr } = await runToEnd(["publish", "--no-pace", path, `rtmp://127.0.0.1:${port}/live/key`]);
    expect(code).toBe(4);
    expect(stderr).toMatch(/damaged: the file ends inside/);
    const { clean, recording } = await event("unpublish");
    expect(clean).toBe(true);
    expect(mediaLines(fileTags(await read(recording)))).toEqual(mediaLines(tags).slice(0, -1));
  });

  test.for([
    [["publish"], /takes a file and a URL/],
    [["publish", "a.flv", "rtmp://host/live/key?t=s3cret", "more"], /takes a file and a URL/],
    [["publish", "a.flv", "http://host/live/key?t=s3cret"], /only rtmp:\/\/ and rtmps:\/\//],
    [["publish", "a.flv", "rtmp://host/live"], /names no stream/],
    [["publish", "a.flv", "rtmp://host/live/key?t=s3cret", "--speed", "-1"], /--speed/],
    [["publish", "a.flv", "rtmp://host/live/key?t=s3cret", "--retries", "1.5"], /--retries: must be a whole number/],
    [["publish", "a.flv", "rtmp://host/live/key?t=s3cret", "--progress", "x"], /--progress: must be a time/],
    [["publish", "a.flv", "rtmp://host/live/key?t=s3cret", "--log-level", "x"], /--log-level: must be error, warn/],
    [["publish", "a.flv", "rtmp://host/live/key?t=s3cret", "--loop"], /Unknown option '--loop'/],
  ] as const)("%j is refused: 2", async ([args, message]) => {
    const { code, stderr } = await runToEnd(args);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/Try rtmp-ingest publish --help/);
    expect(stderr).not.toContain("s3cret");
  });

  test("has its own help, which fits a terminal", async () => {
    const { code, stdout } = await runToEnd(["publish", "--help"]);
    expect(code).toBe(0);
    for (const word of ["--speed", "--no-pace", "--retries", "Exit codes"]) expect(stdout).toContain(word);
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(110);
  });
});

function grow(payload: Uint8Array): Uint8Array {
  const grown = new Uint8Array(800);
  grown.set(payload);
  return grown;
}
