import { LiveStream, type StreamEnd, type StreamSubscriber } from "./live-stream.js";
import type { StreamId } from "./stream-id.js";
import type { StreamRegistry } from "./stream-registry.js";

/** Makes a subscriber for a stream that begins, such as a recorder; undefined if it does not want this one. */
export type OutputFactory = (stream: LiveStream) => StreamSubscriber | undefined;

/** What a hub is made of. */
export interface HubOptions {
  readonly registry: StreamRegistry;
  readonly outputs: readonly OutputFactory[];
  /** Told when a subscriber broke its promise not to throw, or the registry could not give a name back. */
  readonly onError: (error: unknown) => void;
  readonly now: () => Date;
}

/** Where publishers and outputs meet: one live stream for each publish. */
export class Hub {
  readonly #options: HubOptions;

  constructor(options: HubOptions) {
    this.#options = options;
  }

  /**
   * Begins a stream and gives it its outputs.
   * @param signal aborted when the publisher is gone.
   * @returns undefined if somebody publishes that name already, or the publisher is gone.
   * @throws what the registry or an output throws; then nothing has begun.
   */
  async publish(id: StreamId, signal: AbortSignal): Promise<LiveStream | undefined> {
    const { registry, outputs, onError, now } = this.#options;
    const stream = new LiveStream(id, now(), onError);
    if (!(await registry.claim(stream, signal))) return undefined;
    if (signal.aborted) {
      await this.#release(stream);
      return undefined;
    }
    try {
      for (const output of outputs) {
        const subscriber = output(stream);
        if (subscriber !== undefined) stream.subscribe(subscriber);
      }
    } catch (error) {
      await this.unpublish(stream, { clean: false, reason: "application-error" });
      throw error;
    }
    return stream;
  }

  /** Ends a stream. Its name is free at once; the promise resolves when all outputs have finished. */
  async unpublish(stream: LiveStream, end: StreamEnd): Promise<void> {
    const ended = stream.end(end);
    await this.#release(stream);
    await ended;
  }

  async #release(stream: LiveStream): Promise<void> {
    try {
      await this.#options.registry.release(stream);
    } catch (error) {
      this.#options.onError(error);
    }
  }
}
