/**
 * The first value of a parameter in a query. Percent-escapes are decoded; a plus stays a plus, since keys hold it and
 * encoders do not escape what people type.
 */
export function queryParameter(query: string, name: string): string | undefined {
  for (const pair of query.split("&")) {
    const at = pair.indexOf("=");
    if (at >= 0 && decode(pair.slice(0, at)) === name) return decode(pair.slice(at + 1));
  }
  return undefined;
}

/** Without percent-escapes; as it is if they are none. */
export function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // not escaped at all, such as a key with a lone percent sign
  }
}
