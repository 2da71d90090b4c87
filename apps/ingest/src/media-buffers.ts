import { BufferPool } from "@rtmp/bytes-util";

const MIB = 1024 * 1024;
/** How much may lie idle until a server has said what memory it may have, and at most. */
const DEFAULT_IDLE = 16 * MIB;
const MAX_IDLE = 256 * MIB;
/** Likewise, as a part of the memory budget. */
const PART = 1 / 8;
/** How often what lies idle is looked at: what did for so long goes. In ms. */
const TRIM_MS = 5000;

/**
 * Buffers for media, used again: memory outside of V8's heap that comes and goes as fast as media does makes V8 collect its whole heap
 * again and again. As many lie idle as were in use some seconds before, since encoders that began together end their groups of
 * pictures together, again and again.
 */
export class MediaBuffers {
  readonly #pool = new BufferPool({ maxIdleBytes: DEFAULT_IDLE, longest: 4 * MIB, allocate });
  #timer: NodeJS.Timeout | undefined;

  /** Bytes that lie idle. */
  get idleBytes(): number {
    return this.#pool.idleBytes;
  }

  /** @param budget bytes that may be held for all peers: an eighth of that may lie idle beside it, at most 256 MiB. */
  limit(budget: number): void {
    this.#pool.maxIdleBytes = Math.min(budget * PART, MAX_IDLE);
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
