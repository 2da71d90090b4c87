import type { Playback, ServerSession } from "@rtmp/session";
import type { LiveStream, StreamSubscriber } from "../hub/live-stream.js";
import { costOf, type MediaPacket } from "../hub/media-packet.js";
import { sendPacket } from "../hub/rtmp-wire.js";
import { PacketQueue } from "./packet-queue.js";
import type { WriteGatherer } from "./write-gatherer.js";

/** From the last frame to the end of the stream: GStreamer's rtmp2src drops a frame that the end comes right behind. In ms. */
const LAST_FRAME_MS = 100;
/** Bytes gathered for a player before they are written without further waiting. */
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
 */
export class RtmpPlayer implements StreamSubscriber {
  readonly heldBytes = 0; // on the publisher's account; see queuedBytes
  readonly watching = true;
  readonly playback: Playback;
  readonly #session: ServerSession;
  readonly #stream: LiveStream;
  readonly #maxQueueBytes: number;
  readonly #gatherer: WriteGatherer;
  readonly #counts: PlayerCounts = { sentMessages: 0, sentBytes: 0, droppedFrames: 0, drops: 0 };
  readonly #queue = new PacketQueue();
  #gathered = 0; // bytes sent since the last flush
  #scheduled = false;
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
    gatherer: WriteGatherer,
    onEnded: () => void = () => {},
  ) {
    this.#onEnded = onEnded;
    this.#session = session;
    this.playback = playback;
    this.#stream = stream;
    this.#maxQueueBytes = maxQueueBytes;
    this.#gatherer = gatherer;
  }

  get counts(): Readonly<PlayerCounts> {
    return this.#counts;
  }
  /** Bytes of media that wait for the player, with the cost of each packet. */
  get queuedBytes(): number {
    return this.#queue.bytes;
  }

  /** Sends metadata, decoder configurations and the current group of pictures, if there is one; live frames follow. */
  start(): void {
    const gop = this.#stream.gopPackets();
    this.#enqueueInit(gop[0]?.timestamp ?? this.#stream.lastTimestamp);
    if (this.#queue.bytes + sizeOf(gop) <= this.#maxQueueBytes) {
      this.#waiting = gop.length === 0;
      for (const packet of gop) this.#queue.push(packet);
    }
    this.drain();
  }

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
    this.#write();
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
    this.#paused = paused;
    if (paused) this.#queue.clear();
    else this.#comeBack();
  }
  /** The player wants audio or video, or no longer. When it wants one again it goes on at the next keyframe. */
  receive(kind: "audio" | "video", enabled: boolean): void {
    const before = this.#wants[kind];
    this.#wants[kind] = enabled;
    if (enabled && !before) this.#comeBack();
  }

  /** The socket takes more. */
  drain(): void {
    while (!this.#queue.empty && !this.#session.congested) {
      for (let sent = 0; sent < ENOUGH; ) {
        const packet = this.#queue.shift();
        if (packet === undefined) break;
        sent += this.#send(packet);
      }
      this.flush();
    }
    if (!this.#queue.empty) return;
    if (!this.#ending) return;
    this.#ending = false;
    setTimeout(() => {
      this.#session.endPlayback(this.playback.messageStreamId);
      this.#onEnded();
    }, LAST_FRAME_MS);
  }

  flush(): void {
    this.#scheduled = false;
    this.#gathered = 0;
    this.#session.flush();
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
    if (this.#queue.empty && !this.#session.congested) {
      this.#gathered += this.#send(packet);
      return;
    }
    if (this.#queue.bytes + costOf(packet) > this.#maxQueueBytes) this.#fallBehind(packet, entry);
    else this.#queue.push(packet);
  }

  /** What a decoder needs before a frame of this time. */
  #enqueueInit(timestamp: number): void {
    for (const packet of this.#stream.initPackets()) {
      // FFmpeg takes metadata at any other time than 0 for subtitles.
      this.#queue.push({ ...packet, timestamp: packet.role === "data" ? 0 : timestamp });
    }
  }

  #write(): void {
    if (this.#gathered >= ENOUGH) this.flush();
    else if (this.#gathered > 0 && !this.#scheduled) {
      this.#scheduled = true;
      this.#gatherer.schedule(this);
    }
  }

  #send(packet: MediaPacket): number {
    const length = sendPacket(this.#session, this.playback.messageStreamId, packet);
    this.#counts.sentMessages++;
    this.#counts.sentBytes += length;
    return length;
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
