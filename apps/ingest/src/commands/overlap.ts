import { audioTrackIdOf, videoTrackIdOf } from "@rtmp/flv";
import type { FlvPacket } from "./flv-packet.js";

/** A frame further back than this belongs to another timeline, in ms. */
const MAX_OVERLAP_MS = 60_000;

/**
 * Knows which frames are there already: who joins a stream again, after a lost connection or on another server, gets
 * the last of them once more.
 */
export class Overlap {
  readonly #last = new Map<string, number>();
  #before = new Map<string, number>();

  /** A new connection begins. */
  begin(): void {
    this.#before = new Map(this.#last);
  }

  /** Whether a frame came over an earlier connection. */
  has(packet: FlvPacket): boolean {
    if (packet.role !== "frame") return false;
    const track = trackOf(packet);
    const before = this.#before.get(track);
    if (before !== undefined) {
      const ahead = (packet.timestamp - before) | 0; // the nearest way round 2^32
      if (ahead <= 0 && ahead > -MAX_OVERLAP_MS) return true;
      this.#before.delete(track); // from here on all is new
    }
    this.#last.set(track, packet.timestamp);
    return false;
  }
}

function trackOf({ kind, payload }: FlvPacket): string {
  return `${kind} ${kind === "audio" ? audioTrackIdOf(payload) : videoTrackIdOf(payload)}`;
}
