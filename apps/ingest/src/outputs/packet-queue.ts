import { costOf, detach, type MediaPacket } from "../hub/media-packet.js";

/** Frames shorter than this are copied if they would pin something much larger. */
const SMALL = 4096;
/** Larger ones are, once what all of them pin is so many times what is counted for them, and some buffers more. */
const MAX_PINNED = 4;
const PINNED_FREELY = 2 * 1024 * 1024;

/** Packets that wait for one player, first in first out, with a count of the memory that this takes. */
export class PacketQueue {
  #packets: MediaPacket[] = [];
  #next = 0; // place of the first that is still there
  #bytes = 0;
  #pinned = 0; // bytes of the buffers in which the payloads are: of each run of packets in one, once

  /** Bytes held, with the cost of each packet. */
  get bytes(): number {
    return this.#bytes;
  }
  get empty(): boolean {
    return this.#next === this.#packets.length;
  }

  push(packet: MediaPacket): void {
    const pinned = this.#pinnedBy(packet, this.#packets.length - 1);
    const kept = this.#pinsMuch(packet, pinned) ? detach(packet) : packet;
    this.#packets.push(kept);
    this.#bytes += costOf(packet);
    this.#pinned += kept === packet ? pinned : packet.payload.length;
  }

  /** Takes the first packet. */
  shift(): MediaPacket | undefined {
    const packet = this.#packets[this.#next];
    if (packet === undefined) return undefined;
    this.#next++;
    this.#bytes -= costOf(packet);
    this.#pinned -= this.#pinnedBy(packet, this.#next);
    // Now and then, so that each packet is moved about once.
    if (this.empty || (this.#next >= 64 && 2 * this.#next >= this.#packets.length)) {
      this.#packets.splice(0, this.#next);
      this.#next = 0;
    }
    return packet;
  }

  /** Forgets all. @returns how many frames that were. */
  clear(): number {
    const frames = this.#packets.filter(({ role }, i) => i >= this.#next && role === "frame").length;
    this.#packets = [];
    this.#next = 0;
    this.#bytes = 0;
    this.#pinned = 0;
    return frames;
  }

  /** Bytes of a packet's buffer, unless its neighbour in the queue, at that place, holds it already. */
  #pinnedBy({ payload }: MediaPacket, neighbour: number): number {
    const shared = neighbour >= this.#next && this.#packets[neighbour]?.payload.buffer === payload.buffer;
    return shared ? 0 : payload.buffer.byteLength;
  }

  /** A frame that waits alone must not keep all of the buffer in memory that it came with. */
  #pinsMuch({ payload }: MediaPacket, pinned: number): boolean {
    const { length, buffer } = payload;
    if (buffer.byteLength <= 8 * length) return false;
    return length < SMALL || this.#pinned + pinned > MAX_PINNED * this.#bytes + PINNED_FREELY;
  }
}
