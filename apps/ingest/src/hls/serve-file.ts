import { open } from "node:fs/promises";
import { Readable } from "node:stream";
import type { Context } from "hono";
import type { HttpEnv } from "../http/http-area.js";
import { errorAnswer } from "../http/http-error.js";
import { matchesETag, parseRange } from "./byte-range.js";
import type { StoredFile } from "./segment-store.js";

/** How an answer is to be made of a file. */
export interface ServedFile extends StoredFile {
  readonly contentType: string;
  /** With its quotes; a strong one. */
  readonly etag: string;
  readonly cacheControl: string;
}

/**
 * Answers GET and HEAD with a file, or with what of it the client lacks (RFC 9110 13 and 14).
 * A file that is gone from the disk is 404.
 */
export async function serveFile(c: Context<HttpEnv>, file: ServedFile): Promise<Response> {
  const { etag, cacheControl, contentType, length } = file;
  c.header("ETag", etag);
  c.header("Cache-Control", cacheControl);
  if (matchesETag(c.req.header("If-None-Match"), etag)) return c.body(null, 304);
  c.header("Accept-Ranges", "bytes");
  c.header("Content-Type", contentType);
  const ifRange = c.req.header("If-Range");
  // A range is for GET alone (RFC 9110 14.2).
  const asked =
    c.req.method === "GET" && (ifRange === undefined || ifRange === etag) ? c.req.header("Range") : undefined;
  const range = parseRange(asked, length);
  if (range === "unsatisfiable") {
    c.header("Content-Range", `bytes */${length}`);
    return errorAnswer(c, 416, "range-not-satisfiable", `There are ${length} bytes.`);
  }
  const { first, last } = range ?? { first: 0, last: length - 1 };
  const body = c.req.method === "HEAD" ? "" : await bodyOf(file.content, first, last);
  if (body === undefined) return errorAnswer(c, 404, "not-found", "That is gone.");
  c.header("Content-Length", String(last - first + 1));
  if (range !== undefined) c.header("Content-Range", `bytes ${first}-${last}/${length}`);
  const status = range === undefined ? 200 : 206;
  // The client's own overloads: one for each kind of body.
  return body instanceof ReadableStream ? c.body(body, status) : c.body(body, status);
}

async function bodyOf(
  content: Uint8Array | string,
  first: number,
  last: number,
): Promise<Uint8Array<ArrayBuffer> | ReadableStream | undefined> {
  if (typeof content !== "string") return asBody(content.subarray(first, last + 1));
  try {
    const handle = await open(content, "r");
    // Closes the file at its end, and when the client leaves.
    return Readable.toWeb(handle.createReadStream({ start: first, end: last })) as ReadableStream;
  } catch {
    return undefined;
  }
}

/** The types of the web know buffers that are not shared alone; ours never are. */
function asBody(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, length } = bytes;
  return buffer instanceof ArrayBuffer ? new Uint8Array(buffer, byteOffset, length) : new Uint8Array(bytes);
}
