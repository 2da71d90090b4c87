/** Buffers have powers of two as lengths, from 1 KiB to 1 MiB; longer ones are left to the collector. */
const SMALLEST = 10; // exponents
const LARGEST = 20;
const DEFAULT_MAX_IDLE = 4 * 1024 * 1024;

/**
 * Buffers that are used again: to allocate one costs more than to fill it. What is in them is left over from others, so give
 * nobody more of them than was written.
 */
export class BufferPool {
  readonly #maxIdle: number;
  readonly #allocate: (length: number) => Uint8Array;
  readonly #idle: Uint8Array[][] = Array.from({ length: LARGEST + 1 }, () => []);
  #idleBytes = 0;

  /**
   * @param maxIdleBytes how much of it may lie idle; what is given back beyond is left to the collector.
   * @param allocate makes a new buffer, which need not be zeroed.
   */
  constructor(
    maxIdleBytes = DEFAULT_MAX_IDLE,
    allocate: (length: number) => Uint8Array = (length) => new Uint8Array(length),
  ) {
    this.#maxIdle = maxIdleBytes;
    this.#allocate = allocate;
  }

  /** Bytes that lie idle. */
  get idleBytes(): number {
    return this.#idleBytes;
  }

  /** A buffer of at least `length` bytes, at most twice as many or 1 KiB. @throws RangeError if it can not be had. */
  take(length: number): Uint8Array {
    const power = Math.max(SMALLEST, 32 - Math.clz32(Math.max(length, 1) - 1));
    const idle = this.#idle[power]?.pop();
    if (idle === undefined) return this.#allocate(power > LARGEST ? length : 1 << power);
    this.#idleBytes -= idle.length;
    return idle;
  }

  /** Takes a buffer back that nobody uses any more. */
  give(buffer: Uint8Array): void {
    const { length } = buffer;
    const idle = this.#idle[31 - Math.clz32(length)];
    const fits = length >= 1 << SMALLEST && (length & (length - 1)) === 0 && this.#idleBytes + length <= this.#maxIdle;
    if (idle === undefined || !fits) return;
    this.#idleBytes += length;
    idle.push(buffer);
  }
}
