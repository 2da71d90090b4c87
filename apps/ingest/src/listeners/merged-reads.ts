/** What a read should bring, in bytes: half of what Linux takes for a new connection before its peer has to wait. */
const WORTH = 32 * 1024;
/** A shorter rest spares nothing, in ms. */
const MIN_REST_MS = 10;
/** How long a publisher that is read at once is left alone before it is looked at again, in ms. */
const LOOK_MS = 1000;
/** Those that are due within so many ms are called together. */
const STEP_MS = 5;

/** What of a session this needs. */
export interface RestingSession {
  readonly bytesReceived: number;
  /** Stops reading, if it can rest at this moment. */
  holdReading(): unknown;
  resumeReading(): void;
}

/** Time as it is needed here. */
export interface RestClock {
  /** Milliseconds of a clock that never goes back. */
  now(): number;
  /** Calls back once, after so many ms. */
  after(ms: number, callback: () => void): void;
}

const REAL_CLOCK: RestClock = {
  now: () => performance.now(),
  after: (ms, callback) => void setTimeout(callback, ms).unref(),
};

/**
 * Reads publishers that nobody is in a hurry for at intervals: several messages with one read, whose handling then finds in the
 * processor's caches what the first of them brought there. With many publishers that is about half of what they cost. The intervals
 * are such that little comes in one; a fast publisher is read at once.
 */
export class MergedReads {
  readonly #clock: RestClock;
  readonly #rests: Rests;
  /** Who is to be called, by the step in which that is due. */
  readonly #due = new Map<number, Set<PublisherReads>>();

  /** @param maxMs longest interval; 0: all are read at once. */
  constructor(maxMs: number, clock = REAL_CLOCK) {
    this.#clock = clock;
    this.#rests = { maxMs, now: () => clock.now(), call: (reads, ms) => this.#call(reads, ms) };
  }

  /**
   * Begins for a connection that publishes now.
   * @param hurried asked at each interval, whether somebody waits for what it sends.
   */
  of(session: RestingSession, hurried: () => boolean): PublisherReads {
    return new PublisherReads(session, hurried, this.#rests);
  }

  /** @returns where it waits for its call, to be taken out if that is not wanted any more. */
  #call(reads: PublisherReads, ms: number): Set<PublisherReads> {
    const now = this.#clock.now();
    const step = Math.round((now + ms) / STEP_MS);
    let waiting = this.#due.get(step);
    if (waiting === undefined) {
      waiting = new Set();
      this.#due.set(step, waiting);
      this.#clock.after(Math.max(1, step * STEP_MS - now), () => this.#callAll(step));
    }
    waiting.add(reads);
    return waiting;
  }

  #callAll(step: number): void {
    const waiting = this.#due.get(step) ?? new Set();
    this.#due.delete(step);
    for (const reads of waiting) reads.look();
  }
}

/** What the reads of one publisher have of all. */
interface Rests {
  readonly maxMs: number;
  now(): number;
  call(reads: PublisherReads, ms: number): Set<PublisherReads>;
}

/** When one publishing connection is read. */
export class PublisherReads {
  readonly #session: RestingSession;
  readonly #hurried: () => boolean;
  readonly #rests: Rests;
  #awaiting = false; // a message, to decide then on the next rest
  #decidedAt: number;
  #bytes: number; // received until then
  #waiting: Set<PublisherReads> | undefined; // it is in there until it is called

  constructor(session: RestingSession, hurried: () => boolean, rests: Rests) {
    this.#session = session;
    this.#hurried = hurried;
    this.#rests = rests;
    this.#decidedAt = rests.now();
    this.#bytes = session.bytesReceived;
    if (rests.maxMs >= MIN_REST_MS) this.#waiting = rests.call(this, LOOK_MS);
  }

  /** A message has come. */
  message(): void {
    if (this.#awaiting) this.#decide();
  }

  /** A rest is over, or it is time to see whether there may be one. */
  look(): void {
    this.#waiting = undefined;
    this.#awaiting = true;
    this.#session.resumeReading();
  }

  /** The connection is over. */
  stop(): void {
    this.#waiting?.delete(this);
    this.#awaiting = false;
    this.#session.resumeReading();
  }

  #decide(): void {
    const now = this.#rests.now();
    const { bytesReceived } = this.#session;
    const bytesPerMs = (bytesReceived - this.#bytes) / Math.max(1, now - this.#decidedAt);
    this.#awaiting = false;
    this.#decidedAt = now;
    this.#bytes = bytesReceived;
    const rest = Math.min(this.#rests.maxMs, WORTH / bytesPerMs);
    const mayRest = rest >= MIN_REST_MS && !this.#hurried();
    if (mayRest) this.#session.holdReading(); // which may not be the moment for it
    this.#waiting = this.#rests.call(this, mayRest ? rest : LOOK_MS);
  }
}
