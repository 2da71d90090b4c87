import { fromHex } from "@rtmp/bytes-util";
import { encodeColorInfo, encodeVideoTag } from "@rtmp/flv";
import { describe, expect, test, vi } from "vitest";
import { LiveStream } from "../hub/live-stream.js";
import type { PublishedMessage } from "../hub/publish-feed.js";
import { FakeFs } from "../testing/fake-fs.js";
import { childOf, type Mp4Box, readBoxes } from "./mp4-box.js";
import { DEFAULT_NAME, NameTemplate } from "./name-template.js";
import { Recorder, type RecorderOptions } from "./recorder.js";
import type { ClosedFile, LeftOutTrack } from "./recording-info.js";
import { StreamRecording } from "./stream-recording.js";

const START = new Date("2026-01-31T12:00:00.123Z");
const end = { clean: true, reason: "deleteStream" };
/** 320x180, by x264. */
const AVC = "014d400cffe10019674d400ceca0a0cfcf80880000030008000003019078a14cb001000468ce0fc8";

const avcConfig = (record = AVC): PublishedMessage => {
  return { type: "video", messageTypeId: 9, timestamp: 0, payload: fromHex(`1700000000${record}`) };
};
const aacConfig = (record = "1210"): PublishedMessage => {
  return { type: "audio", messageTypeId: 8, timestamp: 0, payload: fromHex(`af00${record}`) };
};
function frame(timestamp: number, key: boolean, length = 20): PublishedMessage {
  const payload = new Uint8Array(5 + length).fill(timestamp & 0xff);
  payload.set([key ? 0x17 : 0x27, 1, 0, 0, 0]);
  return { type: "video", messageTypeId: 9, timestamp, payload };
}
function sound(timestamp: number, length = 10): PublishedMessage {
  const payload = new Uint8Array(2 + length).fill(timestamp & 0xff);
  payload.set([0xaf, 1]);
  return { type: "audio", messageTypeId: 8, timestamp, payload };
}

function setUp(options: Partial<RecorderOptions> = {}) {
  const fs = new FakeFs();
  const closed: ClosedFile[] = [];
  const failures: string[] = [];
  const leftOut: LeftOutTrack[] = [];
  const stream = new LiveStream({ app: "live", name: "key" }, START);
  const limits = { queueBytes: 16 * 2 ** 20, stallMs: 10_000, flushMs: 0 };
  const name = new NameTemplate(DEFAULT_NAME);
  const recorder = new Recorder(
    stream,
    { format: "mp4", directory: "/rec", name, ...limits, fs, now: () => START, ...options },
    {
      opened() {},
      closed: (file) => closed.push(file),
      failed: (reason, _error, file) => {
        failures.push(reason);
        if (file !== undefined) closed.push(file);
      },
      leftOut: (track) => leftOut.push(track),
    },
  );
  stream.subscribe(new StreamRecording([recorder], () => {}));
  const feed = stream.begin(START, () => {});
  const write = async (...messages: PublishedMessage[]) => {
    for (const message of messages) await feed.write(message);
  };
  return { fs, closed, failures, leftOut, stream, feed, recorder, write };
}

/** The boxes of a file, and of each fragment its tracks: number, decode time, and how many samples. */
function read(file: Uint8Array) {
  const boxes = readBoxes(file);
  const fragments = boxes.filter(({ type }) => type === "moof").map((moof) => tracksOf(moof));
  return { types: boxes.map(({ type }) => type).join(" "), fragments };
}

function tracksOf(moof: Mp4Box): string {
  const runs = readBoxes(moof.bytes.subarray(8)).filter(({ type }) => type === "traf");
  return runs
    .map((traf) => {
      const [id, , time] = [u32(childOf(traf, "tfhd"), 12), 0, u32(childOf(traf, "tfdt"), 16)];
      return `${id}@${time}x${u32(childOf(traf, "trun"), 12)}`;
    })
    .join(" ");
}

function u32({ bytes }: Mp4Box, offset: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(offset);
}

/** A second of video, 25 pictures from a keyframe on. */
const second = (from: number) => Array.from({ length: 25 }, (_, i) => frame(from + i * 40, i === 0));

