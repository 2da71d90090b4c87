import { makeInitSegment } from "./init-segment.js";
import type { SegmentStore } from "./segment-store.js";
import type { TrackConfig } from "./track-config.js";

interface Kept {
  readonly config: TrackConfig;
  uses: number;
}

/** The headers of a run: each is made with the first segment that needs it, and goes with the last. */
export class InitSegments {
  readonly #store: SegmentStore;
  readonly #names = new Map<TrackConfig, string>();
  readonly #kept = new Map<string, Kept>();
  #count = 0;
  readonly #onLeftOut: (key: string, codec: string, error: unknown) => void;
  readonly #failed = new WeakSet<TrackConfig>();

  /** @param onLeftOut told once of each configuration for which none can be made. */
  constructor(store: SegmentStore, onLeftOut: (key: string, codec: string, error: unknown) => void) {
    this.#store = store;
    this.#onLeftOut = onLeftOut;
  }

  /**
   * The header's name, for one segment more.
   * @returns undefined if there can be none for this configuration. @throws what the store throws.
   */
  async use(key: string, config: TrackConfig): Promise<string | undefined> {
    const known = this.#names.get(config);
    const kept = known === undefined ? undefined : this.#kept.get(known);
    if (known !== undefined && kept !== undefined) {
      kept.uses++;
      return known;
    }
    if (this.#failed.has(config)) return undefined;
    const bytes = await this.#make(key, config);
    if (bytes === undefined) return undefined;
    const name = `${key}-init${this.#count++}.mp4`;
    await this.#store.put(name, bytes);
    this.#names.set(config, name);
    this.#kept.set(name, { config, uses: 1 });
    return name;
  }

  /** One segment with this header is gone. */
  async release(name: string): Promise<void> {
    const kept = this.#kept.get(name);
    if (kept === undefined || --kept.uses > 0) return;
    this.#kept.delete(name);
    this.#names.delete(kept.config);
    await this.#store.remove(name);
  }

  async #make(key: string, config: TrackConfig): Promise<Uint8Array | undefined> {
    try {
      return await makeInitSegment(config);
    } catch (error) {
      this.#failed.add(config);
      this.#onLeftOut(key, config.codec, error);
      return undefined;
    }
  }
}
