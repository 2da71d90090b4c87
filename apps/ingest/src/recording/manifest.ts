import type { RecordingFs } from "./recording-fs.js";

const NEWLINE = 10;

/** A file of JSON lines that grows by whole lines, also when other processes write to it. */
export class Manifest {
  readonly #path: string;
  readonly #fs: RecordingFs;
  #isTorn = false; // a line was cut short: the next one begins on its own

  constructor(path: string, fs: RecordingFs) {
    this.#path = path;
    this.#fs = fs;
  }

  /** Adds a value as a line. @throws what the file system throws, an Error if it takes only a part. */
  async append(value: object): Promise<void> {
    const line = Buffer.from(`${this.#isTorn ? "\n" : ""}${JSON.stringify(value)}\n`);
    const written = await this.#fs.appendTo(this.#path, line);
    if (written > 0) this.#isTorn = line[written - 1] !== NEWLINE;
    if (written < line.length) throw new Error("The manifest takes no more bytes.");
  }
}
