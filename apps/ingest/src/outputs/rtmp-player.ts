import type { MediaOutlet, Playback, ServerSession } from "@rtmp/session";
import type { LiveStream } from "../hub/live-stream.js";
import { costOf, type MediaPacket } from "../hub/media-packet.js";
import { encodePackets } from "../hub/rtmp-wire.js";
import { PacketQueue } from "./packet-queue.js";
import type { PlayerGroup } from "./player-group.js";
import type { LaneKind, PacketRun, PlayerLane } from "./player-lane.js";

/** From the last frame to the end of the stream: GStreamer's rtmp2src drops a frame that the end comes right behind. In ms. */
const LAST_FRAME_MS = 100;
/** Bytes of what waits that are written at once. */
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

/**
 * Sends a stream to one RTMP player. What the socket does not take waits in a queue with a bound; when that is full, all
 * that waits is dropped and the player goes on at the next keyframe. It never slows the stream down.
 *
 * A player that takes all as it comes goes along in a lane of its group, which encodes once for all in it.
 */
export class RtmpPlayer {
  readonly playback: Playback;
  readonly #session: ServerSession;
  readonly #stream: LiveStream;
  readonly #maxQueueBytes: number;
  readonly #counts: PlayerCounts = { sentMessages: 0, sentBytes: 0, droppedFrames: 0, drops: 0 };
  readonly #queue = new PacketQueue();
  #outlet: MediaOutlet | undefined; // since it was started
  #group: PlayerGroup | undefined;
  #lane: PlayerLane | undefined;
  /** Waiting for a frame to start from; frames before it are not for this player. */
  #waiting = true;
  #behind = false; // and that is because it was too slow
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
    this.#stream = stream;
    this.#maxQueueBytes = maxQueueBytes;
  }

  get counts(): Readonly<PlayerCounts> {
    this.#countLane(1);
    const counts = { ...this.#counts };
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
    const gop = this.#stream.gopPackets();
    this.#enqueueInit(gop[0]?.timestamp ?? this.#stream.lastTimestamp);
    if (this.#queue.bytes + sizeOf(gop) <= this.#maxQueueBytes) {
      this.#waiting = gop.length === 0;
      for (const packet of gop) this.#queue.push(packet);
    }
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

  /** Takes a packet while it is in no lane. @param entry whether a decoder can start here. */
  packet(packet: MediaPacket, entry: boolean): void {
    if (this.#paused) return;
    if (packet.role === "frame" && this.#waiting) {
      if (!entry) {
        if (this.#behind && this.#isWanted(packet)) this.#counts.droppedFrames++;
        return;
      }
      this.#waiting = this.#behind = false;
    }
    if (this.#isWanted(packet)) this.#take(packet, entry);
    this.#rejoin();
  }

  paused(paused: boolean): void {
    const { messageStreamId, streamName } = this.playback;
    if (paused) {
      this.#session.signal(messageStreamId, "streamDry");
      return;
    }
    this.#startOver(); // the next publisher's frames make sense from its first keyframe on
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
    while (!this.#queue.empty && !this.#session.congested) {
      const packets: MediaPacket[] = [];
      for (let bytes = 0; bytes < ENOUGH; ) {
        const packet = this.#queue.shift();
        if (packet === undefined) break;
        packets.push(packet);
        bytes += packet.payload.length;
      }
      this.#send(packets);
    }
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
    if (this.#lane !== undefined || this.#paused || this.#waiting || this.#ending || !this.#queue.empty) return;
    if (!this.#session.congested) this.#group?.rejoin(this);
  }

  /** Adds what it was sent in its lane to its own counts, or takes it away. */
  #countLane(sign: 1 | -1): void {
    this.#counts.sentMessages += sign * (this.#lane?.sentMessages ?? 0);
    this.#counts.sentBytes += sign * (this.#lane?.sentBytes ?? 0);
  }

  /** From here on nothing but a keyframe will do; what comes before it is no loss. */
  #startOver(): void {
    this.#waiting = true;
    this.#behind = false;
  }

  /** Configurations may have changed while the player did not get everything. */
  #comeBack(): void {
    this.#startOver();
    this.#queue.clear();
    this.#enqueueInit(this.#stream.lastTimestamp);
    this.drain();
  }

  #isWanted({ kind }: MediaPacket): boolean {
    return kind === "data" || this.#wants[kind];
  }

  #take(packet: MediaPacket, entry: boolean): void {
    if (this.#queue.empty && !this.#session.congested) this.#send([packet]);
    else if (this.#queue.bytes + costOf(packet) > this.#maxQueueBytes) this.#fallBehind(packet, entry);
    else this.#queue.push(packet);
  }

  /** What a decoder needs before a frame of this time. */
  #enqueueInit(timestamp: number): void {
    for (const packet of this.#stream.initPackets()) {
      // FFmpeg takes metadata at any other time than 0 for subtitles.
      this.#queue.push({ ...packet, timestamp: packet.role === "data" ? 0 : timestamp });
    }
  }

  #send(packets: readonly MediaPacket[]): void {
    const bytes = encodePackets(packets, this.playback.messageStreamId, this.#session.chunkSize);
    this.#outlet?.write(bytes);
    this.#counts.sentMessages += packets.length;
    this.#counts.sentBytes += bytes.length;
  }

  /** The queue is full: its frames are lost, and all up to the next keyframe. What a decoder needs stays. */
  #fallBehind(packet: MediaPacket, entry: boolean): void {
    this.#counts.drops++;
    this.#counts.droppedFrames += this.#queue.clear();
    this.#enqueueInit(packet.timestamp);
    if (entry && this.#queue.bytes + costOf(packet) <= this.#maxQueueBytes) {
      this.#queue.push(packet); // a keyframe: from here on all is well again
      return;
    }
    if (packet.role === "frame") this.#counts.droppedFrames++;
    this.#waiting = this.#behind = true;
  }
}

function sizeOf(packets: readonly MediaPacket[]): number {
  return packets.reduce((sum, packet) => sum + costOf(packet), 0);
}
