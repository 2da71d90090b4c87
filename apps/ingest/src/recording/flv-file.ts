import { ByteWriter } from "@rtmp/bytes-util";
import { FLV_TAG_HEADER_LENGTH, FlvWriter, PREVIOUS_TAG_SIZE_LENGTH } from "@rtmp/flv";
import type { MediaPacket } from "../hub/media-packet.js";
import { mediaBuffers } from "../media-buffers.js";
import { type CreateFile, DiskFile, type Step } from "./disk-file.js";
import type { MediaFile } from "./media-file.js";
import type { RecordingFs } from "./recording-fs.js";
import type { RecordingTrack } from "./recording-info.js";
import { TrackTally } from "./track-tally.js";

/** Where the flags stand in an FLV header. */
const FLAGS_OFFSET = 4;
/** What a tag has beside its payload, in bytes. */
const FRAMING_BYTES = FLV_TAG_HEADER_LENGTH + PREVIOUS_TAG_SIZE_LENGTH;
/** Bytes written at once, about: in one turn of a busy event loop megabytes come in, and one write is done. */
const WRITE_BYTES = 4 * 1024 * 1024;
/** Tags are gathered in buffers of this length, or one of its own for a longer one, in bytes. */
const BATCH_BYTES = 64 * 1024;

/** Tags that are written together. */
interface Batch {
  /** What they are gathered in; the head of a file may not fit in with the first of them. */
  readonly buffer: Uint8Array<ArrayBuffer>;
  readonly out: ByteWriter;
  /** Where they end in it. */
  readonly ends: number[];
  /** The header's flags with them. */
  flags: number;
}

/**
 * One FLV file on disk, written in order from start to end. Packets become tags as soon as they come: so what they were
 * received in is free at once. Its header tells the tracks that it holds as they come, so that a file which is never closed
 * plays too; closing it adds duration, size and key frames to its metadata.
 */
export class FlvFile implements MediaFile {
  readonly #disk: DiskFile;
  readonly #writer = new FlvWriter();
  readonly #tally = new TrackTally();
  #batches: Batch[] = []; // the last one grows
  #heldBytes = 0;
  #flags = 0; // of all tags
  #writtenFlags = 0; // as they stand in the file's header
  #mediaMs = 0;
  #firstMs: number | undefined;

  constructor(create: CreateFile, step: Step) {
    this.#disk = new DiskFile(create, step);
  }

  get path(): string | undefined {
    return this.#disk.path;
  }
  get length(): number {
    return this.#disk.length;
  }
  get mediaMs(): number {
    return this.#mediaMs;
  }
  get durationMs(): number {
    return this.#mediaMs - (this.#firstMs ?? this.#mediaMs);
  }
  get tracks(): readonly RecordingTrack[] {
    return this.#tally.tracks();
  }
  get writableBytes(): number {
    return this.#heldBytes;
  }
  get heldBytes(): number {
    return this.#heldBytes;
  }

  push(packet: MediaPacket, timestamp: number): void {
    const { kind, role, tagType, payload } = packet;
    const batch = this.#openBatch(payload.length + FRAMING_BYTES);
    const before = batch.out.length;
    this.#flags |= kind === "audio" ? 4 : kind === "video" ? 1 : 0;
    this.#writer.appendTo(batch.out, { tagType, timestamp, payload });
    this.#tally.add(packet);
    this.#mediaMs = Math.max(this.#mediaMs, timestamp);
    if (role === "frame") this.#firstMs = Math.min(this.#firstMs ?? timestamp, timestamp);
    if (batch.out.length === before) return; // metadata for the head of a file that has no media yet
    batch.ends.push(batch.out.length);
    batch.flags = this.#flags;
    this.#heldBytes += batch.out.length - before;
  }

  async write(): Promise<void> {
    const batches = this.#takeBatches();
    const flags = batches.at(-1)?.flags;
    if (flags === undefined) return;
    if (this.#disk.path === undefined) batches[0]?.out.setU8(FLAGS_OFFSET, flags);
    // Before the tags: at any moment the header tells at least the tracks that are there.
    else if (flags !== this.#writtenFlags) await this.#disk.patch(Uint8Array.of(flags), FLAGS_OFFSET);
    this.#writtenFlags = flags;
    const ends: number[] = [];
    let length = 0;
    for (const batch of batches) {
      for (const end of batch.ends) ends.push(length + end);
      length += batch.out.length;
    }
    await this.#disk.append(
      batches.map(({ out }) => out.view()),
      ends,
    );
    this.#heldBytes -= length;
    for (const { buffer } of batches) mediaBuffers.give(buffer); // not after an error: a write that hangs may still read it
  }

  async close(): Promise<void> {
    while (this.#heldBytes > 0) await this.write();
    if (!this.#disk.isOpen) return;
    // There was media: nothing is left to append.
    for (const patch of this.#writer.close().patches) await this.#disk.patch(patch.bytes, patch.offset);
    await this.#disk.close();
  }

  abandon(fs: RecordingFs): Promise<void> {
    return this.#disk.abandon(fs);
  }

  /** What is to be written next: what comes then goes into another batch. */
  #takeBatches(): Batch[] {
    let count = 0;
    for (let length = 0; length < WRITE_BYTES && (this.#batches[count]?.ends.length ?? 0) > 0; count++) {
      length += this.#batches[count]?.out.length ?? 0;
    }
    return this.#batches.splice(0, count);
  }

  /** A batch with room for so many bytes, or a new one. */
  #openBatch(length: number): Batch {
    const last = this.#batches.at(-1);
    if (last !== undefined && (last.ends.length === 0 || last.out.length + length <= last.buffer.length)) return last;
    const buffer = mediaBuffers.take(Math.max(length, BATCH_BYTES));
    const batch: Batch = { buffer, out: new ByteWriter(buffer), ends: [], flags: 0 };
    this.#batches.push(batch);
    return batch;
  }
}
