import { write } from "node:fs";
import { constants, type FileHandle, open, unlink } from "node:fs/promises";
import type { FlvPatch } from "@rtmp/flv";
import { fileError } from "./failure.js";

/** Where a played stream is written to. Rejects with FileError. */
export interface FlvSink {
  /** Whether what was written can be written over, as a file's head is at its end. */
  readonly patchable: boolean;
  append(bytes: Uint8Array): Promise<void>;
  /** Ends it. @param patches only if it is {@link patchable}. */
  close(patches: readonly FlvPatch[]): Promise<void>;
}

/** How long to wait before a pipe that is full is tried again, in ms. */
const RETRY_MS = 10;

/**
 * Opens a file for writing. A file that is there keeps what it has until the first byte is written, and one that was
 * made for nothing is removed again; pipes and devices are written on.
 */
export async function fileSink(path: string): Promise<FlvSink> {
  const explain = (error: unknown) => fileError(`${path} can not be written`, error);
  const step = async <T>(call: () => Promise<T>): Promise<T> => {
    try {
      return await call();
    } catch (error) {
      throw explain(error);
    }
  };
  const { handle, isNew } = await step(() => openForWriting(path));
  const isFile = (await step(() => handle.stat())).isFile();
  let length = 0;
  return {
    patchable: isFile,
    append: (bytes) =>
      step(async () => {
        if (isFile && length === 0) await handle.truncate(0);
        await writeAll(handle, bytes, isFile ? length : null);
        length += bytes.length;
      }),
    close: (patches) =>
      step(async () => {
        try {
          for (const patch of patches) await writeAll(handle, patch.bytes, patch.offset);
        } finally {
          await handle.close();
          if (isNew && length === 0) await unlink(path);
        }
      }),
  };
}

/** Writes to a descriptor that is open, such as standard output. A reader that is slow holds up what is awaited. */
export function descriptorSink(fd: number): FlvSink {
  const put = (bytes: Uint8Array): Promise<number> =>
    new Promise((resolve, reject) => {
      write(fd, bytes, (error, written) => {
        if (error === null) resolve(written);
        else if (error.code === "EAGAIN") setTimeout(() => resolve(0), RETRY_MS);
        else reject(fileError("Standard output can not be written", error));
      });
    });
  return {
    patchable: false,
    append: async (bytes) => {
      for (let rest = bytes; rest.length > 0; ) rest = rest.subarray(await put(rest));
    },
    close: () => Promise.resolve(),
  };
}

async function openForWriting(path: string): Promise<{ handle: FileHandle; isNew: boolean }> {
  try {
    return { handle: await open(path, constants.O_WRONLY), isNew: false };
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
    return { handle: await open(path, "wx"), isNew: true };
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number | null): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    const at = position === null ? null : position + written;
    written += (await handle.write(bytes, written, bytes.length - written, at)).bytesWritten;
  }
}
