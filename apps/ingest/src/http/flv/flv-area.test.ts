import { request as httpRequest } from "node:http";
import type { FlvTag } from "@rtmp/flv";
import { describe, expect, test, vi } from "vitest";
import { WebSocket } from "ws";
import type { PublishedMessage } from "../../hub/publish-feed.js";
import {
  audioHeader,
  audioMessage,
  dataMessage,
  metadataMessage,
  videoHeader,
  videoMessage,
} from "../../testing/packets.js";
import { RawClient } from "../../testing/raw-client.js";
import { openPaused, startHttpServer, Watcher } from "../../testing/watcher.js";

const wireOf = ({ messageTypeId, timestamp, payload }: PublishedMessage) => ({
  tagType: messageTypeId,
  timestamp,
  payload: Buffer.from(payload).toString("hex"),
});
const read = ({ tags }: { tags: readonly FlvTag[] }) =>
  tags.map(({ tagType, timestamp, payload }) => ({
    tagType,
    timestamp,
    payload: Buffer.from(payload).toString("hex"),
  }));
/** An enhanced HEVC frame of a second track. */
const multitrack: PublishedMessage = {
  ...{ type: "video", messageTypeId: 9, timestamp: 80 },
  payload: Uint8Array.of(0x96, 0x01, 0x68, 0x76, 0x63, 0x31, 1, 9, 9, 9),
};

