import { describe, expect, test, vi } from "vitest";
import type { IngestOptions } from "../config/config.js";
import { json, startHooks, status } from "../testing/hook-server.js";
import { audioMessage, videoMessage } from "../testing/packets.js";
import { RawClient } from "../testing/raw-client.js";
import { parseMetrics } from "../testing/scrape.js";
import { startServer } from "../testing/test-server.js";

const TOKEN = "correct-horse-battery";

async function startHttp(http: Exclude<IngestOptions["http"], undefined> = {}, options: IngestOptions = {}) {
  const server = await startServer({ ...options, http: { listen: "127.0.0.1:0", ...http } });
  const line = server.lines.find(({ event, protocol }) => event === "listening" && protocol === "http");
  const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`http://127.0.0.1:${String(line?.["port"])}${path}`, { headers });
  const scrape = async (): Promise<Map<string, number>> => parseMetrics(await (await get("/metrics")).text());
  return { ...server, get, scrape };
}

async function publishAndPlay(port: number): Promise<{ publisher: RawClient; player: RawClient }> {
  const publisher = await RawClient.publish(port, 'cam"1\\?key=secret');
  const player = await RawClient.open(port);
  player.command(1, "play", 3, null, 'cam"1\\');
  await player.sees("NetStream.Play.Start");
  return { publisher, player };
}

