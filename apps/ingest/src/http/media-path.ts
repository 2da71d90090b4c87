import type { StreamId } from "../hub/stream-id.js";

/** Longest application and name, together and decoded, in characters: as much as RTMP clients may ask for. */
const MAX_LENGTH = 1024;

/**
 * The stream that a path names: `/<app>/<name><suffix>`. The application is all up to the last slash; a slash within a name is written `%2F`. What RTMP
 * could not name (an empty part, a `?`) is no stream.
 * @param path still percent-encoded, without its query.
 * @returns undefined if it names none.
 */
export function parseMediaPath(path: string, suffix: string): StreamId | undefined {
  if (!path.startsWith("/") || !path.endsWith(suffix)) return undefined;
  const stem = path.slice(1, path.length - suffix.length);
  const slash = stem.lastIndexOf("/");
  const app = decode(stem.slice(0, Math.max(slash, 0)));
  const name = decode(stem.slice(slash + 1));
  if (app === undefined || name === undefined || app === "" || name === "") return undefined;
  if (app.length + name.length > MAX_LENGTH || `${app}${name}`.includes("?")) return undefined;
  return { app, name };
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
