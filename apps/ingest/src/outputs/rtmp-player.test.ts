import { ChunkDecoder, encodeChunkHead } from "@rtmp/chunk";
import type { MediaOutlet, Playback, ServerSession } from "@rtmp/session";
import { describe, expect, test, vi } from "vitest";
import { LiveStream } from "../hub/live-stream.js";
import { audioHeader, audioMessage, dataMessage, videoHeader, videoMessage } from "../testing/packets.js";
import { PlayerGroups } from "./player-group.js";
import { RtmpPlayer } from "./rtmp-player.js";
import { type GatherTimer, WriteGatherer } from "./write-gatherer.js";

const playback: Playback = {
  ...{ app: "live", name: "key", streamName: "key", start: -2, duration: -1, reset: true, messageStreamId: 1 },
};

const SET_CHUNK_SIZE = { chunkStreamId: 2, timestamp: 0, messageTypeId: 1, messageStreamId: 0 };
const raise = (error: unknown): never => {
  throw error;
};
/** Writes without waiting for what else may come. */
const atOnce: GatherTimer = { now: () => 0, after: (_ms, callback) => callback(), soon: (callback) => callback() };

/** Time that passes when it is told to. */
class SlowTime implements GatherTimer {
  #now = 0;
  #timers: { at: number; callback: () => void }[] = [];

  now(): number {
    return this.#now;
  }
  after(ms: number, callback: () => void): void {
    this.#timers.push({ at: this.#now + ms, callback });
  }
  soon(callback: () => void): void {
    this.after(0, callback);
  }
  pass(ms: number): void {
    this.#now += ms;
    const due = this.#timers.filter(({ at }) => at <= this.#now);
    this.#timers = this.#timers.filter(({ at }) => at > this.#now);
    for (const { callback } of due) callback();
  }
}

