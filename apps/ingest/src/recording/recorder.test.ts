import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { LiveStream } from "../hub/live-stream.js";
import type { PublishedMessage } from "../hub/publish-feed.js";
import { FakeFs } from "../testing/fake-fs.js";
import { readRecording } from "../testing/flv-file.js";
import {
  audioHeader,
  audioMessage,
  dataMessage,
  metadataMessage,
  videoHeader,
  videoMessage,
} from "../testing/packets.js";
import { DEFAULT_NAME, NameTemplate } from "./name-template.js";
import { Recorder, type RecorderEvents, type RecorderOptions } from "./recorder.js";
import type { RecordingInfo } from "./recording-info.js";
import { StreamRecording } from "./stream-recording.js";

const START = new Date("2026-01-31T12:00:00.123Z");
const PATH = "/rec/live/key/2026-01-31T12-00-00.123Z.flv";

const silent: RecorderEvents = { opened() {}, closed() {}, failed() {}, leftOut() {} };

function optionsFor(fs: FakeFs, options: Partial<RecorderOptions> = {}): RecorderOptions {
  const name = new NameTemplate(DEFAULT_NAME);
  const limits = { queueBytes: 16 * 2 ** 20, stallMs: 10_000, flushMs: 0 };
  return { format: "flv", directory: "/rec", name, ...limits, fs, now: () => START, ...options };
}

function setUp(options: Partial<RecorderOptions> = {}) {
  const fs = new FakeFs();
  const events: string[] = [];
  const infos: (RecordingInfo | undefined)[] = [];
  const errors: unknown[] = [];
  const stream = new LiveStream({ app: "live", name: "key" }, START);
  const recorder = new Recorder(stream, optionsFor(fs, options), {
    ...silent,
    opened: (info) => void events.push(`opened ${info.path}`),
    closed: (info) => {
      events.push(`closed ${info.path}`);
      infos.push(info);
    },
    failed: (reason, error, info) => {
      events.push(`failed ${reason}`);
      errors.push(error);
      infos.push(info);
    },
  });
  stream.subscribe(new StreamRecording([recorder], () => {}));
  const feed = stream.begin(START, () => {});
  return { fs, events, infos, errors, stream, feed, recorder };
}
const end = { clean: true, reason: "deleteStream" };
const tagsOf = (messages: readonly PublishedMessage[]) =>
  messages.map(({ messageTypeId, timestamp, payload }) => ({ type: messageTypeId, timestamp, payload }));

