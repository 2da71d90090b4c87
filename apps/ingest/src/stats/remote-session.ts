import type { EndedSession, SessionInfo } from "./schemas.js";
import type { LiveSession, PublisherEntry, ViewerEntry } from "./session-directory.js";

/** A session of another process of this server, as that one reports it. */
export interface SessionReport {
  readonly info: SessionInfo;
  readonly publishing: readonly PublisherEntry[];
  readonly viewing: readonly ViewerEntry[];
}

/** A session as it is reported: with what can be sent to another process. */
export function reportOf(session: LiveSession): SessionReport {
  return { info: session.info(), publishing: [...session.publishing()], viewing: [...session.viewing()] };
}

/** The last report of a session that is over. */
export function endReport({ endedAt, reason, by, clean, ...members }: EndedSession): SessionReport {
  return { info: { ...members, state: "closing", queuedBytes: 0, heldBytes: 0 }, publishing: [], viewing: [] };
}

/** A session that another process of this server serves: as it was when it was last reported. */
export class RemoteSession implements LiveSession {
  readonly id: string;
  readonly protocol: string;
  readonly #kick: (description: string) => void;
  #report: SessionReport;

  constructor(report: SessionReport, kick: (description: string) => void) {
    this.id = report.info.id;
    this.protocol = report.info.protocol;
    this.#report = report;
    this.#kick = kick;
  }

  /** It is reported anew. */
  update(report: SessionReport): void {
    this.#report = report;
  }

  info(): SessionInfo {
    return this.#report.info;
  }
  publishing(): readonly PublisherEntry[] {
    return this.#report.publishing;
  }
  viewing(): readonly ViewerEntry[] {
    return this.#report.viewing;
  }
  kick(description: string): void {
    this.#kick(description);
  }
}
