/** What stands in place of a secret. */
const HIDDEN = "…";
/** From a question mark to the end of the word: queries of stream keys and URLs. */
const QUERY = /\?\S+/g;
/** User and password in a URL. */
const USER_INFO = /(:\/\/)[^\s/@"']*@/g;
/** Longest text that goes into a log line, in UTF-16 units. */
const MAX_TEXT = 2000;

/**
 * Takes out of a text what may be a key or token: queries (also of stream names, `key?token`) and credentials in URLs.
 * The second line of defence: nothing that may be secret is given to the log in the first place.
 */
export function redactText(text: string): string {
  let plain = text;
  if (plain.includes("?")) plain = plain.replace(QUERY, `?${HIDDEN}`);
  if (plain.includes("://")) plain = plain.replace(USER_INFO, `$1${HIDDEN}@`);
  return plain.length > MAX_TEXT ? `${plain.slice(0, MAX_TEXT)}${HIDDEN}` : plain;
}

/** A value for the log with every text in it redacted: a copy where something had to be. Deep and large values are cut. */
export function redact(value: unknown, depth = 4): unknown {
  if (typeof value === "string") return redactText(value);
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  if (depth === 0) return HIDDEN;
  if (Array.isArray(value)) return value.slice(0, 100).map((item) => redact(item, depth - 1));
  if (value instanceof Error) return errorFields(value, depth - 1);
  if (isHarmless(value)) return value;
  const entries = Object.entries(value).slice(0, 100);
  for (const entry of entries) entry[1] = redact(entry[1], depth - 1);
  return Object.fromEntries(entries);
}

/** Whether there is nothing in it to redact or to cut, as in nearly all: then it need not be copied. */
function isHarmless(value: object): boolean {
  const keys = Object.keys(value);
  for (const key of keys) if (isSuspect((value as Record<string, unknown>)[key])) return false;
  return keys.length <= 100;
}

function isSuspect(item: unknown): boolean {
  if (typeof item === "string") return item.length > MAX_TEXT || item.includes("?") || item.includes("://");
  return typeof item === "object" && item !== null;
}

/** What the log says of an error: class, code, message, and those of its cause. No stack and no other members. */
function errorFields(error: Error, depth: number): Record<string, unknown> {
  const fields: Record<string, unknown> = { name: error.name };
  if ("code" in error && (typeof error.code === "string" || typeof error.code === "number"))
    fields["code"] = error.code;
  fields["message"] = redactText(error.message);
  if (error.cause !== undefined) fields["cause"] = redact(error.cause, depth);
  return fields;
}
