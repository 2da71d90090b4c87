import { z } from "zod";
import type { Flag } from "./flag.js";
import { bytes, duration, MAX_COUNT, wholeNumber } from "./values.js";

const KIB = 1024;
/** Longest message that RTMP can name (RTMP 5.3.1.2.5). */
const MAX_MESSAGE = 0xff_ffff;

/** Bounds of one session; see `SessionLimits` of @rtmp/session for each. Absent ones have its defaults. */
const sessionLimits = z.strictObject({
  chunkSize: bytes(128, MAX_MESSAGE).optional(),
  windowAcknowledgementSize: bytes(1, 0x7fff_ffff).optional(),
  maxMediaLength: bytes(64 * KIB, MAX_MESSAGE).optional(),
  maxDataLength: bytes(KIB, MAX_MESSAGE).optional(),
  maxCommandLength: bytes(KIB, MAX_MESSAGE).optional(),
  maxBytesBeforeConnect: bytes(4 * KIB).optional(),
  minPeerChunkSize: bytes(1, 65_536).optional(),
  maxChunkStreams: wholeNumber(4, 65_600).optional(),
  maxPartials: wholeNumber(1, 65_600).optional(),
  maxPartialBytes: bytes(64 * KIB).optional(),
  maxReadAhead: bytes(KIB).optional(),
  maxStreams: wholeNumber(1, MAX_COUNT).optional(),
  maxPublishingStreams: wholeNumber(1, MAX_COUNT).optional(),
  commandsPerSecond: wholeNumber(1, MAX_COUNT).optional(),
  commandBurst: wholeNumber(1, MAX_COUNT).optional(),
  controlsPerSecond: wholeNumber(1, MAX_COUNT).optional(),
  pingsPerSecond: wholeNumber(0, MAX_COUNT).optional(),
  maxDroppedBytes: bytes(0).optional(),
  maxQueuedOutput: bytes(4 * KIB).optional(),
  maxNameLength: wholeNumber(16, 65_535).optional(),
  maxConnectStringLength: wholeNumber(16, 65_535).optional(),
});

/** How long a session waits; see `SessionTimeouts` of @rtmp/session for each. Absent ones have its defaults. */
const sessionTimeouts = z.strictObject({
  handshakeMs: duration(100).optional(),
  connectMs: duration(100).optional(),
  startMs: duration(100).optional(),
  decisionMs: duration(100).optional(),
  idleMs: duration(100).optional(),
  pingMs: duration(100).optional(),
  pingTimeoutMs: duration(100).optional(),
  writeMs: duration(100).optional(),
  deliveryMs: duration(100).optional(),
  drainMs: duration(0).optional(),
});

/** Bounds and times of each session. */
export const sessionSection = z
  .strictObject({ limits: sessionLimits.prefault({}), timeouts: sessionTimeouts.prefault({}) })
  .prefault({});

export const sessionFlags: readonly Flag[] = [
  {
    name: "idle-timeout",
    value: "TIME",
    key: "session.timeouts.idleMs",
    help: "end a publisher that is silent so long (30s)",
  },
  {
    name: "max-message",
    value: "BYTES",
    key: "session.limits.maxMediaLength",
    help: "longest audio or video message (8M)",
  },
];
