import { readFile } from "node:fs/promises";
import { expect, onTestFinished, test, vi } from "vitest";
import { audioHeader, audioMessage, metadataMessage, videoHeader, videoMessage } from "../src/testing/packets.js";
import { RawClient } from "../src/testing/raw-client.js";
import { fileTags, mediaLines } from "../src/testing/sample-file.js";
import { Ingest, type LogLine } from "./support/ingest.js";

async function start(...flags: string[]): Promise<Ingest> {
  const ingest = await Ingest.start("--workers", "2", ...flags);
  onTestFinished(() => ingest[Symbol.asyncDispose]());
  return ingest;
}

const messages = [metadataMessage("width", 160), videoHeader(), audioHeader()];
for (let at = 0; at < 1000; at += 40) messages.push(videoMessage(at, at % 200 === 0), audioMessage(at + 7));

const lines = (ingest: Ingest, event: string): LogLine[] => ingest.log.filter((line) => line["event"] === event);
/** The worker that a connection came to: two and the primary number theirs in turn. */
const workerOf = (line: LogLine): number => Number(line["connection"]) % 3;

test("a stream of one worker is played in all, and recorded once", async () => {
  const ingest = await start();
  expect(lines(ingest, "listening")).toHaveLength(1);
  const publisher = await RawClient.publish(ingest.port, "camera");
  const taps: Uint8Array[][] = [];
  const players: RawClient[] = [];
  const workers = (): number => new Set(lines(ingest, "play").map(workerOf)).size;
  for (let i = 1; i <= 20 && workers() < 2; i++) {
    const tap: Uint8Array[] = [];
    const player = await RawClient.open(ingest.port, "live", (part) => tap.push(part));
    player.command(1, "play", 3, null, "camera");
    await player.sees("NetStream.Play.Start");
    await vi.waitFor(() => expect(lines(ingest, "play")).toHaveLength(i), { timeout: 10_000 });
    players.push(player);
    taps.push(tap);
  }
  expect(workers()).toBe(2);
  for (const message of messages) publisher.send(message);
  publisher.command(0, "deleteStream", 4, null, 1);
  for (const player of players) await player.sees("NetStream.Play.UnpublishNotify");
  await ingest.event("unpublish");
  const recorded = mediaLines(fileTags(await readFile(await ingest.recording("camera"))));
  expect(recorded).toHaveLength(52);
  // Whichever worker they came to, players got each frame.
  for (const tap of taps) {
    const got = Buffer.concat(tap);
    const media = messages.filter(({ type }) => type !== "data"); // metadata comes without its word to the server
    const missing = media.filter(({ payload }) => !got.includes(Buffer.from(payload)));
    expect(missing).toEqual([]);
  }
});

test("a name belongs to one publisher, whichever worker it comes to", async () => {
  const ingest = await start();
  await RawClient.publish(ingest.port, "camera");
  const refused = (): number => new Set(lines(ingest, "publish-refused").map(workerOf)).size;
  for (let i = 0; i < 20 && refused() < 2; i++) {
    const second = await RawClient.open(ingest.port);
    second.command(1, "publish", 3, null, "camera", "live");
    await second.sees("NetStream.Publish.BadName");
    await vi.waitFor(() => expect(lines(ingest, "publish-refused")).toHaveLength(i + 1), { timeout: 10_000 });
  }
  expect(refused()).toBe(2);
});

test("a publisher that takes a name over takes it from every worker", async () => {
  const ingest = await start("--takeover", "replace");
  const first = await RawClient.publish(ingest.port, "camera");
  const second = await RawClient.publish(ingest.port, "camera");
  await first.sees("NetStream.Publish.BadName");
  const third = await RawClient.publish(ingest.port, "camera");
  await second.sees("NetStream.Publish.BadName");
  for (const message of messages) third.send(message);
  third.command(0, "deleteStream", 4, null, 1);
  await ingest.event("unpublish", { clean: true });
  expect(lines(ingest, "unpublish").map(({ reason }) => reason)).toEqual(["replaced", "replaced", "deleteStream"]);
});

