import type { LiveStream, StreamSubscriber } from "../hub/live-stream.js";
import type { MediaPacket } from "../hub/media-packet.js";
import type { StreamId } from "../hub/stream-id.js";
import type { RecordingFile, RecordingFs } from "./recording-fs.js";
import { createRecording, recordingFolder } from "./recording-path.js";
import { RecordingTimeline } from "./recording-timeline.js";
import { type Batch, WriteQueue } from "./write-queue.js";

/** Bytes written at once, at most. */
const BATCH_BYTES = 1024 * 1024;
/** From here on a write is worth its system call and is not put off any more, in bytes. */
const GATHER_BYTES = 64 * 1024;
/** Where the flags stand in an FLV header. */
const FLAGS_OFFSET = 4;

/** One file of a recording. */
export interface RecordingInfo {
  readonly id: StreamId;
  /** Path of the file. */
  readonly path: string;
  /** When the file was begun. */
  readonly startedAt: Date;
  /** Length of the file. */
  readonly bytes: number;
  /** Its media time: the latest timestamp in it, in ms. */
  readonly mediaMs: number;
}

/** Why a recording ended before its stream: no progress for too long, or an error of the file system. */
export type RecordingFailure = "recording-stalled" | "recording-write-failed";

/** Told what happens to recordings. */
export interface RecorderEvents {
  opened(info: RecordingInfo): void;
  closed(info: RecordingInfo): void;
  /** @param info the file that was being written, if one was open: it is closed and holds whole tags. */
  failed(reason: RecordingFailure, error: unknown, info: RecordingInfo | undefined): void;
}

/** How a recorder works. */
export interface RecorderOptions {
  /** Folder above those of the applications. */
  readonly directory: string;
  /** What may wait for the disk, in bytes; beyond it the publisher is paused. */
  readonly queueBytes: number;
  /** How long the disk may take for one step before the recording ends, in ms. */
  readonly stallMs: number;
  /** How long small packets are gathered before they are written, in ms: what a killed server loses. */
  readonly flushMs: number;
  readonly fs: RecordingFs;
  readonly now: () => Date;
}

/**
 * Records one publish to FLV: every payload as it came, in order, nothing dropped. A file is created when there is
 * something to write to it. When its queue is full the publisher waits; when the disk fails or takes too long the
 * recording ends and the stream goes on.
 */
export class FlvRecorder implements StreamSubscriber {
  readonly #options: RecorderOptions;
  readonly #events: RecorderEvents;
  readonly #id: StreamId;
  readonly #timeline: RecordingTimeline;
  readonly #queue = new WriteQueue();
  readonly #finished: Promise<void>;
  #finish: () => void = () => {};
  #room: Promise<void> | undefined;
  #giveRoom: () => void = () => {};
  #state: "recording" | "ending" | "over" = "recording";
  #writing = false;
  #flushTimer: NodeJS.Timeout | undefined;
  #stallTimer: NodeJS.Timeout | undefined;
  #begunAt: Date | undefined; // until the first file has its name
  #file: RecordingFile | undefined;
  #info: { path: string; startedAt: Date } | undefined;
  #length = 0; // of the file, in whole tags
  #flags = 0; // as they stand in its header
  #mediaMs = 0;
  #error: { error: unknown } | undefined;

