import type { RecordingFile, RecordingFs } from "./recording-fs.js";

/** Runs one call of the file system; rejects if the recording was given up meanwhile. */
export type Step = <T>(call: () => Promise<T>) => Promise<T>;

/** Creates the file when there is something to write to it. */
export type CreateFile = () => Promise<{ readonly path: string; readonly file: RecordingFile }>;

/**
 * One file on disk, written from start to end in units that are worth something only as a whole: FLV tags, fragments of
 * MP4. It knows how far whole units reach, so that after an error nothing else is left behind.
 */
export class DiskFile {
  readonly #create: CreateFile;
  readonly #step: Step;
  #file: RecordingFile | undefined;
  #path: string | undefined;
  #length = 0;
  #isClosed = false;

  constructor(create: CreateFile, step: Step) {
    this.#create = create;
    this.#step = step;
  }

  /** Undefined until there was something to write. */
  get path(): string | undefined {
    return this.#path;
  }
  /** Length in bytes, up to the end of the last whole unit. */
  get length(): number {
    return this.#length;
  }
  /** Whether it was created, and not closed again. */
  get isOpen(): boolean {
    return this.#file !== undefined && !this.#isClosed;
  }

  /**
   * Adds bytes at the end.
   * @param ends where units end among them, ascending, counted from their start; the last one is all of them.
   */
  async append(parts: readonly Uint8Array[], ends: readonly number[]): Promise<void> {
    if (this.#file === undefined) {
      await this.#step(async () => {
        // Kept also if the recording was given up meanwhile, so that it is closed and removed.
        ({ path: this.#path, file: this.#file } = await this.#create());
      });
    }
    const start = this.#length;
    let next = 0;
    await this.#put(parts, start, (written) => {
      for (let end = ends[next]; end !== undefined && end <= written; end = ends[++next]) this.#length = start + end;
    });
  }

  /** Writes over what is there. Without effect before the first {@link append}. */
  async patch(bytes: Uint8Array, offset: number): Promise<void> {
    await this.#put([bytes], offset);
  }

  async close(): Promise<void> {
    const file = this.#file;
    if (file === undefined || this.#isClosed) return;
    this.#isClosed = true;
    await this.#step(() => file.close());
  }

  /** After an error: leaves a file of whole units behind, or none if not one was written. Never rejects. */
  async abandon(fs: RecordingFs): Promise<void> {
    const file = this.#file;
    const path = this.#path;
    if (file === undefined || path === undefined || this.#isClosed) return;
    this.#isClosed = true;
    // Each as far as it goes: a file that can not be cut is still closed, and readers know a last unit that is cut short.
    for (const call of [
      () => file.truncate(this.#length),
      () => file.close(),
      ...(this.#length === 0 ? [() => fs.remove(path)] : []),
    ]) {
      await this.#step(call).catch(() => {});
    }
  }

  /** Writes all of the parts. @param progress told how many of their bytes are on disk. */
  async #put(parts: readonly Uint8Array[], position: number, progress?: (written: number) => void): Promise<void> {
    const file = this.#file;
    if (file === undefined) return;
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    let rest = parts;
    for (let written = 0; written < length; ) {
      const at = position + written;
      const count = await this.#step(() => file.write(rest, at));
      if (count <= 0) throw new Error("The file takes no more bytes.");
      written += count;
      progress?.(written);
      if (written < length) rest = behind(rest, count);
    }
  }
}

/** What is left of parts when so many of their bytes are taken away. */
function behind(parts: readonly Uint8Array[], count: number): readonly Uint8Array[] {
  let skip = count;
  for (const [index, part] of parts.entries()) {
    if (skip < part.length) return [part.subarray(skip), ...parts.slice(index + 1)];
    skip -= part.length;
  }
  return [];
}
