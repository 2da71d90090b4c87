import { HandshakeError, type HandshakeErrorCode } from "./errors.js";
import type { HandshakeRole } from "./layout.js";

/** The version of plain RTMP (RTMP 5.2.2). */
export const RTMP_VERSION = 3;

/** First letters of GET, POST, PUT, PATCH, PRI, HEAD, HTTP/1.1, OPTIONS, DELETE, CONNECT and TRACE (RFC 9110 9, RFC 5789). */
const HTTP_LETTERS = "GPHODCT";
/** TLS record types (RFC 8446 5.1): what a TLS client begins with, and what a TLS server says to a client that does not. */
const TLS_HANDSHAKE = 0x16;
const TLS_ALERT = 0x15;

/**
 * Judges C0 or S0 by itself, so that port scanners are turned away with their first byte (RTMP 5.2.2).
 * @throws HandshakeError `bad-version`, `rtmpe-unsupported`, `http-probe` or `tls-probe` unless the version is 3.
 */
export function checkVersion(version: number, sender: HandshakeRole): void {
  if (version === RTMP_VERSION) return;
  const [code, what] = nameOf(version, sender);
  const hex = version.toString(16).padStart(2, "0");
  throw new HandshakeError(code, `${what}: the ${sender}'s first byte is 0x${hex}, not 0x03`, { offset: 0, version });
}

function nameOf(version: number, sender: HandshakeRole): [HandshakeErrorCode, string] {
  if (version === 6 || version === 8) return ["rtmpe-unsupported", "encrypted RTMP (RTMPE) is not supported"];
  if (version === TLS_HANDSHAKE || (version === TLS_ALERT && sender === "server"))
    return ["tls-probe", "TLS on a plain RTMP connection"];
  if (HTTP_LETTERS.includes(String.fromCharCode(version))) return ["http-probe", "HTTP on an RTMP connection"];
  return ["bad-version", version < 32 ? "unknown RTMP version" : "not RTMP"];
}
