import { dirname } from "node:path";
import type { RecordingFile, RecordingFs } from "./recording-fs.js";

/** Files that may want the same name. */
const MAX_COPIES = 1000;

/**
 * Creates a file that was not there, and its folders; one that exists is never touched.
 * @param pathOf the path; for copies 2 and up another one.
 */
export async function createExclusively(
  fs: RecordingFs,
  pathOf: (copy: number) => string,
): Promise<{ path: string; file: RecordingFile }> {
  await fs.makeFolder(dirname(pathOf(1)));
  for (let copy = 1; ; copy++) {
    const path = pathOf(copy);
    try {
      return { path, file: await fs.create(path) };
    } catch (error) {
      if (!isExistsError(error) || copy >= MAX_COPIES) throw error;
    }
  }
}

function isExistsError(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EEXIST";
}
