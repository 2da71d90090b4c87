import type { LiveStream } from "../hub/live-stream.js";
import { costOf, type MediaPacket } from "../hub/media-packet.js";
import { PacketQueue } from "./packet-queue.js";

/** Bytes of what waits that are sent at once. */
const ENOUGH = 32 * 1024;

/** What a player has got, and what it lost because it was too slow. */
export interface PlayerCounts {
  sentMessages: number;
  sentBytes: number;
  /** Frames that were dropped, those up to the keyframe at which the player went on included. */
  droppedFrames: number;
  /** How often that began: each time up to the next keyframe. */
  drops: number;
}

/** Where a player's packets go. */
export interface PlayerOutput {
  /** Whether it takes nothing for now. */
  readonly congested: boolean;
  /** Sends packets, in their order. @returns how many bytes that were. */
  send(packets: readonly MediaPacket[]): number;
  /** Whether a packet is for this player. @defaultValue all are */
  wants?(packet: MediaPacket): boolean;
}

/**
 * What one player gets of a stream: metadata, decoder configurations and the current group of pictures, then all that comes. What its output
 * does not take waits, within a bound; when that is full, all that waits is dropped, and the player goes on at the next keyframe. It never slows
 * the stream down.
 */
export class PlayerQueue {
  readonly counts: PlayerCounts = { sentMessages: 0, sentBytes: 0, droppedFrames: 0, drops: 0 };
  readonly #stream: LiveStream;
  readonly #maxBytes: number;
  readonly #output: PlayerOutput;
  readonly #queue = new PacketQueue();
  /** Waiting for a frame to start from; frames before it are not for this player. */
  #waiting = true;
  #behind = false; // and that is because it was too slow

  /** @param maxBytes what may wait, with a fixed cost for each packet. */
  constructor(stream: LiveStream, maxBytes: number, output: PlayerOutput) {
    this.#stream = stream;
    this.#maxBytes = maxBytes;
    this.#output = output;
  }

  /** Bytes that wait, with the cost of each packet. */
  get bytes(): number {
    return this.#queue.bytes;
  }
  get empty(): boolean {
    return this.#queue.empty;
  }
  /** Whether nothing but a keyframe will do. */
  get waiting(): boolean {
    return this.#waiting;
  }

  /** Sends what a decoder needs, and the current group of pictures if it fits. */
  start(): void {
    const gop = this.#stream.gopPackets();
    this.#pushInit(gop[0]?.timestamp ?? this.#stream.lastTimestamp);
    if (this.#queue.bytes + sizeOf(gop) <= this.#maxBytes) {
      this.#waiting = gop.length === 0;
      for (const packet of gop) this.#queue.push(packet);
    }
    this.drain();
  }

  /** Takes a packet. @param entry whether a decoder can start here. */
  packet(packet: MediaPacket, entry: boolean): void {
    if (packet.role === "frame" && this.#waiting) {
      if (!entry) {
        if (this.#behind && this.#isWanted(packet)) this.counts.droppedFrames++;
        return;
      }
      this.#waiting = this.#behind = false;
    }
    if (!this.#isWanted(packet)) return;
    if (this.#queue.empty && !this.#output.congested) this.#send([packet]);
    else if (this.#queue.bytes + costOf(packet) > this.#maxBytes) this.#fallBehind(packet, entry);
    else this.#queue.push(packet);
  }

  /** From here on nothing but a keyframe will do; what comes before it is no loss. */
  startOver(): void {
    this.#waiting = true;
    this.#behind = false;
  }

  /** The same, with what a decoder needs sent again: it may have changed while the player did not get everything. */
  comeBack(): void {
    this.startOver();
    this.#queue.clear();
    this.#pushInit(this.#stream.lastTimestamp);
    this.drain();
  }

  /** Sends what waits, as far as the output takes it. */
  drain(): void {
    while (!this.#queue.empty && !this.#output.congested) {
      const packets: MediaPacket[] = [];
      for (let bytes = 0; bytes < ENOUGH; ) {
        const packet = this.#queue.shift();
        if (packet === undefined) break;
        packets.push(packet);
        bytes += packet.payload.length;
      }
      this.#send(packets);
    }
  }

  /** Forgets what waits. */
  clear(): void {
    this.#queue.clear();
  }

  #isWanted(packet: MediaPacket): boolean {
    return this.#output.wants?.(packet) ?? true;
  }

  #send(packets: readonly MediaPacket[]): void {
    this.counts.sentMessages += packets.length;
    this.counts.sentBytes += this.#output.send(packets);
  }

  /** What a decoder needs before a frame of this time. */
  #pushInit(timestamp: number): void {
    for (const packet of this.#stream.initPackets()) {
      // FFmpeg takes metadata at any other time than 0 for subtitles.
      this.#queue.push({ ...packet, timestamp: packet.role === "data" ? 0 : timestamp });
    }
  }

  /** The queue is full: its frames are lost, and all up to the next keyframe. What a decoder needs stays. */
  #fallBehind(packet: MediaPacket, entry: boolean): void {
    this.counts.drops++;
    this.counts.droppedFrames += this.#queue.clear();
    this.#pushInit(packet.timestamp);
    if (entry && this.#queue.bytes + costOf(packet) <= this.#maxBytes) {
      this.#queue.push(packet); // a keyframe: from here on all is well again
      return;
    }
    if (packet.role === "frame") this.counts.droppedFrames++;
    this.#waiting = this.#behind = true;
  }
}

function sizeOf(packets: readonly MediaPacket[]): number {
  return packets.reduce((sum, packet) => sum + costOf(packet), 0);
}
