import { describe, expect, test, vi } from "vitest";
import type { SessionEnd } from "../end.js";
import type { MediaMessage, Publication } from "../events.js";
import { FakeClock, settle } from "../testing/fake-clock.js";
import { MemoryTransport } from "../testing/memory-transport.js";
import { counting, Peer } from "../testing/peer.js";
import type { ConnectRequest, PublishRequest, SessionHandler } from "./handler.js";
import { ServerSession, type ServerSessionOptions } from "./server-session.js";

/** A session over a transport in memory, with a clock that the test moves and a peer that the test speaks for. */
class Stage {
  readonly clock = new FakeClock();
  readonly transport = new MemoryTransport();
  readonly peer = new Peer();
  readonly media: MediaMessage[] = [];
  readonly unpublished: { name: string; clean: boolean; reason: string }[] = [];
  readonly session: ServerSession;
  end: SessionEnd | undefined;

  constructor(handler: Partial<SessionHandler> = {}, options: Partial<ServerSessionOptions> = {}) {
    this.session = new ServerSession(this.transport, {
      clock: this.clock,
      random: counting,
      ...options,
      handler: {
        publish: (request) => void request.accept(),
        media: (message) => void this.media.push(message),
        unpublish: ({ name }, { clean, reason }) => void this.unpublished.push({ name, clean, reason }),
        ...handler,
      },
    });
    void this.session.run().then((end) => {
      this.end = end;
    });
  }
  /** The peer sends, and both sides act until nothing moves. */
  async send(...pieces: Uint8Array[]): Promise<void> {
    for (const piece of pieces) this.transport.push(piece);
    await this.listen();
  }
  /** The peer reads what was written to it. */
  async listen(): Promise<void> {
    await settle();
    for (const bytes of this.transport.take()) {
      const reply = this.peer.hear(bytes);
      if (reply !== undefined) await this.send(reply);
    }
  }
  static async publishing(handler?: Partial<SessionHandler>, options?: Partial<ServerSessionOptions>): Promise<Stage> {
    const stage = new Stage(handler, options);
    await stage.send(stage.peer.hello());
    await stage.send(stage.peer.startPublishing());
    return stage;
  }
}

test("a reconnect request is written at once, while media still flows", async () => {
  const stage = new Stage();
  await stage.send(stage.peer.hello());
  await stage.send(stage.peer.connect("live", { capsEx: 1 }), stage.peer.createStream(), stage.peer.publish());
  expect(stage.session.requestReconnect("//b.example/live")).toBe(true);
  await stage.listen();
  expect(stage.peer.statuses().at(-1)).toBe("onStatus@0 NetConnection.Connect.ReconnectRequest");
  await stage.send(stage.peer.audio(1));
  expect(stage.media).toHaveLength(1);
});

describe("run", () => {
  test("serves a publish from the first byte to a clean end", async () => {
    const stage = await Stage.publishing();
    await stage.send(stage.peer.audio(1), stage.peer.video(2), stage.peer.command("deleteStream", 7, 0, null, 1));
    expect(stage.peer.statuses()).toContain("onStatus@1 NetStream.Publish.Start");
    expect(stage.media.map(({ type }) => type)).toEqual(["audio", "video"]);
    expect(stage.unpublished).toEqual([{ name: "key", clean: true, reason: "deleteStream" }]);
    stage.transport.finish();
    await stage.listen();
    expect(stage.end).toEqual({ clean: true, reason: "closed", by: "peer" });
    expect(stage.transport).toMatchObject({ ended: true, closed: true });
    expect(stage.clock.timers).toBe(0);
  });

  test("a FIN while publishing is not clean", async () => {
    const stage = await Stage.publishing();
    stage.transport.finish();
    await stage.listen();
    expect(stage.end).toEqual({ clean: false, reason: "closed", by: "peer" });
    expect(stage.unpublished).toEqual([{ name: "key", clean: false, reason: "closed" }]);
  });

  test("a FIN before anything was published is clean", async () => {
    const stage = new Stage();
    stage.transport.finish();
    await stage.listen();
    expect(stage.end).toEqual({ clean: true, reason: "closed", by: "peer" });
  });

  test("a broken connection is a reset by the peer, on reading as on writing", async () => {
    const reading = await Stage.publishing();
    const error = new Error("ECONNRESET");
    reading.transport.break(error);
    await reading.listen();
    expect(reading.end).toEqual({ clean: false, reason: "reset", by: "peer", cause: error });
    const writing = await Stage.publishing();
    writing.transport.onWrite = () => Promise.reject(error);
    await writing.send(writing.peer.createStream());
    expect(writing.end).toEqual({ clean: false, reason: "reset", by: "peer", cause: error });
    expect(writing.clock.timers).toBe(0);
  });

  test("runs once", async () => {
    const stage = new Stage();
    expect(() => stage.session.run()).toThrow(TypeError);
  });

  test("all that arrived is handled before the next read, and answers are written once for it", async () => {
    const stage = await Stage.publishing();
    const writes = vi.fn();
    stage.transport.onWrite = writes;
    const bytes = [stage.peer.createStream(6), stage.peer.createStream(7), stage.peer.audio(1)];
    const joined = Uint8Array.from(bytes.flatMap((piece) => [...piece]));
    await stage.send(joined);
    expect(stage.media).toHaveLength(1);
    expect(writes).toHaveBeenCalledTimes(1);
  });
});