test("a stream that waits for its publisher lets it come back to another worker", async () => {
  const ingest = await start("--publish-grace", "30");
  const first = await RawClient.publish(ingest.port, "camera");
  first.socket.destroy();
  await ingest.event("session-end");
  for (let i = 0; i < 2; i++) {
    const again = await RawClient.publish(ingest.port, "camera");
    again.socket.destroy();
    await vi.waitFor(() => expect(lines(ingest, "session-end")).toHaveLength(i + 2), { timeout: 10_000 });
  }
});

test("a player that waits gets a stream that begins in another worker", async () => {
  const ingest = await start("--play-wait", "20");
  const players = await Promise.all([0, 1].map(() => RawClient.open(ingest.port)));
  for (const player of players) player.command(1, "play", 3, null, "camera");
  const publisher = await RawClient.publish(ingest.port, "camera");
  for (const message of messages) publisher.send(message);
  for (const player of players) await player.sees("NetStream.Play.Start");
});

test("a worker that dies is replaced, and nobody else notices", async () => {
  const ingest = await start();
  const clients = await Promise.all(["a", "b"].map((name) => RawClient.publish(ingest.port, name)));
  const died = await ingest.killWorker();
  expect(died).toMatchObject({ event: "worker-died", signal: "SIGKILL" });
  await vi.waitFor(() => expect(clients.map(({ closed }) => closed).sort()).toEqual([false, true]), {
    timeout: 10_000,
  });
  const lost = clients[0]?.closed === true ? "a" : "b";
  // Its names are free at once, and the other worker takes who comes.
  await RawClient.publish(ingest.port, lost);
  await ingest.event("worker-started", { worker: died["worker"] });
  // The one that is new is as good as the one before: it is there when the other one is not.
  await ingest.killWorker(1 - Number(died["worker"]));
  const alone = await RawClient.publish(ingest.port, "c");
  for (const message of messages) alone.send(message);
  alone.command(0, "deleteStream", 4, null, 1);
  await ingest.event("unpublish", { stream: "c", clean: true });
});

test("HTTP speaks for all workers: lists, watching, kicking, recording", async () => {
  const ingest = await start("--http", "127.0.0.1:0");
  const base = await ingest.site();
  const get = async (path: string) => (await (await fetch(`${base}/api/v1/${path}`)).json()) as { items: LogLine[] };
  const clients = await Promise.all(["a", "b"].map((name) => RawClient.publish(ingest.port, name)));
  for (const client of clients) for (const message of messages) client.send(message);
  await vi.waitFor(
    async () => {
      expect((await get("streams")).items.map(({ stream }) => stream)).toEqual(expect.arrayContaining(["a", "b"]));
      expect((await get("sessions")).items).toHaveLength(2);
      expect((await get("recordings")).items).toHaveLength(2);
    },
    { timeout: 10_000 },
  );
  for (const name of ["a", "b"]) {
    const abort = new AbortController();
    const answer = await fetch(`${base}/live/${name}.flv`, { signal: abort.signal });
    const { value } = (await answer.body?.getReader().read()) ?? {};
    expect(Buffer.from(value ?? []).toString("latin1", 0, 3)).toBe("FLV");
    await vi.waitFor(
      async () => {
        const { items } = await get("streams");
        expect(items.find(({ stream }) => stream === name)).toMatchObject({ viewers: { total: 1 } });
      },
      { timeout: 10_000 },
    );
    abort.abort();
  }
  const stopped = await fetch(`${base}/api/v1/streams/live/a/record/stop`, { method: "POST" });
  expect(await stopped.json()).toEqual({ done: true });
  const { items } = await get("sessions?state=publishing");
  for (const { id } of items) await fetch(`${base}/api/v1/sessions/${id}/kick`, { method: "POST" });
  await vi.waitFor(
    async () => expect((await get("ended-sessions")).items.filter(({ reason }) => reason === "kicked")).toHaveLength(2),
    { timeout: 10_000 },
  );
  const metrics = await (await fetch(`${base}/metrics`)).text();
  expect(metrics).toContain('rtmp_ingest_connections_ended_total{reason="kicked",by="application"} 2');
});
