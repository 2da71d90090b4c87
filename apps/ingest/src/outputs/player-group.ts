import type { LiveStream, StreamSubscriber } from "../hub/live-stream.js";
import type { MediaPacket } from "../hub/media-packet.js";
import { type LaneEvents, type LaneKind, PlayerLane } from "./player-lane.js";
import type { RtmpPlayer } from "./rtmp-player.js";
import type { WriteGatherer } from "./write-gatherer.js";

const NOBODY: readonly RtmpPlayer[] = [];

/**
 * The RTMP players of one stream. Those that take everything as it comes go together in lanes, where a packet costs each
 * of them nothing but its share of a write. The others are served one by one: those that have just come, wait for a
 * keyframe, pause, or are slow.
 */
export class PlayerGroup implements StreamSubscriber {
  readonly #gatherer: WriteGatherer;
  readonly #onError: (error: unknown) => void;
  readonly #lanes = new Map<string, PlayerLane>();
  readonly #single = new Set<RtmpPlayer>();
  readonly #laneEvents: LaneEvents = {
    outOfStep: (player) => this.#single.add(player),
    failed: (_player, error) => this.#onError(error),
  };

  /** @param onError told when a player threw, and was removed. */
  constructor(gatherer: WriteGatherer, onError: (error: unknown) => void) {
    this.#gatherer = gatherer;
    this.#onError = onError;
  }

  /** Bytes of media that are gathered for all. */
  get heldBytes(): number {
    let held = 0;
    for (const lane of this.#lanes.values()) held += lane.heldBytes;
    return held;
  }
  get empty(): boolean {
    if (this.#single.size > 0) return false;
    for (const lane of this.#lanes.values()) if (!lane.empty) return false;
    return true;
  }

  get watching(): boolean {
    return !this.empty;
  }

  /** Takes a player in: `start` it then. */
  add(player: RtmpPlayer): void {
    this.#single.add(player);
    player.enterGroup(this);
  }

  /** A player is gone. */
  remove(player: RtmpPlayer): void {
    this.#single.delete(player);
    player.lane?.leave(player);
  }

  /** A player is to be served by itself; it has all that came until now. */
  isolate(player: RtmpPlayer): void {
    const { lane } = player;
    if (lane === undefined) return;
    lane.flush();
    lane.leave(player);
    this.#single.add(player);
  }

  /** A player has all that came until now, and takes what comes: it need not be served by itself. */
  rejoin(player: RtmpPlayer): void {
    if (this.#single.delete(player)) this.#lane(player.laneKind).enter(player);
  }

  packet(packet: MediaPacket, entry: boolean): void {
    // Those that are there now: a player that falls out of step meanwhile has this packet from its lane.
    const single = this.#single.size > 0 ? [...this.#single] : NOBODY;
    for (const [key, lane] of this.#lanes) {
      if (lane.empty) this.#lanes.delete(key);
      else lane.add(packet, entry);
    }
    for (const player of single) this.#guard(player, () => player.packet(packet, entry));
  }

  paused(paused: boolean): void {
    this.#dissolve();
    for (const player of [...this.#single]) this.#guard(player, () => player.paused(paused));
  }

  end(): void {
    this.#dissolve();
    for (const player of [...this.#single]) this.#guard(player, () => player.end());
  }

  #lane(kind: LaneKind): PlayerLane {
    const { messageStreamId, audio, video } = kind;
    const key = `${messageStreamId} ${audio} ${video}`;
    const lane = this.#lanes.get(key) ?? new PlayerLane(kind, this.#gatherer, this.#laneEvents);
    this.#lanes.set(key, lane);
    return lane;
  }

  /** All are to be served by themselves. */
  #dissolve(): void {
    for (const lane of this.#lanes.values()) {
      lane.flush();
      for (const player of lane.players) this.isolate(player);
    }
    this.#lanes.clear();
  }

  #guard(player: RtmpPlayer, act: () => void): void {
    try {
      act();
    } catch (error) {
      this.remove(player);
      this.#onError(error);
    }
  }
}

/** The groups of all streams that have players. */
export class PlayerGroups {
  readonly #gatherer: WriteGatherer;
  readonly #onError: (error: unknown) => void;
  readonly #groups = new Map<LiveStream, { readonly group: PlayerGroup; leaveStream(): void }>();

  constructor(gatherer: WriteGatherer, onError: (error: unknown) => void) {
    this.#gatherer = gatherer;
    this.#onError = onError;
  }

  /** Adds a player to those of a stream: `start` it then. @returns removes it again, without a call of its `end`. @throws RangeError if the stream has ended. */
  join(stream: LiveStream, player: RtmpPlayer): () => void {
    let entry = this.#groups.get(stream);
    if (entry === undefined) {
      const group = new PlayerGroup(this.#gatherer, this.#onError);
      entry = { group, leaveStream: stream.subscribe(group) };
      this.#groups.set(stream, entry);
    }
    const { group, leaveStream } = entry;
    group.add(player);
    return () => {
      group.remove(player);
      if (!group.empty) return;
      leaveStream();
      if (this.#groups.get(stream)?.group === group) this.#groups.delete(stream);
    };
  }
}
