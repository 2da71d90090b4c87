import type { LiveStream, StreamSubscriber } from "../hub/live-stream.js";
import type { MediaPacket } from "../hub/media-packet.js";
import type { StreamId } from "../hub/stream-id.js";
import { FileAllowance } from "./file-allowance.js";
import { FlvFile } from "./flv-file.js";
import type { RecordingFs } from "./recording-fs.js";
import { createRecording, recordingFolder } from "./recording-path.js";
import { RecordingTimeline } from "./recording-timeline.js";
import { type PlacedPacket, WriteQueue } from "./write-queue.js";

/** Bytes written at once, at most. */
const BATCH_BYTES = 1024 * 1024;
/** From here on a write is worth its system call and is not put off any more, in bytes. */
const GATHER_BYTES = 64 * 1024;

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

/**
 * Why a recording ended before its stream: no progress for too long, an error of the file system, or timestamps that
 * ask for a new file too often.
 */
export type RecordingFailure = "recording-stalled" | "recording-write-failed" | "recording-too-many-files";

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
 * something to write to it. When its queue is full the publisher waits; when the disk fails or takes too long, or
 * the timestamps jump so much that file follows file, the recording ends and the stream goes on.
 */
export class FlvRecorder implements StreamSubscriber {
  readonly #options: RecorderOptions;
  readonly #events: RecorderEvents;
  readonly #id: StreamId;
  readonly #timeline: RecordingTimeline;
  readonly #queue = new WriteQueue();
  readonly #allowance = new FileAllowance();
  readonly #finished: Promise<void>;
  #finish: () => void = () => {};
  #room: Promise<void> | undefined;
  #giveRoom: () => void = () => {};
  #state: "recording" | "ending" | "over" = "recording";
  #tooManyFiles = false;
  #error: { error: unknown } | undefined;
  #writing = false;
  #flushTimer: NodeJS.Timeout | undefined;
  #stallTimer: NodeJS.Timeout | undefined;
  #file: FlvFile | undefined;
  #startedAt: Date; // of the file

  constructor(stream: LiveStream, options: RecorderOptions, events: RecorderEvents) {
    this.#id = stream.id;
    this.#options = options;
    this.#events = events;
    this.#startedAt = options.now();
    this.#finished = new Promise((resolve) => {
      this.#finish = resolve;
    });
    this.#timeline = new RecordingTimeline(
      (packet, timestamp, newFile) => this.#put({ packet, timestamp, newFile }),
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
    if (this.#tooManyFiles) {
      void this.end();
      return;
    }
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

  #put(placed: PlacedPacket): void {
    if (placed.newFile && !this.#allowance.take(this.#options.now().getTime())) this.#tooManyFiles = true;
    if (!this.#tooManyFiles) this.#queue.push(placed);
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
      for (let packets = this.#queue.take(BATCH_BYTES); packets.length > 0; packets = this.#queue.take(BATCH_BYTES)) {
        if (this.#file === undefined || packets[0]?.newFile === true) await this.#nextFile();
        await this.#file?.append(packets);
        this.#queue.done(packets);
        if (this.#queue.heldBytes < this.#options.queueBytes) this.#admit();
      }
      if (this.#state === "ending") {
        await this.#closeFile();
        this.#state = "over";
        if (this.#tooManyFiles) this.#events.failed("recording-too-many-files", undefined, undefined);
        this.#finish();
      }
    } catch (error) {
      if (!this.#over()) this.#error = { error };
      await this.#file?.abandon(this.#options.fs);
      this.#fail();
    } finally {
      this.#writing = false;
    }
    if (this.#state === "recording") this.#flushSoon();
    else this.#startWriting(); // ended in the moment between
  }

  async #nextFile(): Promise<void> {
    if (this.#file !== undefined) {
      await this.#closeFile();
      this.#startedAt = this.#options.now();
    }
    const folder = recordingFolder(this.#options.directory, this.#id);
    const file = new FlvFile(
      async () => {
        const created = await createRecording(this.#options.fs, folder, this.#startedAt);
        if (!this.#over()) this.#events.opened(this.#describe(created.path, file));
        return created;
      },
      (call) => this.#step(call),
    );
    this.#file = file;
  }

  async #closeFile(): Promise<void> {
    const file = this.#file;
    await file?.close();
    if (file?.path !== undefined) this.#events.closed(this.#describe(file.path, file));
  }

  /** One call of the file system, watched: it may take as long as `stallMs`. Rejects if the recording is given up. */
  async #step<T>(call: () => Promise<T>): Promise<T> {
    this.#stallTimer = setTimeout(() => this.#fail(), this.#options.stallMs);
    try {
      const result = await call();
      if (this.#over()) throw new Error("The recording was given up.");
      return result;
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
    const file = this.#file;
    const info = file?.path === undefined ? undefined : this.#describe(file.path, file);
    this.#events.failed(reason, this.#error?.error, info);
    this.#finish();
  }

  /** Lets a paused publisher go on. */
  #admit(): void {
    this.#giveRoom();
    this.#room = undefined;
  }

  #describe(path: string, { length, mediaMs }: FlvFile): RecordingInfo {
    return { id: this.#id, path, startedAt: this.#startedAt, bytes: length, mediaMs };
  }
}
