import { describe, expect, test } from "vitest";
import type { MediaMessage } from "../events.js";
import type { SessionLimits } from "../limits.js";
import type { SessionHandler } from "../server/handler.js";
import { ServerSession } from "../server/server-session.js";
import { FakeClock, settle } from "../testing/fake-clock.js";
import { counting } from "../testing/peer.js";
import { type Pipe, pipe } from "../testing/pipe.js";
import { ClientSession, type ClientSessionOptions } from "./client-session.js";

/** A client and a server session over a pipe in memory, on one clock. */
class Pair {
  readonly clock = new FakeClock();
  readonly pipes: Pipe[] = [];
  readonly media: MediaMessage[] = [];
  readonly servers: ServerSession[] = [];
  readonly client: ClientSession;

  constructor(
    handler: SessionHandler = {},
    options: Partial<ClientSessionOptions> = {},
    limits: Partial<SessionLimits> = {},
  ) {
    const open = () => {
      const joined = pipe();
      this.pipes.push(joined);
      const server = new ServerSession(joined.server, {
        clock: this.clock,
        random: counting,
        limits,
        handler: {
          publish: (request) => void request.accept(),
          play: (request) => void request.accept(),
          media: (message) => void this.media.push(message),
          ...handler,
        },
      });
      this.servers.push(server);
      void server.run();
      return joined.client;
    };
    this.client = new ClientSession(open, {
      url: "rtmp://me:secret@host/live/key",
      clock: this.clock,
      random: counting,
      ...options,
    });
  }
  get pipe(): Pipe {
    const last = this.pipes.at(-1);
    if (last === undefined) throw new Error("nothing was opened");
    return last;
  }
  get server(): ServerSession {
    const last = this.servers.at(-1);
    if (last === undefined) throw new Error("nothing was opened");
    return last;
  }
}
const payload = Uint8Array.of(0x27, 1, 0, 0, 0, 9);
/** What a promise rejected with. */
async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.fail("it did not fail"),
    (error: unknown) => error,
  );
}

describe("connect", () => {
  test("resolves to what the server said, and close ends it cleanly on both sides", async () => {
    const pair = new Pair();
    expect(pair.client.state).toBe("idle");
    expect(await pair.client.connect()).toMatchObject({ properties: { fmsVer: "FMS/3,0,1,123" } });
    expect(pair.client).toMatchObject({ state: "connected", url: { app: "live" }, buffered: 0 });
    expect(pair.client.bytesReceived).toBeGreaterThan(3073);
    const end = { clean: true, reason: "closed", by: "application" };
    expect(await pair.client.close()).toEqual(end);
    expect(await pair.client.end).toEqual(end);
    expect(pair.client.state).toBe("closed");
    expect(await failure(pair.client.connect())).toMatchObject({ code: "aborted" });
    await settle();
    expect(pair.clock.timers).toBe(0);
  });

  test("rejects with the server's words", async () => {
    const pair = new Pair({ connect: (request) => void request.reject("NetConnection.Connect.InvalidApp", "No.") });
    expect(await failure(pair.client.connect())).toMatchObject({
      name: "ClientError",
      code: "connect-rejected",
      statusCode: "NetConnection.Connect.InvalidApp",
      description: "No.",
    });
    expect(await pair.client.end).toMatchObject({ clean: true, reason: "connect-rejected", by: "peer" });
    expect(await failure(pair.client.publish())).toMatchObject({ code: "connect-rejected" });
  });

  test("a server that is not there", async () => {
    const cause = new Error("ECONNREFUSED");
    const session = new ClientSession(() => Promise.reject(cause), { url: "rtmp://host/live" });
    expect(await failure(session.connect())).toMatchObject({ code: "connect-failed", cause });
    expect(await session.end).toMatchObject({ clean: true, reason: "connect-failed", by: "us" });
  });

  test("an opener that takes too long is told, and what it opens later is closed", async () => {
    const late = pipe();
    let open: (transport: typeof late.client) => void = () => {};
    let aborted = false;
    const clock = new FakeClock();
    const session = new ClientSession(
      (_, { signal }) => {
        signal.addEventListener("abort", () => {
          aborted = true;
        });
        return new Promise((resolve) => {
          open = resolve;
        });
      },
      { url: "rtmp://host/live", clock },
    );
    const connecting = failure(session.connect());
    await clock.advance(10_000);
    expect(await connecting).toMatchObject({ code: "connect-failed" });
    expect(aborted).toBe(true);
    open(late.client);
    await settle();
    expect(late.clientClosed).toBe(true);
  });

  test("a server that says nothing to the handshake, or to connect", async () => {
    const clock = new FakeClock();
    const mute = new ClientSession(pipe().client, { url: "rtmp://host/live", clock });
    const connecting = failure(mute.connect());
    await clock.advance(9999);
    expect(mute.state).toBe("handshake");
    await clock.advance(1);
    expect(await connecting).toMatchObject({ code: "handshake-timeout" });
    expect(await mute.end).toEqual({ clean: true, reason: "handshake-timeout", by: "us" });

    const pair = new Pair({ connect: () => {} }, { timeouts: { connectMs: 5000 } });
    const waiting = failure(pair.client.connect());
    await pair.clock.advance(5000);
    expect(await waiting).toMatchObject({ code: "connect-timeout" });
  });

  test.for(["before", "while opening", "while connecting", "by a signal"] as const)("closed %s", async (when) => {
    const abort = new AbortController();
    const pair = new Pair({ connect: () => {} }, { signal: abort.signal });
    if (when === "before") await pair.client.close();
    const connecting = failure(pair.client.connect());
    if (when === "while opening") void pair.client.close();
    await settle();
    if (when === "while connecting") void pair.client.close();
    if (when === "by a signal") abort.abort();
    expect(await connecting).toMatchObject({ code: "aborted" });
    await pair.clock.advance(4000);
    const reason = when === "by a signal" ? "aborted" : "closed";
    expect(await pair.client.end).toEqual({ clean: true, reason, by: "application" });
    expect(pair.clock.timers).toBe(0);
  });

  test("once a session, and before anything else", async () => {
    const pair = new Pair();
    expect(await failure(pair.client.publish())).toBeInstanceOf(TypeError);
    await pair.client.connect();
    expect(await failure(pair.client.connect())).toBeInstanceOf(TypeError);
  });
});

