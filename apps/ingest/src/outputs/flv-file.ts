import { FlvWriter } from "@rtmp/flv";
import type { RecordingFile, RecordingFs } from "./recording-fs.js";
import type { PlacedPacket } from "./write-queue.js";

/** Where the flags stand in an FLV header. */
const FLAGS_OFFSET = 4;

/** Runs one call of the file system; rejects if the recording was given up meanwhile. */
export type Step = <T>(call: () => Promise<T>) => Promise<T>;

/** Creates the file when there is something to write to it. */
export type CreateFile = () => Promise<{ readonly path: string; readonly file: RecordingFile }>;

/**
 * One FLV file on disk, written in order from start to end. Its header tells the tracks that it holds as they come, so
 * that a file which is never closed plays too; closing it adds duration, size and key frames to its metadata.
 */
export class FlvFile {
  readonly #create: CreateFile;
  readonly #step: Step;
  readonly #writer = new FlvWriter();
  #file: RecordingFile | undefined;
  #path: string | undefined;
  #flags = 0; // as they stand in the header
  #length = 0; // on disk, in whole tags
  #mediaMs = 0;
  #isClosed = false;

  constructor(create: CreateFile, step: Step) {
    this.#create = create;
    this.#step = step;
  }

  /** Undefined until there was something to write. */
  get path(): string | undefined {
    return this.#path;
  }
  /** Length in bytes, up to the end of the last whole tag. */
  get length(): number {
    return this.#length;
  }
  /** Latest timestamp in the file, in ms. */
  get mediaMs(): number {
    return this.#mediaMs;
  }

  /** Writes packets on. */
  async append(packets: readonly PlacedPacket[]): Promise<void> {
    const flags = packets.reduce((sum, { packet }) => sum | flagOf(packet.kind), this.#flags);
    const parts: Uint8Array[] = [];
    for (const { packet, timestamp } of packets) {
      const bytes = this.#writer.append({ tagType: packet.tagType, timestamp, payload: packet.payload });
      if (bytes.length > 0) parts.push(bytes);
      this.#mediaMs = Math.max(this.#mediaMs, timestamp);
    }
    if (parts.length === 0) return; // metadata for the head of a file that has no media yet
    if (this.#file === undefined) parts[0]?.fill(flags, FLAGS_OFFSET, FLAGS_OFFSET + 1);
    // Before the tags: at any moment the header tells at least the tracks that are there.
    else if (flags !== this.#flags) await this.#put(Uint8Array.of(flags), FLAGS_OFFSET);
    this.#flags = flags;
    await this.#write(parts);
  }

  /** Completes the metadata and closes the file. Without media there is none. */
  async close(): Promise<void> {
    if (this.#file === undefined) return;
    const { bytes, patches } = this.#writer.close();
    if (bytes.length > 0) await this.#write([bytes]);
    for (const patch of patches) await this.#put(patch.bytes, patch.offset);
    const file = this.#file;
    this.#isClosed = true;
    await this.#step(() => file.close());
  }

  /** After an error: leaves a file of whole tags behind, or none if not one tag was written. Never rejects. */
  async abandon(fs: RecordingFs): Promise<void> {
    const file = this.#file;
    const path = this.#path;
    if (file === undefined || path === undefined || this.#isClosed) return;
    this.#isClosed = true;
    // Each as far as it goes: a file that can not be cut is still closed, and readers know a last tag that is cut short.
    for (const call of [
      () => file.truncate(this.#length),
      () => file.close(),
      ...(this.#length === 0 ? [() => fs.remove(path)] : []),
    ]) {
      await this.#step(call).catch(() => {});
    }
  }

  async #write(parts: readonly Uint8Array[]): Promise<void> {
    if (this.#file === undefined) {
      await this.#step(async () => {
        // Kept also if the recording was given up meanwhile, so that it is closed and removed.
        ({ path: this.#path, file: this.#file } = await this.#create());
      });
    }
    const start = this.#length;
    let end = start + (parts[0]?.length ?? 0);
    let next = 1;
    await this.#put(Buffer.concat(parts), start, (written) => {
      while (start + written >= end && next <= parts.length) {
        this.#length = end;
        end += parts[next++]?.length ?? 0;
      }
    });
  }

  /** Writes all of `bytes`. @param progress told how many of them are on disk. */
  async #put(bytes: Uint8Array, position: number, progress?: (written: number) => void): Promise<void> {
    const file = this.#file;
    if (file === undefined) return;
    for (let written = 0; written < bytes.length; ) {
      const rest = bytes.subarray(written);
      const at = position + written;
      const count = await this.#step(() => file.write(rest, at));
      if (count <= 0) throw new Error("The file takes no more bytes.");
      written += count;
      progress?.(written);
    }
  }
}

function flagOf(kind: "audio" | "video" | "data"): number {
  return kind === "audio" ? 4 : kind === "video" ? 1 : 0;
}
