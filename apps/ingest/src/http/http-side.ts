import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { getRequestListener } from "@hono/node-server";
import type { HttpConfig } from "../config/http.js";
import type { Emit } from "../events.js";
import type { Holder } from "../listeners/memory-budget.js";
import { peerLabel } from "../listeners/peer-address.js";
import { ConnectionLimit } from "./connection-limit.js";
import { createHttpApp, WRONG_HOST } from "./http-app.js";
import type { HttpApp, HttpArea } from "./http-area.js";
import { errorBody } from "./http-error.js";
import { HttpListener } from "./http-listener.js";
import { refuseUpgrade } from "./refuse-upgrade.js";
import { isLoopbackHost, isLoopbackName } from "./same-site.js";

/** Longest path in an event. */
const MAX_PATH = 200;

/** What the HTTP side needs of the server. */
export interface HttpSideContext {
  readonly emit: Emit;
  /** Milliseconds of a clock that never goes back. */
  readonly clock: () => number;
  /** Whether new connections are to be refused for want of memory. */
  readonly exhausted: () => boolean;
}

/** Everything that the server offers by HTTP, at one address: each area of it mounts its own routes. */
export class HttpSide {
  readonly #context: HttpSideContext;
  readonly #areas: readonly HttpArea[];
  readonly #app: HttpApp;
  readonly #limit: ConnectionLimit;
  readonly #respond: ReturnType<typeof getRequestListener>;
  #config: HttpConfig;
  #listeners: HttpListener[] = [];
  #stopping = false;

  constructor(config: HttpConfig, context: HttpSideContext, areas: readonly HttpArea[]) {
    this.#config = config;
    this.#context = context;
    this.#areas = areas;
    this.#limit = new ConnectionLimit(() => this.#config);
    const { emit, clock } = context;
    const app = { config: () => this.#config, loopbackOnly: () => this.#loopbackOnly, emit, clock };
    this.#app = createHttpApp(app, areas);
    this.#respond = getRequestListener((request, env) => this.#app.fetch(request, env), {
      overrideGlobalObjects: false, // they are the application's that embeds us
      errorHandler: () =>
        Response.json(errorBody("bad-request", "This is no request that can be answered."), { status: 400 }),
    });
  }

  /** Who holds memory. */
  *holders(): Generator<Holder> {
    for (const area of this.#areas) if (area.holders !== undefined) yield* area.holders();
  }
  /** Connections at this moment. */
  get connections(): number {
    return this.#limit.total;
  }

  /**
   * Listens as configured, if at all; on loopback for IPv4 and, where there is such a thing, for IPv6.
   * @returns the addresses in use. @throws the system's error, such as EADDRINUSE, with `protocol: "http"`.
   */
  async start(): Promise<readonly { address: string; port: number }[]> {
    const { listen, token } = this.#config;
    if (listen === undefined) return [];
    const addresses: { address: string; port: number }[] = [];
    try {
      for (const host of hostsOf(this.#config)) {
        const listener = this.#createListener();
        // The second one of loopback has the port that the first one got.
        const bound = await listener.listen(addresses[0]?.port ?? listen.port, host).catch((error: unknown) => {
          if (addresses.length > 0 && isUnavailable(error)) return undefined;
          throw error;
        });
        if (bound === undefined) continue;
        this.#listeners.push(listener);
        addresses.push(bound);
      }
    } catch (error) {
      await this.stop();
      throw error instanceof Error ? Object.assign(error, { protocol: "http" }) : error;
    }
    const [first] = addresses;
    if (token === undefined && !this.#loopbackOnly && first !== undefined) this.#context.emit("httpOpen", first);
    return addresses;
  }

  /** Takes another token, other origins and limits; the address stays. */
  reload(config: HttpConfig): void {
    this.#config = { ...config, listen: this.#config.listen };
  }

  /** Ends viewers and event streams, lets requests be answered, takes no more. Resolves when all connections are gone; see {@link destroy}. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const listeners = this.#listeners;
    const closed = listeners.map((listener) => listener.close());
    for (const area of this.#areas) area.stop?.();
    await Promise.all(closed);
  }
  /** Cuts what is left. */
  destroy(): void {
    for (const listener of this.#listeners) listener.destroy();
  }

  /** Whether only this machine reaches us, without a token. */
  get #loopbackOnly(): boolean {
    return this.#config.token === undefined && hostsOf(this.#config).every(isLoopback);
  }

  #createListener(): HttpListener {
    const { emit } = this.#context;
    return new HttpListener({
      request: (request, response) => this.#request(request, response),
      upgrade: (request, socket, head) => this.#upgrade(request, socket, head),
      connection: (socket) => this.#admit(socket),
      error: (error) => emit("fault", { where: "http", error }),
    });
  }

  #admit(socket: Socket): boolean {
    const exhausted = this.#context.exhausted();
    if (!exhausted && this.#limit.admit(socket)) return true;
    const reason = exhausted ? "memory-budget" : "too-many-connections";
    this.#context.emit("connectionRefused", { peer: peerLabel(socket.remoteAddress, socket.remotePort), reason });
    return false;
  }

  #request(request: IncomingMessage, response: ServerResponse): void {
    const { emit, clock } = this.#context;
    const since = clock();
    const peer = peerLabel(request.socket.remoteAddress, request.socket.remotePort);
    response.once("close", () => {
      const { method = "", url = "" } = request;
      const durationMs = Math.round(clock() - since);
      emit("httpRequest", { peer, method, path: shownPath(url), status: response.statusCode, durationMs });
      if (this.#stopping) for (const listener of this.#listeners) listener.closeIdle();
    });
    void this.#respond(request, response);
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on("error", () => socket.destroy());
    if (this.#loopbackOnly && !isLoopbackHost(request.headers.host)) {
      refuseUpgrade(socket, "403 Forbidden", ...WRONG_HOST);
      return;
    }
    const isWebSocket = request.headers.upgrade?.toLowerCase() === "websocket";
    if (isWebSocket && !this.#stopping && this.#areas.some((area) => area.upgrade?.(request, socket, head) === true))
      return;
    refuseUpgrade(socket, "404 Not Found", "not-found", "There is no WebSocket here.");
  }
}

/** Where to listen; undefined is everywhere. */
function hostsOf({ listen, token }: HttpConfig): readonly (string | undefined)[] {
  if (listen?.host !== undefined) return [listen.host];
  return token === undefined ? ["127.0.0.1", "::1"] : [undefined];
}

function isLoopback(host: string | undefined): boolean {
  return host !== undefined && isLoopbackName(host);
}

/** There is no IPv6 here. */
function isUnavailable(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === "EADDRNOTAVAIL" || code === "EAFNOSUPPORT" || code === "EINVAL";
}

/** A path without what could be secret, and short. A stream's name may be a key: of all but the API the first part is shown, and how it ends. */
function shownPath(url: string): string {
  const path = url.split(/\?|%3f/i, 1)[0]?.slice(0, MAX_PATH) ?? "";
  const parts = path.split("/");
  const leaves = /\.\.|%2e/i.test(path); // as in /api/../live/KEY.flv
  if (parts.length < 3 || (parts[1] === "api" && !leaves)) return path;
  return `/${parts[1]}/…${/\.[a-z0-9]{1,5}$/i.exec(path)?.[0] ?? ""}`;
}
