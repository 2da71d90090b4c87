/**
 * Why a handshake failed.
 *
 * - `bad-version`: the version byte is not 3 and nothing below fits.
 * - `rtmpe-unsupported`: version 6 or 8, the encrypted variants.
 * - `http-probe`: the byte begins an HTTP method or response.
 * - `tls-probe`: the byte begins a TLS record.
 * - `unexpected-eof`: the peer closed before its second packet was complete.
 * - `digest-mismatch`: a client that verifies found that S2 does not answer its C1.
 */
export type HandshakeErrorCode =
  | "bad-version"
  | "rtmpe-unsupported"
  | "http-probe"
  | "tls-probe"
  | "unexpected-eof"
  | "digest-mismatch";

/** Where a handshake failed. */
export interface HandshakeErrorContext {
  /** Bytes of the peer's stream before what was wrong; for `unexpected-eof` all that came. */
  readonly offset: number;
  /** The version byte that was refused, 0 to 255. */
  readonly version?: number;
}

/** The peer does not shake hands as RTMP does (RTMP 5.2): close the connection. */
export class HandshakeError extends Error {
  override readonly name = "HandshakeError";
  /** Why, for programs. */
  readonly code: HandshakeErrorCode;
  /** Where, for logs. */
  readonly context: HandshakeErrorContext;
  /** @param options `cause` carries a lower layer's error where there is one. */
  constructor(code: HandshakeErrorCode, message: string, context: HandshakeErrorContext, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.context = context;
  }
}
