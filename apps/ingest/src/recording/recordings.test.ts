import { createHash } from "node:crypto";
import { describe, expect, test, vi } from "vitest";
import { type IngestOptions, parseConfig } from "../config/config.js";
import type { Emit } from "../events.js";
import { LiveStream } from "../hub/live-stream.js";
import { MemoryStreamRegistry } from "../hub/stream-registry.js";
import { FakeFs } from "../testing/fake-fs.js";
import { readRecording } from "../testing/flv-file.js";
import { audioMessage, videoHeader, videoMessage } from "../testing/packets.js";
import { Recordings } from "./recordings.js";

const START = new Date("2026-01-31T12:00:00.123Z");
const PATH = "/rec/live/key/2026-01-31T12-00-00.123Z.flv";
const id = { app: "live", name: "key" };
const end = { clean: true, reason: "deleteStream" };

function setUp(options: IngestOptions["record"] = {}, gopBytes = 0) {
  const fs = new FakeFs();
  const registry = new MemoryStreamRegistry();
  const events: [string, Record<string, unknown>][] = [];
  const emit: Emit = (name, ...[event]) => void events.push([name, { ...event }]);
  const { record } = parseConfig({ record: { directory: "/rec", flushMs: 0, ...options } });
  const recordings = new Recordings({ config: record, registry, emit, fs, now: () => START });
  const publish = (limits = {}) => {
    const gop = { maxBytes: gopBytes, maxMs: 60_000 };
    const stream = new LiveStream(id, START, { gop, onSubscriberError: () => {} });
    stream.limits = limits;
    registry.claim(stream);
    recordings.begin(stream);
    return { stream, feed: stream.begin(START, () => {}) };
  };
  const names = () => events.map(([name]) => name);
  const manifest = () =>
    Buffer.from(fs.file("/rec/recordings.jsonl"))
      .toString()
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
  return { fs, registry, recordings, events, names, publish, manifest };
}

describe("a finished file", () => {
  test("is told and listed with its length, tracks and hash", async () => {
    const { fs, recordings, events, names, publish, manifest } = setUp();
    const { stream, feed } = publish();
    for (const message of [videoHeader(), videoMessage(0, true), audioMessage(10), videoMessage(40)])
      feed.write(message);
    expect(recordings.isRecording(id)).toBe(true);
    await vi.waitFor(() => expect(recordings.list().running[0]?.mediaMs).toBe(40));
    expect(recordings.list().running).toMatchObject([{ app: "live", stream: "key", format: "flv", path: PATH }]);
    await stream.end(end);
    await recordings.idle();
    expect(names()).toEqual(["recordingStarted", "recordingClosed"]);
    const expected = {
      ...{ app: "live", stream: "key", format: "flv", bytes: fs.file(PATH).length, mediaMs: 40, durationMs: 40 },
      ...{ offsetMs: 0, clean: true, reason: "stream-ended", startedAt: START.toISOString() },
      tracks: [
        { kind: "video", trackId: 0, codec: expect.any(String), frames: 2 },
        { kind: "audio", trackId: 0, codec: "mp4a", frames: 1 },
      ],
      sha256: createHash("sha256").update(fs.file(PATH)).digest("hex"),
    };
    expect(events[1]?.[1]).toMatchObject({ ...expected, path: PATH });
    expect(manifest()).toEqual([{ ...events[1]?.[1], path: "live/key/2026-01-31T12-00-00.123Z.flv" }]);
    expect(recordings.list()).toEqual({ running: [], finished: [events[1]?.[1]] });
    expect(recordings.latestPath(stream)).toBe(PATH);
  });

  test("has no hash and no line where that is not wanted", async () => {
    const { fs, recordings, events, publish } = setUp({ manifest: "off", hash: "none" });
    const { stream, feed } = publish();
    feed.write(audioMessage(0));
    await stream.end(end);
    await recordings.idle();
    expect([...fs.files.keys()]).toEqual([PATH]);
    expect(events[1]?.[1]).not.toHaveProperty("sha256");
  });

  test("goes without its hash when time is up", async () => {
    const { fs, recordings, events, publish, manifest } = setUp();
    const { stream, feed } = publish();
    let release = (): void => {};
    fs.before = (step) => (step === "hash" ? new Promise((resolve) => (release = resolve)) : undefined);
    feed.write(audioMessage(0));
    await stream.end(end); // does not wait for it
    recordings.hurry();
    release();
    await recordings.idle();
    expect(events.at(-1)?.[0]).toBe("recordingClosed");
    expect(manifest()[0]).not.toHaveProperty("sha256");
  });

  test("is told although the manifest takes no line, and the next line stands alone", async () => {
    const { fs, registry, recordings, events, names, publish, manifest } = setUp();
    for (const limit of [30, Number.POSITIVE_INFINITY]) {
      const { stream, feed } = publish();
      feed.write(audioMessage(0));
      await vi.waitFor(() => expect(recordings.list().running[0]?.path).toBeDefined());
      fs.before = (step) => {
        if (step === "appendTo") fs.writeLimit = limit;
      };
      await stream.end(end);
      await recordings.idle();
      fs.writeLimit = Number.POSITIVE_INFINITY;
      registry.release(stream);
    }
    expect(names()).toEqual(["recordingStarted", "fault", "recordingClosed", "recordingStarted", "recordingClosed"]);
    expect(events[1]?.[1]).toMatchObject({ where: "recordings" });
    const lines = Buffer.from(fs.file("/rec/recordings.jsonl")).toString().split("\n");
    expect(lines.length).toBe(3);
    expect(JSON.parse(lines[1] ?? "")).toMatchObject({ clean: true });
    expect(() => manifest()).toThrow();
  });

  test("that failed is listed with the reason", async () => {
    const { fs, recordings, names, publish, manifest } = setUp();
    const { stream, feed } = publish();
    feed.write(audioMessage(0));
    await vi.waitFor(() => expect(readRecording(fs.file(PATH)).tags.length).toBe(1));
    fs.before = (step) => {
      if (step === "write") throw Object.assign(new Error("no space"), { code: "ENOSPC" });
    };
    feed.write(audioMessage(20));
    await stream.end(end);
    await recordings.idle();
    expect(names()).toEqual(["recordingStarted", "recordingFailed"]);
    expect(manifest()).toMatchObject([{ clean: false, reason: "recording-write-failed", bytes: fs.file(PATH).length }]);
    expect(recordings.isRecording(id)).toBe(false);
  });
});

