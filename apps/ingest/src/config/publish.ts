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
];
