/** What stands for values beyond the bound. */
const OTHER = "other";

/**
 * Bounds the values of a label: each value is a time series that is kept for ever. Codes and reasons are few by nature, but an
 * application, a hook or a gate may make up its own.
 */
export class LabelSet {
  readonly #known = new Set<string>();
  readonly #max: number;

  /** @param max different values; further ones are `other`. */
  constructor(max: number) {
    this.#max = max;
  }

  /** The value to use as a label. */
  of(value: string): string {
    if (this.#known.has(value)) return value;
    if (this.#known.size >= this.#max || !/^[\w.:-]{1,64}$/.test(value)) return OTHER;
    this.#known.add(value);
    return value;
  }
}