describe("publish", () => {
  test("sends media and metadata, and closes cleanly", async () => {
    const ends: unknown[] = [];
    const pair = new Pair({ unpublish: ({ name }, end) => void ends.push({ name, ...end }) });
    await pair.client.connect();
    const publisher = await pair.client.publish();
    expect(publisher).toMatchObject({ name: "key", buffered: 0 });
    expect(pair.client.state).toBe("publishing");
    expect(publisher.sendMetadata({ width: 160 })).toBeUndefined();
    expect(publisher.send({ type: "video", timestamp: 1, payload })).toBeUndefined();
    await publisher.close();
    expect(await publisher.end).toEqual({ reason: "closed" });
    await settle();
    expect(pair.media.map(({ type, name }) => name ?? type)).toEqual(["@setDataFrame", "video"]);
    expect(ends).toEqual([{ name: "key", clean: true, reason: "FCUnpublish", by: "peer" }]);
    expect(() => publisher.send({ type: "audio", timestamp: 2, payload })).toThrow(
      expect.objectContaining({ code: "stream-closed" }),
    );
    expect(pair.client.state).toBe("connected");
    const again = await pair.client.publish("other?token=1", "record");
    expect(again.name).toBe("other?token=1");
    await pair.client.close();
    expect(await again.end).toEqual({ reason: "closed" });
    await settle();
    expect(ends[1]).toMatchObject({ name: "other?token=1", clean: true });
  });

  test("refused", async () => {
    const pair = new Pair({ publish: (request) => void request.reject("NetStream.Publish.BadName", "Taken.") });
    await pair.client.connect();
    expect(await failure(pair.client.publish())).toMatchObject({
      code: "publish-rejected",
      statusCode: "NetStream.Publish.BadName",
      description: "Taken.",
    });
    expect(await pair.client.end).toMatchObject({ clean: true, reason: "closed", by: "peer" });
  });

  test("a server that stops reading: send returns a promise, and what is held stays bounded", async () => {
    const pair = new Pair({}, { limits: { maxBufferedOutput: 1_000_000 } });
    await pair.client.connect();
    const publisher = await pair.client.publish();
    pair.pipe.stall(true);
    const wait = publisher.send({ type: "video", timestamp: 0, payload: new Uint8Array(300_000) });
    expect(wait).toBeInstanceOf(Promise);
    let resumed = false;
    void wait?.then(() => {
      resumed = true;
    });
    await pair.clock.advance(5000);
    expect(resumed).toBe(false);
    expect(publisher.buffered).toBeGreaterThan(200_000);
    let sent = 1; // one who does not wait comes up against a wall
    expect(() => {
      for (; sent < 100; sent++)
        void publisher.send({ type: "video", timestamp: sent, payload: new Uint8Array(300_000) });
    }).toThrow(expect.objectContaining({ code: "output-overflow" }));
    expect(publisher.buffered).toBeLessThan(1_000_000 + 310_000);
    pair.pipe.stall(false);
    await settle();
    await wait;
    await pair.clock.advance(10);
    expect(publisher.buffered).toBe(0);
    expect(pair.media).toHaveLength(sent);
    expect(publisher.send({ type: "video", timestamp: 1000, payload })).toBeUndefined();
  });

  test("a server that has not acknowledged: send waits though the network would take more, for 5 s at most", async () => {
    const pair = new Pair({}, {}, { windowAcknowledgementSize: 10_000 });
    await pair.client.connect();
    const publisher = await pair.client.publish();
    const frame = { type: "video", timestamp: 0, payload: new Uint8Array(11_000) } as const;
    await publisher.send(frame);
    await settle(); // acknowledged: from now on the window counts
    pair.pipe.stall("silently");
    const waits = [publisher.send(frame), publisher.send(frame), publisher.send(frame)];
    expect(waits.map((wait) => wait instanceof Promise)).toEqual([false, true, true]);
    expect(publisher.buffered).toBe(0);
    pair.pipe.stall(false);
    await waits[1]; // acknowledgements came
    expect(publisher.send({ ...frame, payload })).toBeUndefined();
    pair.pipe.stall("silently");
    await Promise.all([publisher.send(frame), pair.clock.advance(0)]);
    const wait = publisher.send(frame);
    expect(wait).toBeInstanceOf(Promise);
    await pair.clock.advance(5000);
    await wait;
    expect(publisher.send(frame)).toBeUndefined();
    expect(pair.client.state).toBe("publishing");
  });

  test("a server that takes nothing for 10 s is given up, and who waits is told", async () => {
    const pair = new Pair();
    await pair.client.connect();
    const publisher = await pair.client.publish();
    pair.pipe.stall(true);
    const wait = publisher.send({ type: "video", timestamp: 0, payload: new Uint8Array(300_000) });
    await pair.clock.advance(10_000);
    await wait;
    expect(await publisher.end).toMatchObject({ reason: "failed", error: { code: "write-timeout" } });
    expect(await pair.client.end).toEqual({ clean: false, reason: "write-timeout", by: "us" });
    expect(() => publisher.send({ type: "video", timestamp: 0, payload })).toThrow(
      expect.objectContaining({ code: "write-timeout" }),
    );
  });

  test("a server that closes right after Publish.Start (nginx-rtmp: deny publish)", async () => {
    const pair = new Pair();
    await pair.client.connect();
    const publisher = await pair.client.publish();
    pair.server.close("denied");
    expect(await publisher.end).toMatchObject({ reason: "failed", error: { code: "closed" } });
    expect(await pair.client.end).toMatchObject({ clean: false, reason: "closed", by: "peer" });
  });

  test("a connection that breaks", async () => {
    const pair = new Pair();
    await pair.client.connect();
    const publisher = await pair.client.publish();
    const error = new Error("ECONNRESET");
    pair.pipe.break(error);
    expect(await pair.client.end).toEqual({ clean: false, reason: "reset", by: "peer", cause: error });
    expect(await publisher.end).toMatchObject({ error: { code: "reset", cause: error } });
  });

  test("what the server said before it broke off is heard, though a write fails first", async () => {
    const pair = new Pair();
    await pair.client.connect();
    const publisher = await pair.client.publish();
    pair.pipe.failWrites(new Error("EPIPE"));
    publisher.send({ type: "video", timestamp: 0, payload });
    await settle();
    expect(pair.client.state).toBe("publishing");
    pair.server.close("kicked", { code: "NetStream.Publish.Denied", description: "Bye." });
    expect(await publisher.end).toMatchObject({ error: { code: "stream-failed", description: "Bye." } });
    expect(await pair.client.end).toMatchObject({ reason: "closed", by: "peer" });
  });
});

