import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { HttpBindings } from "@hono/node-server";
import type { Hono, MiddlewareHandler } from "hono";
import type { Holder } from "../listeners/memory-budget.js";

/** What handlers find in `c.env`: Node's own request and response. */
export type HttpEnv = { Bindings: HttpBindings };
/** The application that all areas mount their routes on. */
export type HttpApp = Hono<HttpEnv>;

/** Who may call a route, and from which pages. */
export interface HttpGuards {
  /** For whoever knows the token: as `Authorization: Bearer`, or by the cookie that `POST /login` sets. Without a token for everybody who reaches us. */
  readonly admin: MiddlewareHandler<HttpEnv>;
  /** The same, and `?token=` will do: for EventSource of another origin, which can send no header. */
  readonly adminOrQuery: MiddlewareHandler<HttpEnv>;
  /** For everybody; pages of the configured origins may read it. The gate decides who may watch. */
  readonly media: MiddlewareHandler<HttpEnv>;
  /** Whether a WebSocket may be opened, by the page it comes from: our own, one of the configured origins, or none. */
  readonly mayConnect: (request: IncomingMessage) => boolean;
}

/** One part of the HTTP side: the API, the metrics, a way to watch. */
export interface HttpArea {
  /**
   * Adds its routes. Areas are asked in order: the first route that fits a path has it. Answers are made with `c.json`, `c.body` and the like: a bare
   * `Response` would lose the headers that were set before.
   */
  mount(app: HttpApp, guards: HttpGuards): void;
  /**
   * Somebody asks for a WebSocket. Host and connection limits are checked; the origin is not, see {@link HttpGuards.mayConnect}.
   * @returns false if the path is none of this area's; else it answers, with its whole life to care for.
   */
  upgrade?(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  /** The server stops: ends what is served at length, such as viewers and event streams. */
  stop?(): void;
  /** Who holds media in memory. */
  holders?(): Iterable<Holder>;
}
