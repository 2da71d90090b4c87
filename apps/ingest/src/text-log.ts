/** What needs no quotes: letters, digits, and what names and paths are made of. Nearly all values are of ASCII alone. */
const PLAIN_ASCII = /^[\w\-./:@+[\]%]+$/;
const PLAIN = /^[\p{L}\p{N}\p{M}_\-./:@+[\]%…]+$/u;
const PRINTABLE_ASCII = /^[ -~]*$/;
/** Control, format and unassigned characters: in a terminal they could do more than show. */
const UNPRINTABLE = /[\p{C}\u2028\u2029]/gu;

/** What a log line says. */
export interface LogLine {
  readonly time: Date;
  /** `info`, `warn` and so on. */
  readonly level: string;
  readonly message: string;
  /** As JSON would have them; `event` is left out, the message says it. */
  readonly fields: object;
}

/**
 * A log line for people: `2026-01-31 12:00:00.123 INFO  Publish started app=live stream=key`.
 * Unprintable characters are escaped, so that a line stays a line and a name can not steer the terminal.
 */
export function formatTextLine({ time, level, message, fields }: LogLine): string {
  let line = `${momentOf(time)} ${level.toUpperCase().padEnd(5)} ${escapeUnprintable(message)}`;
  for (const key of Object.keys(fields)) {
    const value = (fields as Record<string, unknown>)[key];
    if (value !== undefined && key !== "event") line += ` ${key}=${formatValue(value)}`;
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

function formatValue(value: unknown): string {
  if (typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value))) return String(value);
  if (typeof value === "string" && (PLAIN_ASCII.test(value) || PLAIN.test(value))) return value;
  return escapeUnprintable(JSON.stringify(value) ?? "undefined");
}

function escapeUnprintable(text: string): string {
  if (PRINTABLE_ASCII.test(text)) return text;
  return text.replace(UNPRINTABLE, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
}