describe("an MP4 recording", () => {
  test("has a head, a fragment for each group of pictures, and an index", async () => {
    const { fs, closed, stream, write } = setUp();
    await write(avcConfig(), aacConfig(), ...second(0), sound(990), ...second(1000), ...second(2000));
    await stream.end(end);
    const [file] = closed;
    const { types, fragments } = read(fs.file(file?.path ?? ""));
    expect(types).toBe("ftyp moov moof mdat moof mdat moof mdat mfra");
    expect(fragments).toEqual(["1@0x25 2@43659x1", "1@90000x25", "1@180000x25"]);
    expect(file).toMatchObject({ clean: true, durationMs: 2960, bytes: fs.file(file?.path ?? "").length });
    expect(file?.tracks).toMatchObject([
      { kind: "video", codec: "avc1.4d400c", width: 320, height: 180, frames: 75 },
      { kind: "audio", codec: "mp4a.40.2", sampleRate: 44_100, channels: 2, frames: 1 },
    ]);
  });

  test("without keyframes has fragments of two seconds, or less if they grow too large", async () => {
    const { fs, closed, stream, write } = setUp();
    await write(avcConfig(), frame(0, true), ...Array.from({ length: 99 }, (_, i) => frame(40 + i * 40, false)));
    await stream.end(end);
    expect(read(fs.file(closed[0]?.path ?? "")).fragments).toEqual(["1@0x50", "1@180000x50"]);

    const large = setUp({ queueBytes: 400_000 });
    await large.write(avcConfig(), frame(0, true));
    for (let i = 1; i < 60; i++) {
      await large.write(frame(i * 40, false, 60_000));
      // What waits for the stream's earliest frame at its begin comes on top: a mebibyte at most.
      expect(large.recorder.heldBytes).toBeLessThanOrEqual(400_000 + 2 ** 20);
    }
    await large.stream.end(end);
    expect(read(large.fs.file(large.closed[0]?.path ?? "")).fragments.length).toBeGreaterThanOrEqual(30);
  });

  test("begins another file when a configuration changes, not when it is repeated", async () => {
    const { fs, closed, stream, write } = setUp();
    await write(avcConfig(), ...second(0), avcConfig(), ...second(1000), avcConfig(`${AVC}00`));
    await write(...second(2000));
    await stream.end(end);
    expect(closed.map(({ reason, offsetMs }) => [reason, offsetMs])).toEqual([
      ["codec-changed", 0],
      ["stream-ended", 2000],
    ]);
    expect(closed.map(({ path }) => read(fs.file(path)).fragments.length)).toEqual([2, 1]);
  });

  test("has the colours that are known when its video begins; others are the next file's", async () => {
    const { fs, closed, stream, write } = setUp({ splitMs: 1000 });
    const colors = (transferCharacteristics: number, fourCc = "avc1"): PublishedMessage => {
      const data = encodeColorInfo({
        colorConfig: { colorPrimaries: 9, transferCharacteristics, matrixCoefficients: 9 },
      });
      const payload = encodeVideoTag({
        kind: "video",
        isExHeader: true,
        frameType: 5,
        packetType: "Metadata",
        fourCc,
        data,
      });
      return { type: "video", messageTypeId: 9, timestamp: 0, payload };
    };
    // FFmpeg sends the colours of every track as those of the first.
    await write(
      avcConfig(),
      colors(16),
      colors(1, "av01"),
      ...second(0).slice(0, 5),
      colors(18),
      ...second(0).slice(5),
    );
    await write(...second(1000), ...second(2000));
    await stream.end(end);
    const transfers = closed.map(({ path }) => {
      const file = Buffer.from(fs.file(path));
      return file[file.indexOf("colrnclx") + 11];
    });
    expect(transfers).toEqual([16, 18]);
  });

  test("goes without tracks that it can not take, and says so once", async () => {
    const { fs, closed, leftOut, stream, write } = setUp({ splitMs: 1000 });
    const speex = (timestamp: number): PublishedMessage => ({ ...sound(timestamp), payload: fromHex("b2010203") });
    await write(avcConfig(), ...second(0), speex(10), ...second(1000), speex(1010), ...second(2000), speex(2010));
    await stream.end(end);
    expect(closed.length).toBe(3);
    expect(closed.every(({ tracks }) => tracks.length === 1)).toBe(true);
    expect(leftOut).toEqual([{ kind: "audio", trackId: 0, codec: "speex", reason: "MP4 does not take this codec" }]);

    const broken = setUp();
    await broken.write(aacConfig("ff"), sound(0), sound(23), avcConfig("0142"), frame(30, true));
    await broken.stream.end(end);
    expect(broken.fs.files.size).toBe(0);
    expect(broken.leftOut.map(({ kind, reason }) => `${kind}: ${reason}`)).toEqual([
      "audio: its configuration is malformed",
      "video: its configuration is malformed",
    ]);
    expect(fs.open).toBe(0);
  });

  test("keeps the memory that configurations take in bounds", async () => {
    const { recorder, stream, write } = setUp();
    const huge = { ...avcConfig(), payload: new Uint8Array(500_000).fill(1) };
    huge.payload.set([0x17, 0, 0, 0, 0]);
    await write(huge, frame(0, true));
    for (let trackId = 0; trackId < 256; trackId++) {
      const payload = fromHex(`95 00 6d703461 ${trackId.toString(16).padStart(2, "0")} 1210`.replaceAll(" ", ""));
      await write({ type: "audio", messageTypeId: 8, timestamp: 0, payload });
    }
    await stream.end(end);
    expect(recorder.heldBytes).toBe(0);
  });

  test("whose disk is full ends with whole fragments, and the stream goes on", async () => {
    const { fs, closed, failures, stream, write, recorder } = setUp();
    await write(avcConfig(), ...second(0), ...second(1000), ...second(2000));
    const [path] = await vi.waitFor(() => {
      expect([...fs.files.values()].map((file) => read(file).fragments.length)).toEqual([2]);
      return [...fs.files.keys()];
    });
    fs.writeLimit = 100;
    let writes = 0;
    fs.before = (step) => {
      if (step === "write" && ++writes === 3) throw Object.assign(new Error("no space"), { code: "ENOSPC" });
    };
    await write(...second(3000), ...second(4000));
    await stream.end(end);
    expect(failures).toEqual(["recording-write-failed"]);
    expect(closed).toMatchObject([{ clean: false, reason: "recording-write-failed" }]);
    expect(read(fs.file(path ?? "")).types).toBe("ftyp moov moof mdat moof mdat");
    expect([fs.open, recorder.heldBytes, closed[0]?.bytes]).toEqual([0, 0, fs.file(path ?? "").length]);
  });
});
