import { constants } from "node:fs";
import { open } from "node:fs/promises";

/**
 * Reads a small file whole.
 * @param limit most bytes.
 * @throws Error if it can not be read, is no file (a pipe might never end), or is longer.
 */
export async function readSmallFile(path: string, limit: number): Promise<string> {
  // Without waiting: to open a pipe that nobody writes to would take for ever.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!(await file.stat()).isFile()) throw new Error("is not a file");
    const bytes = Buffer.alloc(limit + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length, null);
      length += bytesRead;
      if (length > limit) throw new Error(`is longer than ${limit} bytes`);
      if (bytesRead === 0) return bytes.toString("utf8", 0, length);
    }
  } finally {
    await file.close();
  }
}
