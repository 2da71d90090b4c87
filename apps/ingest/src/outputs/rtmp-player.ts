import type { Playback, ServerSession } from "@rtmp/session";
import type { LiveStream, StreamSubscriber } from "../hub/live-stream.js";
import type { MediaPacket } from "../hub/media-packet.js";
import { sendPacket } from "../hub/rtmp-wire.js";
import type { WriteGatherer } from "./write-gatherer.js";

/** From the last frame to the end of the stream: GStreamer's rtmp2src drops a frame that the end comes right behind. In ms. */
const LAST_FRAME_MS = 100;
/** Frames shorter than this are copied if they would pin something much larger. */
const SMALL = 4096;
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
  readonly playback: Playback;
  readonly #session: ServerSession;
  readonly #stream: LiveStream;
  readonly #maxQueueBytes: number;
  readonly #gatherer: WriteGatherer;
  readonly #counts: PlayerCounts = { sentMessages: 0, sentBytes: 0, droppedFrames: 0, drops: 0 };
  #queue: MediaPacket[] = [];
  #queuedBytes = 0;
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
  /** Bytes of media that wait for the player. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /** Sends metadata, decoder configurations and the current group of pictures, if there is one; live frames follow. */
  start(): void {
    const gop = this.#stream.gopPackets();
    this.#enqueueInit(gop[0]?.timestamp ?? this.#stream.lastTimestamp);
    if (this.#queuedBytes + sizeOf(gop) <= this.#maxQueueBytes) {
      this.#waiting = gop.length === 0;
      for (const packet of gop) this.#enqueue(packet);
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
    if (paused) this.#clear();
    else this.#startOver();
  }
  /** The player wants audio or video, or no longer. */
  receive(kind: "audio" | "video", enabled: boolean): void {
    this.#wants[kind] = enabled;
  }

  /** The socket takes more. */
  drain(): void {
    while (this.#queue.length > 0 && !this.#session.congested) {
      const queue = this.#queue;
      let sent = 0;
      let count = 0;
      while (count < queue.length && sent < ENOUGH) sent += this.#send(queue[count++] as MediaPacket);
      this.#queue = queue.slice(count);
      this.flush();
    }
    if (this.#queue.length > 0) return;
    this.#queuedBytes = 0;
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

  #isWanted({ kind }: MediaPacket): boolean {
    return kind === "data" || this.#wants[kind];
  }

  #take(packet: MediaPacket, entry: boolean): void {
    if (this.#queue.length === 0 && !this.#session.congested) {
      this.#gathered += this.#send(packet);
      return;
    }
    if (this.#queuedBytes + packet.payload.length > this.#maxQueueBytes) {
      this.#fallBehind(packet, entry);
      return;
    }
    this.#enqueue(packet);
  }

  /** What a decoder needs before a frame of this time. */
  #enqueueInit(timestamp: number): void {
    for (const packet of this.#stream.initPackets()) {
      // FFmpeg takes metadata at any other time than 0 for subtitles.
      this.#enqueue({ ...packet, timestamp: packet.role === "data" ? 0 : timestamp });
    }
  }

  #enqueue(packet: MediaPacket): void {
    const { payload } = packet;
    // A small frame that waits alone must not keep the whole read that it came with in memory.
    const detach = payload.length < SMALL && payload.buffer.byteLength > 8 * payload.length;
    this.#queue.push(detach ? { ...packet, payload: payload.slice() } : packet);
    this.#queuedBytes += packet.payload.length;
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
    if (this.#queuedBytes > 0) this.#queuedBytes = Math.max(0, this.#queuedBytes - packet.payload.length);
    return length;
  }

  /** The queue is full: its frames are lost, and all up to the next keyframe. What a decoder needs stays. */
  #fallBehind(packet: MediaPacket, entry: boolean): void {
    const lost = this.#queue.filter(({ role }) => role === "frame").length;
    this.#counts.drops++;
    this.#counts.droppedFrames += lost;
    this.#clear();
    this.#enqueueInit(packet.timestamp);
    if (entry && this.#queuedBytes + packet.payload.length <= this.#maxQueueBytes) {
      this.#enqueue(packet); // a keyframe: from here on all is well again
      return;
    }
    if (packet.role === "frame") this.#counts.droppedFrames++;
    this.#waiting = this.#behind = true;
  }

  #clear(): void {
    this.#queue = [];
    this.#queuedBytes = 0;
  }
}

function sizeOf(packets: readonly MediaPacket[]): number {
  return packets.reduce((sum, { payload }) => sum + payload.length, 0);
}
