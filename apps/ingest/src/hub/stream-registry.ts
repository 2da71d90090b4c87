import { ChurnMap } from "../churn-map.js";
import type { LiveStream } from "./live-stream.js";
import { type StreamId, streamKey } from "./stream-id.js";
import type { Wanted } from "./wanted.js";

/**
 * Who publishes what: the seam where several processes or machines can share one directory of streams. One publisher
 * a stream name.
 */
export interface StreamRegistry {
  /**
   * Enters a stream under its id, if nobody publishes that id yet. It is fed from the answer on; `get` may give it before.
   * Until then no other publisher of this process claims that id.
   * @param wanted whether the answer is still wanted: the publisher may leave meanwhile.
   * @returns whether the name is now this stream's.
   */
  claim(stream: LiveStream, wanted?: Wanted): boolean | Promise<boolean>;
  /** Gives the name back. Without effect for a stream that does not hold it. */
  release(stream: LiveStream): void | Promise<void>;
  /** The stream that is being published under this id. */
  get(id: StreamId): LiveStream | undefined;
  /** All streams that are being published through this process. */
  list(): LiveStream[];
}

/** The registry of a single process. */
export class MemoryStreamRegistry implements StreamRegistry {
  readonly #streams = new ChurnMap<string, LiveStream>();

  claim(stream: LiveStream): boolean {
    const key = streamKey(stream.id);
    if (this.#streams.has(key)) return false;
    this.#streams.set(key, stream);
    return true;
  }
  release(stream: LiveStream): void {
    const key = streamKey(stream.id);
    if (this.#streams.get(key) === stream) this.#streams.delete(key);
  }
  get(id: StreamId): LiveStream | undefined {
    return this.#streams.get(streamKey(id));
  }
  list(): LiveStream[] {
    return [...this.#streams.values()];
  }
}