describe("a recording", () => {
  test("holds every payload and timestamp in order", async () => {
    const { fs, events, infos, stream, feed } = setUp();
    const messages = [
      videoHeader(),
      audioHeader(),
      videoMessage(0, true),
      audioMessage(3),
      videoMessage(40),
      audioMessage(26, 0),
      audioMessage(2_000_000),
    ];
    feed.write(metadataMessage("videodatarate", 2500));
    for (const message of messages) feed.write(message);
    await stream.end(end);
    const { flags, tags, rest, metadata } = readRecording(fs.file(PATH));
    expect(tags).toEqual(tagsOf(messages));
    expect(metadata("videodatarate")).toBe(2500);
    expect(metadata("duration")).toBeGreaterThanOrEqual(2000);
    expect(metadata("filesize")).toBe(fs.file(PATH).length);
    expect([flags, rest, fs.open]).toEqual([5, 0, 0]);
    expect(events).toEqual([`opened ${PATH}`, `closed ${PATH}`]);
    expect(infos[0]).toMatchObject({ bytes: fs.file(PATH).length, mediaMs: 2_000_000, id: stream.id });
    expect(fs.folders).toEqual(["/rec/live/key"]);
  });

  test("creates no file when there is nothing to play", async () => {
    const { fs, events, stream, feed } = setUp();
    feed.write(metadataMessage("videodatarate", 2500)); // says what is to come, and nothing comes
    await stream.end(end);
    expect([fs.files.size, events]).toEqual([0, []]);
  });

  test.for([
    ["audio", [audioMessage(0)], 4],
    ["video", [videoMessage(0, true)], 1],
    ["data", [dataMessage(0, "onCuePoint")], 0],
  ] as const)("of %s alone says so in its header", async ([, messages, flags]) => {
    const { fs, stream, feed } = setUp();
    for (const message of messages) feed.write(message);
    await stream.end(end);
    expect(readRecording(fs.file(PATH)).flags).toBe(flags);
  });

  test("has its metadata at the head when it is never closed", async () => {
    const { fs, stream, feed } = setUp();
    feed.write(metadataMessage("videodatarate", 2500));
    feed.write(videoMessage(0, true));
    await vi.waitFor(() => expect(readRecording(fs.file(PATH))).toMatchObject({ flags: 1, tags: [{ timestamp: 0 }] }));
    expect(readRecording(fs.file(PATH)).metadata("videodatarate")).toBe(2500);
    await stream.end(end);
  });

  test("tells a track that comes later, before the file is closed", async () => {
    const { fs, stream, feed } = setUp();
    feed.write(audioMessage(0));
    await vi.waitFor(() => expect(readRecording(fs.file(PATH))).toMatchObject({ flags: 4, tags: [{ timestamp: 0 }] }));
    feed.write(videoMessage(10, true));
    await vi.waitFor(() => expect(readRecording(fs.file(PATH)).tags.length).toBe(2));
    expect(readRecording(fs.file(PATH)).flags).toBe(5);
    await stream.end(end);
    expect(readRecording(fs.file(PATH)).tags.length).toBe(2);
  });

  test("repeated metadata restarts nothing", async () => {
    const { fs, stream, feed } = setUp();
    for (let i = 0; i < 17; i++) {
      feed.write(metadataMessage("videodatarate", 2500));
      feed.write(audioMessage(i * 20));
    }
    await stream.end(end);
    expect(fs.files.size).toBe(1);
    expect(readRecording(fs.file(PATH)).tags.map((tag) => tag.type)).toEqual(new Array(17).fill(8));
  });

  test("@clearDataFrame is no part of a file", async () => {
    const { fs, stream, feed } = setUp();
    feed.write(audioMessage(0));
    feed.write(dataMessage(1, "@clearDataFrame", "onMetaData"));
    await stream.end(end);
    expect(readRecording(fs.file(PATH)).tags.length).toBe(1);
  });

  test("goes into files of their own, each from the start playable, when timestamps pass 2^31", async () => {
    const { fs, events, stream, feed } = setUp();
    const late = 2 ** 31 + 500;
    feed.write(metadataMessage("videodatarate", 2500));
    for (const message of [
      videoHeader(),
      audioHeader(),
      videoMessage(0, true),
      audioMessage(2_000_000_000),
      videoMessage(late, true),
      audioMessage(late + 7),
    ]) {
      feed.write(message);
    }
    await stream.end(end);
    const second = PATH.replace(".flv", "-2.flv"); // the same millisecond, by this test's clock
    expect(events).toEqual([`opened ${PATH}`, `closed ${PATH}`, `opened ${second}`, `closed ${second}`]);
    expect(readRecording(fs.file(PATH)).tags.map((tag) => tag.timestamp)).toEqual([0, 0, 0, 2_000_000_000]);
    expect(readRecording(fs.file(second)).metadata("videodatarate")).toBe(2500);
    expect(readRecording(fs.file(second)).tags).toEqual(
      tagsOf([
        videoHeader(),
        audioHeader(),
        { ...videoMessage(late, true), timestamp: 0 },
        { ...audioMessage(late + 7), timestamp: 7 },
      ]),
    );
  });

  test("that starts in mid-stream begins with metadata and headers", async () => {
    const stream = new LiveStream({ app: "live", name: "key" }, START);
    const feed = stream.begin(START, () => {});
    feed.write(metadataMessage("videodatarate", 2500));
    feed.write(videoHeader(0, 1));
    feed.write(videoHeader(0, 2)); // replaces the first
    feed.write(videoMessage(0, true));
    const fs = new FakeFs();
    stream.subscribe(new StreamRecording([new Recorder(stream, optionsFor(fs), silent)], () => {}));
    feed.write(videoMessage(40, true));
    await stream.end(end);
    expect(readRecording(fs.file(PATH)).metadata("videodatarate")).toBe(2500);
    expect(readRecording(fs.file(PATH)).tags).toEqual(tagsOf([videoHeader(0, 2), videoMessage(40, true)]));
  });

  test("never touches a file that is there", async () => {
    const { fs, events, stream, feed } = setUp();
    fs.files.set(PATH, Uint8Array.of(1));
    feed.write(audioMessage(0));
    await stream.end(end);
    expect(fs.file(PATH)).toEqual(Uint8Array.of(1));
    expect(events[0]).toBe(`opened ${PATH.replace(".flv", "-2.flv")}`);
  });

  test("bears a disk that takes a few bytes at a time", async () => {
    const { fs, stream, feed } = setUp();
    fs.writeLimit = 700;
    const messages = [videoHeader(), videoMessage(0, true, 3000), audioMessage(10, 5)];
    for (const message of messages) feed.write(message);
    await stream.end(end);
    expect(readRecording(fs.file(PATH)).tags).toEqual(tagsOf(messages));
  });
});

