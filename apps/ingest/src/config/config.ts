import { z } from "zod";
import { authSection } from "./auth.js";
import { httpSection } from "./http.js";
import { limitsSection } from "./limits.js";
import { logSection } from "./log.js";
import { playSection } from "./play.js";
import { publishSection } from "./publish.js";
import { recordSection } from "./record.js";
import { relaySection } from "./relay.js";
import { rtmpSection } from "./rtmp.js";
import { sessionSection } from "./session.js";
import { duration } from "./values.js";
import { workersValue } from "./workers.js";

/** Everything that can be configured, wherever it comes from: flags, and programs that embed the server. A section each in a file of its own. */
export const configSchema = z.strictObject({
  rtmp: rtmpSection,
  record: recordSection,
  play: playSection,
  publish: publishSection,
  relay: relaySection,
  http: httpSection,
  auth: authSection,
  limits: limitsSection,
  session: sessionSection,
  workers: workersValue,
  /** How long a stop may take before what is left is cut. */
  graceMs: duration(0).default(10_000),
  log: logSection,
});

/** What {@link configSchema} takes: everything has a default. */
export type IngestOptions = z.input<typeof configSchema>;
/** What it makes of it. */
export type IngestConfig = z.output<typeof configSchema>;

/** Keys whose values are told to nobody. */
const SECRET = /token|secret|password/i;

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
    const given = SECRET.test(key) ? "something else" : (JSON.stringify(valueAt(options, issue.path)) ?? "nothing");
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
