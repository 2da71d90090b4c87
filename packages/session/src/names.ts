/** A name as it came over the wire, cut at its first `?`. */
export interface SplitName {
  /** Up to the first `?`: public, may be logged. */
  readonly name: string;
  /** Behind it, empty if there is none: often a key or token, so a secret. */
  readonly query: string;
}

/** Cuts `key?token=1` at the first question mark. */
export function splitName(raw: string): SplitName {
  const mark = raw.indexOf("?");
  return mark < 0 ? { name: raw, query: "" } : { name: raw.slice(0, mark), query: raw.slice(mark + 1) };
}

/** `app` of connect as applications compare it: without its query and without slashes around it. */
export function normaliseApp(raw: string): string {
  return splitName(raw).name.replace(/^\/+|\/+$/g, "");
}
