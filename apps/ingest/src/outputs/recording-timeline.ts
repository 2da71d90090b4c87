import type { MediaPacket } from "../hub/media-packet.js";

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

/** Takes a packet's place in a file: its timestamp there, and whether a new file begins with it. */
export type Place = (packet: MediaPacket, timestamp: number, newFile: boolean) => void;

/**
 * Decides which timestamp each packet has in a recording and where a new file starts; knows nothing of files.
 *
 * Timestamps stay as sent if the first frame's is below 10 s. Otherwise one offset is subtracted for all tracks: the
 * earliest frame's timestamp, for which the beginning (a second at most) is looked at before it is placed. A file ends
 * before 2^31 ms, or when the publisher's clock falls far behind the file's zero; the next one begins with the
 * metadata and the decoder configurations of all tracks.
 */
export class RecordingTimeline {
  readonly #place: Place;
  readonly #init: () => readonly MediaPacket[];
  #offset: number | undefined; // until then packets are held
  #held: MediaPacket[] = [];
  #heldBytes = 0;
  #first: number | undefined; // of the frames held
  #earliest = 0;
  #latest = 0;
  #kinds = 0; // bits: 1 audio frames seen, 2 video
  #opened = false;

  /**
   * @param place called in order, for each packet that is to be written.
   * @param init what a decoder needs before the frames that come next (`LiveStream.initPackets`).
   */
  constructor(place: Place, init: () => readonly MediaPacket[]) {
    this.#place = place;
    this.#init = init;
    this.#begin();
  }

  /** Bytes of packets that wait for the offset. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  push(packet: MediaPacket): void {
    if (this.#offset === undefined) {
      this.#hold(packet);
      return;
    }
    const timestamp = packet.timestamp - this.#offset;
    if (packet.role !== "frame") {
      this.#emit(packet, timestamp);
      return;
    }
    if (packet.kind === "video") this.#kinds |= 2;
    const mayCut = packet.keyframe || (this.#kinds & 2) === 0;
    if (timestamp >= END_MS || timestamp < -BACK_MS || (timestamp >= CUT_FROM_MS && mayCut)) {
      this.#begin();
      this.#hold(packet);
      return;
    }
    this.#emit(packet, timestamp);
  }

  /** Places what still waits. */
  end(): void {
    if (this.#offset === undefined && this.#held.length > 0) this.#settle();
  }

  /** Starts over with a file of which no frame is known yet. */
  #begin(): void {
    this.#offset = undefined;
    this.#first = undefined;
    this.#kinds = 0;
    this.#opened = false;
    this.#held = [];
    this.#heldBytes = 0;
    for (const packet of this.#init()) this.#hold({ ...packet, timestamp: 0 });
  }

  #hold(packet: MediaPacket): void {
    this.#held.push(packet);
    this.#heldBytes += packet.payload.length;
    if (packet.role === "frame") {
      this.#kinds |= packet.kind === "video" ? 2 : 1;
      if (this.#first === undefined) this.#first = this.#earliest = this.#latest = packet.timestamp;
      this.#earliest = Math.min(this.#earliest, packet.timestamp);
      this.#latest = Math.max(this.#latest, packet.timestamp);
    }
    if (this.#knowsEnough()) this.#settle();
  }

  #knowsEnough(): boolean {
    if (this.#held.length >= SEARCH.packets || this.#heldBytes >= SEARCH.bytes) return true;
    if (this.#first === undefined) return false;
    return this.#first < KEEP_BELOW_MS || this.#kinds === 3 || this.#latest - this.#earliest >= SEARCH.spanMs;
  }

  #settle(): void {
    const reference = this.#first ?? 0; // no frame at all: script data keep what they have
    this.#offset = reference < KEEP_BELOW_MS ? 0 : this.#earliest;
    const held = this.#held;
    this.#held = [];
    this.#heldBytes = 0;
    const offset = this.#offset;
    for (const packet of held) this.#emit(packet, packet.timestamp - offset);
  }

  #emit(packet: MediaPacket, timestamp: number): void {
    const newFile = !this.#opened;
    this.#opened = true;
    this.#place(packet, Math.min(Math.max(timestamp, 0), END_MS - 1), newFile);
  }
}