describe("/metrics", () => {
  test("tells what Prometheus wants to know, while it is and when it is over", async () => {
    const { port, scrape, get, server } = await startHttp();
    const { publisher, player } = await publishAndPlay(port);
    for (let i = 0; i < 10; i++) {
      publisher.send(videoMessage(40 * i, i % 5 === 0, 1000));
      publisher.send(audioMessage(40 * i));
    }
    const during = await vi.waitFor(async () => {
      const samples = await scrape();
      expect(samples.get('rtmp_ingest_sent_messages_total{protocol="rtmp"}')).toBe(20);
      return samples;
    });
    const values = {
      'rtmp_ingest_connections{protocol="rtmp"}': 2,
      'rtmp_ingest_sessions{protocol="rtmp",state="publishing"}': 1,
      'rtmp_ingest_sessions{protocol="rtmp",state="playing"}': 1,
      rtmp_ingest_streams: 1,
      rtmp_ingest_connections_total: 2,
      rtmp_ingest_connections_pending: 0,
      rtmp_ingest_publishes_total: 1,
      'rtmp_ingest_plays_total{protocol="rtmp"}': 1,
      'rtmp_ingest_received_messages_total{kind="video"}': 10,
      'rtmp_ingest_received_messages_total{kind="audio"}': 10,
      'rtmp_ingest_dropped_frames_total{protocol="rtmp"}': 0,
      rtmp_ingest_handshake_seconds_count: 2,
      rtmp_ingest_connect_seconds_count: 2,
      rtmp_ingest_queued_bytes: 0,
      'rtmp_ingest_stream_live{app="live",stream="cam\\"1\\\\"}': 1,
      'rtmp_ingest_stream_viewers{app="live",stream="cam\\"1\\\\"}': 1,
      'rtmp_ingest_stream_gop_seconds{app="live",stream="cam\\"1\\\\"}': 0.2,
    };
    expect(Object.fromEntries(Object.keys(values).map((name) => [name, during.get(name)]))).toEqual(values);
    expect(during.get('rtmp_ingest_received_bytes_total{protocol="rtmp"}')).toBeGreaterThan(10_000);
    expect(during.get('rtmp_ingest_sent_bytes_total{protocol="rtmp"}')).toBeGreaterThan(10_000);
    expect([...during.keys()].some((name) => name.startsWith("nodejs_eventloop_lag_seconds"))).toBe(true);
    const text = await (await get("/metrics")).text();
    expect(text).not.toContain("secret");
    const families = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
    expect(new Set(families).size).toBe(families.length);

    server.kick("2");
    await player.ends();
    publisher.command(0, "deleteStream", 0, null, 1);
    publisher.socket.end();
    await publisher.ends();
    const after = await vi.waitFor(async () => {
      const samples = await scrape();
      expect(samples.get('rtmp_ingest_connections_ended_total{reason="closed",by="peer"}')).toBe(1);
      expect(samples.get('rtmp_ingest_recorded_files_total{format="flv"}')).toBe(1); // with its hash
      return samples;
    });
    expect(after.get('rtmp_ingest_connections_ended_total{reason="kicked",by="application"}')).toBe(1);
    expect(after.get('rtmp_ingest_publishes_ended_total{reason="deleteStream",by="peer"}')).toBe(1);
    expect(after.get('rtmp_ingest_plays_ended_total{protocol="rtmp",reason="kicked"}')).toBe(1);
    expect(after.get("rtmp_ingest_streams")).toBe(0);
    expect([...after.keys()].filter((name) => name.startsWith("rtmp_ingest_stream_"))).toEqual([]);
    for (const [name, value] of during) {
      if (name.startsWith("rtmp_ingest_") && /_(total|count|sum|bucket)\b/.test(name)) {
        expect(after.get(name), name).toBeGreaterThanOrEqual(value);
      }
    }
  });

  test("each server has its own; gauges of streams are bounded and can be turned off", async () => {
    const [first, second] = [await startHttp({ metricsStreams: 2 }), await startHttp({ metricsStreams: 0 })];
    const publishers = [];
    for (const name of ["a", "b", "c"]) publishers.push(await RawClient.publish(first.port, name));
    publishers.push(await RawClient.publish(second.port, "d"));
    const live = (samples: Map<string, number>): string[] =>
      [...samples.keys()].filter((name) => name.startsWith("rtmp_ingest_stream_live"));
    const [one, two] = [await first.scrape(), await second.scrape()];
    expect(live(one)).toEqual(["a", "b"].map((stream) => `rtmp_ingest_stream_live{app="live",stream="${stream}"}`));
    expect(live(two)).toEqual([]);
    expect([one.get("rtmp_ingest_publishes_total"), two.get("rtmp_ingest_publishes_total")]).toEqual([3, 1]);
    expect(parseMetrics(await second.server.metrics()).get("rtmp_ingest_streams")).toBe(1);
  });

  test("tell how long hooks took, and why they failed", async () => {
    const hooks = await startHooks((response, call) => {
      const answer = call.fields["stream"] === "good" ? json({ allow: true }) : status(500);
      answer(response, call);
    });
    const { port, scrape } = await startHttp({}, { hooks: { url: hooks.url, events: ["publish"], retries: 0 } });
    await RawClient.publish(port, "good");
    const bad = await RawClient.open(port);
    bad.command(1, "publish", 3, null, "bad", "live");
    await bad.ends();
    const samples = await scrape();
    expect(samples.get('rtmp_ingest_hook_seconds_count{hook="publish",outcome="allowed"}')).toBe(1);
    expect(samples.get('rtmp_ingest_hook_seconds_count{hook="publish",outcome="failed"}')).toBe(1);
    expect(samples.get('rtmp_ingest_hooks_failed_total{hook="publish",reason="status"}')).toBe(1);
    expect(samples.get('rtmp_ingest_publishes_refused_total{reason="hook-status"}')).toBe(1);
  });

  test("are for those who have the token; health is for everybody", async () => {
    const { get } = await startHttp({ token: TOKEN });
    expect((await get("/metrics")).status).toBe(401);
    const answer = await get("/metrics", { Authorization: `Bearer ${TOKEN}` });
    expect([answer.status, answer.headers.get("content-type")]).toEqual([
      200,
      "text/plain; version=0.0.4; charset=utf-8",
    ]);
    expect(await (await get("/healthz")).json()).toEqual({ status: "ok" });
    expect(await (await get("/readyz")).json()).toEqual({ status: "ready" });
  });
});

test("/readyz says no while the server stops", async () => {
  const { server, port, get } = await startHttp();
  const publisher = await RawClient.publish(port, "key");
  publisher.socket.pause(); // it does not see that it should go, so the stop has to wait
  const stopped = server.stop();
  const answer = await get("/readyz");
  expect([answer.status, await answer.json()]).toEqual([
    503,
    { error: { code: "not-ready", message: expect.any(String) } },
  ]);
  expect((await get("/healthz")).status).toBe(200);
  publisher.socket.destroy();
  await stopped;
});
