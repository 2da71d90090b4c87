import type { AccessRequest } from "./gate.js";
import { decode } from "./query.js";

/** Anything shorter protects nothing, and would be found in ordinary words. */
const MIN_SECRET = 3;

/**
 * Takes out of a text what somebody sent who was refused: their queries, and the name if it may be a key. Those who refuse
 * like to repeat what they were given, and the text goes into logs.
 * @param hideName whether the name may be a key.
 */
export function withoutSecrets(
  text: string,
  { stream, query, appQuery = "" }: AccessRequest,
  hideName: boolean,
): string {
  const secrets = [query, appQuery, ...(hideName ? [stream] : [])];
  for (const pair of `${query}&${appQuery}`.split("&")) {
    const value = pair.slice(pair.indexOf("=") + 1);
    secrets.push(value, decode(value));
  }
  return secrets
    .filter((secret) => secret.length >= MIN_SECRET)
    .sort((a, b) => b.length - a.length)
    .reduce((shown, secret) => shown.replaceAll(secret, "…"), text);
}
