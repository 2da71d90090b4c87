import type { OutgoingMedia, Playback, ServerSession } from "@rtmp/session";
import { describe, expect, test, vi } from "vitest";
import { LiveStream } from "../hub/live-stream.js";
import { audioHeader, audioMessage, dataMessage, videoHeader, videoMessage } from "../testing/packets.js";
import { RtmpPlayer } from "./rtmp-player.js";
import { WriteGatherer } from "./write-gatherer.js";

const playback: Playback = {
  ...{ app: "live", name: "key", streamName: "key", start: -2, duration: -1, reset: true, messageStreamId: 1 },
};

/** The part of a session that a player uses, with a socket that can be blocked. What is sent is read back as timestamps. */
class FakeSession
  implements Pick<ServerSession, "sendMedia" | "sendChunks" | "flush" | "signal" | "notify" | "endPlayback">
{
  readonly chunkSize = 65_536;
  congested = false;
  readonly sent: number[] = [];
  readonly said: string[] = [];
  flushes = 0;
  sendMedia(_id: number, message: OutgoingMedia): void {
    this.sent.push(message.timestamp);
  }
  sendChunks(_id: number, _chunkStreamId: number, ...pieces: readonly Uint8Array[]): void {
    const head = pieces[0] ?? new Uint8Array(4);
    this.sent.push(new DataView(head.buffer, head.byteOffset).getUint32(0) & 0xffffff);
  }
  flush(): void {
    this.flushes++;
  }
  signal(_id: number, event: string): void {
    this.said.push(event);
  }
  notify(_id: number, { code }: { code: string }): void {
    this.said.push(code);
  }
  endPlayback(): void {
    this.said.push("end");
  }
}

function setUp({ maxQueueBytes = 2000, gopBytes = 100_000, gatherMs = 0 } = {}) {
  const stream = new LiveStream({ app: "live", name: "key" }, new Date(0), {
    gop: { maxBytes: gopBytes, maxMs: 60_000 },
    onSubscriberError: (error) => {
      throw error;
    },
  });
  const feed = stream.begin(new Date(0), () => {});
  const session = new FakeSession();
  // The fake stands in for the socket's side alone: what a player does with it is all in the members above.
  const player = new RtmpPlayer(
    session as Partial<ServerSession> as ServerSession,
    playback,
    stream,
    maxQueueBytes,
    new WriteGatherer(gatherMs),
  );
  const join = () => {
    stream.subscribe(player);
    player.start();
  };
  return { stream, feed, session, player, join };
}

