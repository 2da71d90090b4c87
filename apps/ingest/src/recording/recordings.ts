import { access, constants, mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { IngestConfig } from "../config/config.js";
import type { Emit, RecordingClosedEvent } from "../events.js";
import type { LiveStream } from "../hub/live-stream.js";
import { type StreamId, streamKey } from "../hub/stream-id.js";
import type { StreamRegistry } from "../hub/stream-registry.js";
import { FileFinisher } from "./file-finisher.js";
import { MANIFEST_NAME, NameTemplate } from "./name-template.js";
import { Recorder, type RecorderEvents } from "./recorder.js";
import { nodeRecordingFs, type RecordingFs } from "./recording-fs.js";
import type { RecordingFormat } from "./recording-info.js";
import { StreamRecording } from "./stream-recording.js";

/** What a start on demand came to. */
export type RecordingStart = "started" | "already-recording" | "stream-not-found" | "recording-off";

/** A file that is being written. */
export interface RunningRecording {
  readonly app: string;
  readonly stream: string;
  readonly format: RecordingFormat;
  /** Absent while there was nothing to write. */
  readonly path?: string;
  /** When the file was begun, ISO 8601. */
  readonly startedAt?: string;
  readonly bytes: number;
  /** Latest timestamp in it, in ms. */
  readonly mediaMs: number;
}

/** What recordings stand on. */
export interface RecordingsParts {
  readonly config: IngestConfig["record"];
  readonly registry: Pick<StreamRegistry, "get">;
  readonly emit: Emit;
  /** @defaultValue Node's */
  readonly fs?: RecordingFs;
  /** @defaultValue the system's clock */
  readonly now?: () => Date;
}

/** All recordings of a server: which streams are recorded, and what became of the files. */
export class Recordings {
  readonly #config: IngestConfig["record"];
  readonly #directory: string | undefined;
  readonly #registry: RecordingsParts["registry"];
  readonly #emit: Emit;
  readonly #fs: RecordingFs;
  readonly #now: () => Date;
  readonly #name: NameTemplate;
  readonly #finisher: FileFinisher;
  readonly #active = new Map<string, ActiveRecording>();
  readonly #latestPaths = new WeakMap<LiveStream, string>();

  constructor({ config, registry, emit, fs = nodeRecordingFs, now = () => new Date() }: RecordingsParts) {
    this.#config = config;
    this.#directory = config.directory === undefined ? undefined : resolve(config.directory);
    this.#registry = registry;
    this.#emit = emit;
    this.#fs = fs;
    this.#now = now;
    this.#name = new NameTemplate(config.name);
    const directory = this.#directory ?? "";
    const manifest = config.manifest ? join(directory, MANIFEST_NAME) : undefined;
    this.#finisher = new FileFinisher({ fs, directory, manifest, hashes: config.hash !== "none", emit });
  }

  /**
   * Makes sure now, before the first encoder has begun, that there is a folder to write to, if one is configured.
   * @throws Error if it is not there and can not be made, or can not be written to.
   */
  async prepare(): Promise<void> {
    if (this.#directory === undefined) return;
    try {
      await mkdir(this.#directory, { recursive: true });
      await access(this.#directory, constants.W_OK);
    } catch (cause) {
      throw new Error(`Recordings can not be written to ${this.#directory}`, { cause });
    }
  }

  /**
   * Records a stream that begins, if that is wanted of it: what its limits say, else the configuration. One that lives
   * in another worker is recorded there.
   */
  begin(stream: LiveStream): undefined {
    if (stream.origin === "worker") return;
    if (stream.limits.record ?? this.#config.when === "always") this.#begin(stream);
  }

  /** Records a stream that is under way, from the group of pictures that it keeps or the next keyframe on. */
  start(id: StreamId): RecordingStart {
    if (this.#directory === undefined) return "recording-off";
    const stream = this.#registry.get(id);
    if (stream === undefined || stream.ended) return "stream-not-found";
    return this.#begin(stream, this.#now()) ? "started" : "already-recording";
  }

  /**
   * Ends the recording of a stream, not the stream. The promise resolves when its files are closed, or given up.
   * @returns false if it is not being recorded.
   */
  async stop(id: StreamId): Promise<boolean> {
    const active = this.#active.get(streamKey(id));
    if (active === undefined || !active.recording.running) return false;
    this.#active.delete(streamKey(id));
    active.leave();
    await active.recording.finish("stopped");
    return true;
  }

  /** The files that are being written, and the last hundred that were finished, the latest at the end. */
  list(): { readonly running: readonly RunningRecording[]; readonly finished: readonly RecordingClosedEvent[] } {
    const running = [...this.#active.values()].flatMap(({ stream, recording }) =>
      recording.recorders.filter((recorder) => recorder.running).map((recorder) => describe(stream.id, recorder)),
    );
    return { running, finished: [...this.#finisher.recent] };
  }

  /** Whether a stream is being recorded. */
  isRecording(id: StreamId): boolean {
    return this.#active.get(streamKey(id))?.recording.running === true;
  }

  /** Path of the last file that was recorded of a stream. */
  latestPath(stream: LiveStream): string | undefined {
    return this.#latestPaths.get(stream);
  }

  /** Resolves when every file that is closed has its hash and its line in the manifest. */
  idle(): Promise<void> {
    return this.#finisher.idle();
  }

  /** Time is up: what is left to finish goes without hashes. */
  hurry(): void {
    this.#finisher.hurry();
  }

  /** @returns false if it is being recorded, or there is no folder for recordings. */
  #begin(stream: LiveStream, joinedAt?: Date): boolean {
    const directory = this.#directory;
    const key = streamKey(stream.id);
    const before = this.#active.get(key);
    if (directory === undefined || before?.recording.running === true) return false;
    before?.leave();
    const { format, splitMs, splitBytes, queueBytes, stallMs, flushMs } = this.#config;
    const formats: readonly RecordingFormat[] = format === "both" ? ["flv", "mp4"] : [format];
    const limits = { splitMs, splitBytes, queueBytes, stallMs, flushMs };
    const parts = { ...limits, directory, name: this.#name, fs: this.#fs, now: this.#now };
    const recorders = formats.map(
      (each) => new Recorder(stream, { ...parts, format: each }, this.#events(stream, each), joinedAt),
    );
    const recording = new StreamRecording(recorders, () => {
      if (this.#active.get(key)?.recording === recording) this.#active.delete(key);
    });
    this.#active.set(key, { stream, recording, leave: stream.subscribe(recording) });
    return true;
  }

  #events(stream: LiveStream, format: RecordingFormat): RecorderEvents {
    const names = { app: stream.id.app, stream: stream.id.name };
    return {
      opened: ({ path }) => {
        this.#latestPaths.set(stream, path);
        this.#emit("recordingStarted", { ...names, path, format });
      },
      closed: (file) => this.#finisher.add(file),
      failed: (reason, error, file) => {
        this.#emit("recordingFailed", {
          ...names,
          reason,
          ...(file !== undefined && { path: file.path, bytes: file.bytes }),
          ...(error !== undefined && { error }),
        });
        if (file !== undefined && file.bytes > 0) this.#finisher.add(file);
      },
      leftOut: ({ codec, ...track }) =>
        this.#emit("recordingTrackLeftOut", { ...names, format, ...track, ...(codec !== undefined && { codec }) }),
    };
  }
}

interface ActiveRecording {
  readonly stream: LiveStream;
  readonly recording: StreamRecording;
  /** Ends its subscription. */
  readonly leave: () => void;
}

function describe({ app, name: stream }: StreamId, { format, current }: Recorder): RunningRecording {
  if (current === undefined) return { app, stream, format, bytes: 0, mediaMs: 0 };
  const { path, startedAt, bytes, mediaMs } = current;
  return { app, stream, format, path, startedAt: startedAt.toISOString(), bytes, mediaMs };
}
