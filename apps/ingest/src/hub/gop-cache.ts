import { videoTrackIdOf } from "@rtmp/flv";
import { FrameLog } from "./frame-log.js";
import { costOf, type MediaPacket } from "./media-packet.js";
import type { KeptPayload } from "./payload-store.js";

/** After so long without a frame of the track that counts, others count: an encoder may change its tracks. In ms. */
const TRACK_GONE_MS = 5000;

/** What a GOP cache may keep. */
export interface GopCacheLimits {
  /** Bytes, with a fixed cost for each frame; 0 turns the cache off. */
  readonly maxBytes: number;
  /** Milliseconds from the keyframe on. */
  readonly maxMs: number;
}

/**
 * The current group of pictures: all frames since the last keyframe of the first video track, so that a player that joins
 * sees a picture at once. A group that grows beyond its bounds is let go; then players wait for the next keyframe.
 */
export class GopCache {
  readonly #limits: GopCacheLimits;
  readonly #frames = new FrameLog();
  #bytes = 0;
  #mainTrack: number | undefined;
  #mainTrackAt = 0; // time of its last frame
  readonly #onDrop: () => void;

  /** @param onDrop called when it has let go of all that it kept. */
  constructor(limits: GopCacheLimits, onDrop: () => void = () => {}) {
    this.#limits = limits;
    this.#onDrop = onDrop;
  }

  /** Bytes that it keeps, with the cost of each packet, and the ends of buffers into which the next one did not fit. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether a player can start at this frame: a keyframe of the track that counts, or anything where there is no video. */
  isEntry(packet: MediaPacket): boolean {
    if (packet.role !== "frame") return false;
    const { timestamp } = packet;
    const gone = this.#mainTrack === undefined || Math.abs(timestamp - this.#mainTrackAt) > TRACK_GONE_MS;
    const track = packet.kind === "video" ? videoTrackIdOf(packet.payload) : undefined;
    if (track === undefined) return gone && packet.kind === "audio";
    if (gone) this.#mainTrack = track;
    if (track !== this.#mainTrack) return false;
    this.#mainTrackAt = timestamp;
    return packet.keyframe;
  }

  /**
   * Decides whether a frame is to be kept: then {@link push} it next. Lets go of a group that is over, or too large.
   * @param entry whether it {@link isEntry}.
   */
  admits(packet: MediaPacket, entry: boolean): boolean {
    const { maxBytes, maxMs } = this.#limits;
    if (entry) this.#drop();
    if (this.#frames.length === 0 && !(entry && packet.kind === "video")) return false;
    const { timestamp } = packet;
    const ms = Math.abs(timestamp - (this.#frames.firstTimestamp ?? timestamp));
    if (this.#bytes + costOf(packet) <= maxBytes && ms <= maxMs) return true;
    this.#drop();
    return false;
  }

  /** Takes a frame that it admits. @param payload where its payload is kept, until the cache lets go. */
  push(packet: MediaPacket, payload: KeptPayload): void {
    this.#bytes += costOf(packet) + this.#frames.push(packet, payload);
  }

  /** The frames since the keyframe, in order; none if there is none to start from. */
  packets(): MediaPacket[] {
    return this.#frames.packets();
  }
  /** The keyframe. */
  get keyframe(): MediaPacket | undefined {
    return this.#frames.at(0);
  }

  /** Forgets all, also which track counts: another encoder follows. */
  clear(): void {
    this.#drop();
    this.#mainTrack = undefined;
  }

  #drop(): void {
    if (this.#frames.length === 0) return;
    this.#frames.clear();
    this.#bytes = 0;
    this.#onDrop();
  }
}
