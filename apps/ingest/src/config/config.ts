import { z } from "zod";
import { authSection } from "./auth.js";
import { hlsSection } from "./hls.js";
import { hooksSection } from "./hooks.js";
import { httpSection } from "./http.js";
import { limitsSection } from "./limits.js";
import { logSection } from "./log.js";
import { playSection } from "./play.js";
import { publishSection } from "./publish.js";
import { recordSection } from "./record.js";
import { relaySection } from "./relay.js";
import { rtmpSection } from "./rtmp.js";
import { rtmpsSection, tlsSection } from "./rtmps.js";
import { hasSecret, layersOf, markOf, memberOf, type Schema } from "./schema-walk.js";
import { sessionSection } from "./session.js";
import { valueAt } from "./tree.js";
import { duration, HIDDEN } from "./values.js";
import { workersValue } from "./workers.js";

/** A section each in a file of its own. */
const sections = z.strictObject({
  rtmp: rtmpSection,
  rtmps: rtmpsSection,
  tls: tlsSection,
  record: recordSection,
  play: playSection,
  publish: publishSection,
  relay: relaySection,
  http: httpSection,
  hls: hlsSection,
  auth: authSection,
  hooks: hooksSection,
  limits: limitsSection,
  session: sessionSection,
  workers: workersValue,
  /** How long a stop may take before what is left is cut. */
  graceMs: duration(0).default(10_000),
  log: logSection,
});

/** Everything that can be configured, wherever it comes from: flags, environment, file, and programs that embed the server. */
export const configSchema = sections.superRefine(({ rtmp, rtmps, tls }, context) => {
  const require = (path: string[], message: string): void => {
    context.addIssue({ code: "custom", path, message });
  };
  if (rtmps.listen.length > 0 && tls.cert === undefined) require(["tls", "cert"], "must name a file, for RTMPS");
  if (rtmps.listen.length > 0 && tls.key === undefined) require(["tls", "key"], "must name a file, for RTMPS");
  const proxied = [...rtmp.listen, ...rtmps.listen].some((at) => at.proxyProtocol ?? rtmp.proxyProtocol);
  if (proxied && rtmp.trustedProxies.length === 0) {
    require(["rtmp", "trustedProxies"], "must name the balancers that are believed when they speak the PROXY protocol");
  }
});

/** What {@link configSchema} takes: everything has a default. */
export type IngestOptions = z.input<typeof configSchema>;
/** What it makes of it. */
export type IngestConfig = z.output<typeof configSchema>;

/** A configuration that can not be used. The message has a line for each mistake: key, rule, and what was given unless that is secret. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** Longest text of a given value in an error, in UTF-16 units. */
const MAX_GIVEN = 200;
/** Most mistakes that are named at once. */
const MAX_MISTAKES = 50;

/**
 * Checks a configuration and fills in the defaults.
 * @param nameOf what to call a path of keys and indices in errors, such as its flag. @defaultValue the keys with dots
 * @throws ConfigError
 */
export function parseConfig(options: unknown, nameOf: (path: readonly PropertyKey[]) => string = keyOf): IngestConfig {
  const result = configSchema.safeParse(options);
  if (result.success) return result.data;
  const mistakes = result.error.issues.flatMap((issue) => {
    if (issue.code !== "unrecognized_keys") {
      return [{ path: issue.path, say: () => `${issue.message}; got ${givenAt(options, issue.path)}` }];
    }
    return issue.keys.map((key) => ({ path: [...issue.path, key], say: () => "is not known" }));
  });
  const lines = mistakes.slice(0, MAX_MISTAKES).map(({ path, say }) => `${nameOf(path)}: ${say()}`);
  if (mistakes.length > MAX_MISTAKES) lines.push(`and ${mistakes.length - MAX_MISTAKES} more`);
  throw new ConfigError(lines.join("\n"));
}

/** The keys of a path, with dots. An index is no part of the name: the value itself is shown. */
export function keyOf(path: readonly PropertyKey[]): string {
  const key = path.filter((part) => typeof part === "string").join(".");
  return key === "" ? "configuration" : key;
}

/** What was given, for people; never a secret. */
function givenAt(options: unknown, keys: readonly PropertyKey[]): string {
  // What is no object has none of the members that are missed in it.
  const end = keys.findIndex((_, depth) => typeof valueAt(options, keys.slice(0, depth)) === "string");
  const path = end < 0 ? keys : keys.slice(0, end);
  const value = valueAt(options, path);
  if (value === undefined) return "nothing";
  let layers: Schema[] = layersOf(configSchema);
  for (const key of path) {
    if (markOf(layers).secret === true) return HIDDEN;
    layers = memberOf(layers, key);
  }
  if (markOf(layers).secret === true) return HIDDEN;
  // Something else than what holds a secret, such as the secret itself in the wrong place.
  if (typeof value === "object" || typeof value === "string") {
    if (hasSecret(layers)) return Array.isArray(value) ? "a list" : typeof value === "string" ? "a text" : "an object";
  }
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > MAX_GIVEN ? `${text.slice(0, MAX_GIVEN)}${HIDDEN}` : text;
}
