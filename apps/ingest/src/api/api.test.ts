import { describe, expect, test, vi } from "vitest";
import type { IngestOptions } from "../config/config.js";
import { ApiContract } from "../testing/api-contract.js";
import { EventListener } from "../testing/event-listener.js";
import { audioMessage, metadataMessage, videoMessage } from "../testing/packets.js";
import { RawClient } from "../testing/raw-client.js";
import { startServer } from "../testing/test-server.js";

const TOKEN = "correct-horse-battery";
/** Application and stream name with all that has a meaning in URLs, and how they are sent. */
const ODD = { app: "live/inst 1", stream: "a/b%2F#ü&;.." };
const ENCODED = { app: encodeURIComponent(ODD.app), stream: encodeURIComponent(ODD.stream) };

async function startApi(http: Exclude<IngestOptions["http"], undefined> = {}, options: IngestOptions = {}) {
  const server = await startServer({ ...options, http: { listen: "127.0.0.1:0", ...http } });
  const port = await vi.waitFor(() => {
    const line = server.lines.find(({ event, protocol }) => event === "listening" && protocol === "http");
    if (line === undefined) throw new Error("no HTTP yet");
    return line["port"];
  });
  return { ...server, origin: `http://127.0.0.1:${String(port)}` };
}

function sendMedia(client: RawClient): void {
  client.send(metadataMessage("framerate", 25));
  for (let i = 0; i < 10; i++) {
    client.send(videoMessage(40 * i, i % 5 === 0));
    client.send(audioMessage(40 * i));
  }
}

