import { join } from "node:path";
import type { StreamId } from "../hub/stream-id.js";
import { pathPart } from "./path-part.js";
import type { RecordingFile, RecordingFs } from "./recording-fs.js";

/** Files of one stream that may begin in the same millisecond. */
const MAX_SUFFIX = 1000;

/** Folder of a stream's recordings: `<directory>/<app>/<stream>`, each of the two exactly one folder below the other. */
export function recordingFolder(directory: string, id: StreamId): string {
  return join(directory, pathPart(id.app), pathPart(id.name));
}

/** File name of a moment: its UTC time, `2026-01-31T12-00-00.123Z.flv`; for `copy` 2 and up `…Z-2.flv`. */
function recordingName(startedAt: Date, copy = 1): string {
  return `${startedAt.toISOString().replaceAll(":", "-")}${copy > 1 ? `-${copy}` : ""}.flv`;
}

/** Creates a file of its own for a recording; one that exists is never touched. */
export async function createRecording(
  fs: RecordingFs,
  folder: string,
  startedAt: Date,
): Promise<{ path: string; file: RecordingFile }> {
  await fs.makeFolder(folder);
  for (let copy = 1; ; copy++) {
    const path = join(folder, recordingName(startedAt, copy));
    try {
      return { path, file: await fs.create(path) };
    } catch (error) {
      if (!isExistsError(error) || copy >= MAX_SUFFIX) throw error;
    }
  }
}

function isExistsError(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EEXIST";
}
