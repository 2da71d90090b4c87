import { parseArgs } from "node:util";
import { authFlags } from "./auth.js";
import { ConfigError, keyOf } from "./config.js";
import type { Flag } from "./flag.js";
import { hlsFlags } from "./hls.js";
import { hooksFlags } from "./hooks.js";
import { httpFlags } from "./http.js";
import { limitsFlags } from "./limits.js";
import { logFlags } from "./log.js";
import { playFlags } from "./play.js";
import { publishFlags } from "./publish.js";
import { recordFlags } from "./record.js";
import { relayFlags } from "./relay.js";
import { rtmpFlags } from "./rtmp.js";
import { rtmpsFlags } from "./rtmps.js";
import { sessionFlags } from "./session.js";
import type { Source } from "./source.js";
import { newTree, put } from "./tree.js";
import { workersFlags } from "./workers.js";

/** All flags that set something, in the order of the help. */
export const FLAGS: readonly Flag[] = [
  ...rtmpFlags,
  ...rtmpsFlags,
  ...recordFlags,
  ...playFlags,
  ...publishFlags,
  ...relayFlags,
  ...httpFlags,
  ...hlsFlags,
  ...authFlags,
  ...hooksFlags,
  ...logFlags,
  { name: "grace", value: "TIME", key: "graceMs", help: "how long a stop may take (10s)" },
  ...sessionFlags,
  ...limitsFlags,
  ...workersFlags,
];

/** What a command line asks for. */
export type CommandLine = SourceFlags | { readonly action: "help" | "version" };

/** Flags that make a configuration. */
export interface SourceFlags {
  readonly action: "run" | "check-config";
  readonly flags: Source;
  /** What `--config` names. */
  readonly file?: string | undefined;
}

/**
 * Reads the command line. Values are not checked yet: see `loadConfig`.
 * @throws ConfigError naming a flag that is not known, or lacks its value.
 */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const { values, positionals } = parse(args);
  if (values["help"] === true) return { action: "help" };
  if (values["version"] === true) return { action: "version" };
  const [command, ...others] = positionals;
  const unexpected = command === "check-config" ? others[0] : command;
  if (unexpected !== undefined) throw new ConfigError(`unexpected argument ${JSON.stringify(unexpected)}`);
  const options = newTree();
  for (const { name, key } of FLAGS) {
    if (values[name] !== undefined) put(options, key.split("."), values[name]);
    if (values[`no-${name}`] === true) put(options, key.split("."), false);
  }
  const file = values["config"];
  return {
    action: command === "check-config" ? "check-config" : "run",
    flags: { options, nameOf },
    ...(typeof file === "string" && { file }),
  };
}

/** What `--help` prints. */
export function helpText(): string {
  const rows = FLAGS.map((flag): [left: string, right: string] => [
    flag.value === undefined ? `--${flag.name}` : `--${flag.name} ${flag.value}`,
    flag.help,
  ]);
  rows.unshift(["--config FILE", "read the configuration from this file, JSON or YAML"]);
  rows.push(["-h, --help", "this text"], ["-v, --version", "the version"]);
  const width = Math.max(...rows.map(([left]) => left.length));
  return `Takes live streams over RTMP from OBS, FFmpeg, GStreamer and other encoders.

Usage: rtmp-ingest [options]                           serve, and record
       rtmp-ingest check-config [options]              print the configuration that these make
       rtmp-ingest publish [options] FILE.flv URL      publish a file to a server
       rtmp-ingest play [options] URL [-o FILE.flv]    play a stream into a file
       rtmp-ingest sign-url [options] URL              make a URL that is good for a time
       (rtmp-ingest publish --help, rtmp-ingest play --help, rtmp-ingest sign-url --help: more on these)

${rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join("\n")}

Sizes may end in K, M or G, times in ms, s or m (a bare number counts seconds).
Flags win over variables (--max-pending is RTMP_INGEST_MAX_PENDING), and these over the file.

Examples:
  rtmp-ingest --record ./recordings
  rtmp-ingest --rtmp 127.0.0.1:1935 --rtmp [::1]:1935 --log-format json

Then point an encoder at it:
  OBS     Settings > Stream > Custom...   Server: rtmp://localhost/live   Stream Key: anything
  FFmpeg  ffmpeg -re -i FILE -c copy -f flv rtmp://localhost/live/key

SIGTERM and SIGINT finish all streams and recordings, then exit with 0; a second signal exits at once.
Exit codes: 0 stopped as asked, 1 could not start or not everything could be finished, 2 wrong usage.
`;
}

function parse(args: readonly string[]) {
  const options: Record<string, { type: "string" | "boolean"; multiple?: boolean; short?: string }> = {
    help: { type: "boolean", short: "h" },
    version: { type: "boolean", short: "v" },
    config: { type: "string" },
  };
  for (const { name, value, multiple = false } of FLAGS) {
    options[name] = { type: value === undefined ? "boolean" : "string", multiple };
    if (value === undefined) options[`no-${name}`] = { type: "boolean" }; // for what the environment or the file turns on
  }
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    // Node's own words name the flag; their advice about positional arguments does not apply here.
    throw new ConfigError(error instanceof Error ? (error.message.split(". ", 1)[0] ?? error.message) : String(error));
  }
}

function nameOf(path: readonly PropertyKey[]): string {
  const key = keyOf(path);
  const flag = FLAGS.find((candidate) => candidate.key === key || key.startsWith(`${candidate.key}.`));
  return flag === undefined ? key : `--${flag.name}`;
}
