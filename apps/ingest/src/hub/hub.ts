import {
  LiveStream,
  type LiveStreamOptions,
  type StreamEnd,
  type StreamOrigin,
  type StreamSubscriber,
} from "./live-stream.js";
import type { PublishFeed } from "./publish-feed.js";
import { type StreamId, streamKey } from "./stream-id.js";
import type { StreamLimits } from "./stream-limits.js";
import type { StreamRegistry } from "./stream-registry.js";
import type { Wanted } from "./wanted.js";

/** Makes a subscriber for a stream that begins; undefined if it does not want this one, or subscribes by itself. */
export type OutputFactory = (stream: LiveStream) => StreamSubscriber | undefined;

/** What is to be known of a publish. */
export interface PublishTerms {
  /** Of a stream that begins. @defaultValue `publisher` */
  readonly origin?: StreamOrigin | undefined;
  /** What the stream may do from now on; whether it is recorded is decided when it begins. */
  readonly limits?: StreamLimits | undefined;
}

/** What a hub is made of. */
export interface HubOptions {
  readonly registry: StreamRegistry;
  readonly outputs: readonly OutputFactory[];
  readonly gop: LiveStreamOptions["gop"];
  /** How long a stream waits for its publisher to come back before it ends, in ms. */
  readonly publisherGraceMs: number;
  /** What happens to a publish of a name that is being published. */
  readonly takeover: "refuse" | "replace";
  /** Told when a subscriber broke its promise not to throw, or the registry could not give a name back. */
  readonly onError: (error: unknown) => void;
  /** Somebody asks for a stream that is not there: who can get it from elsewhere does. */
  readonly onMissing?: (id: StreamId) => void;
  readonly now: () => Date;
}

/** Where publishers, players and outputs meet. */
export class Hub {
  readonly #options: HubOptions;
  /** Streams whose publisher is gone but may come back, each with what ends its wait. */
  readonly #orphans = new Map<LiveStream, { readonly timer: NodeJS.Timeout; finish(): Promise<void> }>();
  /** Names that the registry is being asked for, by their key: settled when that is decided. */
  readonly #claims = new Map<string, Promise<void>>();
  /** Players that wait for a stream, by its key. */
  readonly #waiting = new Map<string, Set<(stream: LiveStream) => void>>();

  constructor(options: HubOptions) {
    this.#options = options;
  }

