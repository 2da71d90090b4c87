import type { EndReason } from "../end.js";
import type { SessionTimeouts } from "../limits.js";

/** Where a connection stands, as far as time is concerned. */
export type Phase = "handshake" | "connecting" | "connected" | "publishing" | "playing";

/** What is due. `ping`: ask a silent player whether it is still there. `acknowledge`: the peer is owed that, and may wait for it. */
export type Due = "ping" | "acknowledge" | "check-partials" | EndReason;

/**
 * An acknowledgement goes out when nothing has come for so long, in ms: FFmpeg and GStreamer close their sockets with megabytes in the
 * system's buffers, and what they are sent then makes the system drop them. Who does wait for an acknowledgement is silent.
 */
const QUIET_MS = 10;

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

  /**
   * When something is due next; `Infinity` while time stands still. Asked with each read, so it makes no object.
   * @param owesAcknowledgement whether the peer is to be told how much came, as soon as it is quiet.
   */
  next(phase: Phase, owesAcknowledgement: boolean): number {
    if (this.#heldSince !== undefined) return Number.POSITIVE_INFINITY;
    const at = this.#phaseDeadline(phase);
    return owesAcknowledgement ? Math.min(at, this.#receivedAt + QUIET_MS) : at;
  }

  #phaseDeadline(phase: Phase): number {
    const timeouts = this.#timeouts;
    switch (phase) {
      case "handshake":
        return this.#phaseSince + timeouts.handshakeMs;
      case "connecting":
        return this.#phaseSince + timeouts.connectMs;
      case "connected":
        return this.#phaseSince + timeouts.startMs;
      case "publishing":
        return Math.min(this.#receivedAt + timeouts.idleMs, this.#checkAt());
      case "playing":
        return Math.min(this.#pingAt(), this.#checkAt());
    }
  }

  /** What that is; `undefined` while time stands still. */
  due(phase: Phase, owesAcknowledgement: boolean): Due | undefined {
    if (this.#heldSince !== undefined) return undefined;
    if (owesAcknowledgement && this.#receivedAt + QUIET_MS < this.#phaseDeadline(phase)) return "acknowledge";
    switch (phase) {
      case "handshake":
        return "handshake-timeout";
      case "connecting":
        return "connect-timeout";
      case "connected":
        return "start-timeout";
      case "publishing":
        return this.#checkAt() < this.#receivedAt + this.#timeouts.idleMs ? "check-partials" : "idle-timeout";
      case "playing":
        if (this.#checkAt() < this.#pingAt()) return "check-partials";
        return this.#pingedAt === undefined ? "ping" : "ping-timeout";
    }
  }

  /** When unfinished messages are to be looked at. */
  #checkAt(): number {
    return this.#partialsCheckedAt + this.#timeouts.idleMs;
  }
  /** When a player is to be asked for a sign of life, or has given none. */
  #pingAt(): number {
    const { pingMs, pingTimeoutMs } = this.#timeouts;
    return this.#pingedAt === undefined ? this.#receivedAt + pingMs : this.#pingedAt + pingTimeoutMs;
  }
}
