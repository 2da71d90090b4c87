import { createHash } from "node:crypto";
import { writev } from "node:fs";
import { type FileHandle, mkdir, open, unlink } from "node:fs/promises";

/** How much of a file is read at once to hash it, in bytes: a fraction of a millisecond's work. */
const HASH_BYTES = 256 * 1024;

/** An open file as a recorder uses it. */
export interface RecordingFile {
  /** Writes parts one behind the other at a position. @returns how many bytes were taken, at least 1. */
  write(parts: readonly Uint8Array[], position: number): Promise<number>;
  truncate(length: number): Promise<void>;
  close(): Promise<void>;
}

/** What a recorder needs of a file system. */
export interface RecordingFs {
  /** Makes a folder and those above it, where they are missing. */
  makeFolder(path: string): Promise<void>;
  /** Creates a file. Rejects with code `EEXIST` if something of that name is there. */
  create(path: string): Promise<RecordingFile>;
  remove(path: string): Promise<void>;
  /** SHA-256 of a file as hex, read in small pieces. @param signal aborted when it is no longer wanted: rejects then. */
  hash(path: string, signal: AbortSignal): Promise<string>;
  /** Adds bytes to the end of a file in one write, whoever else does. @returns how many were taken. */
  appendTo(path: string, bytes: Uint8Array): Promise<number>;
}

/** Node's own. */
export const nodeRecordingFs: RecordingFs = {
  async makeFolder(path) {
    await mkdir(path, { recursive: true });
  },
  async create(path) {
    const handle = await open(path, "wx");
    return {
      // By the descriptor: the handle's own `writev` costs a third more, and nobody closes it while a write is under way.
      write: (parts, position) =>
        new Promise((resolve, reject) => {
          writev(handle.fd, parts, position, (error, count) => (error === null ? resolve(count) : reject(error)));
        }),
      truncate: (length) => handle.truncate(length),
      close: () => handle.close(),
    };
  },
  remove: unlink,
  hash: (path, signal) => using(path, "r", (handle) => hashOf(handle, signal)),
  appendTo: (path, bytes) => using(path, "a", async (handle) => (await handle.write(bytes)).bytesWritten),
};

async function using<T>(path: string, flags: string, work: (handle: FileHandle) => Promise<T>): Promise<T> {
  const handle = await open(path, flags);
  try {
    return await work(handle);
  } finally {
    await handle.close();
  }
}

async function hashOf(handle: FileHandle, signal: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  const buffer = new Uint8Array(HASH_BYTES);
  for (;;) {
    signal.throwIfAborted();
    const { bytesRead } = await handle.read(buffer, 0, buffer.length);
    if (bytesRead === 0) return hash.digest("hex");
    hash.update(buffer.subarray(0, bytesRead));
  }
}
