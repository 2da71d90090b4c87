import { mediaBuffers } from "../media-buffers.js";

/** Payloads are copied into buffers, one behind the other: short ones for a stream that keeps little, longer ones for another. */
const MIN_BUFFER = 64 * 1024;
const MAX_BUFFER = 1024 * 1024;
/** A buffer is about that part of what was kept the last time. */
const BUFFERS = 8;
/** A payload longer than that part of a buffer gets one of its own. */
const PARTS = 4;

/** Where a payload is kept. */
export interface KeptPayload {
  readonly buffer: Uint8Array;
  readonly start: number;
  readonly length: number;
}

/**
 * Keeps the payloads of one stream's frames: what comes from a publisher's connection is there for a moment only. Its buffers are used
 * again, as soon as it is told that nothing in them is needed, unless others may have kept a payload too.
 */
export class PayloadStore {
  #buffers: Uint8Array<ArrayBuffer>[] = []; // those to be used again
  #filling = NONE;
  #used = 0; // bytes of that one
  #kept = 0; // bytes since the last release
  #bufferLength = MIN_BUFFER;
  #shared = false;
  readonly #last = { buffer: NONE, start: 0, length: 0 };

  /** Room that it has ready, in bytes. */
  get spareBytes(): number {
    return this.#filling.length - this.#used;
  }

  /** Keeps a copy. @returns where, until the next call. */
  keep(payload: Uint8Array): KeptPayload {
    const { length } = payload;
    const last = this.#last;
    this.#kept += length;
    if (length > this.#bufferLength / PARTS) {
      last.buffer = this.#take(length);
      last.start = 0;
    } else {
      if (this.#used + length > this.#filling.length) this.#open();
      last.buffer = this.#filling;
      last.start = this.#used;
      this.#used += length;
    }
    last.length = length;
    last.buffer.set(payload, last.start);
    return last;
  }

  /** Somebody else keeps payloads, those that are there or that come until the next {@link release}. */
  share(): void {
    this.#shared = true;
    this.#buffers.length = 0;
  }

  /** Nothing of it is needed any more, but by those it was shared with: these have its buffers from now on. */
  release(): void {
    for (const buffer of this.#buffers) mediaBuffers.give(buffer);
    const wanted = 1 << (31 - Math.clz32(this.#kept / BUFFERS));
    this.#bufferLength = Math.min(Math.max(wanted, MIN_BUFFER), MAX_BUFFER);
    this.#buffers.length = 0;
    this.#filling = NONE;
    this.#last.buffer = NONE;
    this.#used = 0;
    this.#kept = 0;
    this.#shared = false;
  }

  #open(): void {
    this.#filling = this.#take(this.#bufferLength);
    this.#used = 0;
  }

  #take(length: number): Uint8Array<ArrayBuffer> {
    const buffer = mediaBuffers.take(length);
    if (!this.#shared) this.#buffers.push(buffer);
    return buffer;
  }
}

const NONE: Uint8Array = new Uint8Array(0);
