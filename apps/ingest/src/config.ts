import { totalmem } from "node:os";
import { z } from "zod";
import { bytes, duration, listenAddress, wholeNumber } from "./config-values.js";
import { defaultMemoryBudget } from "./listeners/memory-budget.js";

const KIB = 1024;
const MIB = 1024 * KIB;
/** Longest message that RTMP can name (RTMP 5.3.1.2.5). */
const MAX_MESSAGE = 0xff_ffff;
const MAX_COUNT = 1_000_000;

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

/** Everything that can be configured, wherever it comes from: flags, and programs that embed the server. */
export const configSchema = z.strictObject({
  rtmp: z
    .strictObject({
      /** Where RTMP is spoken. */
      listen: z
        .array(listenAddress)
        .min(1, "must name at least one address")
        .default([{ port: 1935 }]),
    })
    .prefault({}),
  record: z
    .strictObject({
      /** Folder for recordings; without one nothing is recorded. */
      directory: z.string().min(1, "must name a folder").optional(),
      /** What one recording may keep in memory before its publisher is paused. */
      queueBytes: bytes(64 * KIB).default(16 * MIB),
      /** How long the disk may make no progress before the recording ends. */
      stallMs: duration(100).default(10_000),
      /** How long small packets are gathered before they are written. */
      flushMs: duration(0, 10_000).default(100),
    })
    .prefault({}),
  play: z
    .strictObject({
      /** How long a player waits for a stream that is not published; 0 refuses it at once. */
      waitMs: duration(0, 600_000).default(2000),
      /** Bytes that may wait for one player before it loses frames up to the next keyframe. */
      queueBytes: bytes(64 * KIB).default(8 * MIB),
      /** Bytes of the current group of pictures that are kept for players to start from; 0 keeps none. */
      gopBytes: bytes(0).default(8 * MIB),
      /** How long a group of pictures may be to be kept. */
      gopMs: duration(0).default(15_000),
      /** How long small writes to players are gathered; 0 writes each at once. */
      gatherMs: duration(0, 1000).default(0),
    })
    .prefault({}),
  publish: z
    .strictObject({
      /** How long a stream waits for its publisher to come back; players and recording then go on. 0 ends it at once. */
      graceMs: duration(0, 600_000).default(0),
      /** What happens to a publish of a name that is being published. */
      takeover: z.enum(["refuse", "replace"], { error: "must be refuse or replace" }).default("refuse"),
    })
    .prefault({}),
  limits: z
    .strictObject({
      /** Connections at once. */
      connections: wholeNumber(1, MAX_COUNT).default(4096),
      /** Of these, connections whose publish or play was not accepted yet. */
      pending: wholeNumber(1, MAX_COUNT).default(512),
      /** Of those, connections of one address (IPv6: one /64). */
      pendingPerAddress: wholeNumber(1, MAX_COUNT).default(128),
      /** Connections of one address (IPv6: one /64), those that publish and play included; without it as many as of all. */
      perAddress: wholeNumber(1, MAX_COUNT).optional(),
      /** Bytes held for all peers together. */
      heldBytes: bytes(MIB).default(() => defaultMemoryBudget(availableMemory())),
    })
    .prefault({}),
  session: z.strictObject({ limits: sessionLimits.prefault({}), timeouts: sessionTimeouts.prefault({}) }).prefault({}),
  /** How long a stop may take before what is left is cut. */
  graceMs: duration(0).default(10_000),
  log: z
    .strictObject({
      format: z.enum(["text", "json"], { error: "must be text or json" }).default("text"),
      level: z
        .enum(["error", "warn", "info", "debug", "silent"], { error: "must be error, warn, info, debug or silent" })
        .default("info"),
    })
    .prefault({}),
});

/** What {@link configSchema} takes: everything has a default. */
export type IngestOptions = z.input<typeof configSchema>;
/** What it makes of it. */
export type IngestConfig = z.output<typeof configSchema>;

/** A configuration that can not be used. The message has a line for each mistake: key, rule, and what was given. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/**
 * Checks a configuration and fills in the defaults.
 * @param nameOf what to call a key in errors, such as its flag.
 * @throws ConfigError
 */
export function parseConfig(options: unknown, nameOf: (key: string) => string = (key) => key): IngestConfig {
  const result = configSchema.safeParse(options);
  if (result.success) return result.data;
  const lines = result.error.issues.flatMap((issue) => {
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => `${nameOf([...issue.path, key].join("."))}: is not known`);
    }
    // An index is no part of the name: the value itself is shown.
    const key = issue.path.filter((part) => typeof part === "string").join(".");
    const given = JSON.stringify(valueAt(options, issue.path)) ?? "nothing";
    return [`${key === "" ? "configuration" : nameOf(key)}: ${issue.message}; got ${given}`];
  });
  throw new ConfigError(lines.join("\n"));
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at = value;
  for (const key of path) {
    at =
      typeof at === "object" && at !== null
        ? Object.entries(at).find(([name]) => name === String(key))?.[1]
        : undefined;
  }
  return at;
}

/** Bytes of memory for this process: the machine's, or the container's share of it. */
function availableMemory(): number {
  const constrained = process.constrainedMemory();
  return constrained !== undefined && constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}
