import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { parseMediaPlaylist, parseMultivariant } from "../testing/hls-playlist.js";
import { readInit, readSegment } from "../testing/mp4-boxes.js";
import { audioHeader, audioMessage, videoMessage } from "../testing/packets.js";
import { RawClient } from "../testing/raw-client.js";
import { startHttpServer } from "../testing/watcher.js";

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** A request whose path is sent as it is, with dots and all. */
function fetchRaw(port: number, path: string, headers: Record<string, string> = {}, method = "GET"): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: "127.0.0.1", port, path, method, headers, agent: false }, async (response) => {
      const parts: Buffer[] = [];
      for await (const part of response) parts.push(part as Buffer);
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) });
    });
    request.on("error", reject);
    request.end();
  });
}

/** A server with a stream of AAC, `live/key`, that has sent so many seconds. */
async function start(
  options: Parameters<typeof startHttpServer>[0] = {},
  gate?: Parameters<typeof startHttpServer>[1],
) {
  const server = await startHttpServer(
    { ...options, hls: { segmentMs: 1000, windowSegments: 3, ...options.hls } },
    gate,
  );
  const publisher = await RawClient.publish(server.port, "key");
  publisher.send(audioHeader());
  let at = 0;
  const play = (seconds: number): void => {
    for (const until = at + seconds * 1000; at < until; at += 1024 / 44.1) publisher.send(audioMessage(Math.round(at)));
  };
  const get = (path: string, headers?: Record<string, string>, method?: string) =>
    fetchRaw(server.httpPort, path, headers, method);
  /** Asks for the stream, with media to answer with. @returns the path of its playlist. */
  const open = async (query = ""): Promise<string> => {
    const asked = get(`/live/key/index.m3u8${query}`);
    await server.event("hls-started");
    play(4.1); // the first second is spent on waiting for video
    const { status, body } = await asked;
    expect(status).toBe(200);
    return `/live/key/${parseMultivariant(body.toString()).variants[0]?.uri}`;
  };
  const playlist = async (path: string) => parseMediaPlaylist((await get(path)).body.toString());
  /** The playlist, once it has this many segments in all. */
  const grown = (path: string, count: number) =>
    vi.waitFor(async () => {
      const read = await playlist(path);
      expect(read.sequence + read.segments.length).toBeGreaterThanOrEqual(count);
      return read;
    });
  const beside = (path: string, name = "") => path.replace(/[^/]*$/, name);
  return { ...server, publisher, play, get, open, playlist, grown, beside };
}

test("makes segments from the first request on, and serves them with what caches and players need", async () => {
  const { open, grown, get, beside, events } = await start();
  expect(events("hls-started")).toEqual([]);
  const path = await open();
  const { segments, targetDuration, independent } = await grown(path, 2);
  expect([targetDuration, independent]).toEqual([1, true]);
  const [segment] = segments;
  const init = await get(beside(path, segment?.map));
  expect(init).toMatchObject({ status: 200, headers: { "content-type": "audio/mp4" } });
  expect(readInit(init.body)).toMatchObject({ entry: "mp4a", timescale: 44_100 });
  const url = beside(path, segment?.uri);
  const whole = await get(url);
  const { etag = "" } = whole.headers as { etag?: string };
  expect(whole).toMatchObject({
    status: 200,
    headers: {
      "content-type": "audio/mp4",
      "cache-control": "public, max-age=86400, immutable",
      "accept-ranges": "bytes",
      "content-length": String(whole.body.length),
    },
  });
  expect(Math.abs(readSegment(whole.body).duration / 44_100 - (segment?.duration ?? 0))).toBeLessThan(1e-4);
  const last = whole.body.length - 1;
  for (const [headers, status, body, range] of [
    [{ Range: "bytes=2-5" }, 206, whole.body.subarray(2, 6), `bytes 2-5/${last + 1}`],
    [{ Range: "bytes=-3" }, 206, whole.body.subarray(-3), `bytes ${last - 2}-${last}/${last + 1}`],
    [
      { Range: `bytes=${last}-99999999999999999999` },
      206,
      whole.body.subarray(-1),
      `bytes ${last}-${last}/${last + 1}`,
    ],
    [{ Range: "bytes=2-5", "If-Range": etag }, 206, whole.body.subarray(2, 6), `bytes 2-5/${last + 1}`],
    [{ Range: "bytes=2-5", "If-Range": '"other"' }, 200, whole.body, undefined],
    [{ Range: "bytes=0-0,1-1" }, 200, whole.body, undefined],
    [{ "If-None-Match": etag }, 304, Buffer.alloc(0), undefined],
  ] as const) {
    const answer = await get(url, headers);
    expect([answer.status, answer.body.equals(body), answer.headers["content-range"]]).toEqual([status, true, range]);
  }
  expect(await get(url, { Range: `bytes=${last + 1}-` })).toMatchObject({
    status: 416,
    headers: { "content-range": `bytes */${last + 1}` },
  });
  const head = await get(url, { Range: "bytes=0-1" }, "HEAD");
  expect([head.status, head.body.length, head.headers["content-length"]]).toEqual([200, 0, String(last + 1)]);
  const list = await get(path);
  expect(list.headers).toMatchObject({ "content-type": "application/vnd.apple.mpegurl", "cache-control": "no-cache" });
  expect((await get(path, { "If-None-Match": String(list.headers["etag"]) })).status).toBe(304);
  const index = await get("/live/key/index.m3u8", {}, "HEAD");
  expect(index).toMatchObject({
    status: 200,
    headers: { "content-type": "application/vnd.apple.mpegurl", "cache-control": "no-store" },
  });
  expect((await get(path, {}, "POST")).status).toBe(405);
});

