import type { MediaOutlet, Playback, ServerSession } from "@rtmp/session";
import type { LiveStream } from "../hub/live-stream.js";
import type { MediaPacket } from "../hub/media-packet.js";
import { encodePackets } from "../hub/rtmp-wire.js";
import type { PlayerGroup } from "./player-group.js";
import type { LaneKind, PacketRun, PlayerLane } from "./player-lane.js";
import { type PlayerCounts, type PlayerOutput, PlayerQueue } from "./player-queue.js";

/** From the last frame to the end of the stream: GStreamer's rtmp2src drops a frame that the end comes right behind. In ms. */
const LAST_FRAME_MS = 100;

/**
 * Sends a stream to one RTMP player.
 *
 * A player that takes all as it comes goes along in a lane of its group, which encodes once for all in it.
 */
export class RtmpPlayer implements PlayerOutput {
  readonly playback: Playback;
  readonly #session: ServerSession;
  readonly #queue: PlayerQueue;
  #outlet: MediaOutlet | undefined; // since it was started
  #group: PlayerGroup | undefined;
  #lane: PlayerLane | undefined;
  #paused = false;
  readonly #onEnded: () => void;
  #ending = false; // the stream is over, and something still waits
  readonly #wants = { audio: true, video: true };

  /** @param onEnded called when the stream is over and the player has got all of it; not if the connection ends before. */
  constructor(
    session: ServerSession,
    playback: Playback,
    stream: LiveStream,
    maxQueueBytes: number,
    onEnded: () => void = () => {},
  ) {
    this.#onEnded = onEnded;
    this.#session = session;
    this.playback = playback;
    this.#queue = new PlayerQueue(stream, maxQueueBytes, this);
  }

  get counts(): Readonly<PlayerCounts> {
    this.#countLane(1);
    const counts = { ...this.#queue.counts };
    this.#countLane(-1);
    return counts;
  }
  /** Bytes of media that wait for the player, with the cost of each packet. */
  get queuedBytes(): number {
    return this.#queue.bytes;
  }

  /** The lane in which it goes along, if it does. */
  get lane(): PlayerLane | undefined {
    return this.#lane;
  }
  /** The kind of lane in which it can. */
  get laneKind(): LaneKind {
    const { messageStreamId } = this.playback;
    return { messageStreamId, chunkSize: this.#session.chunkSize, ...this.#wants };
  }

  /** Sends metadata, decoder configurations and the current group of pictures, if there is one; live frames follow. */
  start(): void {
    this.#outlet = this.#session.mediaOutlet(this.playback.messageStreamId);
    this.#queue.start();
    this.drain();
  }

  /** Its group tells it. */
  enterGroup(group: PlayerGroup): void {
    this.#group = group;
  }
  /** Its lane tells it. */
  changeLane(lane: PlayerLane | undefined): void {
    this.#countLane(1);
    this.#lane = lane;
    this.#countLane(-1);
  }

  /** Takes what its lane has gathered: `bytes` are the chunks of `run`. @returns false if it has left the lane instead, and keeps it in its queue. */
  takeRun(bytes: Buffer, { packets, entries }: PacketRun): boolean {
    if (this.#outlet?.write(bytes) === true) return true;
    this.#lane?.leave(this);
    for (const [i, packet] of packets.entries()) this.packet(packet, entries[i] ?? false);
    return false;
  }

  /** Whether its session takes nothing for now. */
  get congested(): boolean {
    return this.#session.congested;
  }
  /** Whether a packet is of a kind that it wants to receive. */
  wants({ kind }: MediaPacket): boolean {
    return kind === "data" || this.#wants[kind];
  }
  /** Sends packets at once; its queue calls it. */
  send(packets: readonly MediaPacket[]): number {
    const bytes = encodePackets(packets, this.playback.messageStreamId, this.#session.chunkSize);
    this.#outlet?.write(bytes);
    return bytes.length;
  }

  /** Takes a packet while it is in no lane. @param entry whether a decoder can start here. */
  packet(packet: MediaPacket, entry: boolean): void {
    if (this.#paused) return;
    this.#queue.packet(packet, entry);
    this.#rejoin();
  }

  paused(paused: boolean): void {
    const { messageStreamId, streamName } = this.playback;
    if (paused) {
      this.#session.signal(messageStreamId, "streamDry");
      return;
    }
    this.#queue.startOver(); // the next publisher's frames make sense from its first keyframe on
    const description = `${streamName} is published again.`;
    this.#session.notify(messageStreamId, { level: "status", code: "NetStream.Play.PublishNotify", description });
  }

  /** The stream is over: what waits is sent as the socket takes it, then the player is told. */
  end(): void {
    this.#ending = true;
    this.drain();
  }

  /** The player pauses, or goes on at the next keyframe. */
  pause(paused: boolean): void {
    this.#group?.isolate(this);
    this.#paused = paused;
    if (paused) this.#queue.clear();
    else this.#comeBack();
  }
  /** The player wants audio or video, or no longer. When it wants one again it goes on at the next keyframe. */
  receive(kind: "audio" | "video", enabled: boolean): void {
    this.#group?.isolate(this);
    const before = this.#wants[kind];
    this.#wants[kind] = enabled;
    if (enabled && !before) this.#comeBack();
    else this.#rejoin();
  }

  /** The socket takes more. */
  drain(): void {
    this.#queue.drain();
    if (!this.#queue.empty) return;
    this.#rejoin();
    if (!this.#ending) return;
    this.#ending = false;
    setTimeout(() => {
      this.#session.endPlayback(this.playback.messageStreamId);
      this.#onEnded();
    }, LAST_FRAME_MS);
  }

  /** Back into a lane, unless something is still in the way. */
  #rejoin(): void {
    if (this.#lane !== undefined || this.#paused || this.#queue.waiting || this.#ending || !this.#queue.empty) return;
    if (!this.#session.congested) this.#group?.rejoin(this);
  }

  /** Adds what it was sent in its lane to its own counts, or takes it away. */
  #countLane(sign: 1 | -1): void {
    const { counts } = this.#queue;
    counts.sentMessages += sign * (this.#lane?.sentMessages ?? 0);
    counts.sentBytes += sign * (this.#lane?.sentBytes ?? 0);
  }

  #comeBack(): void {
    this.#queue.comeBack();
    this.drain();
  }
}
