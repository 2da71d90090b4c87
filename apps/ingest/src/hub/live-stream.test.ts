import { describe, expect, test } from "vitest";
import { audioHeader, audioMessage, dataMessage, videoHeader, videoMessage } from "../testing/packets.js";
import { LiveStream, type StreamEnd, type StreamSubscriber } from "./live-stream.js";
import type { MediaPacket } from "./media-packet.js";

class Collector implements StreamSubscriber {
  readonly packets: MediaPacket[] = [];
  readonly ends: StreamEnd[] = [];
  readonly heldBytes = 7;
  answer: () => void | Promise<void> = () => {};
  packet(packet: MediaPacket): void | Promise<void> {
    this.packets.push(packet);
    return this.answer();
  }
  end(end: StreamEnd): void | Promise<void> {
    this.ends.push(end);
    return this.answer();
  }
}
const end: StreamEnd = { clean: true, reason: "deleteStream" };

function setUp(count = 1) {
  const errors: unknown[] = [];
  const stream = new LiveStream({ app: "live", name: "key" }, new Date(0), {
    gop: { maxBytes: 0, maxMs: 0 },
    onSubscriberError: (error) => void errors.push(error),
  });
  const feed = stream.begin(new Date(0), () => {});
  const collectors = Array.from({ length: count }, () => new Collector());
  for (const collector of collectors) stream.subscribe(collector);
  return { stream, feed, errors, collectors, first: collectors[0] ?? new Collector() };
}

