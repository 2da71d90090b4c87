import type { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Context } from "hono";
import { type WebSocket, WebSocketServer } from "ws";
import type { Holder } from "../../listeners/memory-budget.js";
import type { WriteGatherer } from "../../outputs/write-gatherer.js";
import type { SessionDirectory } from "../../stats/session-directory.js";
import type { HttpApp, HttpArea, HttpEnv, HttpGuards } from "../http-area.js";
import { errorAnswer } from "../http-error.js";
import { parseMediaPath } from "../media-path.js";
import { refuseUpgrade } from "../refuse-upgrade.js";
import { findStream, sourceOf, type Viewer, viewerOf, type Watchable, type WatchContext } from "../watch.js";
import type { FlvChannel, FlvChannelEvents } from "./flv-channel.js";
import { SharedTags } from "./flv-tags.js";
import { FlvViewer } from "./flv-viewer.js";
import { HttpChannel } from "./http-channel.js";
import { ViewerSession } from "./viewer-session.js";
import { closeWebSocket, WsChannel } from "./ws-channel.js";

const SUFFIX = ".flv";
/** Longest message that a viewer may send by WebSocket: it has nothing to say. */
const MAX_INCOMING = 1024;
/** How often viewers by WebSocket are pinged, in ms. */
const PING_MS = 30_000;
/** Close codes for what is told with an HTTP status elsewhere: 4000 and what that has. */
const WS_CODE_BASE = 4000;

/** Who ends a viewer for which reason; the rest is the application's decision. */
const ENDED_BY: Partial<Record<Parameters<FlvChannelEvents["closed"]>[0], "peer" | "us">> = {
  closed: "peer",
  "write-timeout": "us",
  "ping-timeout": "us",
};

/** What the area needs of the server. */
export interface FlvAreaContext extends WatchContext {
  readonly sessions: SessionDirectory;
  /** Milliseconds of a clock that never goes back. */
  readonly clock: () => number;
  /** Bytes that may wait for one viewer. */
  readonly queueBytes: number;
  /** A viewer that takes nothing of what waits for so long is cut, in ms. */
  readonly writeMs: number;
  /** Gathers small writes to viewers. */
  readonly gatherer: WriteGatherer;
  /** A number for the next viewer. */
  readonly nextNumber: () => number;
}

