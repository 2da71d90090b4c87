import { videoTrackIdOf } from "@rtmp/flv";
import { detach, type MediaPacket } from "../hub/media-packet.js";
import { CodecWatch } from "./codec-watch.js";
import type { CutReason } from "./recording-info.js";

/** A recording whose first frame is earlier than this keeps its timestamps as they were sent, in ms. */
const KEEP_BELOW_MS = 10_000;
/** FLV readers take the timestamp field as signed. */
const END_MS = 2 ** 31;
/** From here on, an hour before that end, the next keyframe opens a new file. */
const CUT_FROM_MS = END_MS - 3_600_000;
/** How far a frame may lie before the file's zero and still belong to it, in ms. */
const BACK_MS = 10_000;
/** The search for a stream's earliest frame looks at this much of its beginning, whichever comes first. */
const SEARCH = { spanMs: 1000, packets: 256, bytes: 1024 * 1024 } as const;
/** A track that appears so soon after a file's first frame is still one of that file, in ms. */
const TRACKS_WITHIN_MS = 1000;
/** What a container writes around a packet, about, in bytes. */
const FRAMING_BYTES = 15;

/** How a new file begins. */
export interface FileStart {
  /** What the file's timestamps lack to those of the stream, in ms. */
  readonly offsetMs: number;
  /** Why the file before it ended; undefined for the first. */
  readonly because: CutReason | undefined;
}

/** Takes a packet's place in a file: its timestamp there, and how a new file begins with it, if one does. */
export type Place = (packet: MediaPacket, timestamp: number, start: FileStart | undefined) => void;

/** Where files end, beside where they must. */
export interface TimelineOptions {
  /** Length of a file after which the next keyframe begins another, in ms. */
  readonly splitMs?: number | undefined;
  /** Likewise, in bytes. */
  readonly splitBytes?: number | undefined;
  /** Asked before a split. @param bytes about the size of the file that would end. */
  readonly maySplit?: (bytes: number) => boolean;
  /** Whether a file's tracks and their configurations are settled at its begin, so that a change begins another. */
  readonly fixedTracks?: boolean;
  /** Whether the first file begins at 0, wherever in the stream it begins. */
  readonly fromZero?: boolean;
}

/**
 * Decides which timestamp each packet has in a recording and where a new file starts; knows nothing of files.
 *
 * Timestamps of the first file stay as sent if the first frame's is below 10 s. Otherwise one offset is subtracted for
 * all tracks: the earliest frame's timestamp, for which the beginning (a second at most) is looked at before it is
 * placed. A file ends at the first keyframe of its main video track (that of its first video frame) behind the length or
 * size that is wanted, before 2^31 ms, or when the publisher's clock falls far behind the file's zero; the next one
 * begins with the metadata and the decoder configurations of all tracks. Every packet is in exactly one file, in order.
 */
export class RecordingTimeline {
  readonly #place: Place;
  readonly #init: () => readonly MediaPacket[];
  readonly #options: TimelineOptions;
  #codecs: CodecWatch | undefined;
  #offset: number | undefined; // until then packets are held
  #keepEarly: boolean;
  #because: CutReason | undefined;
  #held: MediaPacket[] = [];
  #heldBytes = 0;
  #initial = { packets: 0, bytes: 0 }; // of what is held: metadata and configurations that were there before
  #first: number | undefined; // timestamps of the file's frames, on the stream's clock
  #earliest = 0;
  #latest = 0;
  #kinds = 0; // bits: 1 audio frames seen, 2 video
  #mainTrack: number | undefined; // of the video tracks
  #bytes = 0; // of the file, without what it begins with
  #opened = false;

  /**
   * @param place called in order, for each packet that is to be written.
   * @param init what a decoder needs before the frames that come next (`LiveStream.initPackets`).
   */
  constructor(place: Place, init: () => readonly MediaPacket[], options: TimelineOptions = {}) {
    this.#place = place;
    this.#init = init;
    this.#options = options;
    this.#keepEarly = options.fromZero !== true;
    this.#begin(undefined);
  }

