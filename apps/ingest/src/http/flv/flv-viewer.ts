import { isVideoMetadata } from "@rtmp/flv";
import type { LiveStream, StreamSubscriber } from "../../hub/live-stream.js";
import { isPicture, type MediaPacket } from "../../hub/media-packet.js";
import { type PlayerCounts, type PlayerOutput, PlayerQueue } from "../../outputs/player-queue.js";
import type { FlvChannel, FlvChannelEnd } from "./flv-channel.js";
import { flvHeaderOf, type SharedTags } from "./flv-tags.js";

/** Sends a stream to one viewer as FLV. */
export class FlvViewer implements StreamSubscriber, PlayerOutput {
  readonly heldBytes = 0; // on the viewer's account; see queuedBytes
  readonly watching = true;
  readonly stream: LiveStream;
  readonly #channel: FlvChannel;
  readonly #tags: SharedTags;
  readonly #queue: PlayerQueue;
  readonly #takesVideoMetadata: boolean;
  #begun = false; // the header is sent
  #state: "playing" | "ending" | "over" = "playing"; // ending: the stream is over, and something may still wait
  #leave = (): void => {};

  /**
   * @param queueBytes what may wait for it. @param tags shared with all viewers.
   * @param takesVideoMetadata whether it gets video packets that describe (colours, HDR) and hold no picture.
   */
  constructor(
    stream: LiveStream,
    channel: FlvChannel,
    queueBytes: number,
    tags: SharedTags,
    takesVideoMetadata = true,
  ) {
    this.#takesVideoMetadata = takesVideoMetadata;
    this.stream = stream;
    this.#channel = channel;
    this.#tags = tags;
    this.#queue = new PlayerQueue(stream, queueBytes, this);
  }

  get counts(): Readonly<PlayerCounts> {
    return this.#queue.counts;
  }
  get bytesSent(): number {
    return this.#channel.bytesSent;
  }
  /** Bytes of media that wait for it. */
  get queuedBytes(): number {
    return this.#queue.bytes;
  }
  get congested(): boolean {
    return this.#channel.congested;
  }

  /** Begins. @throws RangeError if the stream has ended. */
  start(): void {
    this.#leave = this.stream.subscribe(this);
    this.#queue.start();
  }
  /** Ends it, by our own decision. */
  stop(reason: FlvChannelEnd, words: string): void {
    if (this.#state === "over") return;
    this.close();
    this.#channel.end(reason, words);
  }
  /** Ends it at once: memory is short. */
  evict(): void {
    this.close();
    this.#channel.cut("memory-budget");
  }
  /** The channel is closed, or about to be. */
  close(): void {
    this.#leave();
    this.#state = "over";
    this.#queue.clear();
  }

  packet(packet: MediaPacket, entry: boolean): void {
    this.#queue.packet(packet, entry);
  }
  paused(paused: boolean): void {
    if (!paused) this.#queue.startOver(); // the next publisher's frames make sense from its first keyframe on
  }
  end(): void {
    if (this.#state !== "playing") return;
    this.#state = "ending";
    this.drain();
  }

  /** The channel takes more. */
  drain(): void {
    this.#queue.drain();
    if (this.#state !== "ending" || !this.#queue.empty) return;
    this.#state = "over";
    this.#channel.end("unpublish", "The stream is over.");
  }

  send(all: readonly MediaPacket[]): number {
    const packets = this.#takesVideoMetadata ? all : all.filter((packet) => !describesVideo(packet));
    if (packets.length === 0) return 0;
    if (!this.#begun) this.#channel.write(flvHeaderOf(this.stream, packets));
    this.#begun = true;
    const bytes = this.#tags.encode(packets);
    this.#channel.write(bytes, !packets.some(isPicture));
    return bytes.length;
  }
}

function describesVideo({ kind, payload }: MediaPacket): boolean {
  return kind === "video" && isVideoMetadata(payload);
}
