import { GopCache, type GopCacheLimits } from "./gop-cache.js";
import { InitCache } from "./init-cache.js";
import type { MediaPacket } from "./media-packet.js";
import { PayloadStore } from "./payload-store.js";
import { type PacketDraft, type PublishedMessage, PublishFeed } from "./publish-feed.js";
import type { StreamId } from "./stream-id.js";
import { type StreamLimits, ViewerSeats } from "./stream-limits.js";

/** How a stream ended. */
export interface StreamEnd {
  /** Whether the publisher closed the stream itself. */
  readonly clean: boolean;
  readonly reason: string;
}

/** Takes what a stream's publisher sends: a recorder, a player. */
export interface StreamSubscriber {
  /**
   * Takes a packet. A promise pauses the publisher until it settles: only for those that must not lose anything.
   * Must not throw or reject: a subscriber that does is removed from the stream.
   * @param entry whether a decoder can start here: a keyframe, or any frame of a stream without video.
   */
  packet(packet: MediaPacket, entry: boolean): void | Promise<void>;
  /** The publisher is gone but may come back, or is back. */
  paused?(paused: boolean): void;
  /** The stream is over. It counts as ended when the promises of all subscribers are settled. */
  end(end: StreamEnd): void | Promise<void>;
  /** Bytes of media that it keeps on the publisher's account. */
  readonly heldBytes: number;
  /** Whether it keeps frames beyond the call of `packet`. May change, if those that are there are got by `gopPackets`. @defaultValue true */
  readonly keepsFrames?: boolean;
  /** Whether packets may come to it a little late, several at once. @defaultValue false */
  readonly patient?: boolean;
  /** Whether somebody watches: a stream that is pulled on demand goes on for that. */
  readonly watching?: boolean;
}

/** Where a stream comes from: somebody publishes it here, or it is pulled from another server, or from another worker of this one. */
export type StreamOrigin = "publisher" | "pull" | "worker";

/** What a live stream is made of. */
export interface LiveStreamOptions {
  readonly gop: GopCacheLimits;
  /** Told when a subscriber threw or rejected, and was removed. */
  readonly onSubscriberError: (error: unknown) => void;
  /** @defaultValue "publisher" */
  readonly origin?: StreamOrigin;
}

const WITHOUT_GOP: LiveStreamOptions = { gop: { maxBytes: 0, maxMs: 0 }, onSubscriberError: () => {} };
/** From the last frame of one publisher to the first of the next, on the stream's clock: about one frame, in ms. */
const HANDOVER_MS = 40;

/**
 * One stream while it is being published: passes each message on to its subscribers. Its publisher may change: time goes on
 * where it stood, and the subscribers stay.
 */
export class LiveStream {
  readonly id: StreamId;
  /** When the first publish was accepted. */
  readonly startedAt: Date;
  readonly origin: StreamOrigin;
  /** The places of its viewers: who serves the stream to somebody takes one, and gives it back. */
  readonly seats = new ViewerSeats();
  #limits: StreamLimits = {};
  readonly #init = new InitCache();
  readonly #payloads = new PayloadStore();
  readonly #gop: GopCache;
  readonly #subscribers = new Set<StreamSubscriber>();
  readonly #onSubscriberError: (error: unknown) => void;
  #feed: PublishFeed | undefined;
  #lastTimestamp: number | undefined;
  #ended = false;

  constructor(id: StreamId, startedAt: Date, options: LiveStreamOptions = WITHOUT_GOP) {
    this.id = id;
    this.startedAt = startedAt;
    this.origin = options.origin ?? "publisher";
    this.#gop = new GopCache(options.gop, () => this.#payloads.release());
    this.#onSubscriberError = options.onSubscriberError;
  }