test("pages of configured origins may read all of it", async () => {
  const { open, get, beside, grown } = await start({ http: { cors: ["https://friend.example"] } });
  const path = await open();
  const { segments } = await grown(path, 1);
  for (const url of ["/live/key/index.m3u8", path, beside(path, segments[0]?.uri)]) {
    const friend = await get(url, { Origin: "https://friend.example" });
    expect(friend.headers["access-control-allow-origin"]).toBe("https://friend.example");
    const stranger = await get(url, { Origin: "https://evil.example" });
    expect(stranger.headers).not.toHaveProperty("access-control-allow-origin");
    const headers = { Origin: "https://friend.example", "Access-Control-Request-Method": "GET" };
    expect((await get(url, headers, "OPTIONS")).status).toBe(204);
  }
});

test("the window slides, and what has left it stays for a while", async () => {
  const { open, grown, play, get, beside } = await start();
  const path = await open();
  const seen = new Map<number, string>();
  for (let count = 4; count <= 16; count++) {
    play(1.05);
    const { segments, sequence } = await grown(path, count);
    for (const each of segments) {
      expect(seen.get(each.sequence) ?? each.uri).toBe(each.uri);
      seen.set(each.sequence, each.uri);
    }
    const before = seen.get(sequence - 2);
    if (before !== undefined) expect((await get(beside(path, before))).status).toBe(200);
  }
  expect((await get(beside(path, seen.get(0)))).status).toBe(404);
});

describe("who may watch", () => {
  test("is the gate's to say, once; then playlists need its pass, and segments a name that nobody guesses", async () => {
    const asked: unknown[] = [];
    const { open, get, grown, beside, lines } = await start(
      {},
      {
        check: (request) => {
          if (request.action === "play") asked.push(request);
          return request.action !== "play" || request.query === "token=right"
            ? { allowed: true }
            : { allowed: false, code: "NetStream.Play.Failed", description: "Not for you." };
        },
      },
    );
    expect((await get("/live/key/index.m3u8?token=wrong")).status).toBe(403);
    const path = await open("?token=right");
    await grown(path, 2);
    expect(asked).toHaveLength(2);
    expect(asked[1]).toMatchObject({ protocol: "hls", app: "live", stream: "key", address: "127.0.0.1" });
    const [bare = ""] = path.split("?");
    const forged = path.replace(/.$/, (last) => (last === "A" ? "Q" : "A"));
    for (const url of [bare, forged, `${bare}?session=`]) expect((await get(url)).status).toBe(403);
    expect((await get(beside(bare, "a0-0-AAAAAAAAAAAA.m4s"))).status).toBe(404);
    expect(JSON.stringify(lines)).not.toMatch(/wrong|right|session=/);
  });

  test("viewers are counted, told of and kicked", async () => {
    const { open, grown, get, server, event, events } = await start();
    const path = await open();
    await grown(path, 2);
    const play = await event("play");
    expect(play).toMatchObject({ protocol: "hls", app: "live", stream: "key" });
    expect(server.sessions()).toContainEqual(expect.objectContaining({ protocol: "hls", state: "playing" }));
    const second = await get("/live/key/index.m3u8");
    const other = `/live/key/${parseMultivariant(second.body.toString()).variants[0]?.uri}`;
    await grown(other, 2);
    expect(events("play")).toHaveLength(2);
    expect(server.kick(String(play["connection"]))).toBe(true);
    expect(await event("stop")).toMatchObject({ protocol: "hls", reason: "kicked", connection: play["connection"] });
    expect([(await get(path)).status, (await get(other)).status]).toEqual([403, 200]);
  });

  test("a viewer that asks no more is gone, and after a while the segments too", async () => {
    const { open, grown, get, event } = await start({ hls: { viewerMs: 1000, idleMs: 2000 } });
    const path = await open();
    await grown(path, 2);
    expect(await event("stop")).toMatchObject({ reason: "viewer-timeout" });
    await event("hls-stopped");
    expect((await get(path)).status).toBe(404);
  });

  test("only so many at once", async () => {
    const { open, grown, get } = await start({ hls: { viewers: 1 } });
    await grown(await open(), 2);
    const { body } = await get("/live/key/index.m3u8");
    const other = await get(`/live/key/${parseMultivariant(body.toString()).variants[0]?.uri}`);
    expect([other.status, other.headers["retry-after"]]).toEqual([503, "2"]);
  });
});