/** The part of a session that a player uses, with a socket that can be blocked. What is sent is read back as timestamps. */
class FakeSession implements Pick<ServerSession, "congested" | "mediaOutlet" | "signal" | "notify" | "endPlayback"> {
  readonly chunkSize = 65_536;
  congested = false;
  readonly sent: number[] = [];
  /** The arrays that it was given. */
  readonly writes: Uint8Array[] = [];
  readonly said: string[] = [];
  mediaOutlet(): MediaOutlet {
    const outlet: Pick<MediaOutlet, "write"> = { write: (chunks) => !this.congested && this.#take(chunks) };
    return outlet as MediaOutlet;
  }
  #take(chunks: Uint8Array): true {
    this.writes.push(chunks);
    const decoder = new ChunkDecoder();
    decoder.push(encodeChunkHead({ ...SET_CHUNK_SIZE, payloadLength: 4 }));
    decoder.push(Uint8Array.of(0, 1, 0, 0)); // 65536
    decoder.push(chunks);
    decoder.read();
    for (let message = decoder.read(); message !== undefined; message = decoder.read()) {
      this.sent.push(message.timestamp);
    }
    return true;
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

function setUp({ maxQueueBytes = 2000, gopBytes = 100_000, gatherer = new WriteGatherer(0, 0, raise, atOnce) } = {}) {
  const stream = new LiveStream({ app: "live", name: "key" }, new Date(0), {
    gop: { maxBytes: gopBytes, maxMs: 60_000 },
    onSubscriberError: (error) => {
      throw error;
    },
  });
  const feed = stream.begin(new Date(0), () => {});
  const groups = new PlayerGroups(gatherer, (error) => {
    throw error;
  });
  const addPlayer = (messageStreamId = 1) => {
    const session = new FakeSession();
    const player = new RtmpPlayer(
      // The fake stands in for the socket's side alone: what a player does with it is all in the members above.
      session as Partial<ServerSession> as ServerSession,
      { ...playback, messageStreamId },
      stream,
      maxQueueBytes,
    );
    let leave = (): void => {};
    const join = (): void => {
      leave = groups.join(stream, player);
      player.start();
    };
    return { session, player, join, leave: () => leave() };
  };
  return { stream, feed, addPlayer, ...addPlayer() };
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

  test("a packet for many players is encoded once and costs each one write", () => {
    const { feed, addPlayer } = setUp();
    const players = Array.from({ length: 50 }, () => addPlayer());
    for (const { join } of players) join();
    feed.write(videoMessage(0, true)); // each by itself: they have waited for it
    for (const { session } of players) session.writes.length = 0;
    feed.write(videoMessage(40));
    for (const { session } of players) expect(session.writes.length).toBe(1);
    expect(new Set(players.map(({ session }) => session.writes[0])).size).toBe(1);
    expect(players[0]?.session.writes[0]).toBeInstanceOf(Buffer); // a socket writes that as it is
  });

  test("what one read brings is written once", async () => {
    const { feed, addPlayer } = setUp({ gatherer: new WriteGatherer(0, 0, raise) });
    const players = [addPlayer(), addPlayer(), addPlayer(2)];
    for (const { join } of players) join();
    feed.write(videoMessage(0, true));
    for (const timestamp of [10, 20, 30]) feed.write(videoMessage(timestamp));
    await Promise.resolve();
    const [first, second, other] = players.map(({ session }) => session);
    expect([first?.sent, first?.writes.length]).toEqual([[0, 10, 20, 30], 2]);
    expect(first?.writes[1]).toBe(second?.writes[1]);
    expect(other?.sent).toEqual(first?.sent);
    expect(other?.writes[1]).not.toEqual(first?.writes[1]); // another message stream
  });

  test("one that is slow leaves the others alone, and misses nothing when it comes back to them", () => {
    const { feed, addPlayer } = setUp();
    const [slow, quick] = [addPlayer(), addPlayer()];
    for (const { join } of [slow, quick]) join();
    feed.write(videoMessage(0, true));
    slow.session.congested = true;
    for (const timestamp of [40, 80]) feed.write(videoMessage(timestamp));
    expect([slow.session.sent, slow.player.queuedBytes]).toEqual([[0], 2 * (20 + 256)]);
    slow.session.congested = false;
    slow.player.drain();
    for (const timestamp of [120, 160]) feed.write(videoMessage(timestamp));
    expect(slow.session.sent).toEqual([0, 40, 80, 120, 160]);
    expect(quick.session.sent).toEqual(slow.session.sent);
    expect(slow.session.writes.at(-1)).toBe(quick.session.writes.at(-1));
    expect(slow.player.counts).toMatchObject({ sentMessages: 5, sentBytes: quick.player.counts.sentBytes });
  });

  test("one that joins or changes its mind while others gather gets what is its own, once", () => {
    const time = new SlowTime();
    const { feed, addPlayer } = setUp({ gatherer: new WriteGatherer(20, 0, raise, time) });
    const [first, second, third] = [addPlayer(), addPlayer(), addPlayer()];
    for (const { join } of [first, third]) join();
    feed.write(videoMessage(0, true));
    feed.write(audioMessage(10));
    second.join(); // begins with the group of pictures
    feed.write(audioMessage(20));
    first.player.receive("audio", false);
    feed.write(audioMessage(30));
    feed.write(videoMessage(40));
    third.leave();
    time.pass(20);
    expect(first.session.sent).toEqual([0, 10, 20, 40]);
    expect(second.session.sent).toEqual([0, 10, 20, 30, 40]);
    expect(third.session.sent).toEqual([0, 10, 20]);
    expect(first.player.counts.sentMessages).toBe(4);
    expect(second.player.counts.sentMessages).toBe(5);
  });

  test("the last player that leaves takes the group off the stream", () => {
    const { stream, feed, addPlayer } = setUp();
    const [first, second] = [addPlayer(), addPlayer()];
    for (const { join } of [first, second]) join();
    for (const timestamp of [0, 40]) feed.write(videoMessage(timestamp, timestamp === 0));
    first.leave();
    feed.write(videoMessage(80));
    second.leave();
    feed.write(videoMessage(120));
    expect([first.session.sent, second.session.sent]).toEqual([
      [0, 40],
      [0, 40, 80],
    ]);
    expect(stream.watched).toBe(false);
    second.join();
    expect(second.session.sent.slice(3)).toEqual([0, 40, 80, 120]);
  });

  test("an output that throws is told, and keeps no other from its turn", () => {
    const time = new SlowTime();
    const errors: unknown[] = [];
    const gatherer = new WriteGatherer(20, 0, (error) => void errors.push(error), time);
    const flushed: string[] = [];
    const broken = () => ({ flush: () => raise("broken") });
    gatherer.later(broken());
    gatherer.later({ flush: () => void flushed.push("later") });
    gatherer.picture(broken());
    gatherer.picture({ flush: () => void flushed.push("soon") });
    time.pass(20);
    expect([flushed.sort(), errors]).toEqual([
      ["later", "soon"],
      ["broken", "broken"],
    ]);
  });

  test("with merged writes pictures wait too, for as long as that or until there is enough", () => {
    const time = new SlowTime();
    const { feed, session, join } = setUp({ gatherer: new WriteGatherer(20, 40, raise, time) });
    join();
    feed.write(videoMessage(0, true));
    time.pass(40);
    expect(session.writes.length).toBe(1);
    feed.write(videoMessage(33));
    time.pass(20);
    feed.write(audioMessage(40)); // waits as long as the picture does
    time.pass(13);
    feed.write(videoMessage(66));
    time.pass(6);
    expect(session.writes.length).toBe(1);
    time.pass(1);
    expect([session.sent, session.writes.length]).toEqual([[0, 33, 40, 66], 2]);
    feed.write(videoMessage(100, false, 20_000));
    feed.write(videoMessage(133, false, 20_000));
    expect([session.sent.at(-1), session.writes.length]).toEqual([133, 3]);
  });

  test("sound waits for the next picture, but not for ever", () => {
    const time = new SlowTime();
    const { feed, session, join } = setUp({ gatherer: new WriteGatherer(20, 0, raise, time) });
    join();
    feed.write(videoMessage(0, true));
    for (let i = 1; i < 4; i++) feed.write(audioMessage(i));
    time.pass(19);
    expect(session.writes.length).toBe(1);
    feed.write(videoMessage(5));
    time.pass(0);
    expect([session.sent, session.writes.length]).toEqual([[0, 1, 2, 3, 5], 2]);
    feed.write(audioMessage(6));
    time.pass(19); // what waits now came later
    expect(session.writes.length).toBe(2);
    time.pass(1);
    expect([session.sent.at(-1), session.writes.length]).toEqual([6, 3]);
    feed.write(videoMessage(9, false, 40_000));
    expect(session.writes.length).toBe(4); // enough for a write of its own
  });
});
