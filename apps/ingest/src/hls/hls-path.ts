import { parseMediaPath } from "../http/media-path.js";
import type { StreamId } from "../hub/stream-id.js";

/** What a path of HLS asks for. */
export type HlsPath =
  | { readonly type: "multivariant"; readonly id: StreamId }
  | { readonly type: "playlist" | "file"; readonly run: string; readonly name: string };

const INDEX = "/index.m3u8";
const CHILD = /^\/.+\/([\w-]{22})\/([^/]+)$/;
const PLAYLIST = /^([av]\d{1,3})\.m3u8$/;
const FILE = /^[av]\d{1,3}-(?:\d{1,16}-[\w-]{12}\.m4s|init\d{1,16}\.mp4)$/;

/**
 * Reads a path: `/<app>/<stream>/index.m3u8`, and below it `<run>/<file>`, which that names.
 * @param path still percent-encoded. @returns undefined for anything else.
 */
export function parseHlsPath(path: string): HlsPath | undefined {
  const id = parseMediaPath(path, INDEX);
  if (id !== undefined) return { type: "multivariant", id };
  const [, run, last] = CHILD.exec(path) ?? [];
  if (run === undefined || last === undefined) return undefined;
  const [, key] = PLAYLIST.exec(last) ?? [];
  if (key !== undefined) return { type: "playlist", run, name: key };
  return FILE.test(last) ? { type: "file", run, name: last } : undefined;
}
