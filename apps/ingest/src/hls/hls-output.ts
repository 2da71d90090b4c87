import type { LiveStream, StreamEnd, StreamSubscriber } from "../hub/live-stream.js";
import type { MediaPacket } from "../hub/media-packet.js";
import type { HlsRun } from "./hls-run.js";

/** After a run has failed, the next one is not tried for so long, in ms. */
const RETRY_MS = 10_000;

/** What a stream's HLS output needs. */
export interface HlsOutputOptions {
  /** Begins a run. */
  readonly createRun: () => HlsRun;
  /** Told when it has a run no longer. */
  readonly onClosed: (run: HlsRun) => void;
  /** Milliseconds of a clock that never goes back. */
  readonly clock: () => number;
  /** Who has asked for something within so long still watches, in ms. */
  readonly idleMs: number;
}

/** The subscriber that makes HLS of a stream: idle until somebody asks, but it knows how long the groups of pictures are. */
export class HlsOutput implements StreamSubscriber {
  /** What is cut into segments is late anyway. */
  readonly patient = true;
  readonly stream: LiveStream;
  readonly #options: HlsOutputOptions;
  #run: HlsRun | undefined;
  #lastAsked = Number.NEGATIVE_INFINITY;
  #lastEntry: number | undefined; // timestamp of the latest keyframe
  #longestGopMs = 0;
  #failedAt: number | undefined;
  #ended = false;

  constructor(stream: LiveStream, options: HlsOutputOptions) {
    this.stream = stream;
    this.#options = options;
  }

  get heldBytes(): number {
    return this.#run?.heldBytes ?? 0;
  }
  get keepsFrames(): boolean {
    return this.#run !== undefined;
  }
  /** The run that is on, or the last one of a stream that is over. */
  get run(): HlsRun | undefined {
    return this.#run;
  }
  get ended(): boolean {
    return this.#ended;
  }
  /** Whether somebody has asked for something lately. */
  get watching(): boolean {
    return this.#options.clock() - this.#lastAsked <= this.#options.idleMs;
  }
  /** The longest group of pictures so far, the one that goes on included, in ms. */
  get longestGopMs(): number {
    const open = this.#lastEntry === undefined ? 0 : this.stream.lastTimestamp - this.#lastEntry;
    return Math.max(this.#longestGopMs, open);
  }

  /** Begins a run if none is on. @returns undefined if there can be none now. */
  open(): HlsRun | undefined {
    if (this.#run !== undefined || this.#ended) return this.#run;
    const { clock, createRun } = this.#options;
    if (this.#failedAt !== undefined && clock() - this.#failedAt < RETRY_MS) return undefined;
    const run = createRun();
    this.#run = run;
    for (const packet of this.stream.initPackets()) run.packet(packet);
    for (const packet of this.stream.gopPackets()) run.packet(packet);
    return run;
  }
  /** Somebody asks for something. */
  touch(): void {
    this.#lastAsked = this.#options.clock();
  }

  packet(packet: MediaPacket, entry: boolean): void {
    if (entry && packet.keyframe) {
      if (this.#lastEntry !== undefined) {
        this.#longestGopMs = Math.max(this.#longestGopMs, packet.timestamp - this.#lastEntry);
      }
      this.#lastEntry = packet.timestamp;
    }
    this.#run?.packet(packet);
  }

  paused(): void {
    this.#lastEntry = undefined; // the pause is no group of pictures
    this.#run?.interrupt();
  }

  async end(_end: StreamEnd): Promise<void> {
    this.#ended = true;
    await this.#run?.end();
  }

  /** The run could not go on. */
  failed(): void {
    this.#failedAt = this.#options.clock();
    void this.close();
  }

  /** Nobody asks any more. Resolves when the files are gone. */
  async close(): Promise<void> {
    const run = this.#run;
    if (run === undefined) return;
    this.#run = undefined;
    this.#options.onClosed(run);
    await run.close();
  }
}
