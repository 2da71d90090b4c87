import { ByteWriter } from "@rtmp/bytes-util";

/** Lengths of buffers are this times a power of two, in bytes. */
const SHORTEST = 64 * 1024;
/** A longer buffer is not kept, in bytes. */
const LONGEST = 4 * 1024 * 1024;
/** Most bytes of buffers that nobody uses. */
const MAX_SPARE = 16 * 1024 * 1024;

/** Bytes to be written, in a buffer with room for so many. */
export interface Batch {
  readonly out: ByteWriter;
  readonly room: number;
}

/**
 * Buffers for writes, used again: memory outside of V8's heap that comes and goes as fast as media does makes V8 collect
 * its whole heap again and again.
 */
export class BatchBuffers {
  readonly #spare = new Map<number, ByteWriter[]>(); // by their room
  #spareBytes = 0;

  /** An empty buffer with room for so many bytes at least. */
  take(length: number): Batch {
    let room = SHORTEST;
    while (room < length) room *= 2;
    const out = this.#spare.get(room)?.pop();
    if (out === undefined) return { out: new ByteWriter(room), room };
    this.#spareBytes -= room;
    return { out, room };
  }

  /** Takes a buffer back that nobody reads any more. */
  giveBack({ out, room }: Batch): void {
    const hasGrown = out.length > room;
    if (hasGrown || room > LONGEST || this.#spareBytes + room > MAX_SPARE) return;
    out.reset();
    this.#spareBytes += room;
    const spare = this.#spare.get(room);
    if (spare === undefined) this.#spare.set(room, [out]);
    else spare.push(out);
  }
}
