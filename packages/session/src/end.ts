import type { ChunkErrorCode } from "@rtmp/chunk";
import type { HandshakeErrorCode } from "@rtmp/handshake";
import type { MessageErrorCode } from "@rtmp/messages";

/**
 * Why a connection ended. Codes of the layers below stand as they are; beside them:
 *
 * | reason | meaning |
 * |---|---|
 * | `closed` | the peer closed the connection (FIN) |
 * | `reset` | the peer or the network broke it (RST, a write failed) |
 * | `handshake-timeout` `connect-timeout` `start-timeout` `idle-timeout` `ping-timeout` | the peer took too long: see `SessionTimeouts` |
 * | `write-timeout` | the peer took nothing of what was written for too long |
 * | `decision-timeout` | the application did not decide on a request in time |
 * | `consumer-stalled` | the application did not take a message in time |
 * | `application-error` | a handler threw; `cause` has the error |
 * | `pre-auth-overflow` `too-many-commands` `too-much-dropped` `output-overflow` | a limit: see `SessionLimits` |
 * | `bad-argument` | connect or publish with a name that is missing or too long |
 * | `publish-before-connect` | a publish or play on a connection that has no application yet |
 * | `publish-refused` `play-refused` | a publish or play that the protocol does not allow, such as on a stream that was never created |
 * | `connect-rejected` `publish-rejected` `play-rejected` | the application said no; to a client: the server |
 * | `connect-failed` `aborted` | a client got no connection; its caller gave up |
 *
 * An application that closes a session names a reason of its own.
 */
export type EndReason =
  | HandshakeErrorCode
  | ChunkErrorCode
  | MessageErrorCode
  | "closed"
  | "reset"
  | "handshake-timeout"
  | "connect-timeout"
  | "start-timeout"
  | "idle-timeout"
  | "write-timeout"
  | "ping-timeout"
  | "decision-timeout"
  | "consumer-stalled"
  | "application-error"
  | "pre-auth-overflow"
  | "too-many-commands"
  | "too-much-dropped"
  | "output-overflow"
  | "bad-argument"
  | "publish-before-connect"
  | "publish-refused"
  | "play-refused"
  | "connect-rejected"
  | "publish-rejected"
  | "play-rejected"
  | (string & {});

/** How a connection ended. */
export interface SessionEnd {
  /** Whether every published stream had been closed by its publisher before. True if nothing was ever published. */
  readonly clean: boolean;
  readonly reason: EndReason;
  /** Who ended it: the peer, this library because of a rule it keeps, or the application. */
  readonly by: "peer" | "us" | "application";
  /** The error behind the reason, where there is one. */
  readonly cause?: unknown;
}
