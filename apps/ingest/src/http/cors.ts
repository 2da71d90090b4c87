import type { MiddlewareHandler } from "hono";
import type { HttpEnv } from "./http-area.js";

const PREFLIGHT_MAX_AGE_S = 600;

/** What `Access-Control-Allow-Origin` says to a page of this origin; undefined if it may not read the answer. */
export function allowedOrigin(origin: string | undefined, allowed: readonly string[]): string | undefined {
  if (allowed.includes("*")) return "*";
  return origin !== undefined && allowed.includes(origin) ? origin : undefined;
}

/**
 * Lets pages of other origins read the answers (the Fetch standard's CORS protocol), and answers their preflights. Cookies are never theirs.
 * @param origins asked at each request: they can change.
 * @param methods what they may do, such as `GET, HEAD`.
 */
export function cors(origins: () => readonly string[], methods: string): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    const allowed = origins();
    const origin = allowedOrigin(c.req.header("Origin"), allowed);
    if (allowed.length > 0 && !allowed.includes("*")) c.header("Vary", "Origin", { append: true });
    if (origin !== undefined) {
      c.header("Access-Control-Allow-Origin", origin);
      c.header("Access-Control-Expose-Headers", "Content-Length, Content-Range, ETag, Retry-After");
    }
    if (c.req.method !== "OPTIONS" || c.req.header("Access-Control-Request-Method") === undefined) return next();
    if (origin !== undefined) {
      c.header("Access-Control-Allow-Methods", methods);
      c.header("Access-Control-Allow-Headers", "Authorization, Content-Type, Range");
      c.header("Access-Control-Max-Age", String(PREFLIGHT_MAX_AGE_S));
    }
    return c.body(null, 204);
  };
}