describe("on demand", () => {
  test("a recording is started and stopped while the stream goes on", async () => {
    const { fs, recordings, publish, manifest } = setUp({ when: "manual" });
    expect(recordings.start(id)).toBe("stream-not-found");
    const { stream, feed } = publish();
    for (const message of [videoHeader(), videoMessage(60_000, true), videoMessage(60_040)]) feed.write(message);
    expect(await recordings.stop(id)).toBe(false);
    expect([recordings.start(id), recordings.start(id)]).toEqual(["started", "already-recording"]);
    for (const message of [videoMessage(60_080), videoMessage(60_120, true), videoMessage(60_160)]) feed.write(message);
    expect(await recordings.stop(id)).toBe(true);
    feed.write(videoMessage(60_200, true));
    await recordings.idle();
    // Without a group of pictures to start from it begins at the next keyframe, at 0.
    expect(readRecording(fs.file(PATH)).tags.map(({ timestamp }) => timestamp)).toEqual([0, 0, 40]);
    expect(manifest()).toMatchObject([{ reason: "stopped", offsetMs: 60_120, tracks: [{ frames: 2 }] }]);
    expect(recordings.start(id)).toBe("started");
    await stream.end(end);
    expect(recordings.start(id)).toBe("stream-not-found");
  });

  test("it begins with the group of pictures that the stream keeps", async () => {
    const { fs, recordings, publish } = setUp({ when: "manual" }, 1e6);
    const { stream, feed } = publish();
    for (const message of [videoHeader(), videoMessage(5000, true), videoMessage(5040)]) feed.write(message);
    recordings.start(id);
    feed.write(videoMessage(5080));
    await stream.end(end);
    expect(readRecording(fs.file(PATH)).tags.map(({ timestamp }) => timestamp)).toEqual([0, 0, 40, 80]);
  });

  test("what is wanted of a stream counts more than the configuration", async () => {
    const always = setUp();
    always.publish({ record: false });
    expect([always.recordings.isRecording(id), always.recordings.start(id)]).toEqual([false, "started"]);
    const manual = setUp({ when: "manual" });
    manual.publish({ record: true });
    expect(manual.recordings.isRecording(id)).toBe(true);
    const off = setUp({ directory: undefined });
    off.publish({ record: true });
    expect([off.recordings.isRecording(id), off.recordings.start(id)]).toEqual([false, "recording-off"]);
  });

  test("a recording that failed can be started again, and nothing of the old one stays", async () => {
    const { fs, recordings, names, publish } = setUp();
    const { stream, feed } = publish();
    fs.before = (step) => {
      if (step === "create") throw new Error("broken");
    };
    feed.write(audioMessage(0));
    await vi.waitFor(() => expect(names()).toContain("recordingFailed"));
    fs.before = () => {};
    expect(recordings.start(id)).toBe("started");
    feed.write(audioMessage(20));
    await stream.end(end);
    expect(readRecording(fs.file(PATH)).tags.length).toBe(1);
    expect(recordings.list().running).toEqual([]);
  });
});
