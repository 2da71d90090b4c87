import { mediaBuffers } from "../media-buffers.js";

/** A connection or viewer as the budget sees it. */
export interface Holder {
  /** Bytes held for its peer: unparsed input, unfinished messages, queues. */
  readonly heldBytes: number;
  /** Whether it publishes: then it is never ended for the sake of others. */
  readonly publishing: boolean;
  /** Ends it at once. */
  evict(): void;
}

const GIB = 1024 ** 3;
/** How often what is held is added up, in ms. */
const CHECK_MS = 250;

/** A quarter of the machine's memory, 2 GiB at most. @param memory bytes that this process may have */
export function defaultMemoryBudget(memory: number): number {
  return Math.floor(Math.min(memory / 4, 2 * GIB));
}

/** Keeps the bytes held for all peers together within a budget, and the buffers that wait for others in proportion to it. */
export class MemoryBudget {
  #limit: number;
  #held = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param limit bytes. */
  constructor(limit: number) {
    this.#limit = limit;
    mediaBuffers.limit(limit);
  }

  /** Bytes held at the last check. */
  get heldBytes(): number {
    return this.#held;
  }
  /** Whether new connections are to be refused. */
  get exhausted(): boolean {
    return this.#held > this.#limit;
  }

  /** Another limit, in bytes. */
  reload(limit: number): void {
    this.#limit = limit;
    mediaBuffers.limit(limit);
  }

  /** Checks now and then. Keeps no process alive. @param holders all of them, asked each time. */
  start(holders: () => Iterable<Holder>): void {
    this.#timer = setInterval(() => this.check(holders()), CHECK_MS).unref();
  }
  stop(): void {
    clearInterval(this.#timer);
  }

  /** Adds up what is held; above the budget, ends those that do not publish, the largest holders first, until it is met. */
  check(holders: Iterable<Holder>): void {
    let held = 0;
    const others: { holder: Holder; bytes: number }[] = [];
    for (const holder of holders) {
      const bytes = holder.heldBytes;
      held += bytes;
      if (!holder.publishing && bytes > 0) others.push({ holder, bytes });
    }
    if (held > this.#limit) others.sort((a, b) => b.bytes - a.bytes);
    for (const { holder, bytes } of others) {
      if (held <= this.#limit) break;
      held -= bytes;
      holder.evict();
    }
    this.#held = held;
  }
}
