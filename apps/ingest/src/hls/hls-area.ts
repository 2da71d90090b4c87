import type { Context } from "hono";
import type { HttpApp, HttpArea, HttpEnv, HttpGuards } from "../http/http-area.js";
import { errorAnswer } from "../http/http-error.js";
import { findStream, viewerOf, type WatchContext } from "../http/watch.js";
import type { StreamId } from "../hub/stream-id.js";
import type { Holder } from "../listeners/memory-budget.js";
import type { Hls } from "./hls.js";
import { parseHlsPath } from "./hls-path.js";
import type { HlsRun } from "./hls-run.js";
import { serveFile } from "./serve-file.js";

const PLAYLIST_TYPE = "application/vnd.apple.mpegurl";
/** Segments never change, and their names never come again. */
const SEGMENT_CACHE = "public, max-age=86400, immutable";
/** A playlist may be kept, but is asked for again each time: mostly the answer is 304. */
const PLAYLIST_CACHE = "no-cache";
/** How long a request waits for the first segment of a stream, in ms; below the time after which a silent connection is cut. */
const PATIENCE_MS = 20_000;
const RETRY_AFTER_S = "2";
/** The member of a playlist's query that carries the pass. */
const PASS = "session";

/** What the area needs of the server. */
export interface HlsAreaContext extends WatchContext {
  /** A number for the next viewer. */
  readonly nextNumber: () => number;
}

/** Watching by HLS: `GET /<app>/<stream>/index.m3u8`, and what that names. */
export class HlsArea implements HttpArea {
  readonly #hls: Hls;
  readonly #context: HlsAreaContext;
  readonly #stopping = new AbortController();

  constructor(hls: Hls, context: HlsAreaContext) {
    this.#hls = hls;
    this.#context = context;
  }

  *holders(): Generator<Holder> {
    const { lingeringBytes } = this.#hls;
    yield { heldBytes: lingeringBytes, publishing: true, evict: () => {} }; // bounded, and soon gone
  }

  mount(app: HttpApp, guards: HttpGuards): void {
    app.all("/:path{.+\\.(?:m3u8|m4s|mp4)}", async (c, next) => {
      const path = parseHlsPath(new URL(c.req.url).pathname);
      if (path === undefined) return next();
      return guards.media(c, async () => {
        c.res = await this.#answer(c, path);
      });
    });
  }

  stop(): void {
    this.#stopping.abort();
  }

  #answer(c: Context<HttpEnv>, path: NonNullable<ReturnType<typeof parseHlsPath>>): Response | Promise<Response> {
    if (!["GET", "HEAD"].includes(c.req.method)) {
      c.header("Allow", "GET, HEAD");
      return errorAnswer(c, 405, "method-not-allowed", "Streams are watched with GET.");
    }
    if (path.type === "multivariant") return this.#multivariant(c, path.id);
    const output = this.#hls.byRun(path.run);
    const run = output?.run;
    if (output === undefined || run === undefined) return notFound(c);
    output.touch();
    if (path.type === "playlist") return this.#playlist(c, run, path.name);
    const file = run.file(path.name);
    if (file === undefined) return notFound(c);
    const contentType = path.name.startsWith("v") ? "video/mp4" : "audio/mp4";
    return serveFile(c, { ...file, contentType, etag: `"${path.name}"`, cacheControl: SEGMENT_CACHE });
  }

  async #multivariant(c: Context<HttpEnv>, id: StreamId): Promise<Response> {
    const left = new AbortController();
    c.env.outgoing.once("close", () => left.abort());
    const signal = AbortSignal.any([left.signal, this.#stopping.signal]);
    const who = viewerOf(c.env.incoming, "hls", this.#context.nextNumber());
    const found = await findStream(this.#context, who, id, signal);
    c.header("Cache-Control", "no-store");
    if (found === undefined) return unavailable(c, "server-stopping", "The server is stopping.");
    if ("status" in found) return errorAnswer(c, found.status, found.code, found.message);
    found.leaveSeat(); // the first playlist takes one
    const output = this.#hls.of(found.stream);
    if (output === undefined || (output.run === undefined && this.#hls.full)) {
      return unavailable(c, "memory-budget", "There is no room for another stream now.");
    }
    output.touch();
    const run = output.open();
    await run?.untilReady(PATIENCE_MS, signal);
    if (run?.ready !== true)
      return unavailable(c, "not-ready", "There is nothing to play yet: no keyframe, or no codec for HLS.");
    const pass = this.#hls.audience.passes.issue(run.id);
    const text = run.multivariant((key) => `${run.id}/${key}.m3u8?${PASS}=${pass}`);
    c.header("Content-Type", PLAYLIST_TYPE);
    c.header("Content-Length", String(Buffer.byteLength(text)));
    return c.body(text);
  }

  #playlist(c: Context<HttpEnv>, run: HlsRun, key: string): Response | Promise<Response> {
    const pass = c.req.query(PASS) ?? "";
    const { audience } = this.#hls;
    const output = this.#hls.byRun(run.id);
    c.header("Cache-Control", "no-store");
    if (output === undefined || !audience.passes.accepts(pass, run.id)) {
      return errorAnswer(c, 403, "no-session", "Playlists are for those who were let in: ask for index.m3u8.");
    }
    const text = run.playlist(key);
    if (text === undefined) return notFound(c);
    const who = () => viewerOf(c.env.incoming, "hls", this.#context.nextNumber());
    const viewer = audience.seen(pass, run.id, output.stream, who);
    if (viewer === undefined) return unavailable(c, "too-many-viewers", "There are as many viewers as there may be.");
    const content = new TextEncoder().encode(text);
    viewer.counts.sentMessages++;
    viewer.counts.sentBytes += content.length;
    const etag = `"${run.version}-${key}"`;
    const file = { length: content.length, content, contentType: PLAYLIST_TYPE };
    return serveFile(c, { ...file, etag, cacheControl: PLAYLIST_CACHE });
  }
}

function notFound(c: Context<HttpEnv>): Response {
  return errorAnswer(c, 404, "not-found", "There is no such playlist or segment, or no longer.");
}

function unavailable(c: Context<HttpEnv>, code: string, message: string): Response {
  c.header("Retry-After", RETRY_AFTER_S);
  return errorAnswer(c, 503, code, message);
}
