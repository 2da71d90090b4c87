import { type Attempt, type ClientSession, type Publisher, withSetDataFrame } from "@rtmp/session";
import type { LiveStream, StreamSubscriber } from "../hub/live-stream.js";
import { costOf, type MediaPacket } from "../hub/media-packet.js";
import { PacketQueue } from "../outputs/packet-queue.js";
import type { RelayLink } from "./relay-link.js";

/** How long the other server may take to get what waits when the stream is over, in ms. */
const LAST_FRAMES_MS = 5000;

/**
 * Publishes a stream on another server for as long as it lives. What that server does not take waits in a bounded queue; when
 * that is full, all that waits is dropped and the relay goes on at the next keyframe. It never slows the stream down.
 */
export class PushRelay implements StreamSubscriber {
  readonly link: RelayLink;
  readonly #stream: LiveStream;
  readonly #maxQueueBytes: number;
  readonly #queue = new PacketQueue();
  readonly #finished: Promise<unknown>;
  #publisher: Publisher | undefined; // while there is one to send to
  #waiting = true; // for a frame to start from
  #behind = false; // and that is because the other server was too slow
  #ended = false;
  #wake: () => void = () => {};

  constructor(stream: LiveStream, link: RelayLink, maxQueueBytes: number) {
    this.#stream = stream;
    this.link = link;
    this.#maxQueueBytes = maxQueueBytes;
    this.#finished = link.run((session, attempt) => this.#publish(session, attempt));
  }

  get heldBytes(): number {
    return this.#queue.bytes;
  }
  /** Settles when it is over; never rejects. */
  get finished(): Promise<unknown> {
    return this.#finished;
  }

  packet(packet: MediaPacket, entry: boolean): void {
    if (this.#publisher === undefined) return; // it will begin at a keyframe when it is connected
    if (packet.role === "frame" && this.#waiting) {
      if (!entry) {
        if (this.#behind) this.link.droppedFrames++;
        return;
      }
      this.#waiting = this.#behind = false;
    }
    if (this.#queue.bytes + costOf(packet) > this.#maxQueueBytes) this.#fallBehind(packet, entry);
    else this.#queue.push(packet);
    this.#wake();
  }

  paused(paused: boolean): void {
    if (!paused) this.#waiting = true; // the next publisher's frames make sense from its first keyframe on
  }

  async end(): Promise<void> {
    this.#ended = true;
    this.#wake();
    if (this.#publisher === undefined) this.link.stop("stream-ended");
    const timer = setTimeout(() => this.link.stop("stream-ended"), LAST_FRAMES_MS);
    await this.#finished;
    clearTimeout(timer);
  }

  /** Sends the stream over one connection. */
  async #publish(session: ClientSession, { signal }: Attempt): Promise<string> {
    const publisher = await session.publish();
    const wake = (): void => this.#wake();
    let over = false;
    void publisher.end.then(() => {
      over = true;
      wake();
    });
    signal.addEventListener("abort", wake, { once: true });
    this.#start(publisher);
    try {
      while (!(this.#ended && this.#queue.empty)) {
        const packet = this.#queue.shift();
        if (packet === undefined) {
          if (signal.aborted || over) break;
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        } else if (signal.aborted && (packet.keyframe || over)) break;
        else await this.#send(publisher, packet);
      }
      const { error } = over ? await publisher.end : {};
      if (error !== undefined) throw error;
    } finally {
      this.#publisher = undefined;
      this.#queue.clear();
      signal.removeEventListener("abort", wake);
      await publisher.close();
    }
    return "stream-ended";
  }

  #start(publisher: Publisher): void {
    const gop = this.#stream.gopPackets();
    this.#publisher = publisher;
    this.#queue.clear();
    this.#enqueueInit(gop[0]?.timestamp ?? this.#stream.lastTimestamp);
    this.#behind = false;
    this.#waiting = gop.length === 0;
    for (const packet of gop) this.packet(packet, packet.keyframe);
    this.link.live();
  }

  #send(publisher: Publisher, packet: MediaPacket): void | Promise<void> {
    const { kind, tagType, timestamp, payload } = packet;
    this.link.bytes += payload.length;
    this.link.messages++;
    if (kind !== "data") return publisher.send({ type: kind, timestamp, payload });
    // What servers keep for those who join later is what stands behind `@setDataFrame`.
    const body = tagType === 18 ? withSetDataFrame(payload) : payload;
    return publisher.send({ type: kind, messageTypeId: tagType, timestamp, payload: body });
  }

  #enqueueInit(timestamp: number): void {
    for (const packet of this.#stream.initPackets()) {
      this.#queue.push({ ...packet, timestamp: packet.role === "data" ? 0 : timestamp });
    }
  }

  #fallBehind(packet: MediaPacket, entry: boolean): void {
    this.link.droppedFrames += this.#queue.clear();
    this.#enqueueInit(packet.timestamp);
    if (entry && this.#queue.bytes + costOf(packet) <= this.#maxQueueBytes) {
      this.#queue.push(packet);
      return;
    }
    if (packet.role === "frame") this.link.droppedFrames++;
    this.#waiting = this.#behind = true;
  }
}
