import { ByteWriter } from "@rtmp/bytes-util";
import { encodeFlvHeader, FLV_HEADER_LENGTH, writeFlvTag } from "@rtmp/flv";
import type { MediaPacket } from "../hub/media-packet.js";

/** Bytes of a tag beside its payload. */
const TAG_OVERHEAD = 15;
/** What a waiting packet costs beside its payload, in bytes: counted, so that empty messages are not free. */
const PACKET_COST = 256;

interface Waiting {
  readonly packet: MediaPacket;
  readonly timestamp: number;
  readonly newFile: boolean;
}

/** Tags that go to disk in one write. */
export interface Batch {
  readonly bytes: Uint8Array;
  /** Ends of the tags in `bytes`: where a file that could not be written on can be cut. */
  readonly tagEnds: readonly number[];
  /** Whether `bytes` begins with the header of a new file. */
  readonly newFile: boolean;
  /** Tracks among the tags, as the flags of an FLV header: 4 audio, 1 video. */
  readonly flags: number;
  /** Latest timestamp among the tags, in ms. */
  readonly lastTimestamp: number;
  /** To be given to {@link WriteQueue.done} when the batch is on disk. */
  readonly cost: number;
}

/** What waits for the disk, with a count of the memory that this takes. */
export class WriteQueue {
  #waiting: Waiting[] = [];
  #cost = 0;

  /** Bytes held, those of a batch that is being written included. */
  get heldBytes(): number {
    return this.#cost;
  }
  get empty(): boolean {
    return this.#waiting.length === 0;
  }

  push(packet: MediaPacket, timestamp: number, newFile: boolean): void {
    this.#waiting.push({ packet, timestamp, newFile });
    this.#cost += packet.payload.length + PACKET_COST;
  }

  /** The next tags of one file, in order, `maxBytes` or a single larger one. Undefined if nothing waits. */
  take(maxBytes: number): Batch | undefined {
    const first = this.#waiting[0];
    if (first === undefined) return undefined;
    let count = 0;
    let length = first.newFile ? FLV_HEADER_LENGTH : 0;
    let cost = 0;
    let flags = 0;
    for (const { packet, newFile } of this.#waiting) {
      const size = packet.payload.length + TAG_OVERHEAD;
      if (count > 0 && (newFile || length + size > maxBytes)) break;
      count++;
      length += size;
      cost += packet.payload.length + PACKET_COST;
      if (packet.kind !== "data") flags |= packet.kind === "audio" ? 4 : 1;
    }
    const out = new ByteWriter(length);
    if (first.newFile) out.bytes(encodeFlvHeader({ hasAudio: (flags & 4) !== 0, hasVideo: (flags & 1) !== 0 }));
    const tagEnds: number[] = [];
    let lastTimestamp = 0;
    for (const { packet, timestamp } of this.#waiting.splice(0, count)) {
      writeFlvTag(out, { tagType: packet.tagType, timestamp, payload: packet.payload });
      tagEnds.push(out.length);
      lastTimestamp = Math.max(lastTimestamp, timestamp);
    }
    return { bytes: out.view(), tagEnds, newFile: first.newFile, flags, lastTimestamp, cost };
  }

  /** A batch is on disk: its memory is free. */
  done(batch: Batch): void {
    this.#cost -= batch.cost;
  }

  /** Forgets everything. */
  clear(): void {
    this.#waiting = [];
    this.#cost = 0;
  }
}
