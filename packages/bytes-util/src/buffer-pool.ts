/** Shortest and longest buffers that are used again; longer ones are left to the collector. */
const SHORTEST = 1024;
const LONGEST = 1024 * 1024;
const DEFAULT_MAX_IDLE = 4 * 1024 * 1024;

/**
 * Buffers that are used again: to allocate one costs more than to fill it. What is in them is left over from others, so give
 * nobody more of them than was written.
 */
export class BufferPool {
  readonly #maxIdle: number;
  readonly #allocate: (length: number) => Uint8Array;
  readonly #idle = new Map<number, Uint8Array[]>(); // by length
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

  /**
   * A buffer of at least `length` bytes, at most a quarter more, or 1 KiB: there are four lengths to each power of two.
   * @throws RangeError if it can not be had.
   */
  take(length: number): Uint8Array {
    if (length > LONGEST) return this.#allocate(length);
    const rounded = length <= SHORTEST ? SHORTEST : roundUp(length);
    const idle = this.#idle.get(rounded)?.pop();
    if (idle === undefined) return this.#allocate(rounded);
    this.#idleBytes -= rounded;
    return idle;
  }

  /** Takes a buffer back that nobody uses any more. */
  give(buffer: Uint8Array): void {
    const { length } = buffer;
    if (length < SHORTEST || length > LONGEST || length !== roundUp(length)) return;
    if (this.#idleBytes + length > this.#maxIdle) return;
    this.#idleBytes += length;
    const idle = this.#idle.get(length);
    if (idle === undefined) this.#idle.set(length, [buffer]);
    else idle.push(buffer);
  }
}

/** To the next of 4, 5, 6, 7 and 8 times a power of two. */
function roundUp(length: number): number {
  const step = 1 << (29 - Math.clz32(length));
  return (length + step - 1) & -step;
}
