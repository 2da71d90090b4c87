import type { EndReason } from "../end.js";
import type { SessionTimeouts } from "../limits.js";

/** Where a connection stands, as far as time is concerned. */
export type Phase = "handshake" | "connecting" | "connected" | "publishing" | "playing";

/** What is due, and when. `ping`: ask a silent player whether it is still there. */
export interface Due {
  readonly at: number;
  readonly action: "ping" | "check-partials" | EndReason;
}

/** Keeps the times from which the peer's deadlines count. They stand still while the application takes its time. */
export class Deadlines {
  readonly #timeouts: SessionTimeouts;
  #phaseSince: number;
  #receivedAt: number;
  #pingedAt: number | undefined;
  #partialsCheckedAt: number;
  #heldSince: number | undefined;

  constructor(timeouts: SessionTimeouts, now: number) {
    this.#timeouts = timeouts;
    this.#phaseSince = now;
    this.#receivedAt = now;
    this.#partialsCheckedAt = now;
  }

  /** Another phase begins, and with it its time. */
  enter(now: number): void {
    this.#phaseSince = now;
    this.#partialsCheckedAt = now;
  }
  received(now: number): void {
    this.#receivedAt = now;
    this.#pingedAt = undefined;
  }
  pinged(now: number): void {
    this.#pingedAt = now;
  }
  partialsChecked(now: number): void {
    this.#partialsCheckedAt = now;
  }

  /** Time stands still until {@link release}. */
  hold(now: number): void {
    this.#heldSince ??= now;
  }
  release(now: number): void {
    if (this.#heldSince === undefined) return;
    const ms = now - this.#heldSince;
    this.#heldSince = undefined;
    this.#phaseSince += ms;
    this.#receivedAt += ms;
    this.#partialsCheckedAt += ms;
    if (this.#pingedAt !== undefined) this.#pingedAt += ms;
  }

  /** When what is due next is due; `undefined` while time stands still. */
  next(phase: Phase): Due | undefined {
    if (this.#heldSince !== undefined) return undefined;
    const timeouts = this.#timeouts;
    switch (phase) {
      case "handshake":
        return { at: this.#phaseSince + timeouts.handshakeMs, action: "handshake-timeout" };
      case "connecting":
        return { at: this.#phaseSince + timeouts.connectMs, action: "connect-timeout" };
      case "connected":
        return { at: this.#phaseSince + timeouts.startMs, action: "start-timeout" };
      case "publishing": {
        const idleAt = this.#receivedAt + timeouts.idleMs;
        const checkAt = this.#partialsCheckedAt + timeouts.idleMs;
        return checkAt < idleAt ? { at: checkAt, action: "check-partials" } : { at: idleAt, action: "idle-timeout" };
      }
      case "playing": {
        const ping: Due =
          this.#pingedAt === undefined
            ? { at: this.#receivedAt + timeouts.pingMs, action: "ping" }
            : { at: this.#pingedAt + timeouts.pingTimeoutMs, action: "ping-timeout" };
        const checkAt = this.#partialsCheckedAt + timeouts.idleMs;
        return checkAt < ping.at ? { at: checkAt, action: "check-partials" } : ping;
      }
    }
  }
}