describe("play", () => {
  test("gives media in order, to the end of the stream", async () => {
    const pair: Pair = new Pair({
      play: (request) => {
        request.accept();
        for (let timestamp = 0; timestamp < 5; timestamp++)
          pair.server.sendMedia(1, { messageTypeId: 9, timestamp, payload });
        pair.server.endPlayback(1);
      },
    });
    await pair.client.connect();
    const player = await pair.client.play();
    const times: number[] = [];
    for await (const { timestamp } of player) times.push(timestamp);
    expect(times).toEqual([0, 1, 2, 3, 4]);
    expect(await player.end).toEqual({ reason: "unpublished" });
    expect(await player.next()).toEqual({ done: true, value: undefined });
    expect(await pair.client.close()).toMatchObject({ clean: true });
  });

  test("refused", async () => {
    const pair = new Pair({ play: (request) => void request.reject("NetStream.Play.StreamNotFound", "None.") });
    await pair.client.connect();
    expect(await failure(pair.client.play("other"))).toMatchObject({
      code: "play-rejected",
      statusCode: "NetStream.Play.StreamNotFound",
    });
  });

  test("waits for media, leaves by break, and the session goes on", async () => {
    const stopped: string[] = [];
    const pair = new Pair({ stop: (_, { reason }) => void stopped.push(reason) });
    await pair.client.connect();
    const player = await pair.client.play();
    const loop = (async () => {
      for await (const message of player) return message;
      return undefined;
    })();
    await settle();
    pair.server.sendMedia(1, { messageTypeId: 8, timestamp: 7, payload });
    pair.server.flush();
    expect(await loop).toMatchObject({ type: "audio", timestamp: 7, payload });
    await settle();
    expect(stopped).toEqual(["deleteStream"]);
    expect(await player.end).toEqual({ reason: "closed" });
    expect(pair.client.state).toBe("connected");
  });

  test("who takes nothing stops the reading: what is held stays bounded, and nothing is lost", async () => {
    const pair = new Pair({}, { limits: { maxBufferedInput: 100_000 } });
    await pair.client.connect();
    const player = await pair.client.play();
    for (let timestamp = 0; timestamp < 200; timestamp++) {
      pair.server.sendMedia(1, { messageTypeId: 9, timestamp, payload: new Uint8Array(10_000) });
      pair.server.flush();
      await settle();
      expect(player.buffered).toBeLessThan(112_000);
    }
    expect(pair.pipe.unreadByClient).toBeGreaterThan(1_500_000);
    const times: number[] = [];
    while (times.length < 200) {
      const { value } = await player.next();
      if (value !== undefined) times.push(value.timestamp);
    }
    expect(times).toEqual(Array.from({ length: 200 }, (_, i) => i));
    expect(player.buffered).toBe(0);
    for (let timestamp = 0; timestamp < 20; timestamp++) {
      pair.server.sendMedia(1, { messageTypeId: 9, timestamp, payload: new Uint8Array(10_000) });
      pair.server.flush();
    }
    await settle();
    expect(await pair.client.close()).toMatchObject({ clean: true }); // while it is full
  });

  test.for([0, 1, 2, 3, 5, 8, 30])(
    "nothing is left behind at any pace of the player: %d turns a message",
    async (turns) => {
      const pair: Pair = new Pair(
        {
          play: (request) => {
            request.accept();
            for (let timestamp = 0; timestamp < 60; timestamp++) {
              pair.server.sendMedia(1, { messageTypeId: 9, timestamp, payload: new Uint8Array(3000) });
            }
            pair.server.endPlayback(1);
          },
        },
        { limits: { maxBufferedInput: 10_000 } },
      );
      await pair.client.connect();
      const times: number[] = [];
      for await (const { timestamp } of await pair.client.play()) {
        times.push(timestamp);
        for (let i = 0; i < turns; i++) await Promise.resolve();
      }
      expect(times).toHaveLength(60);
      expect(await pair.client.close()).toMatchObject({ clean: true });
    },
  );

  test("a connection that breaks is thrown behind the last message", async () => {
    const pair = new Pair();
    await pair.client.connect();
    const player = await pair.client.play();
    pair.server.sendMedia(1, { messageTypeId: 8, timestamp: 7, payload });
    pair.server.flush();
    await settle();
    pair.pipe.break(new Error("ECONNRESET"));
    const times: number[] = [];
    const loop = (async () => {
      for await (const { timestamp } of player) times.push(timestamp);
    })();
    expect(await failure(loop)).toMatchObject({ code: "reset" });
    expect(times).toEqual([7]);
    expect(await pair.client.end).toMatchObject({ clean: false, reason: "reset" });
  });
});

describe("callbacks", () => {
  test("hear what the server says beside answers", async () => {
    const heard: unknown[] = [];
    const pair = new Pair(
      {},
      { onStatus: ({ code }) => heard.push(code), onUnhandled: ({ type }) => heard.push(type) },
    );
    await pair.client.connect();
    await pair.client.play();
    const codes = ["NetStream.Play.Reset", "NetStream.Play.Start", "data", "NetStream.Data.Start"];
    expect(heard).toEqual(["userControl", ...codes]);
  });

  test("one that throws ends the session", async () => {
    const error = new Error("oops");
    const pair = new Pair(
      {},
      {
        onStatus: () => {
          throw error;
        },
      },
    );
    await pair.client.connect();
    const publisher = await pair.client.publish();
    expect(await publisher.end).toMatchObject({ reason: "failed", error: { code: "application-error", cause: error } });
    expect(await pair.client.end).toMatchObject({ reason: "application-error", by: "application", cause: error });
  });
});
