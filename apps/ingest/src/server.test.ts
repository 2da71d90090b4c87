import { writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { MemoryStreamRegistry, type StreamRegistry } from "./hub/stream-registry.js";
import { IngestServer } from "./server.js";
import { readRecording } from "./testing/flv-file.js";
import { audioHeader, audioMessage, metadataMessage, videoHeader, videoMessage } from "./testing/packets.js";
import { RawClient } from "./testing/raw-client.js";
import { startServer } from "./testing/test-server.js";

const media = [
  videoHeader(),
  audioHeader(),
  videoMessage(0, true, 70_000),
  audioMessage(3),
  videoMessage(40),
  audioMessage(26, 0),
];
const tags = media.map(({ messageTypeId, timestamp, payload }) => ({ type: messageTypeId, timestamp, payload }));

describe("a publish", () => {
  test("is recorded, counted and logged", async () => {
    const { port, directory, event, files, read } = await startServer();
    const client = await RawClient.publish(port, "key");
    expect(await event("publish")).toMatchObject({ app: "live", stream: "key", level: "info" });
    client.send(metadataMessage("videodatarate", 2500));
    for (const message of media) client.send(message);
    client.command(0, "deleteStream", 4, null, 1);
    const unpublish = await event("unpublish");
    const bytes = { audioBytes: 4 + 10 + 2, videoBytes: 7 + 70_000 + 20, dataBytes: 61 };
    expect(unpublish).toMatchObject({
      ...{ app: "live", stream: "key", clean: true, by: "peer", reason: "deleteStream" },
      ...{ audio: 3, video: 3, data: 1, ...bytes, bytes: bytes.audioBytes + bytes.videoBytes + bytes.dataBytes },
    });
    const [path] = await files();
    expect(unpublish["recording"]).toBe(path);
    expect(path?.slice(directory.length)).toMatch(/^\/live\/key\/\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z\.flv$/);
    const file = await read(path);
    expect(readRecording(file)).toMatchObject({ flags: 5, rest: 0, tags });
    expect(readRecording(file).metadata("videodatarate")).toBe(2500);
    expect(await event("recording-closed")).toMatchObject({ path, bytes: file.length, mediaMs: 40 });
    client.socket.end();
    expect(await event("session-end")).toMatchObject({ clean: true, reason: "closed", by: "peer", connection: 1 });
  });

  test("that breaks off leaves a whole file and says so", async () => {
    const { port, event, read } = await startServer();
    const client = await RawClient.publish(port, "key");
    for (const message of media) client.send(message);
    await event("recording-started");
    client.socket.resetAndDestroy();
    const unpublish = await event("unpublish");
    expect(unpublish).toMatchObject({ clean: false, by: "peer" });
    expect(["reset", "closed"]).toContain(unpublish["reason"]);
    expect(readRecording(await read(unpublish["recording"]))).toMatchObject({ rest: 0, flags: 5 });
  });

  test("without media leaves no file", async () => {
    const { port, event, files } = await startServer();
    const client = await RawClient.publish(port, "key");
    client.command(0, "deleteStream", 4, null, 1);
    expect(await event("unpublish")).not.toHaveProperty("recording");
    expect(await files()).toEqual([]);
  });

  test("of the same name is refused while the first goes on, and taken when that is over", async () => {
    const { port, event, events } = await startServer();
    const first = await RawClient.publish(port, "key");
    const second = await RawClient.open(port);
    second.command(1, "publish", 3, null, "key?token=other", "live");
    await second.sees("NetStream.Publish.BadName");
    await second.sees("live/key is being published already");
    await second.ends();
    expect(await event("publish-refused")).toMatchObject({
      app: "live",
      stream: "key",
      code: "NetStream.Publish.BadName",
    });
    await RawClient.publish(port, "key", "other"); // another application: another stream
    first.send(audioMessage(0));
    first.command(0, "deleteStream", 4, null, 1);
    expect(await event("unpublish")).toMatchObject({ clean: true, audio: 1 });
    await RawClient.publish(port, "key");
    expect(events("publish").length).toBe(3);
  });

  test("without a name is refused, and the encoder told what to do", async () => {
    const { port, event } = await startServer();
    const client = await RawClient.open(port);
    client.command(1, "publish", 3, null, "?token=x", "live");
    await client.sees("enter a stream key");
    expect(await event("publish-refused")).toMatchObject({ stream: "" });
  });

  test("never shows its key in the log or in a path", async () => {
    const { port, lines, event, files } = await startServer();
    const client = await RawClient.publish(port, "key?token=s3cret&x=1", "live?sig=s3cret");
    const again = await RawClient.open(port, "live?sig=s3cret");
    again.command(1, "publish", 3, null, "key?token=s3cret", "live");
    await again.ends();
    client.send(audioMessage(0));
    client.message(3, 20, 0, 0, Buffer.from([2, 0, 255, ...Buffer.from("s3cret")])); // a command that is cut short
    client.message(3, 7, 0, 0, Buffer.from("s3cret"));
    client.socket.end();
    await event("session-end", 2);
    expect(await event("unpublish")).toMatchObject({ app: "live", stream: "key" });
    expect(JSON.stringify([lines, await files()])).not.toContain("s3cret");
  });

  test("stays inside the folder whatever its name is", async () => {
    const { port, directory, event, files } = await startServer();
    const names = ["../../evil", "..", ".", "a/b", "nul", "a\0b", "x".repeat(4000), "/etc/passwd"];
    for (const [i, name] of names.entries()) {
      const client = await RawClient.publish(port, name, "../up");
      client.send(audioMessage(0));
      client.socket.end();
      await event("unpublish", i + 1);
    }
    const paths = await files();
    expect(paths.length).toBe(names.length);
    for (const path of paths) {
      expect(path.slice(directory.length).split("/").length).toBe(4); // "", app, stream, file
      expect(path.startsWith(`${directory}/%2E.%2Fup/`)).toBe(true);
    }
    expect(new Set(paths.map((path) => path.split("/").at(-2))).size).toBe(names.length);
  });

  test("goes on when its recording can not be written", async () => {
    const { port, directory, event, events } = await startServer();
    await writeFile(`${directory}/live`, "in the way");
    const client = await RawClient.publish(port, "key");
    client.send(audioMessage(0));
    expect(await event("recording-failed")).toMatchObject({ reason: "recording-write-failed", level: "error" });
    client.send(audioMessage(20));
    client.command(0, "deleteStream", 4, null, 1);
    expect(await event("unpublish")).toMatchObject({ clean: true, audio: 2 });
    expect(events("fault")).toEqual([]);
  });

  test("without a folder is not recorded", async () => {
    const { port, event, events, files } = await startServer({ record: { directory: undefined } });
    const client = await RawClient.publish(port, "key");
    client.send(audioMessage(0));
    client.socket.end();
    expect(await event("unpublish")).toMatchObject({ clean: false, reason: "closed", audio: 1 });
    expect([events("recording-started"), await files()]).toEqual([[], []]);
  });

  test("is paused, not cut, while the disk is behind", async () => {
    const { port, event, read } = await startServer({ record: { queueBytes: "64K" } });
    const client = await RawClient.publish(port, "key");
    for (let i = 0; i < 400; i++) {
      const sent = client.send(videoMessage(i, true, 100_000)); // each fills the queue
      if (!sent) await new Promise((resolve) => client.socket.once("drain", resolve));
    }
    client.command(0, "deleteStream", 4, null, 1);
    const unpublish = await event("unpublish");
    expect(unpublish).toMatchObject({ clean: true, video: 400 });
    expect(readRecording(await read(unpublish["recording"])).tags.map((tag) => tag.timestamp)).toEqual(
      Array.from({ length: 400 }, (_, i) => i),
    );
  });
});

describe("bad input", () => {
  test.for([
    ["an HTTP request", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "http-probe"],
    ["a TLS hello", "\x16\x03\x01\x02\x00\x01\x00", "tls-probe"],
    ["RTMPE", "\x06aaaa", "rtmpe-unsupported"],
    ["noise", "\xffaaaa", "bad-version"],
  ])("%s ends with its reason and peer", async ([, bytes, reason]) => {
    const { port, event } = await startServer();
    const client = await RawClient.connect(port);
    client.socket.write(Buffer.from(bytes ?? "", "latin1"));
    await client.ends();
    const end = await event("session-end");
    expect(end).toMatchObject({ reason, by: "us", level: "info" });
    expect(end["peer"]).toMatch(/^127\.0\.0\.1:\d+$/);
  });

  test("after the handshake ends only its own connection", async () => {
    const { port, event, read } = await startServer();
    const publisher = await RawClient.publish(port, "key");
    publisher.send(audioMessage(0));
    const noise = await RawClient.connect(port);
    noise.handshake();
    noise.socket.write(Buffer.alloc(5000, 0xff));
    await noise.ends();
    expect(await event("session-end")).toMatchObject({ by: "us", error: { code: expect.any(String) } });
    publisher.send(audioMessage(20));
    publisher.command(0, "deleteStream", 4, null, 1);
    const unpublish = await event("unpublish");
    expect(readRecording(await read(unpublish["recording"])).tags.length).toBe(2);
  });

  test("a crowd that hangs on does not lock out an encoder at the same address", async () => {
    const { server, port, event, events } = await startServer({ limits: { pending: 6, pendingPerAddress: 4 } });
    const publisher = await RawClient.publish(port, "first");
    const crowd: RawClient[] = [];
    for (let i = 0; i < 10; i++) crowd.push(await RawClient.connect(port));
    expect(await event("session-end", 6)).toMatchObject({ reason: "evicted", by: "application" });
    await crowd[5]?.ends();
    const encoder = await RawClient.publish(port, "second");
    expect(crowd.slice(7).map((client) => client.closed)).toEqual([false, false, false]);
    expect([publisher.closed, encoder.closed]).toEqual([false, false]);
    await event("session-end", 7);
    expect(server.connections).toEqual({ total: 5, pending: 3 });
    expect(events("session-end").every((end) => end["reason"] === "evicted")).toBe(true);
  });

  test("connections beyond the limit are refused, a few lines tell of many", async () => {
    const { port, event, events } = await startServer({ limits: { connections: 2 } });
    await RawClient.publish(port, "a");
    const second = await RawClient.publish(port, "b");
    for (let i = 0; i < 20; i++) await (await RawClient.connect(port)).ends();
    expect(await event("connection-refused")).toMatchObject({ reason: "too-many-connections", level: "warn" });
    expect(events("connection-refused").length).toBeLessThan(20);
    second.socket.end();
    await event("session-end");
    await RawClient.publish(port, "c");
  });

  test("of one address no more than it may have", async () => {
    const { server, port, event } = await startServer({ limits: { perAddress: 2 } });
    await RawClient.publish(port, "a");
    const second = await RawClient.publish(port, "b");
    await (await RawClient.connect(port)).ends();
    expect(await event("connection-refused")).toMatchObject({ reason: "too-many-connections" });
    second.socket.end();
    await event("session-end");
    expect(server.connections.total).toBe(1);
    await RawClient.publish(port, "c");
  });

  test("above the memory budget the largest of those that do not publish go", async () => {
    const { server, port, event } = await startServer({ limits: { heldBytes: 1024 * 1024 } });
    const publisher = await RawClient.publish(port, "key");
    const crowd = await Promise.all(Array.from({ length: 20 }, () => RawClient.open(port)));
    for (const client of crowd) {
      const head = Buffer.from([5, 0, 0, 0, 0, 0xff, 0xff, 20, 0, 0, 0, 0]); // a command of 65535 bytes, all but its end
      client.socket.write(Buffer.concat([head, Buffer.alloc(65_500)]));
    }
    expect(await event("session-end")).toMatchObject({ reason: "memory-budget" });
    await vi.waitFor(() => expect(server.heldBytes).toBeLessThanOrEqual(1024 * 1024));
    publisher.send(audioMessage(0));
    publisher.command(0, "deleteStream", 4, null, 1);
    expect(await event("unpublish")).toMatchObject({ clean: true, audio: 1 });
    expect(crowd.some((client) => !client.closed)).toBe(true);
  });
});

describe("starting and stopping", () => {
  test("listens on IPv4 and IPv6 when no host is given", async () => {
    const { port, event, events } = await startServer({ rtmp: { listen: ["0"] } });
    const interfaces = Object.values(networkInterfaces()).flat();
    const hosts = interfaces.some((each) => each?.address === "::1") ? ["127.0.0.1", "::1"] : ["127.0.0.1"];
    for (const host of hosts) (await RawClient.connect(port, host)).socket.end();
    await event("session-end", hosts.length);
    const peers = events("connection").map((line) => String(line["peer"]).replace(/:\d+$/, ""));
    expect(peers).toEqual(hosts.map((host) => (host === "::1" ? "[::1]" : host)));
  });

  test("a port that is taken is an error, and nothing stays open", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => taken.once("listening", resolve));
    const { port } = taken.address() as { port: number };
    const server = new IngestServer({ rtmp: { listen: ["127.0.0.1:0", `127.0.0.1:${port}`] } });
    const listening = vi.fn();
    server.on("listening", listening);
    await expect(server.start()).rejects.toMatchObject({ code: "EADDRINUSE" });
    expect(listening).not.toHaveBeenCalled();
    await expect(server.start()).rejects.toThrow(TypeError);
    taken.close();
  });

  test("a stop finishes streams and recordings and tells the encoder", async () => {
    const { server, port, event, events, read } = await startServer();
    const client = await RawClient.publish(port, "key");
    const idle = await RawClient.connect(port);
    for (const message of media) client.send(message);
    await event("recording-started");
    const stopped = server.stop();
    await client.sees("The server is shutting down.");
    expect(await stopped).toBe(true);
    const unpublish = await event("unpublish");
    expect(unpublish).toMatchObject({ clean: false, reason: "server-stopping", by: "application" });
    expect(readRecording(await read(unpublish["recording"])).tags).toEqual(tags);
    expect(events("session-end").map((end) => end["reason"])).toEqual(["server-stopping", "server-stopping"]);
    await Promise.all([client.ends(), idle.ends()]);
    await expect(RawClient.connect(port)).rejects.toThrow("ECONNREFUSED");
  });

  test("a stop cuts what takes longer than the grace time", async () => {
    const { server, port, event } = await startServer({ graceMs: 50 });
    const client = await RawClient.publish(port, "key");
    client.socket.pause(); // never reads our FIN, so never closes
    expect(await server.stop()).toBe(false);
    expect(await event("unpublish")).toMatchObject({ reason: "server-stopping" });
    expect(server.connections.total).toBe(0);
  });

  test("a folder that can not be written to is an error, and nothing is open", async () => {
    const { directory } = await startServer();
    await writeFile(join(directory, "file"), "");
    const server = new IngestServer({
      rtmp: { listen: ["127.0.0.1:0"] },
      record: { directory: join(directory, "file", "x") },
    });
    let listening = false;
    server.on("listening", () => {
      listening = true;
    });
    await expect(server.start()).rejects.toThrow(/Recordings can not be written to/);
    expect(listening).toBe(false);
  });

  test("a wrong option is an error before anything is open", () => {
    expect(() => new IngestServer({ limits: { pending: 0 } })).toThrow("limits.pending");
  });

  test("an application's registry decides who may publish", async () => {
    class Picky extends MemoryStreamRegistry {
      override claim(stream: Parameters<MemoryStreamRegistry["claim"]>[0]): boolean {
        if (stream.id.name === "broken") throw new Error("directory is away?secret=1");
        return stream.id.name === "good" && super.claim(stream);
      }
    }
    const { port, event } = await startServer({}, { registry: new Picky() });
    await RawClient.publish(port, "good");
    const bad = await RawClient.open(port);
    bad.command(1, "publish", 3, null, "bad", "live");
    await bad.sees("NetStream.Publish.BadName");
    const broken = await RawClient.open(port);
    broken.command(1, "publish", 3, null, "broken", "live");
    await broken.ends();
    expect(await event("session-end", 2)).toMatchObject({ reason: "application-error", by: "application" });
  });
});

test("of encoders that wait for a name at the same time one has it in the end, and the others are told", async () => {
  const memory = new MemoryStreamRegistry();
  let grant = (): void => {};
  const granted = new Promise<void>((resolve) => (grant = resolve));
  const registry: StreamRegistry = {
    claim: async (stream) => {
      await granted;
      return memory.claim(stream);
    },
    release: (stream) => memory.release(stream),
    get: (id) => memory.get(id),
    list: () => memory.list(),
  };
  let asked = 0;
  const onPublish = (): true => {
    asked++;
    return true;
  };
  const { server, port } = await startServer({ publish: { takeover: "replace" } }, { registry, onPublish });
  const clients = await Promise.all(Array.from({ length: 4 }, () => RawClient.open(port)));
  for (const client of clients) client.command(1, "publish", 3, null, "key", "live");
  await vi.waitFor(() => expect(asked).toBe(4));
  await new Promise((resolve) => setImmediate(resolve)); // all wait for the same claim
  grant();
  const publishing = (): number => server.sessions().filter(({ state }) => state === "publishing").length;
  await vi.waitFor(() => expect([server.sessions().length, publishing()]).toEqual([1, 1]));
});
