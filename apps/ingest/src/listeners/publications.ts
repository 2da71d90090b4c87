import type { MediaMessage, Publication } from "@rtmp/session";
import type { PublishFeed } from "../hub/publish-feed.js";
import { type LimitReached, PublishLimiter, type StreamLimits } from "../hub/stream-limits.js";

/** What one connection publishes: which stream each message goes to, and how much may. */
export class Publications {
  readonly #feeds = new Map<Publication, PublishFeed>();
  readonly #limiters = new Map<Publication, PublishLimiter>();
  readonly #clock: () => number;
  readonly #onLimit: (publication: Publication, limit: LimitReached) => void;
  #latest: { readonly of: Publication; readonly feed: PublishFeed } | undefined; // the last one that got something

  /** @param clock milliseconds of a clock that never goes back. @param onLimit called once for a publication, when a limit is reached. */
  constructor(clock: () => number, onLimit: (publication: Publication, limit: LimitReached) => void) {
    this.#clock = clock;
    this.#onLimit = onLimit;
  }

  get feeds(): ReadonlyMap<Publication, PublishFeed> {
    return this.#feeds;
  }
  /** Bytes of media that are kept of all its streams. */
  get heldBytes(): number {
    let held = 0;
    for (const { stream } of this.#feeds.values()) held += stream.heldBytes;
    return held;
  }
  /** Whether somebody wants what comes next as soon as it does. */
  get hurried(): boolean {
    for (const { stream } of this.#feeds.values()) if (stream.hurried) return true;
    return false;
  }

  /** Begins one. */
  add(publication: Publication, feed: PublishFeed, limits: StreamLimits = {}): void {
    this.#feeds.set(publication, feed);
    if (limits.maxBitrate === undefined && limits.maxDurationMs === undefined) return;
    const limiter = new PublishLimiter(limits, this.#clock, (limit) => this.#onLimit(publication, limit));
    this.#limiters.set(publication, limiter);
  }

  /** Takes a message of one. @returns a promise if its publisher is to wait. */
  write(message: MediaMessage, publication: Publication): void | Promise<void> {
    if (this.#limiters.size > 0 && this.#limiters.get(publication)?.count(message.payload.length) === false) return;
    if (this.#latest?.of === publication) return this.#latest.feed.write(message);
    const feed = this.#feeds.get(publication);
    if (feed === undefined) return;
    this.#latest = { of: publication, feed };
    return feed.write(message);
  }

  /** Limits one no longer, which is at its end. @returns its feed. */
  ending(publication: Publication): PublishFeed | undefined {
    this.#limiters.get(publication)?.stop();
    return this.#feeds.get(publication);
  }

  /** Forgets one. */
  remove(publication: Publication): void {
    this.#latest = undefined;
    this.#feeds.delete(publication);
    this.#limiters.get(publication)?.stop();
    this.#limiters.delete(publication);
  }
}
