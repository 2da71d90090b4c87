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
  CutReason,
  LeftOutTrack,
  RecordingEndReason,
  RecordingFailure,
  RecordingFormat,
  RecordingInfo,
} from "./recording-info.js";
import { type FileStart, RecordingTimeline } from "./recording-timeline.js";

/** More than that waits only for a disk that is slow, not for one that is outrun for a moment, in bytes. */
const BRISK_BYTES = 1024 * 1024;
/** How long a publisher is paused for a disk that may only be outrun, in ms. */
const PATIENCE_MS = 50;
/** From here on a write is worth its system call and is not put off any more, in bytes. */
const GATHER_BYTES = 128 * 1024;
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
  readonly #files: OpenFile[] = []; // those that are not closed; the last one takes packets
  readonly #allowance = new FileAllowance();
  readonly #knownTracks: KnownMp4Tracks = new Map();
  readonly #queueBytes: number; // what may wait in the queue
  readonly #fragmentBytes: number; // and in the file
  readonly #finished: Promise<void>;
  #finish: () => void = () => {};
  #room: Promise<void> | undefined;
  #giveRoom: () => void = () => {};
  #patience: NodeJS.Timeout | undefined;
  #diskIsSlow = false;
  #state: "recording" | "ending" | "over" = "recording";
  #waitsForEntry = false;
  #endReason: RecordingEndReason = "stream-ended";
  #tooManyFiles = false;
  #error: { error: unknown } | undefined;
  #writing = false;
  #flushTimer: NodeJS.Timeout | undefined;
  #stallTimer: NodeJS.Timeout | undefined;
  #fileCount = 0;
  #startedAt: Date; // of the first file

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
    this.#flushSoon(this.#writableBytes);
  }

  get format(): RecordingFormat {
    return this.#options.format;
  }
  /** The file that is being written, if there is one. */
  get current(): RecordingInfo | undefined {
    return this.#files
      .map((each) => this.#describe(each))
      .filter((info) => info !== undefined)
      .at(-1);
  }
  /** Whether it takes packets. */
  get running(): boolean {
    return this.#state === "recording";
  }
  get heldBytes(): number {
    return this.#files.reduce((sum, { file }) => sum + file.heldBytes, this.#timeline.heldBytes);
  }
  /** What waits for the disk. */
  get #writableBytes(): number {
    let sum = 0;
    for (const { file } of this.#files) sum += file.writableBytes;
    return sum;
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
    const bytes = this.#writableBytes;
    this.#flushSoon(bytes);
    const isFull = bytes >= this.#queueBytes;
    if (!isFull && (bytes < BRISK_BYTES || this.#diskIsSlow)) return;
    // A publisher that is faster than the disk waits for it a moment, long before memory fills up.
    if (!isFull) this.#patience ??= setTimeout(() => this.#goOn(), PATIENCE_MS);
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

  #put(packet: MediaPacket, timestamp: number, start: FileStart | undefined): void {
    if (start !== undefined) this.#openFile(start);
    if (!this.#tooManyFiles) this.#files[this.#files.length - 1]?.file.push(packet, timestamp);
  }

  #openFile({ offsetMs, because }: FileStart): void {
    const startedAt = because === undefined ? this.#startedAt : this.#options.now();
    const isSplit = because === "split-duration" || because === "split-size"; // the allowance was asked before
    if (!isSplit && !this.#allowance.take(startedAt.getTime())) this.#tooManyFiles = true;
    if (this.#tooManyFiles) return;
    const { directory, name, format, fs } = this.#options;
    const { app, name: stream } = this.#id;
    const values = { app, stream, publishedAt: this.#publishedAt, startedAt, format, index: ++this.#fileCount };
    const create: CreateFile = async () => {
      const created = await createExclusively(fs, (copy) => join(directory, name.path(values, copy)));
      const { path } = created;
      if (!this.#over()) this.#events.opened({ id: this.#id, format, path, startedAt, bytes: 0, mediaMs: 0 });
      return created;
    };
    const step: Step = (call) => this.#step(call);
    const mp4 = { known: this.#knownTracks, maxFragmentBytes: this.#fragmentBytes, onLeftOut: this.#events.leftOut };
    const file = format === "flv" ? new FlvFile(create, step) : new Mp4File(create, step, mp4);
    this.#files.push({ file, startedAt, offsetMs, because });
  }

  #flushSoon(bytes: number): void {
    if (this.#writing) return;
    if (this.#files.length > 1 || bytes >= GATHER_BYTES || (bytes > 0 && this.#options.flushMs <= 0)) {
      this.#startWriting();
    } else if (bytes > 0) this.#flushTimer ??= setTimeout(() => this.#startWriting(), this.#options.flushMs);
  }

  #startWriting(): void {
    if (this.#writing || this.#state === "over") return;
    clearTimeout(this.#flushTimer);
    this.#flushTimer = undefined;
    this.#writing = true;
    void this.#write();
  }

  /** Writes all there is; one of these runs at a time. */
  async #write(): Promise<void> {
    let first = this.#files[0];
    try {
      for (; first !== undefined; first = this.#files[0]) {
        if (first.file.writableBytes > 0) {
          await first.file.write();
          this.#written();
          continue;
        }
        const next = this.#files[1];
        if (next === undefined && this.#state !== "ending") break;
        await this.#closeFile(first, next?.because ?? this.#endReason);
      }
      if (this.#state === "ending") {
        this.#state = "over";
        if (this.#tooManyFiles) this.#events.failed("recording-too-many-files", undefined, undefined);
        this.#finish();
      }
    } catch (error) {
      if (!this.#over()) this.#error = { error };
      await first?.file.abandon(this.#options.fs);
      this.#fail();
    } finally {
      this.#writing = false;
    }
    if (this.#state === "recording") this.#flushSoon(this.#writableBytes);
    else this.#startWriting(); // ended in the moment between
  }

  async #closeFile(open: OpenFile, reason: RecordingEndReason): Promise<void> {
    await open.file.close();
    this.#files.shift();
    const closed = this.#describeClosed(open, true, reason);
    if (closed !== undefined) this.#events.closed(closed);
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
    const [first] = this.#files;
    const closed = first === undefined ? undefined : this.#describeClosed(first, false, reason);
    this.#files.length = 0;
    this.#admit();
    this.#events.failed(reason, this.#error?.error, closed);
    this.#finish();
  }

  /** Something was written: lets a paused publisher go on, though not at the brim, where it would be paused again at once. */
  #written(): void {
    const bytes = this.#writableBytes;
    if (bytes <= Math.min(BRISK_BYTES, this.#queueBytes) / 2) this.#diskIsSlow = false;
    else if (!this.#diskIsSlow || bytes > this.#queueBytes / 2) return;
    this.#admit();
  }

  /** The disk takes its time: what comes may wait in memory, as long as there is room. */
  #goOn(): void {
    this.#patience = undefined;
    this.#diskIsSlow = true;
    if (this.#writableBytes < this.#queueBytes) this.#admit();
  }

  /** Lets a paused publisher go on. */
  #admit(): void {
    clearTimeout(this.#patience);
    this.#patience = undefined;
    this.#giveRoom();
    this.#room = undefined;
  }

  #describe({ file, startedAt }: OpenFile): RecordingInfo | undefined {
    const { path, length: bytes, mediaMs } = file;
    if (path === undefined) return undefined;
    return { id: this.#id, format: this.#options.format, path, startedAt, bytes, mediaMs };
  }

  #describeClosed(open: OpenFile, clean: boolean, reason: RecordingEndReason): ClosedFile | undefined {
    const info = this.#describe(open);
    if (info === undefined) return undefined;
    const { durationMs, tracks } = open.file;
    return { ...info, endedAt: this.#options.now(), durationMs, offsetMs: open.offsetMs, tracks, clean, reason };
  }
}

interface OpenFile {
  readonly file: MediaFile;
  readonly startedAt: Date;
  readonly offsetMs: number;
  /** Why the file before it ended. */
  readonly because: CutReason | undefined;
}
