import type { IncomingMessage } from "node:http";
import type { Context, MiddlewareHandler } from "hono";
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
      const admittance = this.check(c.env.incoming, query ? c.req.query("token") : undefined);
      return admittance === "granted" ? next() : this.refuse(c, admittance);
    };
  }

  /** The answer to somebody who is not let in. */
  refuse(c: Context<HttpEnv>, admittance: Exclude<Admittance, "granted">): Response {
    if (admittance === "limited") {
      const blockedMs = this.#failures.blockedMs(c.env.incoming.socket.remoteAddress ?? "");
      c.header("Retry-After", String(Math.ceil(blockedMs / 1000)));
      return errorAnswer(c, 429, "too-many-attempts", "Too many wrong tokens: wait.");
    }
    c.header("WWW-Authenticate", "Bearer");
    const message = admittance === "missing" ? "The token is needed." : "This is not the token.";
    return errorAnswer(c, 401, `token-${admittance}`, message);
  }
}
