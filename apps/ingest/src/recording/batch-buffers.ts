import { ByteWriter } from "@rtmp/bytes-util";

/** Bytes of a new buffer: it grows with what comes. */
const INITIAL = 64 * 1024;
/** A buffer that has grown beyond is not kept, in bytes. */
const MAX_KEPT = 256 * 1024;
/** Buffers that are kept for the next writes. */
const MAX_SPARE = 16;

/** Buffers for writes, used again. */
export class BatchBuffers {
  readonly #spare: ByteWriter[] = [];

  /** An empty buffer. */
  take(): ByteWriter {
    return this.#spare.pop() ?? new ByteWriter(INITIAL);
  }

  /** Takes a buffer back that nobody reads any more. */
  giveBack(buffer: ByteWriter): void {
    if (buffer.length > MAX_KEPT || this.#spare.length >= MAX_SPARE) return;
    buffer.reset();
    this.#spare.push(buffer);
  }
}
