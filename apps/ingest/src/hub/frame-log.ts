import type { MediaPacket } from "./media-packet.js";
import type { KeptPayload } from "./payload-store.js";

/** What a row holds. The last field: the number of the buffer from 1 on, then a bit for keyframes, and one for audio. */
const [TIMESTAMP, START, LENGTH, REST] = [0, 1, 2, 3] as const;
const FIELDS = 4;
/** Frames for which there is room from the first on, and those for which it is kept: half a minute of common streams. */
const ROOM = 64;
const MAX_ROOM = 4096;

/**
 * Frames that are kept, as rows of numbers: an object each would live long enough to be moved about by the collector, thousands of them
 * a second, and hardly ever be looked at.
 */
export class FrameLog {
  #rows = new Float64Array(ROOM * FIELDS);
  #count = 0;
  readonly #buffers: Uint8Array[] = [];
  #filling = NONE; // the last buffer that holds several payloads
  #filled = 0; // bytes of it

  get length(): number {
    return this.#count;
  }
  /** Timestamp of the first frame, ms; undefined if there is none. */
  get firstTimestamp(): number | undefined {
    return this.#count === 0 ? undefined : this.#rows[TIMESTAMP];
  }

  /**
   * @param packet an audio or video frame. @param payload where its payload is kept.
   * @returns bytes that stay unused behind the payload before, if this one is in another buffer.
   */
  push({ kind, keyframe, timestamp }: MediaPacket, { buffer, start, length }: KeptPayload): number {
    const at = this.#count++ * FIELDS;
    if (at === this.#rows.length) this.#grow();
    if (this.#buffers.at(-1) !== buffer) this.#buffers.push(buffer);
    const rows = this.#rows;
    rows[at + TIMESTAMP] = timestamp;
    rows[at + START] = start;
    rows[at + LENGTH] = length;
    rows[at + REST] = this.#buffers.length * 4 + (keyframe ? 2 : 0) + (kind === "audio" ? 1 : 0);
    return length === buffer.length ? 0 : this.#fill(buffer, start + length);
  }

  /** A frame as it was pushed, by its place; undefined if there is none. */
  at(i: number): MediaPacket | undefined {
    if (i >= this.#count) return undefined;
    const [timestamp = 0, start = 0, length = 0, rest = 0] = this.#rows.subarray(i * FIELDS, (i + 1) * FIELDS);
    const isAudio = (rest & 1) !== 0;
    const buffer = this.#buffers[(rest >> 2) - 1];
    if (buffer === undefined) return undefined;
    return {
      kind: isAudio ? "audio" : "video",
      tagType: isAudio ? 8 : 9,
      role: "frame",
      keyframe: (rest & 2) !== 0,
      timestamp,
      payload: buffer.subarray(start, start + length),
    };
  }

  /** All frames, in order. */
  packets(): MediaPacket[] {
    const packets: MediaPacket[] = [];
    for (let packet = this.at(0); packet !== undefined; packet = this.at(packets.length)) packets.push(packet);
    return packets;
  }

  /** Forgets all; room for as many remains, unless that were very many: nobody counts it. */
  clear(): void {
    if (this.#rows.length > MAX_ROOM * FIELDS) this.#rows = new Float64Array(ROOM * FIELDS);
    this.#count = 0;
    this.#buffers.length = 0;
    this.#filling = NONE;
    this.#filled = 0;
  }

  #fill(buffer: Uint8Array, end: number): number {
    const unused = buffer === this.#filling ? 0 : this.#filling.length - this.#filled;
    this.#filling = buffer;
    this.#filled = end;
    return unused;
  }

  #grow(): void {
    const larger = new Float64Array(2 * this.#rows.length);
    larger.set(this.#rows);
    this.#rows = larger;
  }
}

const NONE: Uint8Array = new Uint8Array(0);