describe("requests", () => {
  test("are answered later, from anywhere; nothing that follows is lost", async () => {
    const requests: PublishRequest[] = [];
    const stage = await Stage.publishing({ publish: (request) => void requests.push(request) });
    await stage.send(stage.peer.audio(9));
    expect(stage.media).toEqual([]);
    expect(requests[0]).toMatchObject({
      publication: { app: "live", name: "key" },
      connect: { app: "live", tcUrl: "rtmp://localhost/live" },
    });
    expect(requests[0]?.accept()).toBe(true);
    await stage.listen();
    expect(stage.peer.statuses().at(-1)).toBe("onStatus@1 NetStream.Publish.Start");
    expect(stage.media).toMatchObject([{ timestamp: 9 }]);
    expect(requests[0]?.reject("late", "too late")).toBe(false);
  });

  test("without a publish handler the answer is no", async () => {
    const transport = new MemoryTransport();
    const session = new ServerSession(transport, { handler: {}, random: counting, clock: new FakeClock() });
    const peer = new Peer();
    let end: SessionEnd | undefined;
    void session.run().then((result) => {
      end = result;
    });
    const say = async (bytes: Uint8Array): Promise<void> => {
      transport.push(bytes);
      await settle();
      for (const written of transport.take()) {
        const reply = peer.hear(written);
        if (reply !== undefined) await say(reply);
      }
    };
    await say(peer.hello());
    await say(peer.startPublishing());
    expect(peer.statuses().at(-1)).toBe("onStatus@1 NetStream.Publish.Denied");
    transport.finish();
    await settle();
    expect(end).toEqual({ clean: true, reason: "publish-rejected", by: "application" });
  });

  test("the peer that leaves aborts the signal, although bytes keep waiting", async () => {
    const requests: ConnectRequest[] = [];
    const stage = new Stage({ connect: (request) => void requests.push(request) });
    await stage.send(stage.peer.hello());
    await stage.send(stage.peer.connect());
    await stage.send(stage.peer.createStream());
    expect(requests[0]?.signal.aborted).toBe(false);
    stage.transport.finish();
    await stage.listen();
    expect(requests[0]?.signal.aborted).toBe(true);
    expect(requests[0]?.accept()).toBe(false);
    expect(stage.end).toEqual({ clean: true, reason: "closed", by: "peer" });
  });

  test("while one is pending, reading goes on for 64 KiB and no further", async () => {
    const requests: PublishRequest[] = [];
    const stage = await Stage.publishing({ publish: (request) => void requests.push(request) });
    for (let i = 0; i < 10; i++) stage.transport.push(stage.peer.video(i, new Uint8Array(20_000)));
    await settle();
    expect(stage.transport.unread.length).toBeGreaterThan(4);
    expect(stage.transport.unread.length).toBeLessThan(8);
    requests[0]?.accept();
    await stage.listen();
    expect(stage.media).toHaveLength(10);
  });

  test("one that nobody answers ends after 10 s, and the peer is told", async () => {
    const requests: PublishRequest[] = [];
    const stage = await Stage.publishing({ publish: (request) => void requests.push(request) });
    await stage.clock.advance(10_000);
    await stage.listen();
    expect(requests[0]?.signal.aborted).toBe(true);
    expect(stage.peer.statuses().at(-1)).toBe("onStatus@1 NetStream.Publish.Denied");
    await stage.clock.advance(2000);
    expect(stage.end).toEqual({ clean: true, reason: "decision-timeout", by: "us" });
  });

  test("a handler that throws, or rejects, ends the connection with its error as the cause", async () => {
    const error = new Error("database is down");
    for (const publish of [
      () => {
        throw error;
      },
      () => Promise.reject(error),
    ]) {
      const stage = await Stage.publishing({ publish });
      stage.transport.finish();
      await stage.listen();
      expect(stage.end).toEqual({ clean: true, reason: "application-error", by: "application", cause: error });
      expect(JSON.stringify(stage.peer.messages)).not.toContain("database");
    }
  });
});

