import { type ClientRequest, request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from "node:http";
import { FlvReader, type FlvTag } from "@rtmp/flv";
import { expect, onTestFinished } from "vitest";
import { WebSocket } from "ws";
import type { Gate } from "../auth/gate.js";
import type { IngestOptions } from "../config/config.js";
import { startServer } from "./test-server.js";

/** A server with its HTTP side on a free port of loopback. */
export async function startHttpServer(options: IngestOptions = {}, gate?: Gate) {
  const server = await startServer(
    { record: {}, play: { waitMs: 0 }, ...options, http: { listen: "127.0.0.1:0", ...options.http } },
    gate === undefined ? {} : { gate },
  );
  const line = server.events("listening").find(({ protocol }) => protocol === "http");
  const httpPort = Number(line?.["port"]);
  const watch = (path: string, headers: OutgoingHttpHeaders = {}) => Watcher.get(httpPort, path, headers);
  return { ...server, httpPort, watch, sockets: (path: string, headers = {}) => openSocket(httpPort, path, headers) };
}

/** An HTTP client that reads FLV. */
export class Watcher {
  readonly request: ClientRequest;
  readonly response: IncomingMessage;
  readonly tags: FlvTag[] = [];
  readonly reader = new FlvReader({ strict: true });
  flags: { audio: boolean; video: boolean } | undefined;
  ended = false;
  text = "";

  private constructor(request: ClientRequest, response: IncomingMessage) {
    this.request = request;
    this.response = response;
    response.on("error", () => {});
    response.on("close", () => {
      this.ended = true;
    });
    onTestFinished(() => void request.destroy());
  }
  static get(port: number, path: string, headers: OutgoingHttpHeaders, method = "GET"): Promise<Watcher> {
    return new Promise((resolve, reject) => {
      const request = httpRequest({ host: "127.0.0.1", port, path, method, headers, agent: false }, (response) =>
        resolve(new Watcher(request, response)),
      );
      request.on("error", reject);
      request.end();
    });
  }
  get status(): number | undefined {
    return this.response.statusCode;
  }
  /** Reads on, until the end. */
  play(): this {
    this.response.on("data", (bytes: Buffer) => takeFlv(this, bytes));
    return this;
  }
  async body(): Promise<{ error: { code: string; message: string } }> {
    for await (const part of this.response) this.text += String(part);
    return JSON.parse(this.text);
  }
}

function takeFlv(to: { reader: FlvReader; tags: FlvTag[]; flags: Watcher["flags"] }, bytes: Uint8Array): void {
  to.reader.push(bytes);
  for (let item = to.reader.read(); item !== undefined; item = to.reader.read()) {
    if (item.kind === "tag") to.tags.push(item);
    else to.flags = { audio: item.hasAudio, video: item.hasVideo };
  }
}

/** A WebSocket client that reads FLV. */
export function openSocket(port: number, path: string, headers: OutgoingHttpHeaders) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers });
  const seen = {
    socket,
    reader: new FlvReader({ strict: true }),
    tags: [] as FlvTag[],
    flags: undefined as Watcher["flags"],
  };
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on("close", (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  socket.on("error", () => {});
  socket.on("message", (bytes: Buffer, isBinary) => {
    expect(isBinary).toBe(true);
    takeFlv(seen, bytes);
  });
  onTestFinished(() => socket.terminate());
  return { seen, closed, socket };
}

/** A viewer that asks and never reads. */
export async function openPaused(
  server: Awaited<ReturnType<typeof startHttpServer>>,
  protocol: string,
): Promise<{ destroy(): void }> {
  if (protocol === "http-flv") {
    const { response } = await server.watch("/live/key.flv");
    response.pause();
    await server.event("play");
    return response;
  }
  const { socket } = server.sockets("/live/key.flv");
  await new Promise((resolve) => socket.once("open", resolve));
  socket.pause();
  await server.event("play");
  return { destroy: () => socket.terminate() };
}
