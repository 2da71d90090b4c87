import { relative, sep } from "node:path";
import type { Emit, RecordingClosedEvent } from "../events.js";
import { Manifest } from "./manifest.js";
import type { RecordingFs } from "./recording-fs.js";
import type { ClosedFile } from "./recording-info.js";

/** Finished files that are remembered. */
const MAX_RECENT = 100;

/** What a finisher works with. */
export interface FileFinisherOptions {
  readonly fs: RecordingFs;
  /** The manifest names files by their path below this folder. */
  readonly directory: string;
  /** Path of the manifest; without one none is written. */
  readonly manifest: string | undefined;
  /** Whether files are hashed. */
  readonly hashes: boolean;
  readonly emit: Emit;
}

/**
 * Does what is left to do for files that are closed: hashes them, one after another and in small pieces, writes their
 * lines into the manifest, and tells that they are there. Nobody waits for it but the server's stop.
 */
export class FileFinisher {
  readonly #options: FileFinisherOptions;
  readonly #manifest: Manifest | undefined;
  readonly #recent: RecordingClosedEvent[] = [];
  readonly #hurry = new AbortController();
  #last: Promise<void> = Promise.resolve();

  constructor(options: FileFinisherOptions) {
    this.#options = options;
    this.#manifest = options.manifest === undefined ? undefined : new Manifest(options.manifest, options.fs);
  }

  /** The files that were finished last, the latest at the end. */
  get recent(): readonly RecordingClosedEvent[] {
    return this.#recent;
  }

  /** Takes a file that is closed. */
  add(file: ClosedFile): void {
    this.#last = this.#last.then(() => this.#finish(file));
  }

  /** Resolves when every file that was added has been dealt with. */
  idle(): Promise<void> {
    return this.#last;
  }

  /** Leaves out the hashes from now on, also that of the file it is at. */
  hurry(): void {
    this.#hurry.abort();
  }

  async #finish(file: ClosedFile): Promise<void> {
    const { emit, directory } = this.#options;
    const { id, startedAt, endedAt, ...others } = file;
    const sha256 = await this.#hash(file);
    const event: RecordingClosedEvent = {
      app: id.app,
      stream: id.name,
      ...others,
      startedAt: startedAt.toISOString(),
      endedAt: endedAt.toISOString(),
      ...(sha256 !== undefined && { sha256 }),
    };
    this.#recent.push(event);
    if (this.#recent.length > MAX_RECENT) this.#recent.shift();
    const path = relative(directory, file.path).replaceAll(sep, "/");
    await this.#manifest?.append({ ...event, path }).catch((error: unknown) => {
      emit("fault", { where: "recordings", error });
    });
    if (file.clean) emit("recordingClosed", event); // of others `recordingFailed` has told
  }

  /** Undefined if it is not wanted or not to be had. */
  async #hash({ path, reason }: ClosedFile): Promise<string | undefined> {
    const { fs, hashes, emit } = this.#options;
    const { signal } = this.#hurry;
    if (!hashes || reason === "recording-stalled" || signal.aborted) return undefined; // a disk that hangs would hang here
    try {
      return await fs.hash(path, signal);
    } catch (error) {
      if (!signal.aborted) emit("fault", { where: "recordings", error });
      return undefined;
    }
  }
}