describe("media", () => {
  test("a promise stops reading until it settles", async () => {
    let release: () => void = () => {};
    const seen: number[] = [];
    const stage = await Stage.publishing({
      media: ({ timestamp }) => {
        seen.push(timestamp);
        return new Promise((resolve) => {
          release = resolve;
        });
      },
    });
    stage.transport.push(stage.peer.audio(1));
    await settle();
    stage.transport.push(stage.peer.audio(2));
    stage.transport.push(stage.peer.audio(3));
    await settle();
    expect(seen).toEqual([1]);
    expect(stage.transport.unread).toHaveLength(2);
    release();
    await settle();
    expect(seen).toEqual([1, 2]);
    release();
    await settle();
    release();
    await settle();
    expect(seen).toEqual([1, 2, 3]);
    expect(stage.end).toBeUndefined();
  });

  test("a promise that does not settle in 2 s ends the session, told apart from one that fails", async () => {
    const stalled = await Stage.publishing({ media: () => new Promise(() => {}) });
    await stalled.send(stalled.peer.audio(1));
    await stalled.clock.advance(1999);
    expect(stalled.session.state).toBe("publishing");
    await stalled.clock.advance(1);
    await stalled.listen();
    expect(stalled.peer.statuses().at(-1)).toBe("onStatus@1 NetStream.Failed");
    stalled.transport.finish();
    await stalled.listen();
    expect(stalled.end).toEqual({ clean: false, reason: "consumer-stalled", by: "application" });
    expect(stalled.unpublished).toEqual([{ name: "key", clean: false, reason: "consumer-stalled" }]);

    const error = new Error("disk full");
    const failed = await Stage.publishing({ media: () => Promise.reject(error) });
    await failed.send(failed.peer.audio(1));
    failed.transport.finish();
    await failed.listen();
    expect(failed.end).toEqual({ clean: false, reason: "application-error", by: "application", cause: error });
    expect(failed.peer.statuses().at(-1)).toBe("onStatus@1 NetStream.Failed");
  });

  test("an error of the unpublish handler is not lost", async () => {
    const error = new Error("oops");
    const stage = await Stage.publishing({
      unpublish: () => {
        throw error;
      },
    });
    stage.transport.finish();
    await stage.listen();
    expect(stage.end).toEqual({ clean: false, reason: "closed", by: "peer", cause: error });
  });

  test("what is delivered is the publication it belongs to", async () => {
    const publications: Publication[] = [];
    const stage = await Stage.publishing({ media: (_, publication) => void publications.push(publication) });
    await stage.send(stage.peer.audio(1), stage.peer.audio(2));
    expect(publications[0]).toEqual({
      app: "live",
      name: "key",
      streamName: "key",
      publishingType: "live",
      messageStreamId: 1,
    });
    expect(publications[1]).toBe(publications[0]);
  });
});

