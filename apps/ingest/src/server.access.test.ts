import { describe, expect, test, vi } from "vitest";
import type { AccessRequest, Gate } from "./auth/gate.js";
import { audioMessage, videoMessage } from "./testing/packets.js";
import { RawClient } from "./testing/raw-client.js";
import { startServer } from "./testing/test-server.js";

/** Asks to publish or play, and waits for the answer's code. */
async function ask(port: number, action: "publish" | "play", name: string, code: string, app = "live") {
  const client = await RawClient.open(port, app);
  client.command(1, action, 3, null, name, ...(action === "publish" ? ["live"] : []));
  await client.sees(code);
  return client;
}

describe("stream keys", () => {
  test("open their stream under its public name, which is all that anybody sees", async () => {
    const keys = [{ key: "sEcrEt-1", stream: "camera" }];
    const { port, lines, event, files } = await startServer({ auth: { keys }, play: { waitMs: 0 } });
    const client = await ask(port, "publish", "sEcrEt-1", "NetStream.Publish.Start");
    expect(await event("publish")).toMatchObject({ app: "live", stream: "camera" });
    client.send(audioMessage(0));
    await ask(port, "play", "camera", "NetStream.Play.Start");
    await ask(port, "play", "sEcrEt-1", "NetStream.Play.StreamNotFound");
    const second = await ask(port, "publish", "camera?key=sEcrEt-1", "NetStream.Publish.BadName");
    await second.sees("live/camera is being published already");
    client.command(0, "deleteStream", 4, null, 1);
    expect(await event("unpublish")).toMatchObject({ stream: "camera", clean: true, audio: 1 });
    expect(String((await files())[0])).toContain("/live/camera/");
    expect(JSON.stringify([lines, await files()])).not.toContain("sEcrEt");
  });

  test("that are wrong are told to the encoder, and to no log", async () => {
    const { port, lines, event } = await startServer({ auth: { publishKey: "sEcrEt" } });
    const client = await ask(port, "publish", "my-sEcrEd?key=wr0ng", "NetStream.Publish.Denied");
    await client.sees("The stream key is missing or wrong");
    await client.ends();
    const refused = await event("publish-refused");
    expect(refused).toMatchObject({ code: "NetStream.Publish.Denied", reason: "wrong-key", level: "warn" });
    expect(refused["stream"]).toMatch(/^\(hidden-/);
    await event("session-end");
    expect(JSON.stringify(lines)).not.toMatch(/sEcrE|wr0ng/);
  });

  test("of players", async () => {
    const { port, event } = await startServer({ auth: { playKey: "sEcrEt" } });
    (await RawClient.publish(port, "camera")).send(audioMessage(0));
    await ask(port, "play", "camera", "NetStream.Play.Failed");
    expect(await event("play-refused")).toMatchObject({ reason: "wrong-key" });
    await ask(port, "play", "camera?key=sEcrEt", "NetStream.Play.Start");
  });

  test("that are changed count for those who come from then on", async () => {
    const { server, port, event } = await startServer({ auth: { publishKey: "old" } });
    const first = await ask(port, "publish", "a?key=old", "NetStream.Publish.Start");
    await server.reload({ auth: { publishKey: "new" } });
    await ask(port, "publish", "b?key=old", "NetStream.Publish.Denied");
    await ask(port, "publish", "b?key=new", "NetStream.Publish.Start");
    first.send(audioMessage(0));
    first.command(0, "deleteStream", 4, null, 1);
    expect(await event("unpublish")).toMatchObject({ stream: "a", clean: true, audio: 1 });
  });

  test("guessing ends for a while; what was allowed goes on", async () => {
    const { port, event } = await startServer({ auth: { publishKey: "k", failures: { max: 3 } } });
    const publisher = await RawClient.publish(port, "good?key=k");
    for (let i = 0; i < 3; i++) await ask(port, "publish", `x?key=${i}`, "NetStream.Publish.Denied");
    const client = await RawClient.connect(port);
    client.handshake();
    client.command(0, "connect", 1, { app: "live", tcUrl: "rtmp://127.0.0.1/live" });
    await client.sees("NetConnection.Connect.Rejected");
    await client.sees("Too many failed attempts");
    expect(await event("connect-refused")).toMatchObject({ app: "live", reason: "too-many-failures" });
    publisher.send(audioMessage(0));
    publisher.command(0, "deleteStream", 4, null, 1);
    expect(await event("unpublish")).toMatchObject({ clean: true, audio: 1 });
  });
});

describe("limits", () => {
  const limited = (limits: object) => ({
    auth: { keys: [{ key: "k", stream: "camera", limits }] },
    play: { waitMs: 0 },
  });

  test("a publisher above its bitrate is ended and told why", async () => {
    const { port, event } = await startServer(limited({ maxBitrate: 8000 }));
    const client = await ask(port, "publish", "k", "NetStream.Publish.Start");
    client.send(videoMessage(0, true, 9000));
    client.send(videoMessage(40, true, 9000)); // more than 10 s of 1 kB/s
    await client.sees("8 kbit/s here");
    await client.ends();
    expect(await event("unpublish")).toMatchObject({
      ...{ stream: "camera", clean: false, reason: "bitrate-limit", by: "application", videoBytes: 9000 },
    });
  });

  test("a publish ends when its time is over", async () => {
    const { port, event } = await startServer(limited({ maxDurationMs: 1000 }));
    const client = await ask(port, "publish", "k", "NetStream.Publish.Start");
    client.send(audioMessage(0));
    await client.sees("A stream may last 1 s here.");
    expect(await event("unpublish")).toMatchObject({ reason: "duration-limit", audio: 1 });
  });

  test("no more viewers than it may have", async () => {
    const { port, event } = await startServer(limited({ maxViewers: 1 }));
    await ask(port, "publish", "k", "NetStream.Publish.Start");
    const first = await ask(port, "play", "camera", "NetStream.Play.Start");
    const second = await ask(port, "play", "camera", "NetStream.Play.Failed");
    await second.sees("as many viewers as it may have");
    expect(await event("play-refused")).toMatchObject({ stream: "camera", reason: "too-many-viewers" });
    first.socket.end();
    await event("stop");
    await ask(port, "play", "camera", "NetStream.Play.Start");
  });

  test("no recording", async () => {
    const { port, event, files } = await startServer(limited({ record: false }));
    const client = await ask(port, "publish", "k", "NetStream.Publish.Start");
    client.send(audioMessage(0));
    client.command(0, "deleteStream", 4, null, 1);
    await event("unpublish");
    expect(await files()).toEqual([]);
  });
});

describe("a gate of the application", () => {
  test("sees who asks, renames, and refuses in its own words", async () => {
    const asked: AccessRequest[] = [];
    const gate: Gate = {
      check: (request) => {
        asked.push(request);
        if (request.action === "connect") return { allowed: true, app: "studio" };
        if (request.stream === "bad")
          return { allowed: false, code: "NetStream.Publish.Rejected", description: "Not you." };
        return { allowed: true, stream: `${request.stream}-1`, limits: { record: false } };
      },
    };
    const { port, event, events } = await startServer({}, { gate });
    await RawClient.publish(port, "cam?a=b", "live?c=d");
    expect(await event("publish")).toMatchObject({ app: "studio", stream: "cam-1" });
    await ask(port, "play", "cam", "NetStream.Play.Start");
    await (await ask(port, "publish", "bad", "NetStream.Publish.Rejected")).sees("Not you.");
    expect(await event("publish-refused")).toMatchObject({ app: "studio", stream: "bad", reason: "refused" });
    expect(asked[0]).toMatchObject({ action: "connect", app: "live", appQuery: "c=d", stream: "", query: "" });
    expect(asked[1]).toMatchObject({
      ...{ action: "publish", protocol: "rtmp", app: "studio", stream: "cam", query: "a=b", appQuery: "c=d" },
      ...{ publishingType: "live", connection: 1, address: "127.0.0.1", tcUrl: "rtmp://127.0.0.1/live?c=d" },
    });
    expect(events("fault")).toEqual([]);
  });

  test("that throws refuses, and is a fault of the server", async () => {
    const gate: Gate = {
      check: ({ action }) => {
        if (action === "connect") return { allowed: true };
        throw new Error("a mistake");
      },
    };
    const { port, event } = await startServer({}, { gate });
    await (await ask(port, "publish", "a", "NetStream.Publish.Denied")).sees("The server failed.");
    expect(await event("publish-refused")).toMatchObject({ stream: "a", reason: "gate-failed" });
    expect(await event("fault")).toMatchObject({ where: "gate", error: { message: "a mistake" } });
  });

  test("that does not answer holds up nobody else", async () => {
    let signal: AbortSignal | undefined;
    const gate: Gate = {
      check: ({ stream }, aborted) => {
        if (stream !== "slow") return { allowed: true };
        signal = aborted;
        return new Promise(() => {});
      },
    };
    const { port } = await startServer({}, { gate });
    const slow = await RawClient.open(port);
    slow.command(1, "publish", 3, null, "slow", "live");
    await vi.waitFor(() => expect(signal).toBeDefined());
    await RawClient.publish(port, "other");
    slow.socket.end();
    await vi.waitFor(() => expect(signal?.aborted).toBe(true));
  });
});
