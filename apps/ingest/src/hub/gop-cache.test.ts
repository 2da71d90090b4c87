import { describe, expect, test } from "vitest";
import { audioMessage, videoHeader, videoMessage } from "../testing/packets.js";
import { GopCache } from "./gop-cache.js";
import { LiveStream } from "./live-stream.js";
import type { MediaPacket } from "./media-packet.js";
import type { PublishedMessage } from "./publish-feed.js";

const roomy = { maxBytes: 10_000, maxMs: 10_000 };

/** What a stream keeps after these messages, as timestamps. */
function kept(messages: readonly PublishedMessage[], gop = roomy): number[] {
  const stream = new LiveStream({ app: "live", name: "key" }, new Date(0), { gop, onSubscriberError: () => {} });
  const feed = stream.begin(new Date(0), () => {});
  for (const message of messages) feed.write(message);
  return stream.gopPackets().map(({ timestamp }) => timestamp);
}

describe("GopCache", () => {
  test("keeps all frames since the last keyframe, and no headers", () => {
    const messages = [videoHeader(), audioMessage(0), videoMessage(1, true), audioMessage(2), videoMessage(40)];
    expect(kept(messages)).toEqual([1, 2, 40]);
    expect(kept([...messages, videoMessage(80, true), videoHeader(81), audioMessage(90)])).toEqual([80, 90]);
  });

  test("keeps nothing of a stream without video", () => {
    expect(kept([audioMessage(0), audioMessage(20)])).toEqual([]);
  });

  test("lets a group go that grows beyond its bounds, until the next keyframe", () => {
    const large = [videoMessage(0, true, 6000), videoMessage(40, false, 6000), videoMessage(80)];
    expect(kept(large)).toEqual([]);
    expect(kept([...large, videoMessage(120, true)])).toEqual([120]);
    expect(kept([videoMessage(0, true), videoMessage(10_000), videoMessage(10_001)])).toEqual([]);
  });

  test("counts the ends of buffers into which a frame did not fit", () => {
    const gop = { maxBytes: 1e6, maxMs: 1e6 };
    const stream = new LiveStream({ app: "live", name: "key" }, new Date(0), { gop, onSubscriberError: () => {} });
    const feed = stream.begin(new Date(0), () => {});
    for (let i = 0; i < 40; i++) feed.write(videoMessage(i, i === 0, i % 4 === 3 ? 100 : 16_384));
    const { heldBytes } = stream;
    const buffers = new Set(stream.gopPackets().map(({ payload }) => payload.buffer));
    expect(heldBytes).toBe(buffers.size * 65_536 + 40 * 256);
    feed.write(videoMessage(40, true));
    expect(stream.heldBytes).toBe(65_536 + 256);
  });

  test("holds at most twice the memory of what it keeps, whatever its packets are cut from", () => {
    const gop = { maxBytes: 1e6, maxMs: 1e6 };
    const stream = new LiveStream({ app: "live", name: "key" }, new Date(0), { gop, onSubscriberError: () => {} });
    const feed = stream.begin(new Date(0), () => {});
    for (let i = 0; i < 200; i++) {
      const read = new Uint8Array(65_536); // of which only a small frame is media of this stream
      const { payload } = videoMessage(i, i === 0, 1000);
      read.set(payload, 500);
      feed.write({ ...videoMessage(i, i === 0), payload: read.subarray(500, 1500) });
    }
    const kept = stream.gopPackets();
    expect(kept.map(({ payload }) => payload.length)).toEqual(Array(200).fill(1000));
    expect(kept[7]?.payload).toEqual(videoMessage(7, false, 1000).payload);
    const buffers = new Set(kept.map(({ payload }) => payload.buffer));
    const held = [...buffers].reduce((sum, { byteLength }) => sum + byteLength, 0);
    expect(held).toBeLessThan(2 * 200 * (1000 + 256) + 65_536 + 200_000); // those that were copied at the end
  });

  test("a player that has joined keeps its group when the next one begins", () => {
    const stream = new LiveStream({ app: "live", name: "key" }, new Date(0), {
      gop: { maxBytes: 1e6, maxMs: 1e6 },
      onSubscriberError: () => {},
    });
    const feed = stream.begin(new Date(0), () => {});
    const group = (first: number): PublishedMessage[] =>
      Array.from({ length: 300 }, (_, i) => videoMessage(first + i, i === 0, 1000));
    for (const message of group(0)) feed.write(message);
    const joined = stream.gopPackets();
    for (const message of [...group(1000), ...group(2000)]) feed.write(message);
    expect(joined.map(({ payload }) => payload)).toEqual(group(0).map(({ payload }) => payload));
    expect(stream.gopPackets().map(({ payload }) => payload)).toEqual(group(2000).map(({ payload }) => payload));
    expect(stream.keyframe?.timestamp).toBe(2000);
  });

  test("empty frames are not free", () => {
    const empty = { ...videoMessage(1), payload: new Uint8Array(0) };
    expect(
      kept([videoMessage(0, true), ...Array<PublishedMessage>(100).fill(empty)], { maxBytes: 10_000, maxMs: 1e6 }),
    ).toEqual([]);
  });

  test("when the track that counted is gone, another one does", () => {
    const onTrack = (id: number, key: boolean, timestamp: number): PublishedMessage => {
      const payload = Uint8Array.of(key ? 0x96 : 0xa6, 0x03, 0x61, 0x76, 0x63, 0x31, id, 9);
      return { type: "video", messageTypeId: 9, timestamp, payload };
    };
    const before = [onTrack(1, true, 0), onTrack(1, false, 40)];
    expect(kept([...before, onTrack(0, true, 80)])).toEqual([0, 40, 80]);
    expect(kept([...before, onTrack(0, true, 6000)])).toEqual([6000]);
  });

  test("a stream whose video is gone can be joined at its audio", () => {
    const stream = new LiveStream({ app: "live", name: "key" }, new Date(0), {
      gop: roomy,
      onSubscriberError: () => {},
    });
    const feed = stream.begin(new Date(0), () => {});
    const entries: boolean[] = [];
    stream.subscribe({ heldBytes: 0, packet: (_, entry) => void entries.push(entry), end: () => {} });
    for (const message of [audioMessage(0), videoMessage(10, true), audioMessage(20), audioMessage(5011)])
      feed.write(message);
    expect(entries).toEqual([true, true, false, true]);
  });

  test("can be off", () => {
    expect(kept([videoMessage(0, true), videoMessage(40)], { maxBytes: 0, maxMs: 0 })).toEqual([]);
  });

  test("begins at keyframes of the first video track alone", () => {
    const track = (id: number, key: boolean, timestamp: number): MediaPacket => ({
      kind: "video",
      tagType: 9,
      role: "frame",
      keyframe: key,
      timestamp,
      payload: Uint8Array.of(key ? 0x96 : 0xa6, 0x03, 0x61, 0x76, 0x63, 0x31, id, 9),
    });
    const cache = new GopCache(roomy);
    expect([track(0, true, 0), track(1, true, 1), track(0, false, 2)].map((packet) => cache.isEntry(packet))).toEqual([
      true,
      false,
      false,
    ]);
  });
});
