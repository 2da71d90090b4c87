import { redact } from "./redact.js";

/** What needs no quotes: letters, digits, and what names and paths are made of. Nearly all values are of ASCII alone. */
const PLAIN_ASCII = /^[\w\-./:@+[\]%]+$/;
const PLAIN = /^[\p{L}\p{N}\p{M}_\-./:@+[\]%…]+$/u;
const PRINTABLE_ASCII = /^[ -~]*$/;
/** Control, format and unassigned characters: in a terminal they could do more than show. */
const UNPRINTABLE = /[\p{C}\u2028\u2029]/gu;
/** Texts up to this length, in UTF-16 units, are looked at here first. */
const SHORT = 100;
/** How deep a value may be; what is deeper is cut, as are fields beyond so many. */
const DEPTH = 3;
const MAX_FIELDS = 100;

/** What a log line says. */
export interface LogLine {
  readonly time: Date;
  /** `info`, `warn` and so on. */
  readonly level: string;
  readonly message: string;
  /** As JSON would have them, and redacted here; `event` is left out, the message says it. */
  readonly fields: object;
}

/**
 * A log line for people: `2026-01-31 12:00:00.123 INFO  Publish started app=live stream=key`.
 * Unprintable characters are escaped, so that a line stays a line and a name can not steer the terminal.
 */
export function formatTextLine({ time, level, message, fields }: LogLine): string {
  let line = `${momentOf(time)} ${level.toUpperCase().padEnd(5)} ${escapeUnprintable(message)}`;
  const keys = Object.keys(fields);
  if (keys.length > MAX_FIELDS) keys.length = MAX_FIELDS;
  for (const key of keys) {
    const value = (fields as Record<string, unknown>)[key];
    if (value === undefined || key === "event") continue;
    line += isPlain(value) ? ` ${key}=${value}` : ` ${key}=${formatValue(redact(value, DEPTH))}`;
  }
  return `${line}\n`;
}

let latest = { time: Number.NaN, moment: "" };

/** Lines come in swarms: several have the same moment. */
function momentOf(time: Date): string {
  const ms = time.getTime();
  if (ms !== latest.time) latest = { time: ms, moment: time.toISOString().replace("T", " ").slice(0, -1) };
  return latest.moment;
}

/** Whether a value stands for itself, as nearly all do: there is nothing in it to redact, to quote or to escape. */
function isPlain(value: unknown): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value === "boolean") return true;
  return typeof value === "string" && value.length <= SHORT && PLAIN_ASCII.test(value) && !value.includes("://");
}

function formatValue(value: unknown): string {
  if (typeof value === "string" && PLAIN.test(value)) return value;
  return escapeUnprintable(JSON.stringify(value) ?? "undefined");
}

function escapeUnprintable(text: string): string {
  if (PRINTABLE_ASCII.test(text)) return text;
  return text.replace(UNPRINTABLE, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
}
