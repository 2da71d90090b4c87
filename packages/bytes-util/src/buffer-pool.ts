/** Shortest buffers. */
const SHORTEST = 1024;
const DEFAULT_LONGEST = 1024 * 1024;
const DEFAULT_MAX_IDLE = 4 * 1024 * 1024;

/** How buffers are kept. */
export interface BufferPoolOptions {
  /** How many bytes may lie idle; what is given back beyond is left to the collector. @defaultValue 4 MiB */
  readonly maxIdleBytes?: number;
  /** Longest buffer that is used again, in bytes, 1024 to 2^30; longer ones are left to the collector. @defaultValue 1 MiB */
  readonly longest?: number;
  /** Makes a new buffer, which need not be zeroed. */
  readonly allocate?: (length: number) => Uint8Array<ArrayBuffer>;
}

/**
 * Buffers that are used again: to allocate one costs more than to fill it. What is in them is left over from others, so give
 * nobody more of them than was written.
 */
export class BufferPool {
  /** How many bytes may lie idle. What lies there when it is lowered stays until it is taken or {@link trim | trimmed}. */
  maxIdleBytes: number;
  readonly #longest: number;
  readonly #allocate: (length: number) => Uint8Array<ArrayBuffer>;
  readonly #shelves = new Map<number, Shelf>(); // by the length of their buffers
  #idleBytes = 0;

  constructor(options: BufferPoolOptions = {}) {
    const { maxIdleBytes = DEFAULT_MAX_IDLE, longest = DEFAULT_LONGEST, allocate = zeroed } = options;
    this.maxIdleBytes = maxIdleBytes;
    this.#longest = longest;
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
  take(length: number): Uint8Array<ArrayBuffer> {
    if (length > this.#longest) return this.#allocate(length);
    const rounded = length <= SHORTEST ? SHORTEST : roundUp(length);
    const buffer = this.#shelves.get(rounded)?.take();
    if (buffer === undefined) return this.#allocate(rounded);
    this.#idleBytes -= rounded;
    return buffer;
  }

  /** Takes a buffer back that nobody uses any more. Where there is no room for it, one goes that was not needed since the last {@link trim}. */
  give(buffer: Uint8Array<ArrayBuffer>): void {
    const { length } = buffer;
    if (length < SHORTEST || length > this.#longest || length !== roundUp(length)) return;
    if (length > this.maxIdleBytes) return;
    while (this.#idleBytes + length > this.maxIdleBytes) if (!this.#drop()) return;
    this.#idleBytes += length;
    let shelf = this.#shelves.get(length);
    if (shelf === undefined) {
      shelf = new Shelf(length);
      this.#shelves.set(length, shelf);
    }
    shelf.put(buffer);
  }

  /**
   * Leaves those to the collector that lay idle all the time since the last call. For pools that may keep much: called every few
   * seconds, they keep what is needed again and again, and soon nothing of what is not.
   */
  trim(): void {
    for (const shelf of this.#shelves.values()) this.#idleBytes -= shelf.trim();
  }

  /** Leaves one buffer to the collector, of the length of which most is not needed. @returns false if all are. */
  #drop(): boolean {
    let most: Shelf | undefined;
    for (const shelf of this.#shelves.values()) if (shelf.spareBytes > (most?.spareBytes ?? 0)) most = shelf;
    if (most === undefined) return false;
    this.#idleBytes -= most.drop();
    return true;
  }
}

/** Idle buffers of one length. */
class Shelf {
  readonly #length: number;
  readonly #buffers: Uint8Array<ArrayBuffer>[] = [];
  #spare = 0; // so many were there at any time since the last trim

  constructor(length: number) {
    this.#length = length;
  }

  /** Bytes that were there at any time since the last trim. */
  get spareBytes(): number {
    return this.#length * this.#spare;
  }

  take(): Uint8Array<ArrayBuffer> | undefined {
    const buffer = this.#buffers.pop();
    this.#spare = Math.min(this.#spare, this.#buffers.length);
    return buffer;
  }
  put(buffer: Uint8Array<ArrayBuffer>): void {
    this.#buffers.push(buffer);
  }
  /** Lets go of one that is spare. @returns how many bytes went. */
  drop(): number {
    this.#buffers.shift();
    this.#spare--;
    return this.#length;
  }
  /** Lets go of all that are spare; those that are left count as spare until they are taken. @returns how many bytes went. */
  trim(): number {
    const bytes = this.spareBytes;
    this.#buffers.splice(0, this.#spare);
    this.#spare = this.#buffers.length;
    return bytes;
  }
}

/** To the next of 4, 5, 6, 7 and 8 times a power of two. */
function roundUp(length: number): number {
  const step = 1 << (29 - Math.clz32(length));
  return (length + step - 1) & -step;
}

function zeroed(length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(length);
}
