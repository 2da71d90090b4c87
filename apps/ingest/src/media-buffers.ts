import { BufferPool } from "@rtmp/bytes-util";
import { availableMemory } from "./available-memory.js";

const MIB = 1024 * 1024;
/** How often what lies idle is looked at: what did for so long goes. In ms. */
const TRIM_MS = 5000;

/**
 * Buffers for media, used again: memory outside of V8's heap that comes and goes as fast as media does makes V8 collect its whole heap
 * again and again. As many lie idle as were in use some seconds before, since encoders that began together end their groups of
 * pictures together, again and again.
 */
export class MediaBuffers {
  readonly #pool: BufferPool;
  #timer: NodeJS.Timeout | undefined;

  /** @param maxIdleBytes how much may lie idle. */
  constructor(maxIdleBytes = Math.min(availableMemory() / 32, 256 * MIB)) {
    this.#pool = new BufferPool({ maxIdleBytes, longest: 4 * MIB, allocate });
  }

  /** Bytes that lie idle. */
  get idleBytes(): number {
    return this.#pool.idleBytes;
  }

  /** A buffer of at least so many bytes, at most a quarter more, with what others left in it. */
  take(length: number): Uint8Array<ArrayBuffer> {
    return this.#pool.take(length);
  }

  /** Takes a buffer back that nobody uses any more. */
  give(buffer: Uint8Array<ArrayBuffer>): void {
    this.#pool.give(buffer);
    this.#timer ??= setTimeout(() => this.#trim(), TRIM_MS).unref();
  }

  #trim(): void {
    this.#pool.trim();
    this.#timer = this.idleBytes > 0 ? setTimeout(() => this.#trim(), TRIM_MS).unref() : undefined;
  }
}

/** Those of all streams and recordings of this process. */
export const mediaBuffers = new MediaBuffers();

function allocate(length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.allocUnsafeSlow(length).buffer as ArrayBuffer);
}
