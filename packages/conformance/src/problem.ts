/** One thing that is wrong with a vector, or with what a layer made of it. */
export interface Problem {
  /** Where and what: a path such as `expected.messages[0].length`, or a sentence. */
  readonly what: string;
  /** What the vector or the format asks for, as shown to a reader. */
  readonly expected: string;
  /** What was there instead. */
  readonly actual: string;
}

const LONGEST_SHOWN = 240;

/** A value as short text for a report: JSON, cut in the middle when long; `absent` for `undefined`. */
export function show(value: unknown): string {
  if (value === undefined) return "absent";
  const text = typeof value === "number" ? String(value) : toText(value);
  if (text.length <= LONGEST_SHOWN) return text;
  return `${text.slice(0, LONGEST_SHOWN - 40)} … ${text.slice(-20)} (${text.length} characters)`;
}

function toText(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value); // cyclic, or nested too deep for JSON
  }
}
