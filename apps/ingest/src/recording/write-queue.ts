import { costOf, type MediaPacket } from "../hub/media-packet.js";
import type { FileStart } from "./recording-timeline.js";

/** A packet with its place in a recording. */
export interface PlacedPacket {
  readonly packet: MediaPacket;
  /** In the file, in ms. */
  readonly timestamp: number;
  /** Set if a new file begins with it: how, and when. */
  readonly start: (FileStart & { readonly at: Date }) | undefined;
}

/** What waits for the disk, with a count of the memory that this takes. */
export class WriteQueue {
  #waiting: PlacedPacket[] = [];
  #cost = 0;

  /** Bytes held, those of packets that were taken and are not done included. */
  get heldBytes(): number {
    return this.#cost;
  }
  get empty(): boolean {
    return this.#waiting.length === 0;
  }

  push(placed: PlacedPacket): void {
    this.#waiting.push(placed);
    this.#cost += costOf(placed.packet);
  }

  /** The next packets of one file, in order: of `maxBytes`, or a single larger one. Empty if nothing waits. */
  take(maxBytes: number): PlacedPacket[] {
    let count = 0;
    let bytes = 0;
    for (const { packet, start } of this.#waiting) {
      bytes += packet.payload.length;
      if (count > 0 && (start !== undefined || bytes > maxBytes)) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }

  /** Packets that were taken are dealt with: their memory is free, or counted elsewhere. */
  done(packets: readonly PlacedPacket[]): void {
    for (const placed of packets) this.#cost -= costOf(placed.packet);
  }

  /** Forgets everything. */
  clear(): void {
    this.#waiting = [];
    this.#cost = 0;
  }
}
