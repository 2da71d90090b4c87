import type { IncomingMessage } from "node:http";
import { Hono, type MiddlewareHandler } from "hono";
import type { HttpConfig } from "../config/http.js";
import type { Emit } from "../events.js";
import { AdminGuard } from "./admin-guard.js";
import { allowedOrigin, cors } from "./cors.js";
import type { HttpApp, HttpArea, HttpEnv, HttpGuards } from "./http-area.js";
import { errorAnswer } from "./http-error.js";
import { loginRoutes } from "./login-route.js";
import { isCrossSite, isLoopbackHost, isSameOrigin } from "./same-site.js";

/** Longest body of a request, in bytes. */
const MAX_BODY = 64 * 1024;

/** Nothing from other hosts; players need `blob:` for media and their workers. An area that serves no page needs nothing more. */
const SECURITY_HEADERS = {
  "Content-Security-Policy":
    "default-src 'self'; img-src 'self' data:; media-src 'self' blob:; worker-src 'self' blob:; " +
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "no-referrer",
};

/** Code and words for a `Host` that is not loopback's, while only loopback may ask. */
export const WRONG_HOST = ["wrong-host", "Without a token this server answers to localhost only."] as const;

/** What the application needs to know; what can change is asked for at each request. */
export interface HttpAppContext {
  readonly config: () => HttpConfig;
  /** Whether only this machine reaches us, without a token: then any name but loopback's in `Host` is an attack. */
  readonly loopbackOnly: () => boolean;
  readonly emit: Emit;
  readonly clock: () => number;
}

/** All routes, behind what every request has to pass. */
export function createHttpApp(context: HttpAppContext, areas: readonly HttpArea[]): HttpApp {
  const { config, loopbackOnly, emit, clock } = context;
  const token = (): string | undefined => config().token;
  const guard = new AdminGuard(token, emit, clock);
  const guards = guardsOf(guard, config);
  const app: HttpApp = new Hono<HttpEnv>();
  app.use(async (c, next) => {
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) c.header(name, value);
    if (loopbackOnly() && !isLoopbackHost(c.env.incoming.headers.host)) {
      return errorAnswer(c, 403, ...WRONG_HOST);
    }
    const safe = ["GET", "HEAD", "OPTIONS"].includes(c.req.method);
    // A request with its own token can not be forged: no page can make a browser add it.
    const hasToken = /^Bearer /i.test(c.req.header("Authorization") ?? "");
    if (!safe && !hasToken && isCrossSite(c.env.incoming.headers)) {
      return errorAnswer(c, 403, "cross-site", "A page of another site may not do this.");
    }
    // So that its length is known before any of it is read.
    if (c.req.header("Transfer-Encoding") !== undefined) {
      return errorAnswer(c, 411, "length-required", "Send the body with its Content-Length.");
    }
    if (Number(c.req.header("Content-Length") ?? 0) > MAX_BODY) {
      return errorAnswer(c, 413, "too-large", `A body has at most ${MAX_BODY} bytes.`);
    }
    return next();
  });
  for (const area of [loginRoutes(guard, token), ...areas]) area.mount(app, guards);
  app.notFound((c) => errorAnswer(c, 404, "not-found", "There is nothing here."));
  app.onError((error, c) => {
    emit("fault", { where: "http", error });
    return errorAnswer(c, 500, "internal", "Something went wrong; the log has more.");
  });
  return app;
}

function guardsOf(guard: AdminGuard, config: () => HttpConfig): HttpGuards {
  // Without a token every page that may read could do all: then the origins are for media alone.
  const adminOrigins = (): readonly string[] => (config().token === undefined ? [] : config().cors);
  const crossOrigin = cors(adminOrigins, "GET, HEAD, POST, PUT, PATCH, DELETE");
  const admin = (query: boolean): MiddlewareHandler<HttpEnv> => {
    const check = guard.middleware(query);
    return async (c, next) => {
      c.header("Cache-Control", "no-store");
      let answer: Response | undefined;
      const preflight = await crossOrigin(c, async () => {
        answer = (await check(c, next)) ?? undefined;
      });
      return preflight ?? answer;
    };
  };
  const mayConnect = ({ headers: { origin, host } }: IncomingMessage): boolean =>
    origin === undefined || isSameOrigin(origin, host) || allowedOrigin(origin, config().cors) !== undefined;
  const media = cors(() => config().cors, "GET, HEAD");
  return { admin: admin(false), adminOrQuery: admin(true), media, mayConnect };
}
