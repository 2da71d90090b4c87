import { type StreamId, streamLabel } from "../hub/stream-id.js";

/** Which streams are meant: `live/camera`, `live/*`, `*`. A star stands for any characters, slashes included. */
export type StreamPattern = string;

/** Characters of names that may be put into a URL that we connect to: nothing that could lead elsewhere in it. */
const PLAIN = /^[\w.+=@,-]+$/;
const PLAIN_APP = /^[\w.+=@,-]+(?:\/[\w.+=@,-]+)*$/;

/** Whether a pattern means a stream. */
export function matches(pattern: StreamPattern, id: StreamId): boolean {
  const label = streamLabel(id);
  const [front = "", ...parts] = pattern.split("*");
  if (parts.length === 0) return label === front;
  const last = parts.pop() ?? "";
  if (!label.startsWith(front)) return false;
  let at = front.length;
  for (const part of parts) {
    const found = label.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return label.length - last.length >= at && label.endsWith(last);
}

/**
 * Puts a stream's names into a URL: `{app}` and `{stream}`.
 * @returns undefined if a name has characters that mean something in a URL: names come from peers.
 */
export function fillUrl(template: string, { app, name }: StreamId): string | undefined {
  const needed = [
    template.includes("{app}") && !PLAIN_APP.test(app),
    template.includes("{stream}") && !PLAIN.test(name),
  ];
  if (needed.includes(true)) return undefined;
  return template.replaceAll("{app}", () => app).replaceAll("{stream}", () => name);
}