describe("the API", () => {
  test("answers as its OpenAPI document has it, errors too, and has nothing else", async () => {
    const { server, port, origin } = await startApi();
    const api = await ApiContract.read(origin);
    expect(api.document.openapi).toBe("3.1.0");
    const publisher = await RawClient.publish(port, `${ODD.stream}?token=secret`, ODD.app);
    sendMedia(publisher);
    const player = await RawClient.open(port, ODD.app);
    player.command(1, "play", 3, null, ODD.stream);
    await player.sees("NetStream.Play.Start");
    await vi.waitFor(() => expect(server.streams()[0]?.audio[0]?.frames).toBe(10), { timeout: 10_000 });

    // Lists and single things.
    expect((await api.ask("GET", "/server")).body).toMatchObject({ streams: 1, sessions: 2, draining: false });
    const streams = await api.ask("GET", "/streams", { query: "?limit=1" });
    expect(streams.body).toMatchObject({ total: 1, items: [{ ...ODD, viewers: { total: 1 } }] });
    expect((await api.ask("GET", "/streams", { query: "?offset=1" })).body).toMatchObject({ total: 1, items: [] });
    const stream = await api.ask("GET", "/streams/{app}/{stream}", { names: ENCODED });
    expect(stream.body).toMatchObject({ ...ODD, gop: { frames: 5, ms: 200 }, publisher: { session: "1" } });
    const history = await vi.waitFor(async () => {
      const answer = await api.ask("GET", "/streams/{app}/{stream}/history", { names: ENCODED });
      const { at } = answer.body as { at: number[] };
      expect(at.length).toBeGreaterThan(0);
      return at;
    });
    const later = { names: ENCODED, query: `?after=${(history[0] ?? 0) + 1e6}` };
    expect((await api.ask("GET", "/streams/{app}/{stream}/history", later)).body).toMatchObject({ at: [] });
    expect((await api.ask("GET", "/sessions")).body).toMatchObject({ total: 2 });
    expect((await api.ask("GET", "/sessions", { query: "?state=playing&limit=5" })).body).toMatchObject({
      total: 1,
      items: [{ id: "2", streams: [{ action: "play", ...ODD }] }],
    });
    expect((await api.ask("GET", "/sessions/{id}", { names: { id: "1" } })).body).toMatchObject({
      state: "publishing",
    });
    expect((await api.ask("GET", "/relays")).body).toEqual({ items: [], total: 0, offset: 0 });

    // What can go wrong.
    const unknown = { names: { app: "live", stream: "nobody", id: "99" } };
    for (const path of ["/streams/{app}/{stream}", "/streams/{app}/{stream}/history", "/sessions/{id}"]) {
      expect((await api.ask("GET", path, unknown)).status).toBe(404);
    }
    for (const path of ["/streams/{app}/{stream}/kick", "/sessions/{id}/kick"]) {
      expect((await api.ask("POST", path, unknown)).status).toBe(404);
      expect((await api.ask("POST", path, { ...unknown, body: "{" })).status).toBe(400);
      expect((await api.ask("POST", path, { ...unknown, body: '{"description":""}' })).status).toBe(400);
      expect((await api.ask("POST", path, { ...unknown, body: '"x"' })).status).toBe(400);
      expect((await api.ask("POST", path, { ...unknown, body: `"${"x".repeat(70_000)}"` })).status).toBe(413);
      expect((await api.ask("POST", path, { ...unknown, headers: { "Sec-Fetch-Site": "cross-site" } })).status).toBe(
        403,
      );
    }
    for (const path of ["/streams", "/sessions", "/ended-sessions", "/relays", "/recordings"]) {
      for (const query of ["?limit=0", "?limit=1001", "?limit=x", "?offset=-1"]) {
        expect((await api.ask("GET", path, { query })).status).toBe(400);
      }
    }
    expect((await api.ask("GET", "/sessions", { query: "?state=asleep" })).status).toBe(400);
    expect((await api.ask("GET", "/streams/{app}/{stream}", { names: { app: "%ff", stream: "x" } })).status).toBe(400);
    expect((await api.ask("GET", "/streams/{app}/{stream}", { names: { app: "", stream: "" } })).status).toBe(404);

    // Recording on demand; it records everything from the start.
    const record = "/streams/{app}/{stream}/record";
    const running = await vi.waitFor(async () => {
      const answer = await api.ask("GET", "/recordings", { query: "?state=running" });
      expect(answer.body).toMatchObject({ total: 1, items: [{ ...ODD, format: "flv", path: expect.any(String) }] });
      return answer.body as { items: { path: string }[] };
    });
    expect((await api.ask("POST", `${record}/start`, { names: ENCODED })).status).toBe(409);
    expect((await api.ask("POST", `${record}/start`, unknown)).status).toBe(404);
    expect((await api.ask("POST", `${record}/stop`, { names: ENCODED })).body).toEqual({ done: true });
    expect((await api.ask("POST", `${record}/stop`, { names: ENCODED })).status).toBe(409);
    await vi.waitFor(async () => {
      const { body } = await api.ask("GET", "/recordings");
      expect(body).toMatchObject({ items: [{ state: "finished", path: running.items[0]?.path, reason: "stopped" }] });
    });
    expect((await api.ask("POST", `${record}/start`, { names: ENCODED })).body).toEqual({ done: true });

    // An end to both.
    expect((await api.ask("POST", "/sessions/{id}/kick", { names: { id: "2" } })).body).toEqual({ done: true });
    await player.sees("Disconnected by the operator.");
    const why = { names: ENCODED, body: JSON.stringify({ description: "Wrong camera." }) };
    expect((await api.ask("POST", "/streams/{app}/{stream}/kick", why)).body).toEqual({ done: true });
    await publisher.sees("Wrong camera.");
    await Promise.all([player.ends(), publisher.ends()]);
    await vi.waitFor(async () => {
      const { body } = await api.ask("GET", "/ended-sessions", { query: "?limit=2" });
      expect(body).toMatchObject({ total: 2, items: [{ reason: "kicked" }, { reason: "kicked" }] });
    });
    const listener = await EventListener.open(`${origin}/api/v1/events`);
    api.note("GET", "/events", listener.response.status);
    listener.close();

    // All of the document was asked, and nothing else answers.
    expect([...api.asked].sort()).toEqual([...api.documented].sort());
    const documented = new Set(api.documented);
    for (const path of Object.keys(api.document.paths)) {
      for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"]) {
        if (documented.has(`${method} ${path}`)) continue;
        const { status } = await fetch(`${origin}/api/v1${path}`, { method });
        expect([404, 405], `${method} ${path}`).toContain(status);
      }
    }
    for (const path of ["", "/", "/nothing", "/streams/", "/streams/a", "/sessions/1/2/3"]) {
      expect((await fetch(`${origin}/api/v1${path}`)).status, path).toBe(404);
    }
    expect((await fetch(`${origin}/api/v1/streams`, { method: "DELETE" })).headers.get("allow")).toBe("GET");
    expect((await fetch(`${origin}/api/v1/streams`, { method: "HEAD" })).status).toBe(200);
  });

  test("says why a stream can not be recorded, or its publisher kicked", async () => {
    const { port, origin } = await startApi({}, { record: { directory: undefined }, publish: { graceMs: 60_000 } });
    const api = await ApiContract.read(origin);
    const publisher = await RawClient.publish(port, "camera");
    const names = { app: "live", stream: "camera" };
    const start = await api.ask("POST", "/streams/{app}/{stream}/record/start", { names });
    expect(start).toMatchObject({ status: 409, body: { error: { code: "recording-off" } } });
    publisher.socket.destroy();
    await vi.waitFor(async () => {
      const { body } = await api.ask("GET", "/streams/{app}/{stream}", { names });
      expect(body).toMatchObject({ live: false });
      expect(body).not.toHaveProperty("publisher");
    });
    const kick = await api.ask("POST", "/streams/{app}/{stream}/kick", { names });
    expect(kick).toMatchObject({ status: 409, body: { error: { code: "no-publisher" } } });
  });

  test("is for those who have the token", async () => {
    const { origin } = await startApi({ token: TOKEN });
    const headers = { Authorization: `Bearer ${TOKEN}` };
    const statusOf = async (path: string, init: RequestInit = {}) =>
      (await fetch(`${origin}/api/v1${path}`, init)).status;
    for (const path of ["/streams", "/openapi.json", "/events", "/nothing", "/%65vents", "/streams?token=wrong"]) {
      expect(await statusOf(path), path).toBe(401);
    }
    expect(await statusOf("/sessions/1/kick", { method: "POST" })).toBe(401);
    expect(await statusOf(`/streams?token=${TOKEN}`)).toBe(401);
    expect(await statusOf("/streams", { headers })).toBe(200);
    const listener = await EventListener.open(`${origin}/api/v1/events?token=${TOKEN}`);
    await listener.hears("hello");
    listener.close();
  });
});

