/** Everything but letters, digits, and what names and paths are made of: such values are quoted. */
const NEEDS_QUOTES = /[^\p{L}\p{N}\p{M}_\-./:@+[\]%…]/u;
/** Control, format and unassigned characters: in a terminal they could do more than show. */
const UNPRINTABLE = /[\p{C}\u2028\u2029]/gu;

/**
 * Turns a JSON log line into one for people: `2026-01-31 12:00:00.123 INFO  Publish started  app=live stream=key`.
 * Unprintable characters are escaped, so that a line stays a line and a name can not steer the terminal.
 */
export function formatTextLine(json: string): string {
  const { time, level, msg, event: _event, ...fields } = JSON.parse(json) as Record<string, unknown>;
  const moment = String(time).replace("T", " ").replace("Z", "");
  const label = String(level).toUpperCase().padEnd(5);
  const pairs = Object.entries(fields).map(([key, value]) => `${key}=${formatValue(value)}`);
  return `${[`${moment} ${label} ${escapeUnprintable(String(msg))}`, ...pairs].join(" ")}\n`;
}

function formatValue(value: unknown): string {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  const plain = typeof value === "string" && value !== "" && !NEEDS_QUOTES.test(value);
  return plain ? value : escapeUnprintable(JSON.stringify(value) ?? "undefined");
}

function escapeUnprintable(text: string): string {
  return text.replace(UNPRINTABLE, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
}
