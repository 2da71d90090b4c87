import { createHash, timingSafeEqual } from "node:crypto";
import type { StreamLimits } from "../hub/stream-limits.js";

/** A stream key: who knows it may do something. */
export interface StreamKey {
  /** SHA-256 of the key's UTF-8. */
  readonly digest: Buffer;
  /** The only application in which it counts. */
  readonly app?: string | undefined;
  /** The only stream for which it counts; also what a stream is called that has the key itself for a name. */
  readonly stream?: string | undefined;
  readonly publish: boolean;
  readonly play: boolean;
  /** What a stream that is published with it may do. */
  readonly limits?: StreamLimits | undefined;
}

/** SHA-256 of a text's UTF-8. */
export function sha256(text: string): Buffer {
  return createHash("sha256").update(text, "utf8").digest();
}

/** Finds keys by what a peer sent, in a time that does not tell how near it came. */
export class KeyRing {
  readonly #keys: readonly StreamKey[];

  constructor(keys: readonly StreamKey[]) {
    this.#keys = keys;
  }

  /** All keys that are this text; several if it counts in several places. Looks at each key, whichever fits. */
  find(text: string): StreamKey[] {
    const digest = sha256(text);
    return this.#keys.filter((key) => timingSafeEqual(key.digest, digest));
  }
}
