import { z } from "zod";
import type { Flag } from "./flag.js";
import { duration } from "./values.js";

/** What publishers may do. */
export const publishSection = z
  .strictObject({
    /** How long a stream waits for its publisher to come back; players and recording then go on. 0 ends it at once. */
    graceMs: duration(0, 600_000).default(0),
    /** What happens to a publish of a name that is being published. */
    takeover: z.enum(["refuse", "replace"], { error: "must be refuse or replace" }).default("refuse"),
    /** How long what a publisher sends may wait to be read with what follows, while nobody is in a hurry for it; 0 reads it at once. */
    mergedReadMs: duration(0, 1000).default(100),
  })
  .prefault({});

export const publishFlags: readonly Flag[] = [
  {
    name: "publish-grace",
    value: "TIME",
    key: "publish.graceMs",
    help: "how long a stream waits for its publisher to come back (0)",
  },
  {
    name: "takeover",
    value: "refuse|replace",
    key: "publish.takeover",
    help: "who wins when a name is published twice: the first or the second (refuse)",
  },
  {
    name: "merged-read",
    value: "TIME",
    key: "publish.mergedReadMs",
    help: "read streams that nobody plays at such intervals: less work (100ms)",
  },
];
