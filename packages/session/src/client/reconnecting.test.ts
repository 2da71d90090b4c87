import { describe, expect, test } from "vitest";
import type { SessionHandler } from "../server/handler.js";
import { ServerSession } from "../server/server-session.js";
import { FakeClock, settle } from "../testing/fake-clock.js";
import { counting, Peer } from "../testing/peer.js";
import { type Pipe, pipe } from "../testing/pipe.js";
import { backOff } from "./back-off.js";
import { ClientError } from "./client-error.js";
import type { ClientSession } from "./client-session.js";
import { type Attempt, isTransient, type ReconnectingOptions, reconnecting } from "./reconnecting.js";
import type { RtmpUrl } from "./rtmp-url.js";

/** Servers that come and go, and a client that goes after them. */
class World {
  readonly clock = new FakeClock();
  readonly opened: string[] = [];
  readonly openedAt: number[] = [];
  readonly pipes: Pipe[] = [];
  readonly waits: [code: string, ms: number][] = [];
  readonly attempts: Attempt[] = [];
  handler: SessionHandler = { publish: (request) => void request.accept() };
  down = false;
  result: unknown;

  readonly open = ({ tcUrl }: RtmpUrl) => {
    this.opened.push(tcUrl);
    this.openedAt.push(this.clock.now());
    if (this.down) throw new Error("ECONNREFUSED");
    const joined = pipe();
    this.pipes.push(joined);
    const session = new ServerSession(joined.server, { clock: this.clock, random: counting, handler: this.handler });
    void session.run();
    return joined.client;
  };
  /** Publishes until it is told to leave, or the session is over. */
  readonly work = async (session: ClientSession, attempt: Attempt): Promise<void> => {
    this.attempts.push(attempt);
    const publisher = await session.publish();
    await new Promise<void>((resolve) => attempt.signal.addEventListener("abort", () => resolve()));
    await publisher.close();
  };
  run(options: Partial<ReconnectingOptions> = {}, work = this.work): void {
    reconnecting(this.open, work, {
      url: "rtmps://a/live/key",
      clock: this.clock,
      random: counting,
      randomFraction: () => 0.5,
      onRetry: (error, ms) => void this.waits.push([error.code, ms]),
      ...options,
    }).then(
      () => {
        this.result = "done";
      },
      (error: unknown) => {
        this.result = error;
      },
    );
  }
  /** The last server asks to be left, by bytes that its session knows nothing of. */
  ask(tcUrl?: string): void {
    const info = { level: "status", code: "NetConnection.Connect.ReconnectRequest", ...(tcUrl && { tcUrl }) };
    void this.pipes.at(-1)?.server.write(new Peer().command("onStatus", 0, 0, null, info));
  }
}

test("back-off doubles, is bounded, and leaves something to chance", () => {
  expect([1, 2, 3, 4, 7, 8, 2000].map((failures) => backOff(failures, 0))).toEqual([
    500, 1000, 2000, 4000, 30_000, 30_000, 30_000,
  ]);
  expect(backOff(1, 0.999)).toBeCloseTo(250, 0);
  expect(backOff(3, 0.5, { firstMs: 10, maxMs: 25, jitter: 1 })).toBe(12.5);
});

test("what a server refuses is final, what networks do is not", () => {
  const error = (code: string, statusCode?: string) => new ClientError(code, "", { statusCode });
  expect(
    ["closed", "reset", "connect-failed", "handshake-timeout", "write-timeout"].every((c) => isTransient(error(c))),
  ).toBe(true);
  expect(["connect-rejected", "authentication-failed", "aborted", "bad-url"].some((c) => isTransient(error(c)))).toBe(
    false,
  );
  expect(isTransient(error("publish-rejected", "NetStream.Publish.Denied"))).toBe(false);
  expect(isTransient(error("publish-rejected", "NetStream.Publish.BadName"))).toBe(true);
});

