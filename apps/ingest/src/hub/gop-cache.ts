import { videoTrackIdOf } from "@rtmp/flv";
import { costOf, detach, type MediaPacket } from "./media-packet.js";

/** Memory that a cache may hold beyond twice what it keeps: one read of a socket. */
const SLACK = 65_536;
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
  #packets: MediaPacket[] = [];
  #bytes = 0;
  #mainTrack: number | undefined;
  #mainTrackAt = 0; // time of its last frame
  #lastBuffer: ArrayBufferLike | undefined; // of the last packet that was kept as it is
  #pinned = 0; // bytes of all such buffers

  constructor(limits: GopCacheLimits) {
    this.#limits = limits;
  }

  /** Bytes that it keeps, with the cost of each packet. */
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

  /** Takes a frame. @param entry whether it {@link isEntry}. */
  push(packet: MediaPacket, entry: boolean): void {
    const { maxBytes, maxMs } = this.#limits;
    if (entry) this.#drop();
    if (this.#packets.length === 0 && !(entry && packet.kind === "video")) return;
    const first = this.#packets[0] ?? packet;
    if (this.#bytes + costOf(packet) > maxBytes || Math.abs(packet.timestamp - first.timestamp) > maxMs) {
      this.#drop();
      return;
    }
    this.#bytes += costOf(packet);
    this.#packets.push(this.#pinsTooMuch(packet) ? detach(packet) : packet);
  }

  /** The frames since the keyframe, in order; none if there is none to start from. */
  packets(): readonly MediaPacket[] {
    return this.#packets;
  }

  /** Forgets all, also which track counts: another encoder follows. */
  clear(): void {
    this.#drop();
    this.#mainTrack = undefined;
  }

  #drop(): void {
    this.#packets = [];
    this.#bytes = 0;
    this.#pinned = 0;
    this.#lastBuffer = undefined;
  }

  /** A payload that is a view of a whole read is fine as long as most of the read is kept anyway. */
  #pinsTooMuch({ payload }: MediaPacket): boolean {
    const { buffer } = payload;
    if (buffer === this.#lastBuffer) return false;
    if (this.#pinned + buffer.byteLength > 2 * this.#bytes + SLACK) return true;
    this.#lastBuffer = buffer;
    this.#pinned += buffer.byteLength;
    return false;
  }
}
