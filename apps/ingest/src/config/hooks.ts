import { z } from "zod";
import type { Flag } from "./flag.js";
import { duration, HIDDEN, secret, wholeNumber } from "./values.js";

/** All hooks: the first three decide, the others tell. */
export const HOOK_NAMES = ["connect", "publish", "play", "unpublish", "stop", "record"] as const;
export type HookName = (typeof HOOK_NAMES)[number];

/** May hold a password or a token: only the host may be shown. */
const hookUrl = secret(z.string().refine(isHttpUrl, "must be a URL that begins with http:// or https://"), hostOf);

/** HTTP hooks: who may connect, publish and play, and what became of it. */
export const hooksSection = z
  .strictObject({
    /** Where all hooks in `events` go. */
    url: hookUrl.optional(),
    events: z.array(z.enum(HOOK_NAMES, { error: `must be among ${HOOK_NAMES.join(", ")}` })).default([...HOOK_NAMES]),
    /** Own places of single hooks; they are called whatever `events` says. */
    urls: z
      .strictObject({
        connect: hookUrl.optional(),
        publish: hookUrl.optional(),
        play: hookUrl.optional(),
        unpublish: hookUrl.optional(),
        stop: hookUrl.optional(),
        record: hookUrl.optional(),
      })
      .prefault({}),
    style: z.enum(["json", "nginx-rtmp"], { error: "must be json or nginx-rtmp" }).default("json"),
    /** Of style `nginx-rtmp`, as its `notify_method`. */
    method: z.enum(["post", "get"], { error: "must be post or get" }).default("post"),
    /** Calls are signed with each of them, so that one can be replaced by another. */
    secrets: z
      .array(
        secret(z.string().min(16, "must have at least 16 characters").max(1024, "must have at most 1024 characters")),
      )
      .max(4)
      .default([]),
    /** How long one try may take, from the connection to the answer's last byte. */
    timeoutMs: duration(50, 60_000).default(3000),
    /** How long a decision may take with all its tries. */
    totalMs: duration(50, 120_000).default(8000),
    /** How often a decision is asked again after a network error, a try that took too long, or a status of 408, 429 or 5xx. */
    retries: wholeNumber(0, 10).default(2),
    /** How long it is tried to deliver what only tells. */
    notifyMs: duration(50, 3_600_000).default(60_000),
    /** Calls of one hook under way at once; further ones wait. */
    concurrent: wholeNumber(1, 1000).default(32),
    /** Calls of one hook that may wait; further ones fail. */
    waiting: wholeNumber(0, 100_000).default(1000),
  })
  .prefault({});

export type HooksConfig = z.output<typeof hooksSection>;

export const hooksFlags: readonly Flag[] = [
  { name: "hook-url", value: "URL", key: "hooks.url", help: "ask this HTTP server who may publish and play" },
  { name: "hook-style", value: "json|nginx-rtmp", key: "hooks.style", help: "how to ask it (json)" },
  { name: "hook-secret", value: "SECRET", key: "hooks.secrets", help: "sign what it is asked", multiple: true },
];

function isHttpUrl(text: string): boolean {
  return /^https?:\/\//i.test(text) && URL.canParse(text);
}

function hostOf(url: unknown): string {
  if (typeof url !== "string" || !URL.canParse(url)) return HIDDEN;
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}/${HIDDEN}`;
}