describe("a full queue", () => {
  test("pauses the publisher until there is room, and drops nothing", async () => {
    const { fs, stream, feed, recorder } = setUp({ queueBytes: 50_000 });
    let release = (): void => {};
    fs.before = (step) => {
      return step === "write" ? new Promise((resolve) => (release = resolve)) : undefined;
    };
    const messages: PublishedMessage[] = [];
    let wait: undefined | Promise<void>;
    while (wait === undefined) {
      const message = audioMessage(messages.length, 1000);
      messages.push(message);
      wait = feed.write(message) ?? undefined;
      expect(messages.length).toBeLessThanOrEqual(50);
    }
    expect(recorder.heldBytes).toBeGreaterThanOrEqual(50_000);
    let paused = true;
    const waited = wait.then(() => {
      paused = false;
    });
    await vi.waitFor(() => expect(fs.open).toBe(1));
    expect(paused).toBe(true);
    fs.before = () => {};
    release();
    await waited;
    await stream.end(end);
    expect(readRecording(fs.file(PATH)).tags).toEqual(tagsOf(messages));
    expect(recorder.heldBytes).toBe(0);
  });

  test("makes a publisher that outruns the disk wait a moment, and no longer while there is room", async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const { fs, stream, feed, recorder } = setUp();
    let release = (): void => {};
    fs.before = (step) => (step === "write" ? new Promise((resolve) => (release = resolve)) : undefined);
    let waits = 0;
    for (let i = 0; i < 14; i++) {
      const wait = feed.write(audioMessage(i, 2 ** 20));
      if (wait === undefined) continue;
      waits++;
      await vi.advanceTimersByTimeAsync(50);
      await wait;
    }
    expect(waits).toBe(1); // then the disk is known to be slow
    expect(recorder.heldBytes).toBeGreaterThan(13 * 2 ** 20);
    fs.before = () => {};
    release();
    await stream.end(end);
    expect(readRecording(fs.file(PATH)).tags.length).toBe(14);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("counts empty messages too", () => {
    const { fs, feed } = setUp({ queueBytes: 50_000 });
    fs.before = () => new Promise(() => {});
    let count = 0;
    while (feed.write(audioMessage(count, 0)) === undefined) expect(++count).toBeLessThan(4000);
    expect(count).toBeGreaterThan(100);
  });
});

describe("timestamps that ask for file after file", () => {
  const jump = 3 * 2 ** 29; // the second one after the start of a file ends it
  const frames = (from: number, count: number) =>
    Array.from({ length: count }, (_, i) => audioMessage(((from + i) * jump) % 2 ** 32));

  test("end the recording, not the stream, and leave whole files", async () => {
    const { fs, events, infos, errors, stream, feed, recorder } = setUp();
    for (const message of frames(0, 1000)) expect(feed.write(message)).toBeUndefined();
    await vi.waitFor(() => expect(events).toContain("failed recording-too-many-files"));
    expect([fs.files.size, fs.open, recorder.heldBytes]).toEqual([10, 0, 0]);
    expect(events.length).toBe(21); // of each file two, and how it ended
    expect([events.at(-1), infos.at(-1), errors]).toEqual(["failed recording-too-many-files", undefined, [undefined]]);
    for (const file of fs.files.values()) expect(readRecording(file)).toMatchObject({ rest: 0, flags: 4 });
    expect(feed.write(audioMessage(0))).toBeUndefined();
    await stream.end(end);
    expect([fs.files.size, events.length]).toEqual([10, 21]);
  });

  test("are told when the stream ends at the same moment", async () => {
    const { fs, events, stream, feed } = setUp();
    for (const message of frames(0, 1000)) feed.write(message);
    await stream.end(end);
    expect([fs.files.size, events.at(-1)]).toEqual([10, "failed recording-too-many-files"]);
  });

  test("now and then are recorded for ever", async () => {
    let now = START.getTime();
    const { fs, events, stream, feed } = setUp({ now: () => new Date(now) });
    for (const message of frames(0, 100)) {
      feed.write(message);
      now += 10_000;
    }
    await stream.end(end);
    expect(fs.files.size).toBeGreaterThanOrEqual(50);
    expect(events.filter((event) => event.startsWith("failed"))).toEqual([]);
  });
});

describe("a disk that fails", () => {
  test("ends the recording and not the stream", async () => {
    const { fs, events, errors, infos, stream, feed, recorder } = setUp();
    const full = Object.assign(new Error("no space"), { code: "ENOSPC" });
    feed.write(audioMessage(0));
    await vi.waitFor(() => expect(readRecording(fs.file(PATH)).tags.length).toBe(1));
    fs.before = (step) => {
      if (step === "write") throw full;
    };
    feed.write(audioMessage(20));
    await vi.waitFor(() => expect(events).toContain("failed recording-write-failed"));
    expect(errors).toEqual([full]);
    expect(infos[0]).toMatchObject({ path: PATH, bytes: fs.file(PATH).length });
    expect(feed.write(audioMessage(40))).toBeUndefined();
    expect([recorder.heldBytes, fs.open]).toEqual([0, 0]);
    await stream.end(end);
    expect(readRecording(fs.file(PATH))).toMatchObject({ rest: 0, tags: [{ timestamp: 0 }] });
    expect(events).toEqual([`opened ${PATH}`, "failed recording-write-failed"]);
  });

  test("leaves whole tags behind, and no file without a tag", async () => {
    const cut = setUp();
    cut.feed.write(audioMessage(0));
    await vi.waitFor(() => expect(readRecording(cut.fs.file(PATH)).tags.length).toBe(1));
    let writes = 0;
    cut.fs.writeLimit = 30; // 25 of one tag and 5 of the next
    cut.fs.before = (step) => {
      if (step === "write" && ++writes === 2) throw new Error("broken");
    };
    cut.feed.write(audioMessage(20));
    cut.feed.write(audioMessage(40));
    await cut.stream.end(end);
    expect(cut.events).toContain("failed recording-write-failed");
    expect(readRecording(cut.fs.file(PATH))).toMatchObject({ rest: 0, tags: [{ timestamp: 0 }, { timestamp: 20 }] });

    const none = setUp();
    none.fs.before = (step) => {
      if (step === "write") throw new Error("broken");
    };
    none.feed.write(audioMessage(0));
    await none.stream.end(end);
    expect([none.fs.files.size, none.fs.open]).toEqual([0, 0]);
  });

  test.for(["makeFolder", "create", "close"] as const)("at %s is told", async (broken) => {
    const { fs, events, stream, feed } = setUp();
    fs.before = (step) => {
      if (step === broken) throw new Error("broken");
    };
    feed.write(audioMessage(0));
    await stream.end(end);
    expect(events.at(-1)).toBe("failed recording-write-failed");
  });
});

describe("a disk that hangs", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test.for(["create", "write", "close"] as const)("at %s ends the recording after 10 s", async (hanging) => {
    const { fs, events, stream, feed } = setUp({ queueBytes: 1000 });
    let release = (): void => {};
    fs.before = (step) => {
      return step === hanging ? new Promise((resolve) => (release = resolve)) : undefined;
    };
    const waits = [feed.write(audioMessage(0, 2000))];
    if (hanging === "close") await vi.advanceTimersByTimeAsync(0);
    const ended = hanging === "close" ? stream.end(end) : undefined;
    await vi.advanceTimersByTimeAsync(9999);
    expect(events).not.toContain("failed recording-stalled");
    await vi.advanceTimersByTimeAsync(1);
    expect(events).toContain("failed recording-stalled");
    await Promise.all([...waits, ended]); // the publisher goes on
    expect(feed.write(audioMessage(20))).toBeUndefined();
    await stream.end(end);
    fs.before = () => {};
    release();
    await vi.advanceTimersByTimeAsync(0);
    expect(fs.open).toBe(0); // closed as soon as the disk lets us
    expect(events.filter((event) => event.startsWith("closed"))).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("progress, however slow, is no hang", async () => {
    const { fs, events, stream, feed } = setUp();
    fs.writeLimit = 5000;
    fs.before = (step) => {
      return step === "write" ? new Promise((resolve) => setTimeout(resolve, 9000)) : undefined;
    };
    feed.write(audioMessage(0, 100));
    const ended = stream.end(end);
    await vi.advanceTimersByTimeAsync(9000 * 20);
    await ended;
    expect(events).toEqual([`opened ${PATH}`, `closed ${PATH}`]);
  });

  test("small packets are gathered for a while, large ones are not", async () => {
    const { fs, stream, feed } = setUp({ flushMs: 100 });
    let writes = 0;
    fs.before = (step) => {
      if (step === "write") writes++;
    };
    for (let i = 0; i < 9; i++) feed.write(audioMessage(i));
    await vi.advanceTimersByTimeAsync(99);
    expect(writes).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(writes).toBe(1);
    feed.write(audioMessage(10, 140_000));
    await vi.advanceTimersByTimeAsync(0);
    expect(writes).toBe(2);
    await stream.end(end);
    expect(vi.getTimerCount()).toBe(0);
  });
});
