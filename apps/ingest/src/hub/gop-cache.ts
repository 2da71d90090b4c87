import { videoTrackIdOf } from "@rtmp/flv";
import type { MediaPacket } from "./media-packet.js";

/** Memory that a cache may hold beyond twice what it keeps: one read of a socket. */
const SLACK = 65_536;

/** What a GOP cache may keep. */
export interface GopCacheLimits {
  /** Payload bytes; 0 turns the cache off. */
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
  #lastBuffer: ArrayBufferLike | undefined; // of the last packet that was kept as it is
  #pinned = 0; // bytes of all such buffers

  constructor(limits: GopCacheLimits) {
    this.#limits = limits;
  }

  /** Bytes of payload that it keeps. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether a player can start at this packet: it is a keyframe of the track that counts. */
  isEntry(packet: MediaPacket): boolean {
    if (packet.kind !== "video" || packet.role !== "frame") return false;
    const track = videoTrackIdOf(packet.payload) ?? 0;
    this.#mainTrack ??= track;
    return packet.keyframe && track === this.#mainTrack;
  }

  /** Whether the stream has shown any video. Without, a player can start anywhere. */
  get hasVideo(): boolean {
    return this.#mainTrack !== undefined;
  }

  /** Takes a frame. @param entry whether it {@link isEntry}. */
  push(packet: MediaPacket, entry: boolean): void {
    const { maxBytes, maxMs } = this.#limits;
    if (entry) this.clear();
    else if (this.#packets.length === 0) return;
    const first = this.#packets[0] ?? packet;
    if (this.#bytes + packet.payload.length > maxBytes || packet.timestamp - first.timestamp > maxMs) {
      this.clear();
      return;
    }
    this.#bytes += packet.payload.length;
    this.#packets.push(this.#pinsTooMuch(packet) ? { ...packet, payload: packet.payload.slice() } : packet);
  }

  /** A payload may be a view of a whole read, and keeps that in memory: fine as long as most of it is kept anyway. */
  #pinsTooMuch({ payload }: MediaPacket): boolean {
    const { buffer } = payload;
    if (buffer === this.#lastBuffer) return false;
    if (this.#pinned + buffer.byteLength > 2 * this.#bytes + SLACK) return true;
    this.#lastBuffer = buffer;
    this.#pinned += buffer.byteLength;
    return false;
  }

  /** The frames since the keyframe, in order; none if there is none to start from. */
  packets(): readonly MediaPacket[] {
    return this.#packets;
  }

  clear(): void {
    this.#packets = [];
    this.#bytes = 0;
    this.#pinned = 0;
    this.#lastBuffer = undefined;
  }
}
