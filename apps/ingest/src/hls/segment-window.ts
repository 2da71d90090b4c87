/** A segment as a playlist lists it. */
export interface ListedSegment {
  /** Name of its file; of one that is not there for a gap. */
  readonly name: string;
  /** Name of the header that it needs; undefined for a gap. */
  readonly init: string | undefined;
  /** Seconds. */
  readonly duration: number;
  /** When its first frame was recorded, ms since 1970. */
  readonly date: number;
  readonly discontinuity: boolean;
}

/** The segments that a playlist has at a moment. */
export interface WindowView {
  /** Number of the first segment. */
  readonly sequence: number;
  /** How many discontinuities were before the first segment; its own is not one of them. */
  readonly discontinuitySequence: number;
  readonly segments: readonly ListedSegment[];
}

/** A slice whose segments are stored. */
export interface StoredSlice {
  /** Of the slice. */
  readonly number: number;
  /** Whether it does not continue the one before. */
  readonly discontinuity: boolean;
  /** Seconds: of its longest segment. */
  readonly duration: number;
  /** Names of the files, by track. */
  readonly names: ReadonlyMap<string, ListedSegment>;
  readonly bytes: number;
}

/** How much stays. */
export interface WindowLimits {
  /** Segments in a playlist, at least. */
  readonly segments: number;
  /** Bytes of all segments, those that left the playlists included. */
  readonly maxBytes: number;
}

/** Playlists have at least so many target durations (RFC 8216 6.2.2). */
const MIN_TARGETS = 3;

/**
 * The slices that playlists have, and those that have left them but are kept for clients that hold an older playlist: for as
 * long as the segment and the longest playlist with it (RFC 8216 6.2.2).
 */
export class SegmentWindow {
  readonly #limits: WindowLimits;
  readonly #firstOf = new Map<string, number>(); // number of each track's first slice
  #listed: StoredSlice[] = [];
  #leaving: { readonly stored: StoredSlice; seconds: number }[] = []; // with how long each is to stay
  #discontinuities = 0; // in what has left the playlists
  #bytes = 0;

  constructor(limits: WindowLimits) {
    this.#limits = limits;
  }

  /** Bytes of all segments that are kept. */
  get bytes(): number {
    return this.#bytes;
  }
  /** The keys of all tracks that playlists exist for, in the order in which they appeared. */
  get tracks(): readonly string[] {
    return [...this.#firstOf.keys()];
  }
  get slices(): readonly StoredSlice[] {
    return this.#listed;
  }

  /** Adds a slice. @param targetSeconds the target duration. @returns what is to be removed: nobody may ask for it any more. */
  push(stored: StoredSlice, targetSeconds: number): StoredSlice[] {
    this.#listed.push(stored);
    this.#bytes += stored.bytes;
    for (const key of stored.names.keys()) {
      if (!this.#firstOf.has(key)) this.#firstOf.set(key, stored.number);
    }
    const gone: StoredSlice[] = [];
    for (const leaving of this.#leaving) leaving.seconds -= stored.duration;
    this.#leaving = this.#leaving.filter(({ stored: left, seconds }) => {
      if (seconds <= 0) gone.push(left);
      return seconds > 0;
    });
    let total = this.#listed.reduce((sum, { duration }) => sum + duration, 0);
    for (let first = this.#listed[0]; first !== undefined; first = this.#listed[0]) {
      const rest = total - first.duration;
      if (this.#listed.length <= this.#limits.segments || rest < MIN_TARGETS * targetSeconds) break;
      this.#leaving.push({ stored: first, seconds: total + first.duration });
      this.#shift(first);
      total = rest;
    }
    for (const { bytes } of gone) this.#bytes -= bytes;
    return [...gone, ...this.#shrink()];
  }

  /** The playlist of a track; undefined if there is no such track. */
  view(key: string): WindowView | undefined {
    const from = this.#firstOf.get(key);
    if (from === undefined) return undefined;
    let discontinuitySequence = this.#discontinuities;
    const segments: ListedSegment[] = [];
    for (const { number, discontinuity, duration, names } of this.#listed) {
      if (number < from) {
        if (discontinuity) discontinuitySequence++;
        continue;
      }
      segments.push(
        names.get(key) ?? {
          name: segmentName(key, number, "gap"),
          init: undefined,
          duration,
          date: dateOf(names),
          discontinuity,
        },
      );
    }
    return { sequence: Math.max(from, this.#listed[0]?.number ?? from), discontinuitySequence, segments };
  }

  /** What does not fit in memory goes before its time, the oldest first; the newest slice stays. */
  #shrink(): StoredSlice[] {
    const gone: StoredSlice[] = [];
    while (this.#bytes > this.#limits.maxBytes) {
      const oldest = this.#leaving.shift()?.stored ?? (this.#listed.length > 1 ? this.#listed[0] : undefined);
      if (oldest === undefined) break;
      if (oldest === this.#listed[0]) this.#shift(oldest);
      this.#bytes -= oldest.bytes;
      gone.push(oldest);
    }
    return gone;
  }

  #shift(first: StoredSlice): void {
    this.#listed.shift();
    if (first.discontinuity) this.#discontinuities++;
  }
}

/**
 * Name of a segment's file.
 * @param salt letters, digits, `-` and `_`: whoever was shown one segment can not guess the next.
 */
export function segmentName(key: string, number: number, salt: string): string {
  return `${key}-${number}-${salt}.m4s`;
}

function dateOf(names: ReadonlyMap<string, ListedSegment>): number {
  for (const { date } of names.values()) return date;
  return 0;
}
