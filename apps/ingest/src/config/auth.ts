import { z } from "zod";
import type { Flag } from "./flag.js";
import { duration, MAX_COUNT, secret, wholeNumber } from "./values.js";

/** What a name in the configuration or in a hook's answer may be: no path, no query, nothing that does not show. */
export const publicName = z
  .string()
  .max(255, "must have at most 255 characters")
  .regex(
    /^(?!\.\.?$)[^/\\?\p{C}\u2028\u2029]+$/u,
    "must be a name without slashes, question marks and control characters",
  );

/** What a stream may do; see `StreamLimits`. */
export const streamLimits = z.strictObject({
  maxBitrate: wholeNumber(1000, 10 ** 12).optional(),
  maxDurationMs: duration(1000, 2 ** 31 - 1).optional(),
  maxViewers: wholeNumber(0, MAX_COUNT).optional(),
  record: z.boolean().optional(),
});

const secretText = secret(z.string().min(1, "must not be empty").max(1024, "must have at most 1024 characters"));

const streamKey = z
  .strictObject({
    /** The key itself, or … */
    key: secretText.optional(),
    /** … its SHA-256 in hex, so that the file does not give it away. */
    keySha256: secret(z.string().regex(/^[0-9a-f]{64}$/i, "must be a SHA-256 in hex, of 64 digits")).optional(),
    /** The only application in which it counts. */
    app: z.string().min(1).optional(),
    /** The only stream for which it counts, and its public name where the key itself is sent as the name. */
    stream: publicName.optional(),
    publish: z.boolean().default(true),
    play: z.boolean().default(false),
    /** What a stream that is published with it may do. */
    limits: streamLimits.optional(),
  })
  .refine(({ key, keySha256 }) => (key === undefined) !== (keySha256 === undefined), {
    error: "must have either key or keySha256",
  });

const signing = z
  .strictObject({
    /** Any of them makes a good signature, so that one can be replaced by another. */
    secrets: z.array(secretText.min(16, "must have at least 16 characters")).max(8).default([]),
    /** What needs a signature, or a key. */
    actions: z.array(z.enum(["publish", "play"])).default(["publish", "play"]),
    /** How much later than its end a signature is still good: clocks differ. */
    skewMs: duration(0, 3_600_000).default(30_000),
  })
  .prefault({});

const failures = z
  .strictObject({
    /** Failed attempts of one address (IPv6: one /64) within the window; then it is blocked. 0: no limit. */
    max: wholeNumber(0, 1000).default(20),
    windowMs: duration(1000).default(60_000),
    blockMs: duration(1000).default(60_000),
    /** Addresses that are remembered. */
    addresses: wholeNumber(1, MAX_COUNT).default(10_000),
  })
  .prefault({});

/** Who may publish and play. An action for which nothing is configured is open to everybody. */
export const authSection = z
  .strictObject({
    /** One key for every publisher. */
    publishKey: secretText.optional(),
    /** One key for every player. */
    playKey: secretText.optional(),
    keys: z.array(streamKey).max(4096).default([]),
    /** The parameter in which a key comes: `name?key=SECRET`. */
    parameter: z
      .string()
      .regex(/^[\w.-]{1,64}$/, "must be a word")
      .default("key"),
    signing,
    failures,
  })
  .prefault({});

export type AuthConfig = z.output<typeof authSection>;

export const authFlags: readonly Flag[] = [
  { name: "publish-key", value: "KEY", key: "auth.publishKey", help: "who publishes must know this: NAME?key=KEY" },
  { name: "play-key", value: "KEY", key: "auth.playKey", help: "who plays must know this: NAME?key=KEY" },
];