describe("LiveStream", () => {
  test("gives every subscriber the same packets and tells what they are", () => {
    const { stream, feed, collectors, first } = setUp(2);
    feed.write(dataMessage(0, "@setDataFrame", "onMetaData"));
    feed.write(videoHeader());
    feed.write(audioHeader());
    feed.write(videoMessage(0, true));
    feed.write(videoMessage(40));
    feed.write(audioMessage(23));
    expect(first.packets.map(({ tagType, role, keyframe }) => [tagType, role, keyframe])).toEqual([
      [18, "data", false],
      [9, "config", false],
      [8, "config", false],
      [9, "frame", true],
      [9, "frame", false],
      [8, "frame", false],
    ]);
    expect(collectors[1]?.packets.every((packet, i) => packet === first.packets[i])).toBe(true);
    const frames = first.packets.filter(({ role }) => role === "frame");
    const inBuffer = frames.reduce((sum, { payload }) => sum + payload.length, 0);
    expect(stream.heldBytes).toBe(14 + 65_536 - inBuffer); // what subscribers hold, and a buffer to be filled
  });

  test("copies what somebody keeps, and nothing else", () => {
    const { stream, feed, first } = setUp();
    const looked: Uint8Array[] = [];
    stream.subscribe({
      heldBytes: 0,
      keepsFrames: false,
      packet: ({ payload }) => void looked.push(payload),
      end: () => {},
    });
    const message = videoMessage(0, true, 100);
    const sent = message.payload.slice();
    feed.write(message);
    message.payload.fill(0xee); // the connection reads on, into the same array
    expect(first.packets[0]?.payload).toEqual(sent);

    const unwatched = new LiveStream({ app: "live", name: "alone" }, new Date(0));
    const alone = unwatched.begin(new Date(0), () => {});
    unwatched.subscribe({
      heldBytes: 0,
      keepsFrames: false,
      packet: ({ payload }) => void looked.push(payload),
      end: () => {},
    });
    alone.write(message);
    expect(looked[1]).toBe(message.payload);
  });

  test("who joins while a packet that nobody keeps is passed on gets what comes behind it", () => {
    const { stream, feed } = setUp(0);
    const late = new Collector();
    stream.subscribe({
      heldBytes: 0,
      keepsFrames: false,
      packet: () => void stream.subscribe(late),
      end: () => {},
    });
    const messages = [videoMessage(0, true, 100), videoMessage(40)];
    const second = messages[1]?.payload.slice();
    for (const message of messages) {
      feed.write(message);
      message.payload.fill(0xee); // the connection reads on, into the same array
    }
    expect(late.packets.map(({ payload }) => payload)).toEqual([second]);
  });

  test("who begins to keep frames while it listens has them whole, from the group on that is there", () => {
    const stream = new LiveStream({ app: "live", name: "key" }, new Date(0), {
      gop: { maxBytes: 1e6, maxMs: 1e6 },
      onSubscriberError: () => {},
    });
    const feed = stream.begin(new Date(0), () => {});
    const kept: MediaPacket[] = [];
    let keepsFrames = false;
    stream.subscribe({
      heldBytes: 0,
      get keepsFrames() {
        return keepsFrames;
      },
      packet: (packet) => void (keepsFrames && kept.push(packet)),
      end: () => {},
    });
    const sent = Array.from({ length: 400 }, (_, i) => videoMessage(i, i % 100 === 0, 1000));
    for (const [i, message] of sent.entries()) {
      if (i === 150) {
        keepsFrames = true;
        kept.push(...stream.gopPackets());
      }
      const payload = message.payload.slice();
      feed.write({ ...message, payload });
      payload.fill(0xee);
    }
    expect(kept.map(({ payload }) => payload)).toEqual(sent.slice(100).map(({ payload }) => payload));
  });

  test("counts messages and bytes as they came, by kind", () => {
    const { feed } = setUp();
    feed.write(dataMessage(0, "@setDataFrame", "onMetaData"));
    feed.write(dataMessage(0, "@clearDataFrame", "onMetaData"));
    feed.write(videoMessage(0, true, 100));
    feed.write(audioMessage(0, 10));
    feed.write({ ...audioMessage(0), payload: new Uint8Array(0) });
    expect(feed.counts).toEqual({
      audioMessages: 2,
      videoMessages: 1,
      dataMessages: 2,
      audioBytes: 10,
      videoBytes: 100,
      dataBytes: 29 + 31,
    });
  });

  test("unwraps timestamps over all tracks", () => {
    const { feed, first } = setUp();
    feed.write(videoMessage(2 ** 32 - 10, true));
    feed.write(audioMessage(5));
    feed.write(videoMessage(2 ** 32 - 2));
    expect(first.packets.map((packet) => packet.timestamp)).toEqual([2 ** 32 - 10, 2 ** 32 + 5, 2 ** 32 - 2]);
  });

  test("time never falls below 0, which neither RTMP nor FLV can tell, however far a later publisher's clock is set back", () => {
    const { stream, feed, first } = setUp();
    feed.write(videoMessage(0, true));
    const next = stream.begin(new Date(0), () => {});
    for (const timestamp of [1_000_000, 0, 40, 1_000_040]) next.write(videoMessage(timestamp, true));
    expect(first.packets.map(({ timestamp }) => timestamp)).toEqual([0, 40, 0, 40, 1_000_040]);
  });

  test("keeps the last metadata and the last configuration of each track", () => {
    const { stream, feed } = setUp();
    const secondTrack = Uint8Array.of(0x96, 0x00, 0x61, 0x76, 0x63, 0x31, 1, 9); // one track, sequence start, avc1, id 1
    const video = (payload: Uint8Array) => ({ type: "video", messageTypeId: 9, timestamp: 0, payload }) as const;
    feed.write(videoHeader(0, 1));
    feed.write(audioHeader());
    feed.write(dataMessage(0, "onMetaData", "a"));
    feed.write(video(secondTrack));
    feed.write(videoHeader(0, 2));
    feed.write(dataMessage(0, "onMetaData", "b"));
    feed.write(dataMessage(0, "onCuePoint"));
    expect(stream.initPackets().map((packet) => packet.payload)).toEqual([
      dataMessage(0, "onMetaData", "b").payload,
      videoHeader(0, 2).payload,
      audioHeader().payload,
      secondTrack,
    ]);
    feed.write(dataMessage(0, "@clearDataFrame", "onMetaData"));
    expect(stream.initPackets().length).toBe(3);
  });

  test("does not keep headers without bound", () => {
    const { stream, feed } = setUp();
    for (let id = 0; id < 256; id++) {
      const payload = new Uint8Array(60_000);
      payload.set([0x96, 0x00, 0x61, 0x76, 0x63, 0x31, id]);
      feed.write({ type: "video", messageTypeId: 9, timestamp: 0, payload });
    }
    const kept = stream.initPackets().reduce((sum, packet) => sum + packet.payload.length, 0);
    expect(kept).toBeGreaterThan(900_000);
    expect(kept).toBeLessThanOrEqual(1024 * 1024);
  });

  test("waits for the subscribers that ask for it", async () => {
    const { feed, collectors, first } = setUp(3);
    expect(feed.write(audioMessage(0))).toBeUndefined();
    const release: (() => void)[] = [];
    for (const collector of collectors.slice(1))
      collector.answer = () => new Promise((resolve) => release.push(resolve));
    let waiting = true;
    const wait = feed.write(audioMessage(1))?.then(() => {
      waiting = false;
    });
    release[0]?.();
    await Promise.resolve();
    expect([waiting, first.packets.length]).toEqual([true, 2]);
    release[1]?.();
    await wait;
    expect(waiting).toBe(false);
  });

  test("goes on without a subscriber that throws or rejects", async () => {
    const { feed, errors, collectors, first } = setUp(3);
    first.answer = () => {
      throw new Error("thrown");
    };
    const [, second, third] = collectors;
    if (second !== undefined) second.answer = () => Promise.reject(new Error("rejected"));
    await feed.write(audioMessage(0));
    await feed.write(audioMessage(1));
    expect([first.packets.length, second?.packets.length, third?.packets.length]).toEqual([1, 1, 2]);
    expect(errors.map(String)).toEqual(["Error: thrown", "Error: rejected"]);
  });

  test("ends once, when every subscriber has", async () => {
    const { stream, feed, errors, collectors, first } = setUp(2);
    first.answer = () => Promise.reject(new Error("closing failed"));
    await stream.end(end);
    await stream.end({ clean: false, reason: "closed" });
    feed.write(audioMessage(0));
    expect(collectors.map((collector) => [collector.ends, collector.packets.length])).toEqual([
      [[end], 0],
      [[end], 0],
    ]);
    expect(errors.length).toBe(1);
    expect(() => stream.subscribe(new Collector())).toThrow(RangeError);
  });

  test("a subscriber that left gets nothing more", async () => {
    const { stream, feed } = setUp();
    const late = new Collector();
    const leave = stream.subscribe(late);
    feed.write(audioMessage(0));
    leave();
    feed.write(audioMessage(1));
    await stream.end(end);
    expect([late.packets.length, late.ends.length]).toEqual([1, 0]);
  });
});