describe("RtmpPlayer", () => {
  test("begins with metadata, headers and the current group of pictures, at its time; then live frames", () => {
    const { feed, session, join } = setUp();
    feed.write(dataMessage(0, "@setDataFrame", "onMetaData"));
    feed.write(videoHeader());
    feed.write(audioHeader());
    for (const message of [videoMessage(0, true), videoMessage(40), videoMessage(1000, true), audioMessage(1010)])
      feed.write(message);
    join();
    expect(session.sent).toEqual([0, 1000, 1000, 1000, 1010]);
    feed.write(videoMessage(1040));
    expect(session.sent.at(-1)).toBe(1040);
  });

  test("without a group to start from waits for the next keyframe; without video starts at once", () => {
    const video = setUp({ gopBytes: 0 });
    video.feed.write(videoMessage(0, true));
    video.join();
    for (const message of [videoMessage(40), audioMessage(50), videoMessage(80, true), audioMessage(90)])
      video.feed.write(message);
    expect(video.session.sent).toEqual([80, 90]);
    const audio = setUp();
    audio.join();
    audio.feed.write(audioMessage(7));
    expect(audio.session.sent).toEqual([7]);
  });

  test("what the socket does not take waits, and goes out in order", () => {
    const { feed, session, player, join } = setUp();
    join();
    feed.write(videoMessage(0, true));
    session.congested = true;
    for (const timestamp of [40, 80, 120]) feed.write(videoMessage(timestamp));
    expect([session.sent, player.queuedBytes]).toEqual([[0], 3 * (20 + 256)]);
    session.congested = false;
    feed.write(videoMessage(160)); // not past those that wait
    player.drain();
    expect([session.sent, player.queuedBytes]).toEqual([[0, 40, 80, 120, 160], 0]);
    expect(player.counts).toMatchObject({ sentMessages: 5, droppedFrames: 0 });
  });

  test("a full queue loses whole groups, counts them, and never holds more than its bound", () => {
    const { feed, session, player, join } = setUp({ maxQueueBytes: 1000 });
    feed.write(videoHeader());
    join();
    feed.write(videoMessage(0, true));
    session.congested = true;
    for (let i = 1; i <= 400; i++) {
      feed.write(videoMessage(i * 40, i % 100 === 0));
      expect(player.queuedBytes).toBeLessThanOrEqual(1000);
    }
    const { drops } = player.counts;
    expect(drops).toBeGreaterThan(2);
    session.congested = false;
    player.drain();
    for (const index of [401, 402, 500, 501]) feed.write(videoMessage(index * 40, index === 500));
    // Header and first frame, the header again at the time of what was lost last, and what comes from the next keyframe on.
    expect(session.sent.slice(0, 2)).toEqual([0, 0]);
    expect(session.sent[2]).toBeGreaterThan(300 * 40);
    expect(session.sent.slice(-2)).toEqual([500 * 40, 501 * 40]);
    expect(session.sent).toEqual([...session.sent].sort((a, b) => a - b));
    const { sentMessages, droppedFrames } = player.counts;
    expect(sentMessages - 2 + droppedFrames).toBe(405); // every frame was sent or counted
  });

  test("a full queue goes on at once if what comes is a keyframe", () => {
    const { feed, session, player, join } = setUp({ maxQueueBytes: 2000 });
    feed.write(videoHeader());
    join();
    feed.write(videoMessage(0, true));
    session.congested = true;
    feed.write(videoMessage(40, false, 1500));
    feed.write(videoMessage(80, true, 500));
    feed.write(videoMessage(120));
    session.congested = false;
    player.drain();
    expect(session.sent).toEqual([0, 0, 80, 80, 120]);
    expect(player.counts).toMatchObject({ drops: 1, droppedFrames: 1 });
  });

  test("frames that a player does not want, or that come while it waits for another publisher, are no loss", () => {
    const { stream, feed, session, player, join } = setUp({ maxQueueBytes: 1256 });
    join();
    feed.write(videoMessage(0, true));
    session.congested = true;
    player.receive("audio", false);
    feed.write(videoMessage(40, false, 990));
    feed.write(videoMessage(80));
    feed.write(audioMessage(90));
    feed.write(videoMessage(120));
    expect(player.counts).toMatchObject({ drops: 1, droppedFrames: 3 });
    const next = stream.begin(new Date(0), () => {});
    next.write(videoMessage(0));
    expect(player.counts).toMatchObject({ drops: 1, droppedFrames: 3 });
  });

  test("a group that would not fit the queue is left out", () => {
    const { feed, session, join } = setUp({ maxQueueBytes: 1000 });
    feed.write(videoMessage(0, true, 2000));
    join();
    expect(session.sent).toEqual([]);
    feed.write(videoMessage(40, true));
    expect(session.sent).toEqual([40]);
  });

  test("pauses, and goes on at a keyframe", () => {
    const { feed, session, player, join } = setUp();
    join();
    feed.write(videoMessage(0, true));
    player.pause(true);
    feed.write(videoMessage(40, true));
    player.pause(false);
    feed.write(videoMessage(80));
    feed.write(videoMessage(120, true));
    expect(session.sent).toEqual([0, 120]);
  });

  test("configurations that changed meanwhile are sent when the player comes back", () => {
    const { feed, session, player, join } = setUp();
    join();
    feed.write(videoMessage(0, true));
    player.pause(true);
    feed.write(videoHeader(0, 2));
    feed.write(videoMessage(40, true));
    player.pause(false);
    player.receive("video", false);
    feed.write(videoHeader(0, 3));
    player.receive("video", true);
    feed.write(videoMessage(80, true));
    expect(session.sent).toEqual([0, 40, 40, 80]);
  });

  test("empty frames are bounded like others", () => {
    const { feed, session, player, join } = setUp({ maxQueueBytes: 2000 });
    join();
    feed.write(videoMessage(0, true));
    session.congested = true;
    for (let i = 0; i < 1000; i++) feed.write({ ...videoMessage(i), payload: new Uint8Array(0) });
    expect(player.queuedBytes).toBeLessThanOrEqual(2000);
    expect(player.counts.drops).toBeGreaterThan(0);
  });

  test("sends only what the player wants to receive", () => {
    const { feed, session, player, join } = setUp();
    join();
    player.receive("video", false);
    feed.write(videoMessage(0, true));
    feed.write(audioMessage(1));
    player.receive("video", true);
    player.receive("audio", false);
    feed.write(videoMessage(40)); // in mid-group
    feed.write(videoMessage(80, true));
    feed.write(audioMessage(81));
    expect(session.sent).toEqual([1, 80]);
  });

  test("a publisher that is gone and back is told, and goes on at its first keyframe, later on the stream's clock", () => {
    const { stream, feed, session, join } = setUp();
    join();
    feed.write(videoMessage(5000, true));
    stream.pause(feed);
    const next = stream.begin(new Date(0), () => {});
    next.write(videoHeader(0, 2));
    next.write(videoMessage(0));
    next.write(videoMessage(40, true));
    next.write(videoMessage(80));
    feed.write(videoMessage(9999, true)); // the first one has no say any more
    expect(session.said).toEqual(["streamDry", "NetStream.Play.PublishNotify"]);
    expect(session.sent).toEqual([5000, 5040, 5080, 5120]);
  });

  test("at the end what waits is sent, then the end is told", async () => {
    const { stream, feed, session, join } = setUp();
    join();
    feed.write(videoMessage(0, true));
    await stream.end({ clean: true, reason: "deleteStream" });
    expect(session.said).toEqual([]);
    await vi.waitFor(() => expect([session.sent, session.said]).toEqual([[0], ["end"]]));
  });

  test("the end waits for what the socket has not taken yet", async () => {
    const { stream, feed, session, player, join } = setUp();
    join();
    feed.write(videoMessage(0, true));
    session.congested = true;
    feed.write(videoMessage(40));
    await stream.end({ clean: true, reason: "deleteStream" });
    expect(session.said).toEqual([]);
    session.congested = false;
    player.drain();
    player.drain();
    await vi.waitFor(() => expect([session.sent, session.said]).toEqual([[0, 40], ["end"]]));
  });

  test("chunks are made once for all players, and let go after the moment", () => {
    const { stream, feed, session, join } = setUp();
    const wires = new Set<unknown>();
    const original = session.sendChunks.bind(session);
    session.sendChunks = (id, chunkStreamId, ...pieces) => {
      wires.add(pieces[0]);
      original(id, chunkStreamId, ...pieces);
    };
    join();
    const second = new RtmpPlayer(
      session as Partial<ServerSession> as ServerSession,
      playback,
      stream,
      2000,
      new WriteGatherer(0),
    );
    stream.subscribe(second);
    second.start();
    feed.write(videoMessage(0, true));
    expect([session.sent, wires.size]).toEqual([[0, 0], 1]);
    expect(stream.gopPackets()[0]?.wire).toBeUndefined();
  });

  test("gathers small writes for a moment", async () => {
    const { feed, session, join } = setUp({ gatherMs: 5 });
    join();
    for (let i = 0; i < 5; i++) feed.write(videoMessage(i, i === 0));
    expect(session.flushes).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect([session.sent.length, session.flushes]).toEqual([5, 1]);
    feed.write(videoMessage(9, false, 40_000));
    expect(session.flushes).toBe(2); // enough for a write of its own
  });
});
