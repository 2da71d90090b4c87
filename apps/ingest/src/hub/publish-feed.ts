import {
  isAudioChannelConfig,
  isAudioSequenceHeader,
  isVideoKeyframe,
  isVideoMetadata,
  isVideoSequenceHeader,
} from "@rtmp/flv";
import { readDataFrame } from "./data-frame.js";
import type { LiveStream } from "./live-stream.js";
import type { MediaPacket } from "./media-packet.js";
import { TimestampUnwrapper } from "./timestamp-unwrapper.js";

/** A message as it comes from a publisher. A session's `MediaMessage` fits. */
export interface PublishedMessage {
  readonly type: "audio" | "video" | "data";
  readonly messageTypeId: number;
  /** Milliseconds modulo 2^32. */
  readonly timestamp: number;
  readonly payload: Uint8Array;
}

/** A packet that nobody has seen yet. */
export type PacketDraft = { -readonly [Field in keyof MediaPacket]: MediaPacket[Field] };

/** What came over one publish, payload bytes and messages by kind. */
export interface StreamCounts {
  audioMessages: number;
  videoMessages: number;
  dataMessages: number;
  audioBytes: number;
  videoBytes: number;
  dataBytes: number;
}

/** What a data message changes for those who join later. */
export type MetadataChange = "set" | "clear" | undefined;

/**
 * One publisher's turn at a live stream: turns its messages into packets on the stream's own clock, and counts them.
 * A stream outlives a feed when its publisher comes back or is replaced.
 */
export class PublishFeed {
  readonly stream: LiveStream;
  readonly startedAt: Date;
  /** Ends the publisher because another one takes its place. */
  readonly replace: () => void;
  readonly #counts: StreamCounts;
  readonly #unwrapper = new TimestampUnwrapper();
  readonly #base: number | undefined; // where the stream's clock stands, if it has run before
  #shift: number | undefined;

  /** @param base time of the stream at which the first frame is to be, in ms; `undefined` keeps the publisher's own. */
  constructor(stream: LiveStream, startedAt: Date, replace: () => void, base: number | undefined) {
    this.stream = stream;
    this.startedAt = startedAt;
    this.replace = replace;
    this.#base = base;
    this.#shift = base === undefined ? 0 : undefined;
    this.#counts = { audioMessages: 0, videoMessages: 0, dataMessages: 0, audioBytes: 0, videoBytes: 0, dataBytes: 0 };
  }

  get counts(): Readonly<StreamCounts> {
    return this.#counts;
  }

  /** Passes a message on to the stream. @returns a promise if the publisher is to wait. */
  write(message: PublishedMessage): void | Promise<void> {
    return this.stream.write(this, message);
  }

  /** The packet of an audio or video message. */
  media({ type, timestamp, payload }: PublishedMessage): PacketDraft {
    const counts = this.#counts;
    if (type === "audio") {
      counts.audioMessages++;
      counts.audioBytes += payload.length;
      const config = isAudioSequenceHeader(payload) || isAudioChannelConfig(payload);
      return this.#packet("audio", 8, config, false, timestamp, payload);
    }
    counts.videoMessages++;
    counts.videoBytes += payload.length;
    const config = isVideoSequenceHeader(payload) || isVideoMetadata(payload);
    return this.#packet("video", 9, config, isVideoKeyframe(payload), timestamp, payload);
  }

  /** The packet of a data message, if it is for anybody but the server, and what it changes. */
  data({ messageTypeId, timestamp, payload }: PublishedMessage): { packet?: PacketDraft; metadata: MetadataChange } {
    this.#counts.dataMessages++;
    this.#counts.dataBytes += payload.length;
    const frame = readDataFrame(messageTypeId, payload);
    const isMetadata = frame.name === "onMetaData";
    if (frame.action === "clear") return { metadata: isMetadata ? "clear" : undefined };
    const packet: PacketDraft = {
      kind: "data",
      tagType: messageTypeId === 15 ? 15 : 18,
      role: "data",
      keyframe: false,
      timestamp: this.#aside(timestamp),
      payload: frame.payload,
    };
    return { packet, metadata: isMetadata ? "set" : undefined };
  }

  #packet(
    kind: "audio" | "video",
    tagType: 8 | 9,
    config: boolean,
    keyframe: boolean,
    timestamp: number,
    payload: Uint8Array,
  ): PacketDraft {
    const role = config ? "config" : "frame";
    const plain = config ? this.#aside(timestamp) : this.#frame(timestamp);
    return { kind, tagType, role, keyframe, timestamp: plain, payload };
  }

  #frame(timestamp: number): number {
    const plain = this.#unwrapper.frame(timestamp);
    this.#shift ??= (this.#base ?? 0) - plain;
    if (plain + this.#shift < 0) this.#shift = -plain; // a clock set back further than the stream's has run
    return plain + this.#shift;
  }

  #aside(timestamp: number): number {
    if (this.#shift === undefined) return this.#base ?? 0;
    return Math.max(this.#base ?? 0, this.#unwrapper.aside(timestamp) + this.#shift);
  }
}
