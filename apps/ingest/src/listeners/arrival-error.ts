/** Why a connection ended before its session began. */
export type ArrivalEnd =
  | "proxy-protocol"
  | "tls-handshake"
  | "handshake-timeout"
  | "closed"
  | "evicted"
  | "memory-budget"
  | "server-stopping";

/** The end of a connection before its session began. */
export class ArrivalError extends Error {
  override readonly name = "ArrivalError";
  readonly reason: ArrivalEnd;

  constructor(reason: ArrivalEnd, cause?: unknown) {
    super(`The connection ended before its session began: ${reason}`, cause === undefined ? {} : { cause });
    this.reason = reason;
  }
}
