import { FlvWriter } from "@rtmp/flv";
import { type CreateFile, DiskFile, type Step } from "./disk-file.js";
import type { MediaFile } from "./media-file.js";
import type { RecordingFs } from "./recording-fs.js";
import type { RecordingTrack } from "./recording-info.js";
import { TrackTally } from "./track-tally.js";
import type { PlacedPacket } from "./write-queue.js";

/** Where the flags stand in an FLV header. */
const FLAGS_OFFSET = 4;

/**
 * One FLV file on disk, written in order from start to end. Its header tells the tracks that it holds as they come, so
 * that a file which is never closed plays too; closing it adds duration, size and key frames to its metadata.
 */
export class FlvFile implements MediaFile {
  readonly heldBytes = 0; // what it is given is on disk when `append` resolves
  readonly #disk: DiskFile;
  readonly #writer = new FlvWriter();
  readonly #tally = new TrackTally();
  #flags = 0; // as they stand in the header
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

  async append(packets: readonly PlacedPacket[]): Promise<void> {
    const flags = packets.reduce((sum, { packet }) => sum | flagOf(packet.kind), this.#flags);
    const parts: Uint8Array[] = [];
    const ends: number[] = [];
    const start = this.#disk.length;
    for (const { packet, timestamp } of packets) {
      const { tagType, payload } = packet;
      this.#writer.appendParts({ tagType, timestamp, payload }, parts);
      this.#tally.add(packet);
      this.#mediaMs = Math.max(this.#mediaMs, timestamp);
      if (packet.role === "frame") this.#firstMs = Math.min(this.#firstMs ?? timestamp, timestamp);
      ends.push(this.#writer.length - start);
    }
    if (parts.length === 0) return; // metadata for the head of a file that has no media yet
    if (this.#disk.path === undefined) parts[0]?.fill(flags, FLAGS_OFFSET, FLAGS_OFFSET + 1);
    // Before the tags: at any moment the header tells at least the tracks that are there.
    else if (flags !== this.#flags) await this.#disk.patch(Uint8Array.of(flags), FLAGS_OFFSET);
    this.#flags = flags;
    await this.#disk.append(parts, ends);
  }

  async close(): Promise<void> {
    if (!this.#disk.isOpen) return;
    // There was media: nothing is left to append.
    for (const patch of this.#writer.close().patches) await this.#disk.patch(patch.bytes, patch.offset);
    await this.#disk.close();
  }

  abandon(fs: RecordingFs): Promise<void> {
    return this.#disk.abandon(fs);
  }
}

function flagOf(kind: "audio" | "video" | "data"): number {
  return kind === "audio" ? 4 : kind === "video" ? 1 : 0;
}