describe.for(["http-flv", "ws-flv"] as const)("%s", (protocol) => {
  test("plays what is published, from the current group on, bit for bit, and ends with the stream", async () => {
    const server = await startHttpServer();
    const publisher = await RawClient.publish(server.port, "key");
    const before = [videoHeader(), audioHeader(), videoMessage(40, true, 90_000), audioMessage(43)];
    publisher.send(dataMessage(0, "@setDataFrame", "onMetaData"));
    for (const message of [videoMessage(0, true), ...before]) publisher.send(message);
    const live = () => server.server.registry.get({ app: "live", name: "key" });
    await vi.waitFor(() => expect(live()?.gopPackets()).toHaveLength(2));
    const viewer =
      protocol === "http-flv"
        ? (await server.watch("/live/key.flv?x=secret")).play()
        : server.sockets("/live/key.flv?x=secret").seen;
    await vi.waitFor(() => expect(viewer.tags).toHaveLength(5));
    expect(viewer.flags).toEqual({ audio: true, video: true });
    const after = [audioMessage(66, 0), multitrack, videoMessage(80)];
    for (const message of after) publisher.send(message);
    await vi.waitFor(() => expect(viewer.tags).toHaveLength(8));
    const configs = [videoHeader(40), audioHeader(40)];
    const expected = [dataMessage(0, "onMetaData"), ...configs, ...before.slice(2), ...after];
    expect(read(viewer)).toEqual(expected.map(wireOf));
    expect(server.server.sessions()).toContainEqual(
      expect.objectContaining({
        protocol,
        state: "playing",
        streams: [{ action: "play", app: "live", stream: "key" }],
      }),
    );
    publisher.command(0, "deleteStream", 0, null, 1);
    const stop = await server.event("stop");
    expect(stop).toMatchObject({
      protocol,
      app: "live",
      stream: "key",
      reason: "unpublish",
      sentMessages: 8,
      droppedFrames: 0,
    });
    expect(await server.event("play")).toMatchObject({ protocol, connection: stop["connection"], peer: stop["peer"] });
    if (viewer instanceof Watcher)
      await vi.waitFor(() => expect([viewer.ended, viewer.response.complete]).toEqual([true, true]));
    expect(JSON.stringify(server.lines)).not.toContain("secret");
    expect(server.server.sessions().filter((session) => session.protocol === protocol)).toEqual([]);
  });

  test("leaves out what describes the video, before and while it plays, if it is asked to", async () => {
    const server = await startHttpServer();
    const publisher = await RawClient.publish(server.port, "key");
    const describing = (timestamp: number): PublishedMessage => ({
      ...{ type: "video", messageTypeId: 9, timestamp },
      payload: Uint8Array.of(0x84, 0x61, 0x76, 0x63, 0x31, 2, 0, 1, 97), // enhanced Metadata, avc1
    });
    for (const message of [videoHeader(), describing(0), videoMessage(40, true)]) publisher.send(message);
    const live = () => server.server.registry.get({ app: "live", name: "key" });
    await vi.waitFor(() => expect(live()?.gopPackets()).toHaveLength(1));
    const watch = async (query: string) =>
      protocol === "http-flv"
        ? (await server.watch(`/live/key.flv${query}`)).play()
        : server.sockets(`/live/key.flv${query}`).seen;
    const [all, plain] = [await watch(""), await watch("?video-metadata=no")];
    await vi.waitFor(() => expect([all.tags.length, plain.tags.length]).toEqual([3, 2]));
    for (const message of [describing(50), videoMessage(80)]) publisher.send(message);
    await vi.waitFor(() => expect([all.tags.length, plain.tags.length]).toEqual([5, 3]));
    expect(read(plain)).toEqual([videoHeader(40), videoMessage(40, true), videoMessage(80)].map(wireOf));
  });

  test("waits for a stream, and is told when there is none", async () => {
    const server = await startHttpServer({ play: { waitMs: 400 } });
    const early = protocol === "http-flv" ? server.watch("/live/soon.flv") : server.sockets("/live/soon.flv").seen;
    const publisher = await RawClient.publish(server.port, "soon");
    await server.event("play");
    for (const message of [audioHeader(), audioMessage(0), audioMessage(23)]) publisher.send(message);
    const viewer = early instanceof Promise ? (await early).play() : early;
    await vi.waitFor(() => expect(viewer.tags).toHaveLength(3));
    expect(viewer.flags).toEqual({ audio: true, video: false });
    const description = "live/never is not being published.";
    if (protocol === "http-flv") {
      const never = await server.watch("/live/never.flv");
      expect(never.status).toBe(404);
      expect((await never.body()).error).toEqual({ code: "NetStream.Play.StreamNotFound", message: description });
    } else expect(await server.sockets("/live/never.flv").closed).toEqual({ code: 4404, reason: description });
    expect(await server.event("play-refused")).toMatchObject({ protocol, stream: "never", description });
  });

  test("is asked of the gate, which may refuse or rename", async () => {
    const asked: unknown[] = [];
    const server = await startHttpServer(
      {},
      {
        check: (request) => {
          asked.push(request);
          if (request.query === "key=right") return { allowed: true, stream: "public" };
          return request.action === "play"
            ? { allowed: false, code: "NetStream.Play.Failed", description: "Not for you." }
            : { allowed: true };
        },
      },
    );
    const publisher = await RawClient.publish(server.port, "public");
    publisher.send(audioMessage(0));
    if (protocol === "http-flv") {
      const refused = await server.watch("/live/x.flv?key=wrong");
      expect(refused.status).toBe(403);
      expect((await refused.body()).error).toEqual({ code: "NetStream.Play.Failed", message: "Not for you." });
      expect((await server.watch("/live/x.flv?key=right")).status).toBe(200);
    } else {
      expect(await server.sockets("/live/x.flv?key=wrong").closed).toEqual({ code: 4403, reason: "Not for you." });
      server.sockets("/live/x.flv?key=right", { "User-Agent": "player/1" });
    }
    expect(await server.event("play")).toMatchObject({ stream: "public" });
    expect(server.events("play-refused")).toMatchObject([{ protocol, app: "live", stream: "x", reason: "refused" }]);
    expect(asked.at(-1)).toMatchObject({ action: "play", protocol, app: "live", stream: "x", address: "127.0.0.1" });
    expect(JSON.stringify(server.lines)).not.toContain("wrong");
  });

  test("tells no name that may be a key, and has no more viewers than its stream may have", async () => {
    const server = await startHttpServer(
      {},
      {
        check: ({ action, stream }) => {
          if (action === "publish") return { allowed: true, limits: { maxViewers: 1 } };
          if (stream === "s3cret")
            return { allowed: false, code: "NetStream.Play.Failed", description: "No.", shown: "(hidden)" };
          return { allowed: true, shown: stream === "k3y" ? "(hidden)" : undefined };
        },
      },
    );
    const publisher = await RawClient.publish(server.port, "key");
    publisher.send(audioMessage(0));
    const ask = async (name: string): Promise<unknown> => {
      if (protocol === "ws-flv") return (await server.sockets(`/live/${name}.flv`).closed).code;
      return 4000 + ((await server.watch(`/live/${name}.flv`)).status ?? 0);
    };
    expect(await ask("s3cret")).toBe(4403);
    expect(await ask("k3y")).toBe(4404);
    const first =
      protocol === "ws-flv" ? server.sockets("/live/key.flv").socket : (await server.watch("/live/key.flv")).request;
    await server.event("play");
    expect(await ask("key")).toBe(4403);
    expect(server.events("play-refused").map(({ reason }) => reason)).toEqual([
      "refused",
      "not-found",
      "too-many-viewers",
    ]);
    if (first instanceof WebSocket) first.close();
    else first.destroy();
    await server.event("stop");
    void ask("key");
    expect(await server.event("play", 2)).toMatchObject({ stream: "key" });
    expect(JSON.stringify(server.lines)).not.toMatch(/s3cret|k3y/);
  });

  test("a viewer that does not read loses frames within its bound; nobody else does", async () => {
    const server = await startHttpServer({ play: { waitMs: 0, queueBytes: "256K" } });
    const publisher = await RawClient.publish(server.port, "key");
    publisher.send(videoMessage(0, true));
    const slow = await openPaused(server, protocol);
    const good = (await server.watch("/live/key.flv")).play();
    await server.event("play", 2);
    let held = 0;
    for (let i = 1; i <= 400; i++) {
      if (!publisher.send(videoMessage(i * 40, i % 10 === 0, 65_536))) {
        await new Promise((resolve) => publisher.socket.once("drain", resolve));
      }
      for (const { queuedBytes } of server.server.sessions()) held = Math.max(held, queuedBytes);
    }
    await vi.waitFor(() => expect(good.tags).toHaveLength(401), { timeout: 10_000 });
    expect(held).toBeGreaterThan(0);
    expect(held).toBeLessThanOrEqual(256 * 1024);
    slow.destroy();
    const stop = await server.event("stop");
    expect(stop).toMatchObject({ protocol, reason: "closed" });
    expect(Number(stop["droppedFrames"])).toBeGreaterThan(0);
    expect(Number(stop["sentMessages"]) + Number(stop["droppedFrames"])).toBeLessThanOrEqual(401);
  });

  test("a viewer that does not read goes first when memory is short; the publisher and who comes stay", async () => {
    const server = await startHttpServer({ limits: { heldBytes: "1M" }, play: { waitMs: 0, gopBytes: "64K" } });
    const publisher = await RawClient.publish(server.port, "key");
    publisher.send(videoMessage(0, true));
    await openPaused(server, protocol);
    let i = 0;
    await vi.waitFor(
      () => {
        for (let more = true; more; ) more = publisher.send(videoMessage(++i * 40, i % 10 === 0, 65_536));
        expect(server.events("stop")).toHaveLength(1);
      },
      { timeout: 10_000, interval: 10 },
    );
    expect(server.events("stop")).toMatchObject([{ protocol, reason: "memory-budget" }]);
    await vi.waitFor(async () => expect((await server.watch("/live/key.flv")).play().status).toBe(200));
    expect(server.events("unpublish")).toEqual([]);
  });

  test("a viewer that takes nothing at all is cut", async () => {
    const server = await startHttpServer({ session: { timeouts: { writeMs: 200 } } });
    const publisher = await RawClient.publish(server.port, "key");
    publisher.send(videoMessage(0, true));
    await openPaused(server, protocol);
    let sending = true;
    const sent = (async () => {
      for (let i = 1; sending; i++) {
        if (!publisher.send(videoMessage(i * 40, true, 1_000_000))) {
          await new Promise((resolve) => publisher.socket.once("drain", resolve));
        }
      }
    })();
    const stop = await server.event("stop");
    sending = false;
    await sent;
    expect(stop).toMatchObject({ protocol, reason: "write-timeout" });
  });

  test("can be kicked, and is told when the server stops", async () => {
    const server = await startHttpServer();
    const publisher = await RawClient.publish(server.port, "key");
    publisher.send(videoMessage(0, true));
    const closed = async () => {
      if (protocol === "ws-flv") return server.sockets("/live/key.flv").closed;
      const viewer = (await server.watch("/live/key.flv")).play();
      return new Promise((resolve) => viewer.response.once("end", resolve));
    };
    const kicked = closed();
    const { connection } = await server.event("play");
    expect(server.server.kick(String(connection), "Out.")).toBe(true);
    const end = await kicked;
    if (protocol === "ws-flv") expect(end).toEqual({ code: 1008, reason: "Out." });
    expect(await server.event("stop")).toMatchObject({ reason: "kicked" });
    const last = closed();
    await server.event("play", 2);
    await server.server.stop();
    await last;
    expect(await server.event("stop", 2)).toMatchObject({ reason: "unpublish" });
  });
});

