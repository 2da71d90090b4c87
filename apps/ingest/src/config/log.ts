import { z } from "zod";
import type { Flag } from "./flag.js";

/** Log lines. */
export const logSection = z
  .strictObject({
    format: z.enum(["text", "json"], { error: "must be text or json" }).default("text"),
    level: z
      .enum(["error", "warn", "info", "debug", "silent"], { error: "must be error, warn, info, debug or silent" })
      .default("info"),
  })
  .prefault({});

export const logFlags: readonly Flag[] = [
  { name: "log-format", value: "text|json", key: "log.format", help: "lines for people or for programs (text)" },
  { name: "log-level", value: "LEVEL", key: "log.level", help: "error, warn, info, debug or silent (info)" },
];
