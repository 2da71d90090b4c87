import type { IncomingMessage } from "node:http";
import type { MiddlewareHandler } from "hono";
import { FailureLimiter } from "../auth/failure-limiter.js";
import type { Emit } from "../events.js";
import { peerLabel } from "../listeners/peer-address.js";
import type { HttpEnv } from "./http-area.js";
import { errorAnswer } from "./http-error.js";
import { sameSecret } from "./same-secret.js";
import { hasSessionCookie } from "./session-cookie.js";

/** Ten wrong tokens of one address within a minute, and it waits for another. */
const FAILURES = { max: 10, windowMs: 60_000, blockMs: 60_000, addresses: 10_000 } as const;

/** What a request has of the token: enough, nothing, something wrong, or too many wrong ones before it. */
export type Admittance = "granted" | "missing" | "wrong" | "limited";

/** Knows the token, and who has it. */
export class AdminGuard {
  readonly #token: () => string | undefined;
  readonly #emit: Emit;
  readonly #failures: FailureLimiter;

  /** @param token asked at each request: it can change. */
  constructor(token: () => string | undefined, emit: Emit, clock: () => number) {
    this.#token = token;
    this.#emit = emit;
    this.#failures = new FailureLimiter(FAILURES, clock);
  }

  /** Looks at header and cookie. @param queryToken a token in the query, where that is allowed. */
  check(request: IncomingMessage, queryToken?: string): Admittance {
    const token = this.#token();
    if (token === undefined) return "granted";
    if (hasSessionCookie(request.headers.cookie ?? "", token, Date.now())) return "granted";
    const given = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? "")?.[1] ?? queryToken;
    return given === undefined ? "missing" : this.try(request, given);
  }

  /** Tries a token: a wrong one counts against the address it comes from. */
  try(request: IncomingMessage, given: string): Admittance {
    const token = this.#token();
    const { remoteAddress = "", remotePort } = request.socket;
    if (this.#failures.blockedMs(remoteAddress) > 0) return "limited";
    if (token === undefined || sameSecret(given, token)) return "granted";
    this.#failures.failed(remoteAddress);
    this.#emit("adminRefused", { peer: peerLabel(remoteAddress, remotePort) });
    return "wrong";
  }

  /** Lets only those through who have the token. @param query whether `?token=` will do. */
  middleware(query: boolean): MiddlewareHandler<HttpEnv> {
    return async (c, next) => {
      const { incoming } = c.env;
      const admittance = this.check(incoming, query ? c.req.query("token") : undefined);
      if (admittance === "granted") return next();
      return this.refuse(admittance, incoming, (status, code, message, headers) => {
        for (const [name, value] of Object.entries(headers)) c.header(name, value);
        return errorAnswer(c, status, code, message);
      });
    };
  }

  /** What to answer to somebody who is not let in. */
  refuse<T>(
    admittance: Exclude<Admittance, "granted">,
    request: IncomingMessage,
    answer: (status: 401 | 429, code: string, message: string, headers: Record<string, string>) => T,
  ): T {
    if (admittance === "limited") {
      const seconds = Math.ceil(this.#failures.blockedMs(request.socket.remoteAddress ?? "") / 1000);
      return answer(429, "too-many-attempts", "Too many wrong tokens: wait.", { "Retry-After": String(seconds) });
    }
    const message = admittance === "missing" ? "The token is needed." : "This is not the token.";
    return answer(401, `token-${admittance}`, message, { "WWW-Authenticate": "Bearer" });
  }
}
