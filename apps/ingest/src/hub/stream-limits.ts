/** What one stream may do, as decided when its publish is accepted. What is absent has no limit. */
export interface StreamLimits {
  /** Payload bits a second, averaged over {@link BITRATE_WINDOW_MS}: above it the publish ends with `bitrate-limit`. */
  readonly maxBitrate?: number | undefined;
  /** How long one publish may last: then it ends with `duration-limit`. */
  readonly maxDurationMs?: number | undefined;
  /** Players at once; more are refused. */
  readonly maxViewers?: number | undefined;
  /** Whether the stream is recorded. @defaultValue as configured */
  readonly record?: boolean | undefined;
}

/** How long a publisher may stay above its bitrate, or hold back and catch up, in ms. */
export const BITRATE_WINDOW_MS = 10_000;

/** The tighter of two limits in each respect. */
export function tighter(a: StreamLimits, b: StreamLimits): StreamLimits {
  return {
    maxBitrate: least(a.maxBitrate, b.maxBitrate),
    maxDurationMs: least(a.maxDurationMs, b.maxDurationMs),
    maxViewers: least(a.maxViewers, b.maxViewers),
    record: a.record === false || b.record === false ? false : (a.record ?? b.record),
  };
}

function least(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}

/** Why a publish may not go on, and the words for its encoder. */
export interface LimitReached {
  readonly reason: "bitrate-limit" | "duration-limit";
  readonly description: string;
}

/** Watches one publish: its bitrate message by message, its duration by a timer. */
export class PublishLimiter {
  readonly #bytesPerMs: number;
  readonly #capacity: number;
  readonly #clock: () => number;
  readonly #exceeded: (limit: LimitReached) => void;
  readonly #timer: NodeJS.Timeout | undefined;
  #level = 0; // bytes above what the rate has let through
  #at: number;
  #over = false;

  /**
   * @param clock milliseconds of a clock that never goes back.
   * @param exceeded called once, when a limit is reached.
   */
  constructor(limits: StreamLimits, clock: () => number, exceeded: (limit: LimitReached) => void) {
    const { maxBitrate, maxDurationMs } = limits;
    this.#bytesPerMs = (maxBitrate ?? Number.POSITIVE_INFINITY) / 8000;
    this.#capacity = this.#bytesPerMs * BITRATE_WINDOW_MS;
    this.#clock = clock;
    this.#at = clock();
    this.#exceeded = exceeded;
    if (maxDurationMs === undefined) return;
    const description = `A stream may last ${Math.round(maxDurationMs / 1000)} s here.`;
    this.#timer = setTimeout(() => this.#end({ reason: "duration-limit", description }), maxDurationMs);
  }

  /** Counts a message of so many bytes. @returns false if it is too much: then the publish is over. */
  count(bytes: number): boolean {
    if (this.#capacity === Number.POSITIVE_INFINITY) return !this.#over;
    const now = this.#clock();
    this.#level = Math.max(0, this.#level - (now - this.#at) * this.#bytesPerMs) + bytes;
    this.#at = now;
    if (this.#level <= this.#capacity) return !this.#over;
    const kilobits = Math.round(this.#bytesPerMs * 8);
    this.#end({
      reason: "bitrate-limit",
      description: `A stream may have ${kilobits} kbit/s here: lower the bitrate.`,
    });
    return false;
  }

  /** The publish is over: watches no longer. */
  stop(): void {
    this.#over = true;
    clearTimeout(this.#timer);
  }

  #end(limit: LimitReached): void {
    if (this.#over) return;
    this.stop();
    this.#exceeded(limit);
  }
}

/** The places of a stream's viewers. */
export class ViewerSeats {
  /** How many there are; those who sit already stay. */
  max = Number.POSITIVE_INFINITY;
  #taken = 0;

  /** Viewers at this moment. */
  get taken(): number {
    return this.#taken;
  }

  /** Takes a place. @returns gives it back, as often as you like; `undefined` if there is none. */
  take(): (() => void) | undefined {
    if (this.#taken >= this.max) return undefined;
    this.#taken++;
    let held = true;
    return () => {
      if (held) this.#taken--;
      held = false;
    };
  }
}
