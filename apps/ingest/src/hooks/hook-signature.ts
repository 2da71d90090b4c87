import { createHmac } from "node:crypto";

/**
 * The headers that let a hook know that a call is ours, and fresh: time in seconds since 1970, the call's id, and
 * `v1=` with the HMAC-SHA256, in hex, of `time.id.content`, one for each secret with commas between.
 * @param content the body of a POST; of a GET what was added to the query.
 */
export function signatureHeaders(
  secrets: readonly string[],
  seconds: number,
  id: string,
  content: string,
): Record<string, string> {
  const headers = { "x-rtmp-ingest-timestamp": String(seconds), "x-rtmp-ingest-id": id };
  if (secrets.length === 0) return headers;
  const text = `${seconds}.${id}.${content}`;
  const signatures = secrets.map((secret) => `v1=${createHmac("sha256", secret).update(text, "utf8").digest("hex")}`);
  return { ...headers, "x-rtmp-ingest-signature": signatures.join(",") };
}
