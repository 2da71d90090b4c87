import { join } from "node:path";
import type { LiveStream } from "../hub/live-stream.js";
import type { MediaPacket } from "../hub/media-packet.js";
import type { StreamId } from "../hub/stream-id.js";
import { createExclusively } from "./create-exclusively.js";
import type { CreateFile, Step } from "./disk-file.js";
import { FileAllowance } from "./file-allowance.js";
import { FlvFile } from "./flv-file.js";
import type { MediaFile } from "./media-file.js";
import { Mp4File } from "./mp4-file.js";
import type { KnownMp4Tracks } from "./mp4-track.js";
import type { NameTemplate } from "./name-template.js";
import type { RecordingFs } from "./recording-fs.js";
import type {
  ClosedFile,
  LeftOutTrack,
  RecordingEndReason,
  RecordingFailure,
  RecordingFormat,
  RecordingInfo,
} from "./recording-info.js";
import { type FileStart, RecordingTimeline } from "./recording-timeline.js";
import { type PlacedPacket, WriteQueue } from "./write-queue.js";

/** Bytes written at once, at most. */
const BATCH_BYTES = 1024 * 1024;
/** From here on a write is worth its system call and is not put off any more, in bytes. */
const GATHER_BYTES = 64 * 1024;
/** Frames wait for a fragment of MP4 up to this size, or a quarter of what the recording may keep, in bytes. */
const MAX_FRAGMENT_BYTES = 4 * 1024 * 1024;
/** A file of this size may always be followed by another, in bytes: that many files are as much work as one. */
const SPLIT_FREELY_BYTES = 1024 * 1024;

/** Told what happens to a recording's files. */
export interface RecorderEvents {
  opened(info: RecordingInfo): void;
  /** The file is complete and closed. */
  closed(file: ClosedFile): void;
  /** @param file the one that was being written, if one was open: it holds whole tags or fragments. */
  failed(reason: RecordingFailure, error: unknown, file: ClosedFile | undefined): void;
  /** The files go without a track. */
  leftOut(track: LeftOutTrack): void;
}

/** How a recorder works. */
export interface RecorderOptions {
  readonly format: RecordingFormat;
  /** Folder below which all files are. */
  readonly directory: string;
  readonly name: NameTemplate;
  /** Length of a file after which the next keyframe begins another, in ms. */
  readonly splitMs?: number | undefined;
  /** Likewise, in bytes. */
  readonly splitBytes?: number | undefined;
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
 * Records a stream in one container: every payload that it takes, in order, nothing dropped. A file is created when
 * there is something to write to it. When its queue is full the publisher waits; when the disk fails or takes too long,
 * or file follows file too fast, the recording ends and the stream goes on.
 */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #events: RecorderEvents;
  readonly #id: StreamId;
  readonly #publishedAt: Date;
  readonly #timeline: RecordingTimeline;
  readonly #queue = new WriteQueue();
  readonly #allowance = new FileAllowance();
  readonly #knownTracks: KnownMp4Tracks = new Map();
  readonly #queueBytes: number; // what may wait in the queue
  readonly #fragmentBytes: number; // and in the file
  readonly #finished: Promise<void>;
  #finish: () => void = () => {};
  #room: Promise<void> | undefined;
  #giveRoom: () => void = () => {};
  #state: "recording" | "ending" | "over" = "recording";
  #waitsForEntry = false;
  #endReason: RecordingEndReason = "stream-ended";
  #tooManyFiles = false;
  #error: { error: unknown } | undefined;
  #writing = false;
  #flushTimer: NodeJS.Timeout | undefined;
  #stallTimer: NodeJS.Timeout | undefined;
  #file: MediaFile | undefined;
  #fileNumber = 0;
  #startedAt: Date; // of the file
  #offsetMs = 0; // of the file

