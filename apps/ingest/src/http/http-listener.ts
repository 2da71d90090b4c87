import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";

/** Bytes that a socket takes beyond what the network has room for, before a viewer must wait: a large frame. */
const WRITE_AHEAD = 128 * 1024;
/** Node answers 431 above this, in bytes of all headers together. */
const MAX_HEADER = 16 * 1024;
const MAX_HEADERS = 100;
/** Until all headers, and until the whole request are there, in ms; Node answers 408. */
const HEADERS_MS = 10_000;
const REQUEST_MS = 30_000;
/** How often Node looks for those, in ms. */
const CHECK_MS = 2000;
/** How long a connection may wait for its next request, in ms, and how many it may have. */
const KEEP_ALIVE_MS = 5000;
const MAX_REQUESTS = 1000;
/** How many requests may be sent ahead, before the answers to those before them. Nobody but an attacker sends many. */
const MAX_AHEAD = 4;
/** A connection on which nothing moves for so long is closed, in ms: a reader that has stopped. Viewers and event streams keep their own time. */
const IDLE_MS = 30_000;

/** What a listener hands on. */
export interface HttpListenerHandlers {
  readonly request: RequestListener;
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** @returns false to refuse the connection. */
  readonly connection: (socket: Socket) => boolean;
  readonly error: (error: unknown) => void;
}

/** One listening HTTP server of Node, with its bounds. */
export class HttpListener {
  readonly #server: Server;
  readonly #handlers: HttpListenerHandlers;
  readonly #sockets = new Set<Socket>();
  /** Requests of each connection that are not answered yet. */
  readonly #open = new WeakMap<Duplex, number>();
  readonly #upgraded = new WeakSet<Duplex>();

  constructor(handlers: HttpListenerHandlers) {
    this.#handlers = handlers;
    const server = createServer(
      {
        maxHeaderSize: MAX_HEADER,
        headersTimeout: HEADERS_MS,
        requestTimeout: REQUEST_MS,
        connectionsCheckingInterval: CHECK_MS,
        keepAliveTimeout: KEEP_ALIVE_MS,
        noDelay: true,
        highWaterMark: WRITE_AHEAD,
      },
      (request, response) => this.#request(request, response),
    );
    server.maxHeadersCount = MAX_HEADERS;
    server.maxRequestsPerSocket = MAX_REQUESTS;
    server.setTimeout(IDLE_MS);
    server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      // Behind a request that is being answered it would be a second one at the same time.
      if (this.#isAsked(socket)) socket.destroy();
      else {
        this.#upgraded.add(socket);
        handlers.upgrade(request, socket, head);
      }
    });
    server.on("connection", (socket: Socket) => {
      if (!handlers.connection(socket)) {
        socket.destroy();
        return;
      }
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
    this.#server = server;
  }

  #isAsked(socket: Duplex): boolean {
    return (this.#open.get(socket) ?? 0) > 0;
  }

  /** One request of a connection at a time: what is sent ahead waits, so that it costs no more than one does. */
  #request(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    const open = (this.#open.get(socket) ?? 0) + 1;
    if (open > 1 + MAX_AHEAD) {
      socket.destroy();
      return;
    }
    this.#open.set(socket, open);
    response.once("close", () => this.#open.set(socket, (this.#open.get(socket) ?? 1) - 1));
    if (response.socket !== null) this.#handlers.request(request, response);
    // Its turn: Node gives it the socket, and has something to do with it before the answer may begin.
    else response.once("socket", () => queueMicrotask(() => this.#handlers.request(request, response)));
  }

  /** Begins to listen. @returns the address in use. @throws the system's error, such as EADDRINUSE. */
  listen(port: number, host: string | undefined): Promise<{ address: string; port: number }> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen({ port, ...(host !== undefined && { host }) }, () => {
        this.#server.off("error", reject);
        this.#server.on("error", this.#handlers.error);
        const { address, port: bound } = this.#server.address() as AddressInfo;
        resolve({ address, port: bound });
      });
    });
  }

  /** Takes no more connections, and closes those that wait for a request. Resolves when all are gone. */
  close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    // Node takes connections for busy that have asked for nothing yet: browsers open some in advance.
    for (const socket of this.#sockets) {
      if (!this.#isAsked(socket) && !this.#upgraded.has(socket)) socket.destroy();
    }
    return closed;
  }
  /** While it closes: connections whose request was answered meanwhile. */
  closeIdle(): void {
    this.#server.closeIdleConnections();
  }
  /** Cuts all connections, those that are WebSockets now too. */
  destroy(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}
