import { costOf, detach, type MediaPacket } from "../hub/media-packet.js";

/** Frames shorter than this are copied if they would pin something much larger. */
const SMALL = 4096;

/** Packets that wait for one player, first in first out, with a count of the memory that this takes. */
export class PacketQueue {
  #packets: MediaPacket[] = [];
  #next = 0; // place of the first that is still there
  #bytes = 0;

  /** Bytes held, with the cost of each packet. */
  get bytes(): number {
    return this.#bytes;
  }
  get empty(): boolean {
    return this.#next === this.#packets.length;
  }

  push(packet: MediaPacket): void {
    const { payload } = packet;
    // A small frame that waits alone must not keep the whole read that it came with in memory.
    const pinsMuch = payload.length < SMALL && payload.buffer.byteLength > 8 * payload.length;
    this.#packets.push(pinsMuch ? detach(packet) : packet);
    this.#bytes += costOf(packet);
  }

  /** Takes the first packet. */
  shift(): MediaPacket | undefined {
    const packet = this.#packets[this.#next];
    if (packet === undefined) return undefined;
    this.#next++;
    this.#bytes -= costOf(packet);
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
    return frames;
  }
}