/** Watching as FLV: `GET /<app>/<stream>.flv`, and the same by WebSocket. */
export class FlvArea implements HttpArea {
  readonly #context: FlvAreaContext;
  readonly #tags = new SharedTags();
  readonly #viewers = new Set<FlvViewer>();
  readonly #channels = new Set<WsChannel>();
  readonly #stopping = new AbortController();
  readonly #webSockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: MAX_INCOMING,
    perMessageDeflate: false,
  });
  #mayConnect: HttpGuards["mayConnect"] = () => false;
  #pings: NodeJS.Timeout | undefined;

  constructor(context: FlvAreaContext) {
    this.#context = context;
  }

  *holders(): Generator<Holder> {
    for (const viewer of this.#viewers) {
      yield { heldBytes: viewer.queuedBytes, publishing: false, evict: () => viewer.evict() };
    }
  }

  mount(app: HttpApp, guards: HttpGuards): void {
    this.#mayConnect = guards.mayConnect;
    app.all(`/:path{.+\\${SUFFIX}}`, guards.media, (c) => this.#get(c));
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean {
    const id = parseMediaPath(pathnameOf(request.url), SUFFIX);
    if (id === undefined || !(socket instanceof Socket)) return false;
    if (!this.#mayConnect(request)) {
      refuseUpgrade(socket, "403 Forbidden", "cross-origin", "Pages of this origin may not watch: see --cors.");
      return true;
    }
    this.#webSockets.handleUpgrade(request, socket, head, (ws) => {
      ws.on("error", () => {}); // such as a message that is too long: ws closes it
      void this.#serveWebSocket(request, socket, ws, id);
    });
    return true;
  }

  stop(): void {
    this.#stopping.abort();
    clearInterval(this.#pings);
    for (const viewer of this.#viewers) viewer.stop("server-stopping", "The server is stopping.");
  }

  async #get(c: Context<HttpEnv>): Promise<Response> {
    const { incoming, outgoing } = c.env;
    if (!["GET", "HEAD"].includes(incoming.method ?? "")) {
      c.header("Allow", "GET, HEAD");
      return errorAnswer(c, 405, "method-not-allowed", "Streams are watched with GET.");
    }
    const id = parseMediaPath(new URL(c.req.url).pathname, SUFFIX);
    if (id === undefined) return errorAnswer(c, 404, "not-found", "A stream is watched at /<app>/<stream>.flv.");
    const { gatherer, writeMs } = this.#context;
    const who = viewerOf(incoming, "http-flv", this.#context.nextNumber());
    const found = await this.#find(who, id, (gone) => outgoing.once("close", gone));
    c.header("Cache-Control", "no-store");
    if (found === undefined) return errorAnswer(c, 503, "server-stopping", "The server is stopping.");
    if ("status" in found) return errorAnswer(c, found.status, found.code, found.message);
    c.header("Content-Type", "video/x-flv");
    c.header("X-Accel-Buffering", "no"); // for nginx before us
    if (incoming.method === "HEAD") {
      found.leaveSeat();
      return c.body(null);
    }
    for (const [name, value] of c.res.headers) outgoing.setHeader(name, value);
    outgoing.writeHead(200).flushHeaders();
    this.#serve(who, found, (events) => new HttpChannel(outgoing, gatherer, writeMs, events));
    return RESPONSE_ALREADY_SENT;
  }

  async #serveWebSocket(request: IncomingMessage, socket: Socket, ws: WebSocket, id: { app: string; name: string }) {
    const { gatherer, writeMs } = this.#context;
    const who = viewerOf(request, "ws-flv", this.#context.nextNumber());
    const found = await this.#find(who, id, (gone) => ws.once("close", gone));
    if (found === undefined) ws.close(1001);
    else if ("status" in found) closeWebSocket(ws, WS_CODE_BASE + found.status, found.message);
    else {
      this.#serve(who, found, (events) => {
        const channel = new WsChannel(ws, socket, gatherer, writeMs, events);
        this.#channels.add(channel);
        ws.once("close", () => this.#channels.delete(channel));
        return channel;
      });
      this.#pings ??= setInterval(() => {
        for (const channel of this.#channels) channel.ping();
      }, PING_MS).unref();
    }
  }

  /** @param onGone calls back when the viewer is gone. @returns undefined if it is, or the server stops. */
  #find(who: Viewer, id: { app: string; name: string }, onGone: (gone: () => void) => void) {
    const left = new AbortController();
    onGone(() => left.abort());
    return findStream(this.#context, who, id, AbortSignal.any([left.signal, this.#stopping.signal]));
  }

  #serve(who: Viewer, { stream, leaveSeat }: Watchable, open: (events: FlvChannelEvents) => FlvChannel): void {
    const { emit, sessions, clock, queueBytes } = this.#context;
    const since = clock();
    const source = sourceOf(who, stream.id);
    const channel = open({
      drained: () => viewer.drain(),
      closed: (reason) => {
        viewer.close();
        leaveSeat();
        this.#viewers.delete(viewer);
        sessions.end(session, { reason, by: ENDED_BY[reason] ?? "application", clean: true }, [
          { action: "play", app: source.app, stream: source.stream },
        ]);
        emit("stop", { ...source, reason, durationMs: Math.round(clock() - since), ...viewer.counts });
      },
    });
    const viewer = new FlvViewer(stream, channel, queueBytes, this.#tags, takesVideoMetadata(who.query));
    const session = new ViewerSession(who, viewer);
    this.#viewers.add(viewer);
    sessions.add(session);
    emit("play", source);
    viewer.start();
  }
}

function pathnameOf(url = ""): string {
  return URL.canParse(url, "http://localhost") ? new URL(url, "http://localhost").pathname : "";
}

/** Some players fail at video packets that hold no picture, such as mpegts.js 1.8. */
function takesVideoMetadata(query: string): boolean {
  return new URLSearchParams(query).get("video-metadata") !== "no";
}