  /**
   * @param joinedAt when the recording begins, if the stream is under way: then at 0 with the group of pictures that the
   * stream keeps, or with the next frame from which a decoder can start.
   */
  constructor(stream: LiveStream, options: RecorderOptions, events: RecorderEvents, joinedAt?: Date) {
    this.#id = stream.id;
    this.#publishedAt = stream.startedAt;
    this.#options = options;
    this.#events = events;
    this.#startedAt = joinedAt ?? stream.startedAt;
    this.#finished = new Promise((resolve) => {
      this.#finish = resolve;
    });
    const { splitMs, splitBytes, format, queueBytes } = options;
    this.#fragmentBytes = format === "mp4" ? Math.min(MAX_FRAGMENT_BYTES, queueBytes / 4) : 0;
    this.#queueBytes = queueBytes - this.#fragmentBytes;
    this.#timeline = new RecordingTimeline(
      (packet, timestamp, start) => this.#put(packet, timestamp, start),
      () => stream.initPackets(),
      {
        splitMs,
        splitBytes,
        maySplit: (bytes) => bytes >= SPLIT_FREELY_BYTES || this.#allowance.take(options.now().getTime()),
        fixedTracks: format === "mp4",
        fromZero: joinedAt !== undefined || format === "mp4",
      },
    );
    if (joinedAt !== undefined) {
      const packets = stream.gopPackets();
      for (const packet of packets) this.#timeline.push(packet);
      this.#waitsForEntry = packets.length === 0;
    }
    this.#flushSoon();
  }

  get format(): RecordingFormat {
    return this.#options.format;
  }
  /** The file that is being written, if there is one. */
  get current(): RecordingInfo | undefined {
    const file = this.#file;
    return this.#over() || file?.path === undefined ? undefined : this.#describe(file.path, file);
  }
  /** Whether it takes packets. */
  get running(): boolean {
    return this.#state === "recording";
  }
  get heldBytes(): number {
    const pending = this.#over() ? 0 : (this.#file?.heldBytes ?? 0);
    return this.#queue.heldBytes + this.#timeline.heldBytes + pending;
  }

  /** Takes a packet. @returns a promise if the publisher is to wait. */
  packet(packet: MediaPacket, entry: boolean): void | Promise<void> {
    if (this.#state !== "recording") return;
    if (this.#waitsForEntry && packet.role === "frame") {
      if (!entry) return;
      this.#waitsForEntry = false;
    }
    this.#timeline.push(packet);
    if (this.#tooManyFiles) {
      void this.end("recording-too-many-files");
      return;
    }
    this.#flushSoon();
    if (this.#queue.heldBytes < this.#queueBytes) return;
    this.#room ??= new Promise((resolve) => {
      this.#giveRoom = resolve;
    });
    return this.#room;
  }

  /** Writes what is left and closes the file. The promise resolves when that is done, or given up. */
  end(reason: RecordingEndReason): Promise<void> {
    if (this.#state === "recording") {
      this.#state = "ending";
      this.#endReason = reason;
      this.#timeline.end();
      this.#startWriting();
    }
    return this.#finished;
  }

  #put(packet: MediaPacket, timestamp: number, begins: FileStart | undefined): void {
    if (begins === undefined) {
      if (!this.#tooManyFiles) this.#queue.push({ packet, timestamp, start: undefined });
      return;
    }
    const { because } = begins;
    const at = because === undefined ? this.#startedAt : this.#options.now();
    const isSplit = because === "split-duration" || because === "split-size"; // the allowance was asked before
    if (!isSplit && !this.#allowance.take(at.getTime())) this.#tooManyFiles = true;
    if (!this.#tooManyFiles) this.#queue.push({ packet, timestamp, start: { ...begins, at } });
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
        const start = packets[0]?.start;
        if (start !== undefined) await this.#nextFile(start);
        await this.#file?.append(packets);
        this.#queue.done(packets);
        if (this.#queue.heldBytes < this.#queueBytes) this.#admit();
      }
      if (this.#state === "ending") {
        await this.#closeFile(this.#endReason);
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

  async #nextFile({ offsetMs, because, at }: NonNullable<PlacedPacket["start"]>): Promise<void> {
    if (because !== undefined) await this.#closeFile(because);
    this.#startedAt = at;
    this.#offsetMs = offsetMs;
    this.#fileNumber++;
    this.#file = this.#openFile();
  }

  #openFile(): MediaFile {
    const { directory, name, format, fs } = this.#options;
    const { app, name: stream } = this.#id;
    const values = { app, stream, publishedAt: this.#publishedAt, startedAt: this.#startedAt, format };
    const index = this.#fileNumber;
    const create: CreateFile = async () => {
      const created = await createExclusively(fs, (copy) => join(directory, name.path({ ...values, index }, copy)));
      if (!this.#over()) this.#events.opened(this.#describe(created.path, file));
      return created;
    };
    const step: Step = (call) => this.#step(call);
    const file: MediaFile =
      format === "flv"
        ? new FlvFile(create, step)
        : new Mp4File(create, step, {
            known: this.#knownTracks,
            maxFragmentBytes: this.#fragmentBytes,
            onLeftOut: (track) => this.#events.leftOut(track),
          });
    return file;
  }

  async #closeFile(reason: RecordingEndReason): Promise<void> {
    const file = this.#file;
    await file?.close();
    if (file?.path !== undefined) this.#events.closed(this.#describeClosed(file.path, file, true, reason));
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
    const closed = file?.path === undefined ? undefined : this.#describeClosed(file.path, file, false, reason);
    this.#events.failed(reason, this.#error?.error, closed);
    this.#finish();
  }

  /** Lets a paused publisher go on. */
  #admit(): void {
    this.#giveRoom();
    this.#room = undefined;
  }

  #describe(path: string, { length, mediaMs }: MediaFile): RecordingInfo {
    const { format } = this.#options;
    return { id: this.#id, format, path, startedAt: this.#startedAt, bytes: length, mediaMs };
  }

  #describeClosed(path: string, file: MediaFile, clean: boolean, reason: RecordingEndReason): ClosedFile {
    const { durationMs, tracks } = file;
    const endedAt = this.#options.now();
    return { ...this.#describe(path, file), endedAt, durationMs, offsetMs: this.#offsetMs, tracks, clean, reason };
  }
}