  constructor(stream: LiveStream, options: RecorderOptions, events: RecorderEvents) {
    this.#id = stream.id;
    this.#options = options;
    this.#events = events;
    this.#begunAt = options.now();
    this.#finished = new Promise((resolve) => {
      this.#finish = resolve;
    });
    this.#timeline = new RecordingTimeline(
      (packet, timestamp, newFile) => this.#queue.push(packet, timestamp, newFile),
      () => stream.initPackets(),
    );
    if (!this.#queue.empty) this.#flushSoon();
  }

  get heldBytes(): number {
    return this.#queue.heldBytes + this.#timeline.heldBytes;
  }

  packet(packet: MediaPacket): void | Promise<void> {
    if (this.#state !== "recording") return;
    this.#timeline.push(packet);
    this.#flushSoon();
    if (this.#queue.heldBytes < this.#options.queueBytes) return;
    this.#room ??= new Promise((resolve) => {
      this.#giveRoom = resolve;
    });
    return this.#room;
  }

  /** Writes what is left and closes the file. The promise resolves when that is done, or given up. */
  end(): Promise<void> {
    if (this.#state === "recording") {
      this.#state = "ending";
      this.#timeline.end();
      this.#startWriting();
    }
    return this.#finished;
  }

  #flushSoon(): void {
    if (this.#writing || this.#queue.empty) return;
    if (this.#queue.heldBytes >= GATHER_BYTES || this.#options.flushMs <= 0) this.#startWriting();
    else this.#flushTimer ??= setTimeout(() => this.#startWriting(), this.#options.flushMs);
  }

  #startWriting(): void {
    if (this.#writing || this.#state === "over") return;
    clearTimeout(this.#flushTimer);
    this.#flushTimer = undefined;
    this.#writing = true;
    void this.#write();
  }

  /** Empties the queue; one of these runs at a time. */
  async #write(): Promise<void> {
    try {
      for (let batch = this.#queue.take(BATCH_BYTES); batch !== undefined; batch = this.#queue.take(BATCH_BYTES)) {
        if (batch.newFile) await this.#open();
        await this.#append(batch);
        if (this.#over()) return await this.#abandon();
        this.#queue.done(batch);
        if (this.#queue.heldBytes < this.#options.queueBytes) this.#admit();
      }
      if (this.#state === "ending") {
        await this.#close();
        this.#state = "over";
        this.#finish();
      }
    } catch (error) {
      this.#error = { error };
      await this.#abandon();
      this.#fail();
    } finally {
      this.#writing = false;
      clearTimeout(this.#stallTimer);
    }
    if (this.#state === "recording") this.#flushSoon();
    else this.#startWriting(); // ended in the moment between
  }

  async #open(): Promise<void> {
    await this.#close();
    const startedAt = this.#begunAt ?? this.#options.now();
    this.#begunAt = undefined;
    const folder = recordingFolder(this.#options.directory, this.#id);
    const { path, file } = await this.#step(() => createRecording(this.#options.fs, folder, startedAt));
    this.#file = file;
    this.#info = { path, startedAt };
    this.#length = 0;
    this.#mediaMs = 0;
    this.#flags = -1; // the first batch brings the header
    if (!this.#over()) this.#events.opened(this.#describe(this.#info));
  }

  async #append(batch: Batch): Promise<void> {
    const file = this.#file;
    if (file === undefined || this.#over()) return;
    const flags = this.#flags < 0 ? batch.flags : this.#flags | batch.flags;
    // Before the tags, so that a file which is never closed tells its tracks too.
    if (this.#flags >= 0 && flags !== this.#flags) await this.#put(file, Uint8Array.of(flags), FLAGS_OFFSET);
    this.#flags = flags;
    const start = this.#length;
    let tags = 0; // on disk
    await this.#put(file, batch.bytes, start, (written) => {
      while ((batch.tagEnds[tags] ?? Number.POSITIVE_INFINITY) <= written)
        this.#length = start + (batch.tagEnds[tags++] ?? 0);
    });
    this.#mediaMs = Math.max(this.#mediaMs, batch.lastTimestamp);
  }

  /** Writes all of `bytes`. @param progress told how many of them are on disk. */
  async #put(
    file: RecordingFile,
    bytes: Uint8Array,
    position: number,
    progress?: (written: number) => void,
  ): Promise<void> {
    let written = 0;
    while (written < bytes.length && !this.#over()) {
      const rest = bytes.subarray(written);
      const count = await this.#step(() => file.write(rest, position + written));
      if (count <= 0) throw new Error("The file takes no more bytes.");
      written += count;
      progress?.(written);
    }
  }

  async #close(): Promise<void> {
    const file = this.#file;
    const info = this.#info;
    if (file === undefined || info === undefined) return;
    this.#file = undefined;
    await this.#step(() => file.close());
    if (!this.#over()) this.#events.closed(this.#describe(info));
    this.#info = undefined;
  }

  /** After an error: leaves a file of whole tags behind, or none if not one tag was written. */
  async #abandon(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    if (file === undefined) return;
    const path = this.#info?.path;
    try {
      await this.#step(() => file.truncate(this.#length));
    } catch {
      // A file that can not be written may not be cut either; its readers know a last tag that is cut short.
    }
    try {
      await this.#step(() => file.close());
      if (this.#length === 0 && path !== undefined) await this.#step(() => this.#options.fs.remove(path));
    } catch {
      // Nothing more can be done for it.
    }
  }

  /** One call of the file system, watched: it may take as long as `stallMs`. */
  async #step<T>(call: () => Promise<T>): Promise<T> {
    clearTimeout(this.#stallTimer);
    this.#stallTimer = setTimeout(() => this.#fail(), this.#options.stallMs);
    try {
      return await call();
    } finally {
      clearTimeout(this.#stallTimer);
    }
  }

  #over(): boolean {
    return this.#state === "over";
  }

  /** Ends the recording because of the error that was met, or else because the disk takes too long. */
  #fail(): void {
    if (this.#over()) return;
    const reason = this.#error === undefined ? "recording-stalled" : "recording-write-failed";
    this.#state = "over";
    clearTimeout(this.#flushTimer);
    this.#queue.clear();
    this.#admit();
    const info = this.#info;
    this.#events.failed(reason, this.#error?.error, info && this.#describe(info));
    this.#finish();
  }

  /** Lets a paused publisher go on. */
  #admit(): void {
    this.#giveRoom();
    this.#room = undefined;
  }

  #describe({ path, startedAt }: { path: string; startedAt: Date }): RecordingInfo {
    return { id: this.#id, path, startedAt, bytes: this.#length, mediaMs: this.#mediaMs };
  }
}