  /** Bytes of packets that wait for the offset. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  push(packet: MediaPacket): void {
    const cut = this.#cutAt(packet);
    if (cut !== undefined) this.#begin(cut);
    this.#bytes += packet.payload.length + FRAMING_BYTES;
    if (packet.role === "frame") this.#see(packet);
    if (this.#offset === undefined) this.#hold(packet);
    else this.#emit(packet, packet.timestamp - this.#offset);
  }

  /** Places what still waits. */
  end(): void {
    if (this.#offset === undefined && this.#held.length > 0) this.#settle();
  }

  /** Why a new file is to begin at this packet, if one is. */
  #cutAt(packet: MediaPacket): CutReason | undefined {
    const news = this.#codecs?.see(packet);
    if (news !== undefined && this.#first !== undefined) {
      if (news === "changed" || this.#latest - this.#earliest >= TRACKS_WITHIN_MS) return "codec-changed";
    }
    if (packet.role !== "frame" || this.#offset === undefined) return undefined;
    const timestamp = packet.timestamp - this.#offset;
    if (timestamp >= END_MS || timestamp < -BACK_MS) return "timestamps";
    if (!this.#mayCut(packet)) return undefined;
    if (timestamp >= CUT_FROM_MS) return "timestamps";
    const due = this.#splitDue(packet.timestamp);
    return due !== undefined && this.#options.maySplit?.(this.#bytes) !== false ? due : undefined;
  }

  /** Whether a file can begin at this frame: a keyframe of the main video track; without video any. */
  #mayCut({ kind, keyframe, payload }: MediaPacket): boolean {
    if (kind !== "video") return (this.#kinds & 2) === 0;
    return keyframe && (this.#mainTrack === undefined || videoTrackIdOf(payload) === this.#mainTrack);
  }

  /** Takes note of a frame of the file. */
  #see({ kind, payload, timestamp }: MediaPacket): void {
    this.#kinds |= kind === "video" ? 2 : 1;
    if (kind === "video") this.#mainTrack ??= videoTrackIdOf(payload);
    if (this.#first === undefined) this.#first = this.#earliest = this.#latest = timestamp;
    this.#earliest = Math.min(this.#earliest, timestamp);
    this.#latest = Math.max(this.#latest, timestamp);
  }

  #splitDue(timestamp: number): CutReason | undefined {
    const { splitMs = Number.POSITIVE_INFINITY, splitBytes = Number.POSITIVE_INFINITY } = this.#options;
    if (timestamp - this.#earliest >= splitMs) return "split-duration";
    return this.#bytes >= splitBytes ? "split-size" : undefined;
  }

  /** Starts over with a file of which no frame is known yet. */
  #begin(because: CutReason | undefined): void {
    this.end(); // of the file before
    if (because === "split-duration" || because === "split-size" || because === "codec-changed")
      this.#keepEarly = false;
    this.#because = because;
    this.#offset = undefined;
    this.#first = undefined;
    this.#kinds = 0;
    this.#mainTrack = undefined;
    this.#bytes = 0;
    this.#opened = false;
    this.#held = [];
    this.#heldBytes = 0;
    this.#codecs = this.#options.fixedTracks === true ? new CodecWatch() : undefined;
    const init = this.#init().map((packet) => ({ ...packet, timestamp: 0 }));
    for (const packet of init) {
      this.#codecs?.see(packet);
      this.#held.push(packet);
      this.#heldBytes += packet.payload.length;
    }
    this.#initial = { packets: init.length, bytes: this.#heldBytes };
  }

  #hold(packet: MediaPacket): void {
    this.#held.push(detach(packet)); // it may be there for this call alone
    this.#heldBytes += packet.payload.length;
    if (this.#knowsEnough()) this.#settle();
  }

  #knowsEnough(): boolean {
    if (this.#held.length - this.#initial.packets >= SEARCH.packets) return true;
    if (this.#heldBytes - this.#initial.bytes >= SEARCH.bytes) return true;
    if (this.#first === undefined) return false;
    if (this.#keepEarly && this.#first < KEEP_BELOW_MS) return true;
    return this.#kinds === 3 || this.#latest - this.#earliest >= SEARCH.spanMs;
  }

  #settle(): void {
    const reference = this.#first ?? 0; // no frame at all: script data keep what they have
    const keep = this.#first === undefined || (this.#keepEarly && reference < KEEP_BELOW_MS);
    this.#offset = keep ? 0 : this.#earliest;
    const held = this.#held;
    this.#held = [];
    this.#heldBytes = 0;
    const offset = this.#offset;
    for (const packet of held) this.#emit(packet, packet.timestamp - offset);
  }

  #emit(packet: MediaPacket, timestamp: number): void {
    const start = this.#opened ? undefined : { offsetMs: this.#offset ?? 0, because: this.#because };
    this.#opened = true;
    this.#place(packet, Math.min(Math.max(timestamp, 0), END_MS - 1), start);
  }
}