describe("events", () => {
  test("tell of sessions, streams and recordings as the document has it, and end with the server", async () => {
    const { server, port, origin } = await startApi();
    const api = await ApiContract.read(origin);
    const listener = await EventListener.open(`${origin}/api/v1/events`);
    expect(listener.response.headers.get("content-type")).toBe("text/event-stream");
    await listener.hears("hello", { streams: 0 });
    const publisher = await RawClient.publish(port, "camera");
    await listener.hears("session-started", { id: "1" });
    expect(await listener.hears("stream-started", { stream: "camera" })).toMatchObject({ live: true });
    sendMedia(publisher);
    await listener.hears("recording-started", { stream: "camera" });
    await listener.hears("stream-changed", { stream: "camera", recording: true });
    await vi.waitFor(
      () => {
        const ticks = listener.heard.filter(({ name }) => name === "stats").map(({ data }) => data);
        expect(ticks).toContainEqual(
          expect.objectContaining({ streams: [expect.objectContaining({ stream: "camera", gopMs: 200 })] }),
        );
      },
      { timeout: 10_000 },
    );
    publisher.socket.destroy();
    await listener.hears("stream-ended", { stream: "camera" });
    await listener.hears("recording-closed", { stream: "camera" });
    await listener.hears("session-ended", { id: "1", reason: "closed" });
    for (const { name, data } of listener.heard) api.check(`event-${name}`, data);
    await server.stop();
    await vi.waitFor(() => expect(listener.over).toBe(true));
  });

  test("who comes later hears of new things alone; more than 64 are refused", async () => {
    const { port, origin } = await startApi();
    const publisher = await RawClient.publish(port, "before");
    const listeners = await Promise.all(
      Array.from({ length: 64 }, () => EventListener.open(`${origin}/api/v1/events`)),
    );
    const api = await ApiContract.read(origin);
    expect((await api.ask("GET", "/events")).status).toBe(503);
    await listeners[63]?.hears("stats");
    expect(listeners[63]?.heard.map(({ name }) => name)).not.toContain("stream-started");
    listeners[0]?.close();
    const after = await vi.waitFor(async () => {
      const next = await EventListener.open(`${origin}/api/v1/events`);
      expect(next.response.status).toBe(200);
      return next;
    });
    await after.hears("hello", { streams: 1 });
    publisher.socket.destroy();
    await listeners[63]?.hears("stream-ended", { stream: "before" });
  });
});
