import { createHash } from "node:crypto";
import type { RecordingFile, RecordingFs } from "../recording/recording-fs.js";

/** A file system in memory whose calls wait, fail or take less than they were given, as a test tells it. */
export class FakeFs implements RecordingFs {
  readonly files = new Map<string, Uint8Array>();
  readonly folders: string[] = [];
  open = 0;
  /** Most bytes that one write takes. */
  writeLimit = Number.POSITIVE_INFINITY;
  /** Called before each step; may throw, or give a promise to wait for. */
  before: (
    step: "makeFolder" | "create" | "write" | "truncate" | "close" | "remove" | "hash" | "appendTo",
  ) => void | Promise<void> = () => {};

  async makeFolder(path: string): Promise<void> {
    await this.before("makeFolder");
    this.folders.push(path);
  }
  async create(path: string): Promise<RecordingFile> {
    await this.before("create");
    if (this.files.has(path)) throw Object.assign(new Error("exists"), { code: "EEXIST" });
    this.files.set(path, new Uint8Array(0));
    this.open++;
    return {
      write: async (parts, position) => {
        await this.before("write");
        const bytes = Buffer.concat(parts);
        const part = bytes.subarray(0, Math.min(this.writeLimit, bytes.length));
        const old = this.file(path);
        if (position > old.length) throw new Error("a hole in the file");
        const next = new Uint8Array(Math.max(old.length, position + part.length));
        next.set(old);
        next.set(part, position);
        this.files.set(path, next);
        return part.length;
      },
      truncate: async (length) => {
        await this.before("truncate");
        this.files.set(path, this.file(path).slice(0, length));
      },
      close: async () => {
        await this.before("close");
        this.open--;
      },
    };
  }
  async remove(path: string): Promise<void> {
    await this.before("remove");
    this.files.delete(path);
  }
  async hash(path: string, signal: AbortSignal): Promise<string> {
    await this.before("hash");
    signal.throwIfAborted();
    return createHash("sha256").update(this.file(path)).digest("hex");
  }
  async appendTo(path: string, bytes: Uint8Array): Promise<number> {
    await this.before("appendTo");
    const part = bytes.subarray(0, this.writeLimit);
    this.files.set(path, Buffer.concat([this.files.get(path) ?? new Uint8Array(0), part]));
    return part.length;
  }
  file(path: string): Uint8Array {
    const bytes = this.files.get(path);
    if (bytes === undefined) throw new Error(`no file ${path}`);
    return bytes;
  }
}