test("the end of a stream ends the playlist, which stays for a while", async () => {
  const { open, grown, playlist, publisher, event, get } = await start({ hls: { lingerMs: 1000 } });
  const path = await open();
  await grown(path, 2);
  publisher.command(0, "deleteStream", 0, null, 1);
  await event("unpublish");
  const last = await playlist(path);
  expect(last.ended).toBe(true);
  expect(last.segments.reduce((sum, { duration }) => sum + duration, 0)).toBeCloseTo(3.1, 1);
  expect((await get("/live/key/index.m3u8")).status).toBe(404);
  await event("hls-stopped");
  expect((await get(path)).status).toBe(404);
});

test("a stream that has nothing for HLS is waited for, not for ever, and costs little", async () => {
  const server = await startHttpServer();
  const publisher = await RawClient.publish(server.port, "key");
  const asked = fetchRaw(server.httpPort, "/live/key/index.m3u8");
  await server.event("hls-started");
  for (let i = 0; i < 200; i++) publisher.send(videoMessage(i * 40, false, 60_000)); // no keyframe, no configuration
  const live = () => server.server.registry.get({ app: "live", name: "key" });
  await vi.waitFor(() => expect(live()?.lastTimestamp).toBe(199 * 40));
  await vi.waitFor(() => expect(live()?.heldBytes).toBeLessThan(100_000)); // when all is recorded
  publisher.command(0, "deleteStream", 0, null, 1);
  expect((await asked).status).toBe(503);
});

test("paths lead nowhere else", async () => {
  const { open, get, beside } = await start();
  const path = await open();
  const folder = beside(path);
  for (const tricky of [
    `${folder}../../../../../etc/passwd.m4s`,
    `${folder}..%2f..%2fv0.m4s`,
    `${folder}a0-init0.mp4%00.m4s`,
    `${folder}%2e%2e/a0.m3u8`,
    `${folder}__proto__.m4s`,
    "/live/..%2f..%2fkey/index.m3u8",
    "/live/key/constructor/a0.m3u8",
    "//index.m3u8",
  ]) {
    expect((await get(tricky)).status, tricky).toBe(404);
  }
});

describe("in a folder", () => {
  async function folder(): Promise<string> {
    const made = await mkdtemp(join(tmpdir(), "rtmp-hls-"));
    onTestFinished(() => rm(made, { recursive: true, force: true }));
    return made;
  }

  test("segments and playlists are there for others to serve, with ranges here too, and gone at the end", async () => {
    const directory = await folder();
    const { open, grown, get, beside, server } = await start({ hls: { mode: "always", directory } });
    const path = await open();
    const { segments } = await grown(path, 2);
    const url = beside(path, segments[0]?.uri);
    const whole = await get(url);
    expect(readSegment(whole.body).samples.length).toBeGreaterThan(40);
    const part = await get(url, { Range: "bytes=4-7" });
    expect([part.status, part.body.toString()]).toEqual([206, "styp"]);
    const index = await readFile(join(directory, "live/key/index.m3u8"), "utf8");
    const uri = parseMultivariant(index).variants[0]?.uri ?? "";
    const written = join(directory, "live/key", uri);
    const list = parseMediaPlaylist(await readFile(written, "utf8"));
    expect(await readFile(join(written, "..", list.segments[0]?.uri ?? ""))).toEqual(whole.body);
    await server.stop();
    expect(await readdir(directory)).toEqual([".rtmp-ingest-hls"]);
  });

  test("a folder that can not be written ends HLS with a reason; the stream goes on", async () => {
    const directory = await folder();
    const { get, event, play, events, server } = await start({ hls: { directory } });
    await rm(directory, { recursive: true });
    const { writeFile } = await import("node:fs/promises");
    await writeFile(directory, "not a folder");
    const asked = get("/live/key/index.m3u8");
    await event("hls-started");
    play(4);
    expect((await asked).status).toBe(503);
    expect(await event("hls-failed")).toMatchObject({ reason: "hls-write-failed", stream: "key" });
    expect((await get("/live/key/index.m3u8")).status).toBe(503); // it is not tried again at once
    expect([events("unpublish"), events("hls-started").length]).toEqual([[], 1]);
    expect(server.registry.list()).toHaveLength(1);
  });
});
