/** Points kept: five minutes at one a second. */
const POINTS = 300;
const COLUMNS = ["videoBitrate", "audioBitrate", "frameRate", "gopMs", "viewers", "droppedFrames"] as const;

/** One point: what was going on in one second of a stream. Numbers without a value (no keyframe yet) are 0. */
export type HistoryPoint = { readonly [Column in (typeof COLUMNS)[number]]: number };

/** The points of a {@link StreamHistory}, oldest first: a column each. */
export type HistoryColumns = { readonly [Column in "at" | (typeof COLUMNS)[number]]: number[] };

/** The last minutes of a stream, for charts: a ring of fixed size. */
export class StreamHistory {
  /** Memory that it takes, in bytes. */
  static readonly byteLength = POINTS * (8 + 4 * COLUMNS.length);
  readonly #times = new Float64Array(POINTS);
  readonly #values = new Float32Array(POINTS * COLUMNS.length);
  #count = 0; // of all that were ever added

  /** @param at milliseconds since 1970. */
  add(at: number, point: HistoryPoint): void {
    const place = this.#count % POINTS;
    this.#times[place] = at;
    for (let i = 0; i < COLUMNS.length; i++) {
      this.#values[place * COLUMNS.length + i] = point[COLUMNS[i] as (typeof COLUMNS)[number]];
    }
    this.#count++;
  }

  /** The points that are later than a time, in ms since 1970. */
  columns(after = 0): HistoryColumns {
    const columns: HistoryColumns = {
      at: [],
      videoBitrate: [],
      audioBitrate: [],
      frameRate: [],
      gopMs: [],
      viewers: [],
      droppedFrames: [],
    };
    for (let n = Math.max(0, this.#count - POINTS); n < this.#count; n++) {
      const place = n % POINTS;
      const at = this.#times[place] ?? 0;
      if (at <= after) continue;
      columns.at.push(at);
      COLUMNS.forEach((column, i) => {
        columns[column].push(this.#values[place * COLUMNS.length + i] ?? 0);
      });
    }
    return columns;
  }
}
