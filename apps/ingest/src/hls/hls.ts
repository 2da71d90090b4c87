import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import type { HlsConfig } from "../config/hls.js";
import type { LiveStream } from "../hub/live-stream.js";
import { FolderSegmentStore, openHlsFolder } from "./folder-store.js";
import { HlsAudience, type HlsAudienceContext } from "./hls-audience.js";
import { HlsOutput } from "./hls-output.js";
import { HlsRun } from "./hls-run.js";
import { MemorySegmentStore } from "./segment-store.js";

/** How often it looks for streams that nobody asks for, and for viewers who are gone, in ms. */
const CHECK_MS = 500;
/** Random bytes in the id of a run. */
const RUN_ID_LENGTH = 16;

/** The sections of the configuration that HLS needs. */
interface HlsConfigs {
  readonly hls: HlsConfig;
  readonly http: { readonly listen?: unknown };
}

/** HLS as it is configured; undefined if there is none. Without HTTP nobody can ask for segments, but a folder of them can be served by others. */
export function createHls({ hls, http }: HlsConfigs, context: HlsAudienceContext): Hls | undefined {
  const { mode } = hls;
  const isOn = mode === "always" || (mode === "demand" && http.listen !== undefined);
  return isOn ? new Hls(hls, context) : undefined;
}

/** The streams as HLS: what is made of each, and who watches. */
export class Hls {
  readonly audience: HlsAudience;
  readonly #config: HlsConfig;
  readonly #context: HlsAudienceContext;
  readonly #outputs = new Map<LiveStream, HlsOutput>(); // of streams that are live, and of those that are over and linger
  readonly #runs = new Map<string, HlsOutput>(); // by the run's id
  readonly #endedAt = new Map<HlsOutput, number>();
  readonly #closing = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(config: HlsConfig, context: HlsAudienceContext) {
    this.#config = config;
    this.#context = context;
    this.audience = new HlsAudience(config.viewers, context);
  }

  /** Makes the folder ready, if there is one. @throws Error if it can not be used. */
  async start(): Promise<void> {
    const { directory } = this.#config;
    if (directory !== undefined) await openHlsFolder(resolve(directory));
    this.#timer = setInterval(() => this.#check(), CHECK_MS);
    this.#timer.unref();
  }

  /** Everything goes. Resolves when the files are gone; never rejects. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    for (const output of this.#outputs.values()) this.#forget(output);
    await Promise.all(this.#closing);
  }

  /** The output of a stream that begins. */
  readonly output = (stream: LiveStream): HlsOutput => {
    const output: HlsOutput = new HlsOutput(stream, {
      createRun: () => this.#createRun(output),
      onClosed: ({ id }) => this.#closed(id, output),
      clock: this.#context.clock,
      idleMs: this.#config.idleMs,
    });
    this.#outputs.set(stream, output);
    if (this.#config.mode === "always") output.open(); // its first packets are yet to come
    return output;
  };

  /** The output of a stream. */
  of(stream: LiveStream): HlsOutput | undefined {
    return this.#outputs.get(stream);
  }
  /** The output that has this run. */
  byRun(run: string): HlsOutput | undefined {
    return this.#runs.get(run);
  }
  /** Whether no further stream may begin, for want of memory. */
  get full(): boolean {
    return this.heldBytes > this.#config.totalBytes;
  }
  /** Bytes in memory. */
  get heldBytes(): number {
    let held = 0;
    for (const output of this.#outputs.values()) held += output.heldBytes;
    return held;
  }
  /** Of it, bytes of streams that are over: no publisher answers for them. */
  get lingeringBytes(): number {
    let held = 0;
    for (const output of this.#endedAt.keys()) held += output.heldBytes;
    return held;
  }

  #createRun(output: HlsOutput): HlsRun {
    const { segmentMs, maxSegmentMs, windowSegments, streamBytes, directory } = this.#config;
    const { emit } = this.#context;
    const { stream } = output;
    const id = randomBytes(RUN_ID_LENGTH).toString("base64url");
    const names = { app: stream.id.app, stream: stream.id.name };
    const store =
      directory === undefined ? new MemorySegmentStore() : new FolderSegmentStore(resolve(directory), stream.id, id);
    const run = new HlsRun({
      ...{ id, segmentMs, maxSegmentMs, windowSegments, maxBytes: streamBytes, store },
      longestGopMs: () => output.longestGopMs,
      dateOf: (timestamp) => Date.now() - (stream.lastTimestamp - timestamp),
      onLeftOut: (track, codec, error) => emit("hlsTrackLeftOut", { ...names, track, codec, ...errorOf(error) }),
      onFailure: (reason, error) => {
        emit("hlsFailed", { ...names, reason, ...errorOf(error) });
        output.failed();
      },
    });
    this.#runs.set(id, output);
    emit("hlsStarted", names);
    return run;
  }

  #closed(run: string, { stream, ended }: HlsOutput): void {
    this.#runs.delete(run);
    this.audience.leave(run, ended ? "unpublish" : "hls-stopped");
    this.#context.emit("hlsStopped", { app: stream.id.app, stream: stream.id.name });
  }

  #check(): void {
    const { mode, lingerMs, viewerMs } = this.#config;
    const now = this.#context.clock();
    for (const output of this.#outputs.values()) {
      if (output.ended) {
        const since = this.#endedAt.get(output) ?? now;
        this.#endedAt.set(output, since);
        if (output.run === undefined || now - since >= lingerMs) this.#forget(output);
      } else if (mode === "always") {
        if (output.run === undefined) output.open(); // it had failed
      } else if (output.run !== undefined && !output.watching) this.#track(output.close());
    }
    this.audience.expire(viewerMs);
  }

  #forget(output: HlsOutput): void {
    this.#outputs.delete(output.stream);
    this.#endedAt.delete(output);
    this.#track(output.close());
  }

  #track(closing: Promise<void>): void {
    this.#closing.add(closing);
    void closing.finally(() => this.#closing.delete(closing));
  }
}

function errorOf(error: unknown): { error?: unknown } {
  return error === undefined ? {} : { error };
}
