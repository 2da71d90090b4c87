import {
  isAudioChannelConfig,
  isAudioSequenceHeader,
  isVideoKeyframe,
  isVideoMetadata,
  isVideoSequenceHeader,
} from "@rtmp/flv";
import { readDataFrame } from "./data-frame.js";
import { InitCache } from "./init-cache.js";
import type { MediaPacket } from "./media-packet.js";
import type { StreamId } from "./stream-id.js";
import { TimestampUnwrapper } from "./timestamp-unwrapper.js";

/** A message as it comes from a publisher. A session's `MediaMessage` fits. */
export interface PublishedMessage {
  readonly type: "audio" | "video" | "data";
  readonly messageTypeId: number;
  /** Milliseconds modulo 2^32. */
  readonly timestamp: number;
  readonly payload: Uint8Array;
}

/** How a publish ended. */
export interface StreamEnd {
  /** Whether the publisher closed the stream itself. */
  readonly clean: boolean;
  readonly reason: string;
}

/** Takes what a stream's publisher sends: a recorder, later players, relays and segmenters. */
export interface StreamSubscriber {
  /**
   * Takes a packet. A promise pauses the publisher until it settles: only for those that must not lose anything.
   * Must not throw or reject: a subscriber that does is removed from the stream.
   */
  packet(packet: MediaPacket): void | Promise<void>;
  /** The publish is over. The stream counts as ended when the promises of all subscribers are settled. */
  end(end: StreamEnd): void | Promise<void>;
  /** Bytes of media that it keeps for this stream. */
  readonly heldBytes: number;
}

/** What came over one publish, payload bytes and messages by kind. */
export interface StreamCounts {
  audioMessages: number;
  videoMessages: number;
  dataMessages: number;
  audioBytes: number;
  videoBytes: number;
  dataBytes: number;
}

/** One stream while it is being published: passes each message on to its subscribers. */
export class LiveStream {
  readonly id: StreamId;
  /** When the publish was accepted. */
  readonly startedAt: Date;
  readonly counts: Readonly<StreamCounts>;
  readonly #counts: StreamCounts;
  readonly #unwrapper = new TimestampUnwrapper();
  readonly #init = new InitCache();
  readonly #subscribers = new Set<StreamSubscriber>();
  readonly #onSubscriberError: (error: unknown) => void;
  #ended = false;

  /** @param onSubscriberError told when a subscriber threw or rejected, and was removed. */
  constructor(id: StreamId, startedAt: Date, onSubscriberError: (error: unknown) => void = () => {}) {
    this.id = id;
    this.startedAt = startedAt;
    this.#onSubscriberError = onSubscriberError;
    this.#counts = { audioMessages: 0, videoMessages: 0, dataMessages: 0, audioBytes: 0, videoBytes: 0, dataBytes: 0 };
    this.counts = this.#counts;
  }

  /** Bytes of media that subscribers keep. */
  get heldBytes(): number {
    let held = 0;
    for (const subscriber of this.#subscribers) held += subscriber.heldBytes;
    return held;
  }

  /** Metadata and decoder configurations, for somebody who starts now. */
  initPackets(): MediaPacket[] {
    return this.#init.packets();
  }

  /** Adds a subscriber. @returns removes it again, without a call of its `end`. */
  subscribe(subscriber: StreamSubscriber): () => void {
    if (this.#ended) throw new RangeError("the stream has ended");
    this.#subscribers.add(subscriber);
    return () => this.#subscribers.delete(subscriber);
  }

  /**
   * Passes a message on to all subscribers.
   * @returns a promise if one of them asks the publisher to wait.
   */
  write(message: PublishedMessage): void | Promise<void> {
    if (this.#ended) return;
    const packet = this.#toPacket(message);
    if (packet === undefined) return;
    let waits: Promise<void>[] | undefined;
    for (const subscriber of this.#subscribers) {
      try {
        const wait = subscriber.packet(packet);
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

  #remove(subscriber: StreamSubscriber, error: unknown): void {
    this.#subscribers.delete(subscriber);
    this.#onSubscriberError(error);
  }

  /** @returns undefined for what is meant for the server alone. */
  #toPacket({ type, messageTypeId, timestamp, payload }: PublishedMessage): MediaPacket | undefined {
    const counts = this.#counts;
    if (type === "audio") {
      counts.audioMessages++;
      counts.audioBytes += payload.length;
      const config = isAudioSequenceHeader(payload) || isAudioChannelConfig(payload);
      return this.#media("audio", 8, config, false, timestamp, payload);
    }
    if (type === "video") {
      counts.videoMessages++;
      counts.videoBytes += payload.length;
      const config = isVideoSequenceHeader(payload) || isVideoMetadata(payload);
      return this.#media("video", 9, config, isVideoKeyframe(payload), timestamp, payload);
    }
    counts.dataMessages++;
    counts.dataBytes += payload.length;
    const frame = readDataFrame(messageTypeId, payload);
    if (frame.action === "clear") {
      if (frame.name === "onMetaData") this.#init.clearMetadata();
      return undefined;
    }
    const packet: MediaPacket = {
      kind: "data",
      tagType: messageTypeId === 15 ? 15 : 18,
      role: "data",
      keyframe: false,
      timestamp: this.#unwrapper.aside(timestamp),
      payload: frame.payload,
    };
    if (frame.name === "onMetaData") this.#init.setMetadata(packet);
    return packet;
  }

  #media(
    kind: "audio" | "video",
    tagType: 8 | 9,
    config: boolean,
    keyframe: boolean,
    timestamp: number,
    payload: Uint8Array,
  ): MediaPacket {
    const role = config ? "config" : "frame";
    const plain = config ? this.#unwrapper.aside(timestamp) : this.#unwrapper.frame(timestamp);
    const packet: MediaPacket = { kind, tagType, role, keyframe, timestamp: plain, payload };
    if (config) this.#init.setConfig(packet);
    return packet;
  }
}