describe("ends", () => {
  test("last words are written, then FIN, then the peer's FIN is awaited while it still talks", async () => {
    const stage = await Stage.publishing();
    stage.session.close("kicked", { code: "NetStream.Publish.Denied", description: "Bye." });
    await stage.listen();
    expect(stage.peer.statuses().at(-1)).toBe("onStatus@1 NetStream.Publish.Denied");
    expect(stage.transport).toMatchObject({ ended: true, closed: false });
    expect(stage.session.state).toBe("closing");
    await stage.send(stage.peer.audio(1));
    expect(stage.transport.unread).toEqual([]);
    expect(stage.media).toEqual([]);
    stage.transport.finish();
    await stage.listen();
    expect(stage.transport.closed).toBe(true);
    expect(stage.end).toEqual({ clean: false, reason: "kicked", by: "application" });
    expect(stage.session.state).toBe("closed");
  });

  test("a peer that does not answer FIN is cut off after 2 s", async () => {
    const stage = await Stage.publishing();
    stage.session.close("kicked");
    await stage.clock.advance(1999);
    expect(stage.end).toBeUndefined();
    await stage.clock.advance(1);
    expect(stage.transport.closed).toBe(true);
    expect(stage.end).toEqual({ clean: false, reason: "kicked", by: "application" });
    expect(stage.clock.timers).toBe(0);
  });

  test("close works while a handler is at a message", async () => {
    const stage = await Stage.publishing({ media: () => new Promise(() => {}) });
    await stage.send(stage.peer.audio(1));
    stage.session.close("shutdown");
    await stage.clock.advance(2000);
    expect(stage.end).toEqual({ clean: false, reason: "shutdown", by: "application" });
    expect(stage.unpublished).toHaveLength(1);
  });

  test("close works from within a handler whose promise never settles", async () => {
    const stage: Stage = await Stage.publishing({
      media: () => {
        stage.session.close("enough");
        return new Promise(() => {});
      },
    });
    await stage.send(stage.peer.audio(1));
    await stage.clock.advance(2000);
    expect(stage.end).toMatchObject({ reason: "enough", by: "application" });
  });

  test("a transport that throws is a broken one", async () => {
    const error = new Error("gone");
    const stage = await Stage.publishing();
    let writes = 0;
    stage.transport.onWrite = () => {
      writes++;
      if (writes > 1) throw error;
      return new Promise((resolve) => setTimeout(resolve, 5));
    };
    await stage.send(stage.peer.createStream(6), stage.peer.createStream(7));
    await stage.send(stage.peer.createStream(8));
    await new Promise((resolve) => setTimeout(resolve, 20));
    await stage.listen();
    expect(stage.end).toEqual({ clean: false, reason: "reset", by: "peer", cause: error });
    const closing = await Stage.publishing();
    closing.transport.close = () => {
      throw error;
    };
    closing.transport.finish();
    await closing.listen();
    expect(closing.end).toEqual({ clean: false, reason: "closed", by: "peer", cause: error });
  });

  test.for(["unpublish", "unhandled"] as const)(
    "a promise of the %s handler that rejects is an application error",
    async (name) => {
      const error = new Error("late");
      const handler: Record<string, () => unknown> = { [name]: () => Promise.reject(error) };
      const stage = await Stage.publishing(handler as Partial<SessionHandler>);
      await stage.send(stage.peer.command("noSuchThing", 0), stage.peer.command("closeStream", 0, 1, null));
      stage.transport.finish();
      await stage.listen();
      expect(stage.end).toMatchObject({ reason: "application-error", by: "application", cause: error });
    },
  );

  test("a peer that reads slowly is not cut off: it makes progress", async () => {
    const stage = await Stage.publishing({ play: (request) => void request.accept() });
    await stage.send(stage.peer.createStream(6), stage.peer.command("play", 0, 2, null, "key"));
    stage.transport.onWrite = (bytes) => new Promise((resolve) => stage.clock.schedule(bytes.length / 100, resolve));
    stage.session.sendMedia(2, { messageTypeId: 9, timestamp: 0, payload: new Uint8Array(3_000_000) });
    stage.session.flush();
    for (let s = 0; s < 29; s++) {
      await stage.clock.advance(1000);
      await stage.send(stage.peer.audio(s));
    }
    expect(stage.end).toBeUndefined();
    await stage.clock.advance(3000);
    expect(stage.session.congested).toBe(false);
  });

  test("close works from within a handler", async () => {
    const stage: Stage = await Stage.publishing({ media: () => stage.session.close("enough") });
    await stage.send(stage.peer.audio(1), stage.peer.audio(2));
    stage.transport.finish();
    await stage.listen();
    expect(stage.end).toMatchObject({ reason: "enough", by: "application" });
  });

  test("a peer that takes nothing of what is written is cut off after 10 s, without last words", async () => {
    const stage = await Stage.publishing();
    stage.transport.onWrite = () => new Promise(() => {});
    await stage.send(stage.peer.createStream(6));
    await stage.clock.advance(9999);
    expect(stage.end).toBeUndefined();
    await stage.clock.advance(1);
    expect(stage.end).toEqual({ clean: false, reason: "write-timeout", by: "us" });
    expect(stage.transport).toMatchObject({ ended: false, closed: true });
  });

  test("answers for a peer that does not read pile up to 1 MiB and no further", async () => {
    const stage = await Stage.publishing(
      {},
      { limits: { commandsPerSecond: 1e9, commandBurst: 1e9, maxQueuedOutput: 10_000 } },
    );
    stage.transport.onWrite = () => new Promise(() => {});
    for (let i = 0; i < 500 && stage.session.state === "publishing"; i++)
      await stage.send(stage.peer.command("_checkbw", 9));
    expect(stage.session.state).not.toBe("publishing");
    await stage.clock.advance(10_000);
    expect(stage.end).toMatchObject({ reason: "output-overflow", by: "us" });
  });

  test("who does not speak RTMP is closed at once", async () => {
    const stage = new Stage();
    await stage.send(new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"));
    expect(stage.end).toMatchObject({ clean: true, reason: "http-probe", by: "us" });
    expect(stage.transport).toMatchObject({ ended: false, closed: true });
    expect(stage.transport.written).toEqual([]);
  });

  test("silence ends at each deadline", async () => {
    const mute = new Stage();
    await mute.clock.advance(10_000);
    expect(mute.end?.reason).toBe("handshake-timeout");
    const idle = await Stage.publishing();
    await idle.clock.advance(29_999);
    expect(idle.end).toBeUndefined();
    await idle.clock.advance(2001);
    expect(idle.end).toEqual({ clean: false, reason: "idle-timeout", by: "us" });
  });
});
