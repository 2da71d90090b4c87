import { parseArgs } from "node:util";
import { ConfigError, type IngestConfig, parseConfig } from "./config.js";

interface Flag {
  readonly name: string;
  readonly value: string;
  /** Where it lands in the configuration. */
  readonly key: string;
  readonly help: string;
  readonly multiple?: boolean;
}

/** All flags that set something. */
const FLAGS: readonly Flag[] = [
  {
    name: "rtmp",
    value: "[HOST:]PORT",
    key: "rtmp.listen",
    help: "listen for RTMP there; again for more (1935)",
    multiple: true,
  },
  {
    name: "record",
    value: "DIR",
    key: "record.directory",
    help: "record every publish to DIR/<app>/<stream>/<UTC time>.flv",
  },
  {
    name: "gop-cache",
    value: "BYTES",
    key: "play.gopBytes",
    help: "keep this much of the current GOP, for players to start at once; 0: off (8M)",
  },
  { name: "gop-length", value: "TIME", key: "play.gopMs", help: "keep a GOP up to this length (15s)" },
  {
    name: "player-queue",
    value: "BYTES",
    key: "play.queueBytes",
    help: "what may wait for a slow player before it loses frames (8M)",
  },
  {
    name: "gather",
    value: "TIME",
    key: "play.gatherMs",
    help: "gather writes to players so long: less work, more delay (0)",
  },
  {
    name: "play-wait",
    value: "TIME",
    key: "play.waitMs",
    help: "how long a player waits for a stream that is not there (2s)",
  },
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
  { name: "log-format", value: "text|json", key: "log.format", help: "lines for people or for programs (text)" },
  { name: "log-level", value: "LEVEL", key: "log.level", help: "error, warn, info, debug or silent (info)" },
  { name: "grace", value: "TIME", key: "graceMs", help: "how long a stop may take (10s)" },
  {
    name: "idle-timeout",
    value: "TIME",
    key: "session.timeouts.idleMs",
    help: "end a publisher that is silent so long (30s)",
  },
  {
    name: "max-message",
    value: "BYTES",
    key: "session.limits.maxMediaLength",
    help: "longest audio or video message (8M)",
  },
  { name: "max-connections", value: "N", key: "limits.connections", help: "connections at once (4096)" },
  {
    name: "max-pending",
    value: "N",
    key: "limits.pending",
    help: "of these, neither publishing nor playing yet (512)",
  },
  {
    name: "max-pending-per-address",
    value: "N",
    key: "limits.pendingPerAddress",
    help: "of those, from one address or IPv6 /64 (128)",
  },
  {
    name: "max-per-address",
    value: "N",
    key: "limits.perAddress",
    help: "connections of one address or IPv6 /64 (no bound)",
  },
  {
    name: "memory-budget",
    value: "BYTES",
    key: "limits.heldBytes",
    help: "bytes held for all peers (1/4 of memory, at most 2G)",
  },
  {
    name: "record-queue",
    value: "BYTES",
    key: "record.queueBytes",
    help: "bytes of one stream that may wait for the disk (16M)",
  },
];

/** What a command line asks for. */
export type CommandLine =
  | { readonly action: "run"; readonly config: IngestConfig }
  | { readonly action: "help" | "version" };

/**
 * Reads the command line.
 * @throws ConfigError naming each flag that is wrong.
 */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const { values, positionals } = parse(args);
  if (values["help"] === true) return { action: "help" };
  if (values["version"] === true) return { action: "version" };
  if (positionals[0] !== undefined) throw new ConfigError(`unexpected argument ${JSON.stringify(positionals[0])}`);
  const options: Tree = {};
  for (const { name, key } of FLAGS) {
    if (values[name] !== undefined) put(options, key.split("."), values[name]);
  }
  return { action: "run", config: parseConfig(options, flagOf) };
}

/** What `--help` prints. */
export function helpText(): string {
  const rows = FLAGS.map((flag): [left: string, right: string] => [`--${flag.name} ${flag.value}`, flag.help]);
  rows.push(["-h, --help", "this text"], ["-v, --version", "the version"]);
  const width = Math.max(...rows.map(([left]) => left.length));
  return `Takes live streams over RTMP from OBS, FFmpeg, GStreamer and other encoders.

Usage: rtmp-ingest [options]                           serve, and record
       rtmp-ingest publish [options] FILE.flv URL      publish a file to a server
       rtmp-ingest play [options] URL [-o FILE.flv]    play a stream into a file
       (rtmp-ingest publish --help, rtmp-ingest play --help: more on these)

${rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join("\n")}

Sizes may end in K, M or G, times in ms, s or m (a bare number counts seconds).

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
  };
  for (const { name, multiple = false } of FLAGS) options[name] = { type: "string", multiple };
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    // Node's own words name the flag; their advice about positional arguments does not apply here.
    throw new ConfigError(error instanceof Error ? (error.message.split(". ", 1)[0] ?? error.message) : String(error));
  }
}

interface Tree {
  [key: string]: Tree | unknown;
}

function put(tree: Tree, path: readonly string[], value: unknown): void {
  const [key, ...rest] = path;
  if (key === undefined) return;
  if (rest.length === 0) {
    tree[key] = value;
    return;
  }
  const branch: Tree = isTree(tree[key]) ? tree[key] : {};
  tree[key] = branch;
  put(branch, rest, value);
}

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function flagOf(key: string): string {
  const flag = FLAGS.find((candidate) => candidate.key === key);
  return flag === undefined ? key : `--${flag.name}`;
}
