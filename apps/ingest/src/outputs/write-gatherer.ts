/** Something that has output to flush. */
export interface Flushable {
  flush(): void;
}

/**
 * Gathers the writes of many players over a few milliseconds: fewer and larger writes cost less. One timer serves them all.
 * With 0 ms every write goes out at once.
 */
export class WriteGatherer {
  readonly #ms: number;
  #dirty: Flushable[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(ms: number) {
    this.#ms = ms;
  }

  /** Flushes at once, or together with others soon. Call it once for each until its `flush`. */
  schedule(player: Flushable): void {
    if (this.#ms === 0) {
      player.flush();
      return;
    }
    this.#dirty.push(player);
    this.#timer ??= setTimeout(() => this.#flushAll(), this.#ms);
  }

  #flushAll(): void {
    this.#timer = undefined;
    const dirty = this.#dirty;
    this.#dirty = [];
    for (const player of dirty) player.flush();
  }
}
