import { Counter, type LabelValues, type Registry } from "prom-client";

/**
 * A counter that is only handed to prom-client when somebody looks: to count with it costs a few dozen nanoseconds instead of
 * microseconds, and encoders come and go by the thousand.
 */
export class Tally<Label extends string = never> {
  readonly #labelNames: readonly Label[];
  readonly #entries = new Map<string, { readonly labels: LabelValues<Label>; count: number }>();

  /** @param name without the prefix of the server. */
  constructor(name: string, help: string, labelNames: Label[], registers: Registry[]) {
    this.#labelNames = labelNames;
    const entries = this.#entries;
    if (labelNames.length === 0) entries.set("", { labels: {}, count: 0 }); // it is told also while it is 0
    new Counter({
      name: `rtmp_ingest_${name}`,
      help,
      labelNames,
      registers,
      collect() {
        this.reset();
        for (const { labels, count } of entries.values()) this.inc(labels, count);
      },
    });
  }

  /** Counts. The values of labels are bounded by the caller. */
  inc(labels: LabelValues<Label> = {}, by = 1): void {
    let key = "";
    for (const name of this.#labelNames) key += `${labels[name]}\n`;
    const entry = this.#entries.get(key);
    if (entry === undefined) this.#entries.set(key, { labels: { ...labels }, count: by });
    else entry.count += by;
  }
}
