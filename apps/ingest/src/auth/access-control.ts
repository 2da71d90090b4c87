import type { AuthConfig } from "../config/auth.js";
import { type StreamLimits, tighter } from "../hub/stream-limits.js";
import type { Wanted } from "../hub/wanted.js";
import { Credentials } from "./credentials.js";
import { FailureLimiter } from "./failure-limiter.js";
import {
  type AccessRequest,
  type Allowed,
  DENIED,
  type FrontGate,
  type Gate,
  type Refused,
  type Verdict,
} from "./gate.js";
import { withoutSecrets } from "./without-secrets.js";

/** What an access control is made of. */
export interface AccessOptions {
  /** Asked one after the other when keys and signatures have said yes; the first no counts, each sees the names that the one before gave. */
  readonly gates: readonly Gate[];
  /** Told what was allowed, with the request as the gates got it first. */
  readonly onAllowed: (request: AccessRequest, allowed: Allowed) => void;
  /** Told when a gate broke its promise not to throw or reject. */
  readonly onError: (error: unknown) => void;
  /** Milliseconds of a clock that never goes back. */
  readonly clock: () => number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * The server's own gate: an address with too many failed attempts is refused; then stream keys and signed URLs decide,
 * then the hooks, then the application's own gate. All have to say yes.
 */
export class AccessControl implements FrontGate {
  readonly #options: AccessOptions;
  readonly #failures: FailureLimiter;
  #credentials: Credentials;

  constructor(config: AuthConfig, options: AccessOptions) {
    this.#options = options;
    this.#failures = new FailureLimiter(config.failures, options.clock);
    this.#credentials = new Credentials(config, options.now);
  }

  /** Other keys, secrets and limits for all that asks from now on; what was allowed goes on. */
  reload(config: AuthConfig): void {
    this.#failures.reload(config.failures);
    this.#credentials = new Credentials(config, this.#options.now);
  }

  check(request: AccessRequest, wanted: Wanted): Verdict | Promise<Verdict> {
    const blockedMs = this.#failures.blockedMs(request.address);
    if (blockedMs > 0) return this.#blocked(request, blockedMs);
    const verdict = this.#credentials.check(request);
    if (!verdict.allowed) return this.#refused(request, verdict);
    const { gates, onAllowed } = this.#options;
    const asked = gates.filter((gate) => gate.asks?.(request.action) ?? true);
    if (asked.length > 0) return this.#askAll(asked, request, verdict, wanted.signal);
    onAllowed(renamed(request, verdict), verdict);
    return verdict;
  }

  async #askAll(gates: readonly Gate[], request: AccessRequest, first: Allowed, signal: AbortSignal): Promise<Verdict> {
    const begun = renamed(request, first);
    let asking = begun;
    let allowed = first;
    for (const gate of gates) {
      const verdict = await this.#ask(gate, asking, signal);
      if (!verdict.allowed) {
        // A name that was given for another, or that needed a key beside it, is no key.
        const isPublic = asking.stream !== request.stream || this.#credentials.guards(request.action);
        const shown = isPublic ? asking.stream : (verdict.shown ?? first.shown);
        return this.#refused(request, { ...verdict, shown });
      }
      allowed = both(allowed, verdict);
      asking = renamed(asking, verdict);
    }
    this.#options.onAllowed(begun, allowed);
    return allowed;
  }

  async #ask(gate: Gate, request: AccessRequest, signal: AbortSignal): Promise<Verdict> {
    try {
      return await gate.check(request, signal);
    } catch (error) {
      this.#options.onError(error);
      const description = "The server failed.";
      return { allowed: false, code: DENIED[request.action], description, reason: "gate-failed", counts: false };
    }
  }

  #refused(request: AccessRequest, refusal: Refused): Refused {
    if (refusal.counts !== false) this.#failures.failed(request.address);
    const { shown = request.stream } = refusal;
    return { ...refusal, description: withoutSecrets(refusal.description, request, shown !== request.stream) };
  }

  #blocked(request: AccessRequest, blockedMs: number): Refused {
    const { action, stream } = request;
    return {
      allowed: false,
      code: DENIED[action],
      description: `Too many failed attempts from your address: try again in ${Math.ceil(blockedMs / 1000)} s.`,
      reason: "too-many-failures",
      shown: action === "connect" ? undefined : this.#credentials.shown(stream),
      counts: false,
    };
  }
}

function renamed(request: AccessRequest, { app = request.app, stream = request.stream }: Allowed): AccessRequest {
  return app === request.app && stream === request.stream ? request : { ...request, app, stream };
}

function both(before: Allowed, after: Allowed): Allowed {
  return {
    allowed: true,
    app: after.app ?? before.app,
    stream: after.stream ?? before.stream,
    limits: bothLimits(before.limits, after.limits),
    shown: after.shown ?? (after.stream === undefined ? before.shown : undefined),
  };
}

function bothLimits(a: StreamLimits | undefined, b: StreamLimits | undefined): StreamLimits | undefined {
  return a === undefined || b === undefined ? (a ?? b) : tighter(a, b);
}