  /** What its publisher was allowed. */
  get limits(): StreamLimits {
    return this.#limits;
  }
  set limits(limits: StreamLimits) {
    this.#limits = limits;
    this.seats.max = limits.maxViewers ?? Number.POSITIVE_INFINITY;
  }
  /** Bytes of media kept on the publisher's account: by subscribers, and in the GOP cache. */
  get heldBytes(): number {
    let held = this.#gop.bytes + this.#payloads.spareBytes;
    for (const subscriber of this.#subscribers) held += subscriber.heldBytes;
    return held;
  }
  /** Whether somebody watches. */
  get watched(): boolean {
    for (const subscriber of this.#subscribers) if (subscriber.watching === true) return true;
    return false;
  }
  /** Whether somebody wants its packets as soon as they come. */
  get hurried(): boolean {
    for (const subscriber of this.#subscribers) if (subscriber.patient !== true) return true;
    return false;
  }
  /** Whether it is over for good. */
  get ended(): boolean {
    return this.#ended;
  }
  /** Whether somebody publishes at this moment. */
  get published(): boolean {
    return this.#feed !== undefined;
  }
  /** Timestamp of the latest frame, ms on the stream's clock. */
  get lastTimestamp(): number {
    return this.#lastTimestamp ?? 0;
  }

  /**
   * A publisher's turn begins; that of the one before ends, and it is told so by its `replace`.
   * @throws RangeError if the stream has ended.
   */
  begin(startedAt: Date, replace: () => void): PublishFeed {
    if (this.#ended) throw new RangeError("the stream has ended");
    const before = this.#feed;
    const returning = this.#lastTimestamp !== undefined;
    const base = this.#lastTimestamp === undefined ? undefined : this.#lastTimestamp + HANDOVER_MS;
    this.#feed = new PublishFeed(this, startedAt, replace, base);
    this.#gop.clear(); // frames of another encoder are no start for what comes now
    before?.replace();
    if (returning) this.#tell(false);
    return this.#feed;
  }

  /** A publisher's turn is over, the stream is not. @returns false if that turn was over before. */
  pause(feed: PublishFeed): boolean {
    if (this.#feed !== feed) return false;
    this.#feed = undefined;
    this.#tell(true);
    return true;
  }
  /** Tells the publisher that another one, somewhere else, takes its place. */
  replaceFeed(): void {
    this.#feed?.replace();
  }
  /** Whether it is this publisher's turn. */
  isFedBy(feed: PublishFeed): boolean {
    return this.#feed === feed;
  }

  /** Metadata and decoder configurations, for somebody who starts now. */
  initPackets(): MediaPacket[] {
    return this.#init.packets();
  }
  /** The frames since the last keyframe, for somebody who starts now; none if they are not kept. */
  gopPackets(): readonly MediaPacket[] {
    this.#payloads.share();
    return this.#gop.packets();
  }
  /** The last keyframe, to be looked at now; undefined if frames are not kept. */
  get keyframe(): MediaPacket | undefined {
    return this.#gop.keyframe;
  }

  /** Adds a subscriber. @returns removes it again, without a call of its `end`. @throws RangeError if the stream has ended. */
  subscribe(subscriber: StreamSubscriber): () => void {
    if (this.#ended) throw new RangeError("the stream has ended");
    if (keepsFrames(subscriber)) this.#payloads.share();
    this.#subscribers.add(subscriber);
    return () => this.#subscribers.delete(subscriber);
  }

  /**
   * Passes a message on to all subscribers. Its payload is copied if somebody keeps it. Ignored from a publisher whose turn is over.
   * @returns a promise if one of them asks the publisher to wait.
   */
  write(feed: PublishFeed, message: PublishedMessage): void | Promise<void> {
    if (this.#feed !== feed || this.#ended) return;
    const packet = message.type === "data" ? this.#data(feed, message) : this.#media(feed, message);
    if (packet === undefined) return;
    const entry = this.#gop.isEntry(packet);
    if (packet.role === "frame") this.#keep(packet, entry);
    else packet.payload = packet.payload.slice();
    let waits: Promise<void>[] | undefined;
    const isLent = packet.payload === message.payload;
    for (const subscriber of this.#subscribers) {
      if (isLent && keepsFrames(subscriber)) continue; // it has joined since this packet was made, which can not be kept
      try {
        const wait = subscriber.packet(packet, entry);
        if (wait !== undefined) {
          waits ??= [];
          waits.push(wait.catch((error: unknown) => this.#remove(subscriber, error)));
        }
      } catch (error) {
        this.#remove(subscriber, error);
      }
    }
    if (waits === undefined) return;
    return waits.length === 1 ? waits[0] : Promise.all(waits).then(() => {});
  }

  /** Ends the stream. The promise resolves when every subscriber has finished; it never rejects. */
  async end(end: StreamEnd): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    this.#feed = undefined;
    this.#gop.clear();
    const subscribers = [...this.#subscribers];
    await Promise.all(
      subscribers.map(async (subscriber) => {
        try {
          await subscriber.end(end);
        } catch (error) {
          this.#onSubscriberError(error);
        }
      }),
    );
    this.#subscribers.clear();
  }

  /** Keeps a copy of a frame's payload, if somebody needs it. */
  #keep(packet: PacketDraft, entry: boolean): void {
    const admitted = this.#gop.admits(packet, entry);
    const shared = this.#hasKeepers();
    if (shared) this.#payloads.share();
    if (!admitted && !shared) return;
    const kept = this.#payloads.keep(packet.payload);
    if (admitted) this.#gop.push(packet, kept);
    if (shared) packet.payload = kept.buffer.subarray(kept.start, kept.start + kept.length);
  }

  #hasKeepers(): boolean {
    for (const subscriber of this.#subscribers) if (keepsFrames(subscriber)) return true;
    return false;
  }

  #media(feed: PublishFeed, message: PublishedMessage): PacketDraft {
    const packet = feed.media(message);
    if (packet.role === "config") this.#init.setConfig(packet);
    else if (this.#lastTimestamp === undefined || packet.timestamp > this.#lastTimestamp) {
      this.#lastTimestamp = packet.timestamp;
    }
    return packet;
  }

  #data(feed: PublishFeed, message: PublishedMessage): PacketDraft | undefined {
    const { packet, metadata } = feed.data(message);
    if (metadata === "clear") this.#init.clearMetadata();
    else if (metadata === "set" && packet !== undefined) this.#init.setMetadata(packet);
    return packet;
  }

  #tell(paused: boolean): void {
    for (const subscriber of this.#subscribers) {
      try {
        subscriber.paused?.(paused);
      } catch (error) {
        this.#remove(subscriber, error);
      }
    }
  }

  #remove(subscriber: StreamSubscriber, error: unknown): void {
    this.#subscribers.delete(subscriber);
    this.#onSubscriberError(error);
  }
}

function keepsFrames(subscriber: StreamSubscriber): boolean {
  return subscriber.keepsFrames !== false;
}
