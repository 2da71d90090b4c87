import { DEFAULT_SESSION_LIMITS } from "../limits.js";
import type { LinkLimits } from "../protocol-link.js";

/** What one server may make a client hold, and the caller may leave with it. */
export interface ClientLimits extends LinkLimits {
  /** Streams published and played at once on a connection; one more is a RangeError. @defaultValue 16 */
  readonly maxStreams: number;
  /** Bytes waiting to be written; to send beyond throws `output-overflow`. Who awaits `send` stays far below. @defaultValue 8 MiB */
  readonly maxBufferedOutput: number;
  /** Bytes of media that wait for the one who plays; then reading stops until half of them are taken. @defaultValue 4 MiB */
  readonly maxBufferedInput: number;
}

/** The defaults of {@link ClientLimits}. */
export const DEFAULT_CLIENT_LIMITS: ClientLimits = {
  chunkSize: DEFAULT_SESSION_LIMITS.chunkSize,
  windowAcknowledgementSize: DEFAULT_SESSION_LIMITS.windowAcknowledgementSize,
  maxMediaLength: DEFAULT_SESSION_LIMITS.maxMediaLength,
  maxDataLength: DEFAULT_SESSION_LIMITS.maxDataLength,
  maxCommandLength: DEFAULT_SESSION_LIMITS.maxCommandLength,
  minPeerChunkSize: DEFAULT_SESSION_LIMITS.minPeerChunkSize,
  maxChunkStreams: DEFAULT_SESSION_LIMITS.maxChunkStreams,
  maxPartials: DEFAULT_SESSION_LIMITS.maxPartials,
  maxPartialBytes: DEFAULT_SESSION_LIMITS.maxPartialBytes,
  controlsPerSecond: DEFAULT_SESSION_LIMITS.controlsPerSecond,
  pingsPerSecond: DEFAULT_SESSION_LIMITS.pingsPerSecond,
  maxStreams: 16,
  maxBufferedOutput: 8 * 1024 * 1024,
  maxBufferedInput: 4 * 1024 * 1024,
};

/** How long a client waits, in milliseconds. `Infinity` turns a deadline off. */
export interface ClientTimeouts {
  /** For the transport to be opened, TLS included: `connect-failed`. @defaultValue 10 000 */
  readonly openMs: number;
  /** From then to the last byte of S2: `handshake-timeout`. @defaultValue 10 000 */
  readonly handshakeMs: number;
  /** From there to the server's answer to connect: `connect-timeout`. @defaultValue 10 000 */
  readonly connectMs: number;
  /** For the answers to createStream and publish: `publish-timeout`, the connection goes on. @defaultValue 10 000 */
  readonly publishMs: number;
  /** For the answers to createStream and play; servers may wait for a publisher: `play-timeout`, the connection goes on. @defaultValue 30 000 */
  readonly playMs: number;
  /** Without a byte from the server while a stream is played: `idle-timeout`. @defaultValue Infinity: a live stream may pause */
  readonly idleMs: number;
  /** For an acknowledgement when the server's window is full; then it is taken for broken, and its window ignored. @defaultValue 5000 */
  readonly acknowledgementMs: number;
  /** Without progress in writing to the server: `write-timeout`. @defaultValue 10 000 */
  readonly writeMs: number;
  /** After our FIN, for the server's. @defaultValue 2000 */
  readonly drainMs: number;
}

/** The defaults of {@link ClientTimeouts}. */
export const DEFAULT_CLIENT_TIMEOUTS: ClientTimeouts = {
  openMs: 10_000,
  handshakeMs: 10_000,
  connectMs: 10_000,
  publishMs: 10_000,
  playMs: 30_000,
  idleMs: Number.POSITIVE_INFINITY,
  acknowledgementMs: 5000,
  writeMs: 10_000,
  drainMs: 2000,
};
