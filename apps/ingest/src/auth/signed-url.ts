import { createHmac, timingSafeEqual } from "node:crypto";
import { parseRtmpUrl } from "@rtmp/session";
import { queryParameter } from "./query.js";

/** What a signature is good for. */
export interface SignedAccess {
  readonly action: "publish" | "play";
  /** Application, without query and outer slashes. */
  readonly app: string;
  /** Stream name, without query. */
  readonly stream: string;
  /** When it ends, in seconds since 1970. */
  readonly expires: number;
}

/** What came of looking for a signature in a query. */
export type SignatureCheck = "valid" | "absent" | "expired" | "invalid";

/** Could pretend to be the border between two fields. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f]/;

/**
 * The signature of an access: HMAC-SHA256, in hex, of five lines joined by a line feed: `rtmp-ingest-1`, action, application, stream,
 * end.
 * @throws RangeError if a name has control characters in it, or the end is no whole number.
 */
export function streamSignature(secret: string, { action, app, stream, expires }: SignedAccess): string {
  if (CONTROL.test(app) || CONTROL.test(stream)) throw new RangeError("a name has control characters in it");
  if (!Number.isSafeInteger(expires) || expires < 0) throw new RangeError("the end must be whole seconds since 1970");
  const text = ["rtmp-ingest-1", action, app, stream, expires].join("\n");
  return createHmac("sha256", secret).update(text, "utf8").digest("hex");
}

/** How {@link signStreamUrl} signs. */
export interface SignOptions {
  readonly action: "publish" | "play";
  readonly secret: string;
  /** When the URL ends to be good. Who uses it before may stay longer. */
  readonly expiresAt: Date;
}

/**
 * Adds `expires` and `sign` to the URL of a stream: `rtmp://host/app/stream`, or over HTTP `/app/stream.flv` and
 * `/app/stream/index.m3u8`.
 * @throws ClientError or TypeError if it is no URL; RangeError if it names no stream.
 */
export function signStreamUrl(url: string, { action, secret, expiresAt }: SignOptions): string {
  const names = /^(https?|wss?):/i.test(url) ? httpNames(url) : rtmpNames(url);
  const expires = Math.floor(expiresAt.getTime() / 1000);
  const sign = streamSignature(secret, { action, ...names, expires });
  return `${url}${url.includes("?") ? "&" : "?"}expires=${expires}&sign=${sign}`;
}

/**
 * Looks for a signature in a query and checks it.
 * @param secrets any of them will do, so that one can be replaced by another.
 * @param now seconds since 1970.
 * @param skew how much later than its end it is still good, in seconds.
 */
export function checkSignature(
  { action, app, stream }: Omit<SignedAccess, "expires">,
  query: string,
  secrets: readonly string[],
  now: number,
  skew: number,
): SignatureCheck {
  const sign = queryParameter(query, "sign");
  if (sign === undefined) return "absent";
  const expires = queryParameter(query, "expires");
  if (expires === undefined || !/^\d{1,12}$/.test(expires) || !/^[0-9a-f]{64}$/i.test(sign)) return "invalid";
  if (CONTROL.test(app) || CONTROL.test(stream)) return "invalid";
  const given = Buffer.from(sign, "hex");
  const access = { action, app, stream, expires: Number(expires) };
  const matching = secrets.filter((secret) =>
    timingSafeEqual(given, Buffer.from(streamSignature(secret, access), "hex")),
  );
  if (matching.length === 0) return "invalid";
  return now > access.expires + skew ? "expired" : "valid";
}

function rtmpNames(url: string): { app: string; stream: string } {
  const { app, streamName } = parseRtmpUrl(url);
  if (app.includes("?")) throw new RangeError("the application has a query: leave it away");
  const [stream = ""] = (streamName ?? "").split("?", 1);
  if (stream === "") throw new RangeError("the URL names no stream");
  return { app, stream };
}

function httpNames(url: string): { app: string; stream: string } {
  const path = new URL(url).pathname.replace(/(\.flv|\/index\.m3u8)$/, "");
  const at = path.lastIndexOf("/");
  const [app, stream] = [path.slice(1, at), path.slice(at + 1)].map(decodeURIComponent);
  if (app === undefined || app === "" || stream === undefined || stream === "") {
    throw new RangeError("the URL names no stream");
  }
  return { app, stream };
}
