import { type ParseArgsConfig, parseArgs } from "node:util";
import { ClientError, parseRtmpUrl, type RtmpUrl } from "@rtmp/session";
import { ConfigError } from "../config/config.js";
import { parseDuration } from "../config/values.js";
import type { LogOptions } from "../log.js";

/** A flag of a client command. */
export interface ClientFlag {
  readonly name: string;
  readonly short?: string;
  /** What its value is called; a flag without one is on or off. */
  readonly value?: string;
  readonly help: string;
}

/** What all client commands are told. */
export interface ClientOptions {
  readonly url: RtmpUrl & { readonly streamName: string };
  /** How often to connect again after a lost connection. */
  readonly retries: number;
  /** Path of certificates to trust. */
  readonly ca: string | undefined;
  readonly insecure: boolean;
  readonly log: LogOptions;
  readonly progressMs: number | undefined;
}

/** A client command's arguments. */
export interface ClientArguments {
  readonly positionals: readonly string[];
  /** Whether a flag without value is set. */
  isSet(name: string): boolean;
  text(name: string): string | undefined;
  /** In ms. */
  duration(name: string): number | undefined;
  number(name: string, min: number, max: number): number | undefined;
}

const COMMON: readonly ClientFlag[] = [
  { name: "retries", value: "N", help: "connect again so often after a lost connection (0)" },
  { name: "ca", value: "FILE", help: "rtmps: trust these certificates (PEM) instead of the usual ones" },
  { name: "insecure", help: "rtmps: take any certificate; anybody on the way can then read along" },
  { name: "progress", value: "TIME", help: "how often to tell the progress; 0: never (1s on a terminal, else 10s)" },
  { name: "log-format", value: "text|json", help: "lines for people or for programs (text)" },
  { name: "log-level", value: "LEVEL", help: "error, warn, info, debug or silent (info)" },
  { name: "help", short: "h", help: "this text" },
];
const LEVELS = ["error", "warn", "info", "debug", "silent"] as const;
const FORMATS = ["text", "json"] as const;

/** What the end of both helps says. */
const EXIT_CODES = `Exit codes: 0 done; 1 no connection, or a lost one; 2 wrong usage; 3 the server said no: its code and words
are printed; 4 a file can not be read or written; 130 or 143 after SIGINT or SIGTERM, which end it properly.`;

/** The table of flags, and what else a help ends with. */
export function flagsHelp(own: readonly ClientFlag[]): string {
  const rows = [...own, ...COMMON].map(({ name, short, value, help }): [left: string, right: string] => {
    const left = `${short === undefined ? "" : `-${short}, `}--${name}${value === undefined ? "" : ` ${value}`}`;
    return [left, help];
  });
  const width = Math.max(...rows.map(([left]) => left.length));
  return `${rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join("\n")}

Times in ms, s or m (a bare number counts seconds).
${EXIT_CODES}
`;
}

/**
 * Splits a client command's arguments.
 * @throws ConfigError for a flag that is not known; values are looked at when they are asked for.
 */
export function readArguments(own: readonly ClientFlag[], args: readonly string[]): ClientArguments {
  const options: NonNullable<ParseArgsConfig["options"]> = {};
  for (const { name, short, value } of [...own, ...COMMON]) {
    options[name] = { type: value === undefined ? "boolean" : "string", ...(short !== undefined && { short }) };
  }
  const { values, positionals } = split(args, options);
  const text = (name: string): string | undefined => {
    const value = values[name];
    return typeof value === "string" ? value : undefined;
  };
  return {
    positionals,
    isSet: (name) => values[name] === true,
    text,
    duration: (name) => {
      const given = text(name);
      const ms = given === undefined ? undefined : parseDuration(given);
      if (given !== undefined && ms === undefined) throw wrong(name, "a time such as 10s, 500ms or 2m", given);
      return ms;
    },
    number: (name, min, max) => {
      const given = text(name);
      if (given === undefined) return undefined;
      const value = /^\d+(\.\d+)?$/.test(given) ? Number(given) : Number.NaN;
      if (value >= min && value <= max) return value;
      throw wrong(name, `a number from ${min} to ${max}`, given);
    },
  };
}

/** @throws ConfigError for what is wrong; it repeats nothing of the URL, which holds secrets. */
export function clientOptions(args: ClientArguments, url: string): ClientOptions {
  const retries = args.number("retries", 0, 1_000_000) ?? 0;
  if (!Number.isInteger(retries)) throw wrong("retries", "a whole number", String(retries));
  return {
    url: streamUrl(url),
    retries,
    ca: args.text("ca"),
    insecure: args.isSet("insecure"),
    log: { format: oneOf(args, "log-format", FORMATS) ?? "text", level: oneOf(args, "log-level", LEVELS) ?? "info" },
    progressMs: args.duration("progress"),
  };
}

function streamUrl(text: string): ClientOptions["url"] {
  try {
    const url = parseRtmpUrl(text);
    if (url.streamName !== undefined) return { ...url, streamName: url.streamName };
  } catch (error) {
    if (error instanceof ClientError) throw new ConfigError(error.message);
    throw error;
  }
  throw new ConfigError("The URL names no stream: rtmp://host/app/stream.");
}

function oneOf<Value extends string>(args: ClientArguments, name: string, values: readonly Value[]): Value | undefined {
  const given = args.text(name);
  if (given === undefined) return undefined;
  const found = values.find((value) => value === given);
  if (found === undefined) throw wrong(name, values.join(", "), given);
  return found;
}

function split(args: readonly string[], options: NonNullable<ParseArgsConfig["options"]>) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    // Node's own words name the flag; their advice about positional arguments does not apply here.
    throw new ConfigError(error instanceof Error ? (error.message.split(". ", 1)[0] ?? error.message) : String(error));
  }
}

function wrong(name: string, wanted: string, given: string): ConfigError {
  return new ConfigError(`--${name}: must be ${wanted}; got ${JSON.stringify(given)}`);
}