describe("by HTTP", () => {
  test("HEAD has the headers alone, other methods are refused, and pages of configured origins may read", async () => {
    const server = await startHttpServer({ http: { cors: ["https://friend.example"] } });
    const publisher = await RawClient.publish(server.port, "key");
    publisher.send(videoMessage(0, true));
    await vi.waitFor(() => expect(server.server.registry.list()).toHaveLength(1));
    const head = await Watcher.get(server.httpPort, "/live/key.flv", { Origin: "https://friend.example" }, "HEAD");
    expect(head.status).toBe(200);
    expect(head.response.headers).toMatchObject({
      "content-type": "video/x-flv",
      "cache-control": "no-store",
      "access-control-allow-origin": "https://friend.example",
      "x-content-type-options": "nosniff",
    });
    const get = (await server.watch("/live/key.flv", { Origin: "https://friend.example" })).play();
    expect(get.response.headers).toMatchObject({ "access-control-allow-origin": "https://friend.example" });
    const evil = await server.watch("/live/key.flv", { Origin: "https://evil.example" });
    expect(evil.response.headers).not.toHaveProperty("access-control-allow-origin");
    const post = await Watcher.get(server.httpPort, "/live/key.flv", {}, "POST");
    expect([post.status, post.response.headers.allow]).toEqual([405, "GET, HEAD"]);
    expect((await Watcher.get(server.httpPort, "/live/none.flv", {}, "HEAD")).status).toBe(404);
    expect(server.events("play")).toHaveLength(2);
  });

  test.for([
    "/live/%2e%2e/key.flv",
    "/live/..%2fkey.flv",
    "/live/%00.flv",
    "/key.flv",
    "/live//.flv",
    "/live/%.flv",
    "/live/key.flv/",
  ])("%s is no stream", async (path) => {
    const server = await startHttpServer();
    await RawClient.publish(server.port, "key");
    expect((await server.watch(path)).status).toBe(404);
  });

  test("a viewer that leaves while it waits leaves nothing behind", async () => {
    const server = await startHttpServer({ play: { waitMs: 60_000 } });
    const request = httpRequest({ host: "127.0.0.1", port: server.httpPort, path: "/live/key.flv" });
    request.on("error", () => {});
    request.end();
    await new Promise((resolve) => request.once("finish", resolve));
    const socket = server.sockets("/live/key.flv");
    await new Promise((resolve) => socket.socket.once("open", resolve));
    request.destroy();
    socket.socket.terminate();
    await server.event("http-request");
    await RawClient.publish(server.port, "key");
    expect(server.events("play")).toEqual([]);
  });
});

