import type { EndReason } from "../end.js";

/**
 * Why something that a client asked for failed. The reasons for which a connection ends stand as they are; beside them:
 *
 * | code | meaning |
 * |---|---|
 * | `bad-url` | text that is no RTMP URL |
 * | `connect-failed` | no connection to the server: name, port, network or certificate; `cause` says more |
 * | `authentication-required` | the server wants a user and password, and none were given |
 * | `authentication-failed` | the server does not take them, or asks in a way that is not known here |
 * | `publish-timeout` `play-timeout` | the server did not answer in time; the connection goes on |
 * | `stream-failed` | the server ended a running stream with an error |
 * | `stream-closed` | something was sent on a stream that is over |
 * | `aborted` | the caller gave up |
 */
export type ClientErrorCode =
  | EndReason
  | "bad-url"
  | "connect-failed"
  | "authentication-required"
  | "authentication-failed"
  | "publish-timeout"
  | "play-timeout"
  | "stream-failed"
  | "stream-closed"
  | "aborted";

/** What the server said, where it said something. */
export interface ClientErrorDetails extends ErrorOptions {
  /** Its code, such as `NetStream.Publish.BadName`. */
  readonly statusCode?: string | undefined;
  /** Its words for people. */
  readonly description?: string | undefined;
}

/** A client did not get what it asked for. Holds no URL, name or password. */
export class ClientError extends Error {
  override readonly name = "ClientError";
  /** Why, for programs. */
  readonly code: ClientErrorCode;
  /** The server's code, such as `NetStream.Publish.BadName`, if it gave one. */
  readonly statusCode: string | undefined;
  /** The server's words for people, if it gave any. */
  readonly description: string | undefined;

  constructor(code: ClientErrorCode, message: string, details: ClientErrorDetails = {}) {
    super(message, "cause" in details ? { cause: details.cause } : {});
    this.code = code;
    this.statusCode = details.statusCode;
    this.description = details.description;
  }
}
