/** Something that has output to flush. */
export interface Flushable {
  flush(): void;
}

/** Calls back later, once. */
export type Later = (callback: () => void) => void;

/** After so many milliseconds; with 0 when all is done that is under way: what one read brought goes out in one write. */
export function laterBy(ms: number): Later {
  return ms === 0 ? queueMicrotask : (callback) => void setTimeout(callback, ms);
}

/** Gathers writes: fewer and larger ones cost less. One timer serves all. */
export class WriteGatherer {
  readonly #later: Later;
  #dirty: Flushable[] = [];
  readonly #flushAll = (): void => {
    const dirty = this.#dirty;
    this.#dirty = [];
    for (const output of dirty) output.flush();
  };

  constructor(later: Later) {
    this.#later = later;
  }

  /** Flushes it soon, together with others. Call it once for each until its `flush`. */
  schedule(output: Flushable): void {
    this.#dirty.push(output);
    if (this.#dirty.length === 1) this.#later(this.#flushAll);
  }
}
