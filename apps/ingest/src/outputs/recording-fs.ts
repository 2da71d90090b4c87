import { mkdir, open, unlink } from "node:fs/promises";

/** An open file as a recorder uses it. */
export interface RecordingFile {
  /** Writes at a position. @returns how many bytes were taken, at least 1. */
  write(bytes: Uint8Array, position: number): Promise<number>;
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
}

/** Node's own. */
export const nodeRecordingFs: RecordingFs = {
  async makeFolder(path) {
    await mkdir(path, { recursive: true });
  },
  async create(path) {
    const handle = await open(path, "wx");
    return {
      write: async (bytes, position) => (await handle.write(bytes, 0, bytes.length, position)).bytesWritten,
      truncate: (length) => handle.truncate(length),
      close: () => handle.close(),
    };
  },
  remove: unlink,
};
