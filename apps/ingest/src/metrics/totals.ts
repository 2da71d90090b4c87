import type { Counter } from "prom-client";

/**
 * A counter that is read off elsewhere: what was counted of those that are gone, and what those that are there have counted. Never falls, as
 * Prometheus wants it, also while something goes from one to the other.
 */
export class Totals<Label extends string> {
  readonly #counter: Counter<Label>;
  readonly #label: Label;
  readonly #values = new Map<string, number>();
  readonly #gone = new Map<string, number>();

  /** @param label the counter's only one. */
  constructor(counter: Counter<Label>, label: Label) {
    this.#counter = counter;
    this.#label = label;
  }

  /** Adds what is counted for good. */
  add(value: string, count: number): void {
    this.#gone.set(value, (this.#gone.get(value) ?? 0) + count);
  }

  /** Writes the sums into the counter. @param live what is counted of those that are there, by label. */
  update(live: ReadonlyMap<string, number>): void {
    for (const value of new Set([...this.#gone.keys(), ...live.keys()])) {
      const sum = (this.#gone.get(value) ?? 0) + (live.get(value) ?? 0);
      const before = this.#values.get(value) ?? 0;
      if (sum <= before && this.#values.has(value)) continue;
      this.#values.set(value, sum);
      this.#counter.inc({ [this.#label]: value } as Record<Label, string>, Math.max(0, sum - before));
    }
  }
}

/** Adds to the number that a map has for a key. */
export function addTo(map: Map<string, number>, key: string, count: number): void {
  map.set(key, (map.get(key) ?? 0) + count);
}