describe("by WebSocket", () => {
  test("pages of other origins are refused unless they are configured", async () => {
    const server = await startHttpServer({ http: { cors: ["https://friend.example"] } });
    const publisher = await RawClient.publish(server.port, "key");
    publisher.send(videoMessage(0, true));
    for (const Origin of ["https://friend.example", `http://127.0.0.1:${server.httpPort}`]) {
      const { socket } = server.sockets("/live/key.flv", { Origin });
      await new Promise((resolve) => socket.once("open", resolve));
    }
    for (const [path, Origin, status] of [
      ["/live/key.flv", "https://evil.example", 403],
      ["/live/key.flv", "null", 403],
      ["/live/key", "https://friend.example", 404],
    ] as const) {
      const { socket } = server.sockets(path, { Origin });
      const answer = await new Promise((resolve) =>
        socket.once("unexpected-response", (_request, { statusCode }) => resolve(statusCode)),
      );
      expect(answer).toBe(status);
    }
  });

  test("a viewer that sends more than it has to say is closed", async () => {
    const server = await startHttpServer();
    const publisher = await RawClient.publish(server.port, "key");
    publisher.send(metadataMessage("width", 1));
    const { socket, closed } = server.sockets("/live/key.flv");
    await new Promise((resolve) => socket.once("open", resolve));
    await server.event("play");
    socket.send("hello");
    socket.send(Buffer.alloc(2000));
    expect((await closed).code).toBe(1009);
    await server.event("stop");
  });
});
