import { DEFAULT_SESSION_TIMEOUTS, type SessionLimits, type SessionTimeouts } from "@rtmp/session";
import { decisionTime } from "./auth/access.js";
import type { IngestConfig } from "./config/config.js";

/** Bounds and times of the sessions of a server. */
export interface SessionTimes {
  readonly limits: Partial<SessionLimits>;
  readonly timeouts: Partial<SessionTimeouts>;
}

/** Those that a configuration asks for, and those that follow from what else it asks for. */
export function sessionTimes(config: Pick<IngestConfig, "session" | "record" | "hooks" | "play">): SessionTimes {
  const { directory, stallMs } = config.record;
  // A recorder keeps a publisher waiting for as long as its disk may take, and gives up by itself.
  const deliveryMs = directory === undefined ? DEFAULT_SESSION_TIMEOUTS.deliveryMs : 2 * stallMs;
  // A player may be kept waiting for hooks, and for its stream.
  const decisionMs = decisionTime(config, DEFAULT_SESSION_TIMEOUTS.decisionMs);
  const { limits, timeouts } = config.session;
  return { limits: defined(limits), timeouts: { deliveryMs, decisionMs, ...defined(timeouts) } };
}

/** The members that are set. */
function defined<T extends object>(options: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [Key in keyof T]?: Exclude<T[Key], undefined>;
  };
}
