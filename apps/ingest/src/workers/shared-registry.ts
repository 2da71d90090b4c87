import { ChurnMap } from "../churn-map.js";
import type { LiveStream } from "../hub/live-stream.js";
import { type StreamId, streamKey } from "../hub/stream-id.js";
import type { StreamRegistry } from "../hub/stream-registry.js";
import type { Location } from "./calls.js";

/** What the registry needs of the directory that all workers share. */
export interface SharedDirectory {
  claim(id: StreamId): Promise<boolean>;
  release(id: StreamId): void;
}

/**
 * A worker's registry: its own streams, claimed in the directory that all workers share, and those of other workers that it
 * mirrors for its players.
 */
export class SharedRegistry implements StreamRegistry {
  readonly #directory: SharedDirectory;
  readonly #streams = new ChurnMap<string, LiveStream>();
  readonly #elsewhere = new Map<string, string>();

  constructor(directory: SharedDirectory) {
    this.#directory = directory;
  }

  async claim(stream: LiveStream): Promise<boolean> {
    const key = streamKey(stream.id);
    const before = this.#streams.get(key);
    if (before !== undefined && before.origin !== "worker") return false;
    if (stream.origin === "worker") {
      if (before !== undefined) return false;
    } else if (!(await this.#directory.claim(stream.id))) return false;
    this.#streams.set(key, stream); // a mirror of it ends by itself: what it mirrors is over
    return true;
  }

  release(stream: LiveStream): void {
    const key = streamKey(stream.id);
    if (this.#streams.get(key) !== stream) return;
    this.#streams.delete(key);
    if (stream.origin !== "worker") this.#directory.release(stream.id);
  }

  get(id: StreamId): LiveStream | undefined {
    return this.#streams.get(streamKey(id));
  }

  /** The streams that are this worker's own. */
  list(): LiveStream[] {
    return [...this.#streams.values()].filter(({ origin }) => origin !== "worker");
  }

  /** The socket of the other worker that has a stream. */
  locate(id: StreamId): string | undefined {
    return this.#elsewhere.get(streamKey(id));
  }
  appeared({ id, path }: Location): void {
    this.#elsewhere.set(streamKey(id), path);
  }
  disappeared(id: StreamId): void {
    this.#elsewhere.delete(streamKey(id));
  }
}