describe("reconnecting", () => {
  test("a ReconnectRequest is obeyed at once, the stream ended properly", async () => {
    const ends: unknown[] = [];
    const world = new World();
    world.handler = { ...world.handler, unpublish: (_, end) => void ends.push(end) };
    world.run();
    await world.clock.advance(100);
    expect(world.opened).toEqual(["rtmps://a/live"]);
    world.ask("//b:1936/other");
    await world.clock.advance(1);
    expect(world.opened).toEqual(["rtmps://a/live", "rtmps://b:1936/other"]);
    expect(ends).toEqual([{ clean: true, reason: "FCUnpublish", by: "peer" }]);
    expect(world.attempts).toMatchObject([
      { number: 1, url: { host: "a" } },
      { number: 2, url: { host: "b", app: "other", streamName: "key" } },
    ]);
    expect(world.waits).toEqual([]);
  });

  test("work that does not leave is cut off after a second", async () => {
    const world = new World();
    world.run({}, async (session) => {
      const publisher = await session.publish();
      await publisher.end;
    });
    await world.clock.advance(100);
    world.ask("/other");
    await world.clock.advance(999);
    expect(world.opened).toHaveLength(1);
    await world.clock.advance(1);
    expect(world.opened).toEqual(["rtmps://a/live", "rtmps://a/other"]);
    expect((world.openedAt[1] ?? 0) - 1100).toBe(1000);
  });

  test("without tcUrl it comes back to the same server, and servers that send it about are slowed down", async () => {
    const world = new World();
    world.run();
    await world.clock.advance(100);
    for (let i = 0; i < 4; i++) {
      world.ask();
      await world.clock.advance(3000);
    }
    expect(world.opened).toEqual(Array(5).fill("rtmps://a/live"));
    const waits = world.openedAt.slice(1).map((at, i) => at - (1100 + 3000 * i));
    expect(waits).toEqual([0, 375, 750, 1500]);
  });

  test("is not led from TLS to plain text, unless that is wanted", async () => {
    for (const [follow, host] of [
      [undefined, "a"],
      [() => true, "c"],
    ] as const) {
      const world = new World();
      world.run(follow && { follow });
      await world.clock.advance(100);
      world.ask("rtmp://c/live");
      await world.clock.advance(1);
      expect(world.attempts[1]?.url.host).toBe(host);
    }
  });

  test("announces that it can", async () => {
    const caps: number[] = [];
    const world = new World();
    world.handler = {
      ...world.handler,
      connect: (request) => {
        caps.push(request.command.capsEx);
        request.accept();
      },
    };
    world.run({ capabilities: { capsEx: 2 } });
    await world.clock.advance(1);
    expect(caps).toEqual([3]);
  });

  test("a lost connection is made again, ever later while the server is away, then as if nothing had been", async () => {
    const world = new World();
    world.run();
    await world.clock.advance(20_000);
    world.down = true;
    world.pipes[0]?.break(new Error("ECONNRESET"));
    await world.clock.advance(5000);
    expect(world.waits).toEqual([
      ["reset", 375],
      ["connect-failed", 750],
      ["connect-failed", 1500],
      ["connect-failed", 3000],
    ]);
    world.down = false;
    await world.clock.advance(20_000);
    expect(world.attempts.map(({ number }) => number)).toEqual([1, 5]);
    world.pipes.at(-1)?.break(new Error("ECONNRESET"));
    await settle();
    expect(world.waits.at(-1)).toEqual(["reset", 375]);
  });

  test("gives up after so many failures", async () => {
    const world = new World();
    world.down = true;
    world.run({ maxFailures: 3 });
    await world.clock.advance(60_000);
    expect(world.opened).toHaveLength(3);
    expect(world.result).toMatchObject({ code: "connect-failed" });
    expect(world.clock.timers).toBe(0);
  });

  test("a refusal is final, a name that is still taken is not", async () => {
    const refused = new World();
    refused.handler = { publish: (request) => void request.reject("NetStream.Publish.Denied", "No.") };
    refused.run();
    await refused.clock.advance(5000);
    expect(refused.result).toMatchObject({ code: "publish-rejected", statusCode: "NetStream.Publish.Denied" });
    const taken = new World();
    taken.handler = { publish: (request) => void request.reject("NetStream.Publish.BadName", "Taken.") };
    taken.run();
    for (let i = 0; i < 10; i++) await taken.clock.advance(100);
    taken.handler = { publish: (request) => void request.accept() };
    await taken.clock.advance(10_000);
    expect(taken.result).toBeUndefined();
    expect(taken.waits).toEqual([
      ["publish-rejected", 375],
      ["publish-rejected", 750],
    ]);
  });

  test("is over when the work is done, or fails by itself", async () => {
    const world = new World();
    world.run({}, async (session) => (await session.publish()).close());
    await world.clock.advance(3000);
    expect(world.result).toBe("done");
    const failing = new World();
    const error = new Error("no camera");
    failing.run({}, () => Promise.reject(error));
    await failing.clock.advance(3000);
    expect(failing.result).toBe(error);
    expect(failing.opened).toHaveLength(1);
  });

  test.for(["at work", "waiting"] as const)("is called off %s", async (when) => {
    const world = new World();
    world.down = when === "waiting";
    const abort = new AbortController();
    world.run({ signal: abort.signal });
    await world.clock.advance(100);
    abort.abort();
    await world.clock.advance(3000);
    expect(world.result).toMatchObject({ code: "aborted" });
    expect(world.clock.timers).toBe(0);
  });
});
