import { writeFile } from "node:fs/promises";
import { createServer as createTcpServer } from "node:net";
import { join } from "node:path";
import { generate } from "selfsigned";
import { describe, expect, test, vi } from "vitest";
import type { IngestOptions } from "../config/config.js";
import { audioHeader, audioMessage, metadataMessage, videoHeader, videoMessage } from "../testing/packets.js";
import { RawClient } from "../testing/raw-client.js";
import { fileTags, mediaLines } from "../testing/sample-file.js";
import { startSessions } from "../testing/session-server.js";
import { startServer } from "../testing/test-server.js";

const KEY = "live-key-0123456789";

/** Headers and five groups of pictures of 200 ms. */
function sampleMessages(first = 0) {
  const messages = [metadataMessage("width", 160), videoHeader(), audioHeader()];
  for (let at = 0; at < 1000; at += 40) {
    messages.push(videoMessage(first + at, at % 200 === 0), audioMessage(first + at + 7));
  }
  return messages;
}

/** A port of loopback on which nobody listens, for now. */
async function freePort(): Promise<number> {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

type Server = Awaited<ReturnType<typeof startServer>>;

/** What two servers recorded of a stream, audio and video, a line each. */
async function recorded(server: Server): Promise<string[]> {
  const { path } = await server.event("recording-closed");
  return mediaLines(fileTags(await server.read(path)));
}

describe("push", () => {
  test("sends all of a stream on, under the key of the other server, which no log tells", async () => {
    const target = await startServer();
    const url = `rtmp://127.0.0.1:${target.port}/live/${KEY}?secret=${KEY}`;
    const origin = await startServer({ relay: { push: [`live/*=${url}`] } });
    const client = await RawClient.publish(origin.port, "camera");
    await origin.event("relay-live");
    for (const message of sampleMessages()) client.send(message);
    client.command(0, "deleteStream", 4, null, 1);
    await target.event("unpublish");
    expect(await recorded(target)).toEqual(await recorded(origin));
    const end = await origin.event("relay-end");
    expect(end).toMatchObject({
      direction: "push",
      app: "live",
      stream: "camera",
      reason: "stream-ended",
      messages: 53,
    });
    expect(JSON.stringify(origin.lines)).not.toContain(KEY);
    expect(target.events("unpublish")[0]).toMatchObject({ clean: true, stream: KEY });
  });

  test("begins with metadata, headers and the current group of pictures when the other server comes later", async () => {
    const port = await freePort();
    const origin = await startServer({ relay: { push: [`rtmp://127.0.0.1:${port}/app/{stream}`] } });
    const client = await RawClient.publish(origin.port, "camera");
    await origin.event("relay-retry");
    for (const message of sampleMessages()) client.send(message);
    expect(origin.server.relays()).toMatchObject([
      {
        ...{ direction: "push", name: "push-1", state: "waiting", attempts: 1 },
        lastError: expect.stringContaining("No connection"),
      },
    ]);
    const target = await startServer({ rtmp: { listen: [`127.0.0.1:${port}`] } });
    await target.event("publish");
    expect(origin.server.relays()[0]?.attempts).toBe(origin.events("relay-retry").length + 1);
    client.send(videoMessage(1000, true));
    client.command(0, "deleteStream", 4, null, 1);
    const lines = await recorded(target);
    expect(lines.slice(0, 2).map((line) => line.slice(0, 5))).toEqual(["9 800", "8 800"]); // headers at the group's time
    expect(lines.slice(2)).toEqual((await recorded(origin)).slice(-11));
  });

  test("comes back after the other server was away, at a keyframe", async () => {
    const port = await freePort();
    const listen = { listen: [`127.0.0.1:${port}`] };
    const before = await startServer({ rtmp: listen });
    const origin = await startServer({ relay: { push: [`rtmp://127.0.0.1:${port}/live/x`] } });
    const client = await RawClient.publish(origin.port, "camera");
    await origin.event("relay-live");
    for (const message of sampleMessages()) client.send(message);
    await before.server.stop();
    await origin.event("relay-retry");
    const after = await startServer({ rtmp: listen });
    await after.event("publish");
    client.send(videoMessage(1000, false));
    client.send(videoMessage(1040, true));
    client.command(0, "deleteStream", 4, null, 1);
    const lines = await recorded(after);
    expect(lines.at(-1)).toContain("9 1040 17");
    expect(lines.filter((line) => line.startsWith("9 ")).map((line) => line.split(" ")[1])).toContain("1000"); // of the group
  });

  test("leaves frames out, and never waits, when the other server does not read", async () => {
    const silent = await startSessions(() => ({ media: () => new Promise(() => {}) }));
    const origin = await startServer({ relay: { push: [silent.url("x")], queueBytes: 65_536 } });
    const client = await RawClient.publish(origin.port, "camera");
    await origin.event("relay-live");
    for (const message of [videoHeader(), audioHeader()]) client.send(message);
    for (let at = 0; at < 400; at++) client.send(videoMessage(at * 40, at % 10 === 0, 40_000));
    await vi.waitFor(() => expect(origin.server.relays()[0]?.droppedFrames).toBeGreaterThan(100));
    client.command(0, "deleteStream", 4, null, 1);
    await origin.event("recording-closed");
    expect(await recorded(origin)).toHaveLength(402);
  });

  test("over RTMPS, with certificates of one's own", async () => {
    const pems = await generate([{ name: "commonName", value: "localhost" }], {
      keySize: 2048,
      extensions: [{ name: "subjectAltName", altNames: [{ type: 2, value: "localhost" }] }],
    });
    const target = await startSessions(() => ({}), { key: pems.private, cert: pems.cert });
    const origin = await startServer();
    const ca = join(origin.directory, "ca.pem");
    await writeFile(ca, pems.cert);
    const pusher = await startServer({ relay: { push: [`rtmps://localhost:${target.port}/live/x`], ca } });
    const client = await RawClient.publish(pusher.port, "camera");
    await pusher.event("relay-live");
    for (const message of sampleMessages()) client.send(message);
    await vi.waitFor(() => expect(target.media.filter(({ type }) => type === "video")).toHaveLength(26));
  });

  test("follows a new configuration", async () => {
    const target = await startServer();
    const url = (name: string) => `rtmp://127.0.0.1:${target.port}/live/${name}`;
    const origin = await startServer({ relay: { push: [url("one")] } });
    await RawClient.publish(origin.port, "camera");
    await origin.event("relay-live");
    const { applied } = await origin.server.reload({ relay: { push: [url("two")] } });
    expect(applied).toContain("relay.push");
    expect(await origin.event("relay-end")).toMatchObject({ reason: "reconfigured" });
    await target.event("publish", 2);
    expect(target.events("publish").map(({ stream }) => stream)).toEqual(["one", "two"]);
  });
});

describe("pull", () => {
  const pull = (origin: Server, more: Partial<NonNullable<IngestOptions["relay"]>> = {}) =>
    ({ relay: { pull: [`live/*=rtmp://127.0.0.1:${origin.port}/{app}/{stream}`], ...more } }) satisfies IngestOptions;

  test("brings a stream when somebody asks for it, once for all, and lets go when nobody watches", async () => {
    const origin = await startServer();
    const edge = await startServer(pull(origin, { idleMs: 200 }));
    const publisher = await RawClient.publish(origin.port, "camera");
    for (const message of sampleMessages()) publisher.send(message);
    const players = await Promise.all([1, 2].map(() => RawClient.open(edge.port)));
    for (const player of players) player.command(1, "play", 3, null, "camera");
    for (const player of players) await player.sees("NetStream.Play.Start");
    expect(origin.events("play")).toHaveLength(1);
    expect(edge.server.relays()).toMatchObject([{ direction: "pull", state: "live", app: "live", stream: "camera" }]);
    for (const player of players) player.socket.end();
    expect(await edge.event("relay-end")).toMatchObject({ reason: "unwatched" });
    await origin.event("stop");
    expect(edge.server.relays()).toEqual([]);
  });

  test("a stream that the other server does not have is not found here either", async () => {
    const origin = await startServer({ play: { waitMs: 0 } });
    const edge = await startServer(pull(origin));
    const player = await RawClient.open(edge.port);
    player.command(1, "play", 3, null, "nothing");
    await player.sees("NetStream.Play.StreamNotFound");
    expect(await edge.event("relay-end")).toMatchObject({ reason: "play-rejected" });
  });

  test("what is always there is recorded bit for bit, and comes back when the origin does", async () => {
    const port = await freePort();
    const listen = { listen: [`127.0.0.1:${port}`] };
    const edge = await startServer({
      relay: {
        pull: [{ stream: "in/camera", url: `rtmp://127.0.0.1:${port}/live/camera`, when: "always" }],
        graceMs: 0,
      },
    });
    await edge.event("relay-retry");
    const origin = await startServer({ rtmp: listen, play: { waitMs: 60_000 } });
    const publisher = await RawClient.publish(port, "camera");
    await edge.event("relay-live");
    await origin.event("play");
    for (const message of sampleMessages()) publisher.send(message);
    publisher.command(0, "deleteStream", 4, null, 1);
    expect(await recorded(edge)).toEqual(await recorded(origin));
    const again = await RawClient.publish(port, "camera");
    for (const message of sampleMessages(5000)) again.send(message);
    await edge.event("relay-live", 2);
  });

  test("the server's stop ends it", async () => {
    const origin = await startServer();
    const edge = await startServer(pull(origin));
    const publisher = await RawClient.publish(origin.port, "camera");
    for (const message of sampleMessages()) publisher.send(message);
    const player = await RawClient.open(edge.port);
    player.command(1, "play", 3, null, "camera");
    await player.sees("NetStream.Play.Start");
    expect(await edge.server.stop()).toBe(true);
    expect(edge.events("relay-end")).toMatchObject([{ reason: "stopped" }]);
  });
});
