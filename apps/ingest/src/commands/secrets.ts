import type { RtmpUrl } from "@rtmp/session";
import { redactText } from "../redact.js";

/** What stands in place of a secret. */
const HIDDEN = "***";
/** Anything shorter protects nothing, and would be found in ordinary words. */
const MIN_SECRET = 3;
/** A stream name of this length may be a key; shorter ones are words. */
const MIN_KEY = 8;

/**
 * Takes the secrets of a URL out of texts, wherever they stand: servers repeat stream names in what they say.
 * Password and queries always; a stream name if it is long enough for a key.
 */
export function secretsOf({ app, streamName, password }: RtmpUrl): (text: string) => string {
  const secrets = [password, queryOf(app), queryOf(streamName)].filter((text) => (text?.length ?? 0) >= MIN_SECRET);
  const [name] = streamName?.split("?", 1) ?? [];
  secrets.push(...[streamName, name].filter((text) => (text?.length ?? 0) >= MIN_KEY));
  const longestFirst = secrets.filter((text) => text !== undefined).sort((a, b) => b.length - a.length);
  return (text) => redactText(longestFirst.reduce((shown, secret) => shown.replaceAll(secret, HIDDEN), text));
}

function queryOf(text: string | undefined): string | undefined {
  const mark = text?.indexOf("?") ?? -1;
  return mark < 0 ? undefined : text?.slice(mark + 1);
}
