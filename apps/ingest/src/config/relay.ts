import { parseRtmpUrl, redactRtmpUrl } from "@rtmp/session";
import { z } from "zod";
import type { Flag } from "./flag.js";
import { bytes, duration, filePath, secret } from "./values.js";

const KIB = 1024;
const MIB = 1024 * KIB;

/** An RTMP or RTMPS URL with a stream name; `{app}` and `{stream}` may stand for those of the stream. */
const streamUrl = secret(
  z.string().superRefine((text, context) => {
    try {
      if (parseRtmpUrl(text).streamName !== undefined) return;
    } catch {}
    context.addIssue({ code: "custom", message: "must be rtmp://HOST[:PORT]/APP/STREAM or rtmps://…" });
  }),
  (url) => redactRtmpUrl(String(url)),
);

const pattern = z.string().regex(/^[^/\s]+(?:\/[^\s]+)?$/, "must be APP/STREAM, in which * stands for anything");

/** Streams that are sent on to other servers. */
const pushTarget = z.strictObject({
  /** For logs and the API. */
  name: z.string().min(1).max(64).optional(),
  /** Which streams: `live/camera`, `live/*`, `*`. */
  match: pattern.default("*"),
  /** Where to. The stream key in it is a secret. */
  url: streamUrl,
});

/** Streams that are brought from other servers. */
const pullSource = z
  .strictObject({
    name: z.string().min(1).max(64).optional(),
    /** Which stream it becomes here; with a `*`, all that somebody asks for. */
    stream: pattern,
    url: streamUrl,
    /** Whether it is there all the time, or while somebody watches. */
    when: z.enum(["demand", "always"], { error: "must be demand or always" }).default("demand"),
  })
  .refine(({ when, stream }) => when === "demand" || !stream.includes("*"), {
    error: "a stream that is always pulled needs a whole name",
    path: ["stream"],
  })
  .refine(({ stream }) => stream.includes("*") || stream.includes("/"), {
    error: "must be APP/STREAM",
    path: ["stream"],
  });

/** `PATTERN=URL` or `URL`, as a flag has it. */
function parsePush(text: string): { match?: string | undefined; url: string } {
  const { before, url } = splitFlag(text);
  return before === undefined ? { url } : { match: before, url };
}
function parsePull(text: string): { stream: string; url: string } {
  const { before = "", url } = splitFlag(text);
  return { stream: before, url };
}
/** At the `=` in front of the URL; those in it are its own. */
function splitFlag(text: string): { before?: string; url: string } {
  const scheme = text.indexOf("://");
  const equals = text.lastIndexOf("=", scheme < 0 ? text.length : scheme);
  return equals < 0 ? { url: text } : { before: text.slice(0, equals), url: text.slice(equals + 1) };
}

/** Streams to and from other servers. */
export const relaySection = z
  .strictObject({
    push: z
      .array(z.union([z.string().transform(parsePush).pipe(pushTarget), pushTarget]))
      .max(100)
      .default([]),
    pull: z
      .array(z.union([z.string().transform(parsePull).pipe(pullSource), pullSource]))
      .max(1000)
      .default([]),
    /** What may wait for another server before frames are dropped up to the next keyframe. */
    queueBytes: bytes(64 * KIB).default(8 * MIB),
    /** How long a pulled stream that nobody watches is kept. */
    idleMs: duration(100).default(10_000),
    /** How long viewers and recordings of a pulled stream wait for the other server to come back. */
    graceMs: duration(0).default(10_000),
    /** Streams pulled on demand at once. */
    maxPulls: z.int().min(1).max(10_000).default(100),
    /** File of certificates (PEM) to trust for RTMPS, instead of the system's. */
    ca: filePath("must name a file").optional(),
    /** Takes any certificate: then anybody in between can read the stream. */
    insecure: z.boolean().default(false),
  })
  .prefault({});

export type RelayConfig = z.output<typeof relaySection>;

export const relayFlags: readonly Flag[] = [
  {
    name: "push",
    value: "[PATTERN=]URL",
    key: "relay.push",
    help: "send all streams, or live/*=URL, to another server; again for more",
    multiple: true,
  },
  {
    name: "pull",
    value: "APP/STREAM=URL",
    key: "relay.pull",
    help: "bring a stream from another server while it is watched",
    multiple: true,
  },
];
