import { costOf, isPicture, type MediaPacket } from "../hub/media-packet.js";
import { encodePackets } from "../hub/rtmp-wire.js";
import type { RtmpPlayer } from "./rtmp-player.js";
import type { Flushable, WriteGatherer } from "./write-gatherer.js";

/** Bytes gathered before they are written without further waiting. */
const ENOUGH = 32 * 1024;

/** What all players of a lane have in common. */
export interface LaneKind {
  readonly messageStreamId: number;
  readonly chunkSize: number;
  readonly audio: boolean;
  readonly video: boolean;
}

/** Packets gathered for the players of a lane. */
export interface PacketRun {
  readonly packets: MediaPacket[];
  /** For each whether a decoder can start there. */
  readonly entries: boolean[];
}

/** Told of players that have left by themselves. */
export interface LaneEvents {
  /** It could not take a run. */
  outOfStep(player: RtmpPlayer): void;
  /** It threw, which it must not. */
  failed(player: RtmpPlayer, error: unknown): void;
}

/**
 * Players that stand at the same place of a stream and want the same of it. What is gathered for them is encoded once; each
 * costs one write. Sound waits for the next picture, if that comes in time; a picture waits for nothing, unless it is told to.
 */
export class PlayerLane implements Flushable {
  readonly kind: LaneKind;
  readonly #gatherer: WriteGatherer;
  readonly #events: LaneEvents;
  readonly #players = new Set<RtmpPlayer>();
  #run: PacketRun = { packets: [], entries: [] };
  #heldBytes = 0;
  #sentMessages = 0;
  #sentBytes = 0;

  constructor(kind: LaneKind, gatherer: WriteGatherer, events: LaneEvents) {
    this.kind = kind;
    this.#gatherer = gatherer;
    this.#events = events;
  }

  get players(): Iterable<RtmpPlayer> {
    return this.#players;
  }
  get empty(): boolean {
    return this.#players.size === 0;
  }
  /** Bytes of media that are gathered, with the cost of each packet. */
  get heldBytes(): number {
    return this.#heldBytes;
  }
  /** Messages that every player was sent since the lane began. */
  get sentMessages(): number {
    return this.#sentMessages;
  }
  /** And their bytes, chunk headers included. */
  get sentBytes(): number {
    return this.#sentBytes;
  }

  /** A player goes along from the next packet on. */
  enter(player: RtmpPlayer): void {
    this.flush();
    this.#players.add(player);
    player.changeLane(this);
  }
  /** A player goes; what is gathered is not for it. */
  leave(player: RtmpPlayer): void {
    if (this.#players.delete(player)) player.changeLane(undefined);
  }

  add(packet: MediaPacket, entry: boolean): void {
    if (packet.kind !== "data" && !this.kind[packet.kind]) return;
    this.#run.packets.push(packet);
    this.#run.entries.push(entry);
    this.#heldBytes += costOf(packet);
    if (this.#heldBytes >= ENOUGH) this.flush();
    else if (isPicture(packet)) this.#gatherer.picture(this);
    else this.#gatherer.later(this);
  }

  /** Writes what is gathered. */
  flush(): void {
    this.#gatherer.forget(this);
    const run = this.#run;
    if (run.packets.length === 0) return;
    this.#run = { packets: [], entries: [] };
    this.#heldBytes = 0;
    if (this.empty) return;
    const bytes = encodePackets(run.packets, this.kind.messageStreamId, this.kind.chunkSize);
    for (const player of this.#players) {
      try {
        if (player.takeRun(bytes, run)) continue;
        this.#events.outOfStep(player);
      } catch (error) {
        this.leave(player);
        this.#events.failed(player, error);
      }
    }
    this.#sentMessages += run.packets.length; // not for those that have left just now
    this.#sentBytes += bytes.length;
  }
}