  /**
   * Begins a publisher's turn: at a new stream with its outputs, or at one whose publisher is gone or replaced.
   * @param wanted whether the publisher is still there.
   * @param replace ends this publisher when another one takes its place.
   * @param terms what is to be known of the publish.
   * @returns undefined if somebody publishes that name already, or the publisher is gone.
   * @throws what the registry or an output throws; then nothing has begun.
   */
  async publish(
    id: StreamId,
    wanted: Wanted,
    replace: () => void,
    terms: PublishTerms = {},
  ): Promise<PublishFeed | undefined> {
    const { registry, takeover, gop, onError, now } = this.#options;
    const key = streamKey(id);
    // A name that is being claimed is taken, though its stream, which the registry may know already, is not fed yet.
    for (let claim = this.#claims.get(key); claim !== undefined; claim = this.#claims.get(key)) {
      if (takeover === "refuse") return undefined;
      await claim; // then its publisher is there to be replaced, or the name is free
      if (wanted.aborted) return undefined;
    }
    const existing = registry.get(id);
    // A mirror of another worker's stream gives way to the stream itself, should it move here.
    const isMirror = existing?.origin === "worker" && terms.origin !== "worker";
    if (existing !== undefined && !existing.ended && !isMirror) {
      if (existing.published && takeover === "refuse") return undefined;
      this.#adopt(existing);
      existing.limits = terms.limits ?? {};
      return existing.begin(now(), replace);
    }
    const { origin = "publisher", limits = {} } = terms;
    const stream = new LiveStream(id, now(), { gop, onSubscriberError: onError, origin });
    stream.limits = limits;
    const claimed = registry.claim(stream, wanted);
    if (typeof claimed === "boolean") return claimed ? this.#begin(stream, wanted, replace) : undefined;
    const begun = claimed
      .then((isOurs) => (isOurs ? this.#begin(stream, wanted, replace) : undefined))
      .finally(() => this.#claims.delete(key));
    this.#claims.set(
      key,
      begun.then(
        () => {},
        () => {}, // the claimant's to report
      ),
    );
    return begun;
  }

  /** Begins a stream whose name is its own. */
  async #begin(stream: LiveStream, wanted: Wanted, replace: () => void): Promise<PublishFeed | undefined> {
    if (stream.ended) return undefined; // given up for another process, which was quicker
    const { outputs } = this.#options;
    if (wanted.aborted) {
      await this.#end(stream, { clean: false, reason: "cancelled" }); // players may have found it
      return undefined;
    }
    try {
      for (const output of outputs) {
        const subscriber = output(stream);
        if (subscriber !== undefined) stream.subscribe(subscriber);
      }
    } catch (error) {
      await this.#end(stream, { clean: false, reason: "application-error" });
      throw error;
    }
    const feed = stream.begin(stream.startedAt, replace);
    this.#announce(stream);
    return feed;
  }

  /**
   * Ends a publisher's turn. The stream ends with it, unless it waits for its publisher to come back, or has another one.
   * The promise resolves when all outputs of a stream that ends have finished; its name is free before.
   * @param graceMs how long the stream waits, in ms.
   */
  async unpublish(feed: PublishFeed, end: StreamEnd, graceMs = this.#options.publisherGraceMs): Promise<void> {
    const { stream } = feed;
    if (!stream.isFedBy(feed)) return;
    if (graceMs === 0) {
      await this.#end(stream, end);
      return;
    }
    stream.pause(feed);
    const finish = (): Promise<void> => {
      this.#adopt(stream);
      return this.#end(stream, end);
    };
    this.#orphans.set(stream, { timer: setTimeout(() => void finish(), graceMs), finish });
  }

  /**
   * The stream of that name, now or when it is published within `waitMs`.
   * @param signal aborted when the player is gone.
   * @returns undefined if there is none.
   */
  find(id: StreamId, waitMs: number, signal: AbortSignal): LiveStream | undefined | Promise<LiveStream | undefined> {
    const { registry, onMissing } = this.#options;
    const stream = registry.get(id);
    if (stream !== undefined || waitMs === 0 || signal.aborted) return stream;
    onMissing?.(id);
    const key = streamKey(id);
    const waiting = this.#waiting.get(key) ?? new Set();
    this.#waiting.set(key, waiting);
    return new Promise((resolve) => {
      const settle = (found?: LiveStream): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", giveUp);
        waiting.delete(settle);
        if (waiting.size === 0 && this.#waiting.get(key) === waiting) this.#waiting.delete(key);
        resolve(found);
      };
      const giveUp = (): void => settle();
      const timer = setTimeout(giveUp, waitMs);
      signal.addEventListener("abort", giveUp, { once: true });
      waiting.add(settle);
    });
  }

  /** Whether a player waits for a stream of that name. */
  isAwaited(id: StreamId): boolean {
    return this.#waiting.has(streamKey(id));
  }

  /**
   * Another process wants the name of a stream: ends it if it waits for its publisher, or also if it has one.
   * @param force also if somebody publishes it: that one is told.
   * @returns whether the name is free now.
   */
  giveUp(id: StreamId, force: boolean): boolean {
    const stream = this.#options.registry.get(id);
    if (stream === undefined || stream.ended || stream.origin === "worker") return true;
    if (stream.published && !force) return false;
    this.#adopt(stream);
    stream.replaceFeed();
    void this.#end(stream, { clean: false, reason: "replaced" });
    return true;
  }

  /** Ends the streams that wait for their publishers. Resolves when their outputs have finished. */
  async close(): Promise<void> {
    await Promise.all([...this.#orphans.values()].map(({ finish }) => finish()));
  }

  #adopt(stream: LiveStream): void {
    clearTimeout(this.#orphans.get(stream)?.timer);
    this.#orphans.delete(stream);
  }

  #announce(stream: LiveStream): void {
    for (const found of [...(this.#waiting.get(streamKey(stream.id)) ?? [])]) found(stream);
  }

  async #end(stream: LiveStream, end: StreamEnd): Promise<void> {
    const ended = stream.end(end);
    await this.#release(stream);
    await ended;
  }

  async #release(stream: LiveStream): Promise<void> {
    try {
      await this.#options.registry.release(stream);
    } catch (error) {
      this.#options.onError(error);
    }
  }
}
