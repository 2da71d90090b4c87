import { type HmacSha256, portableHmacSha256 } from "./hmac.js";

/** How the handshake went: `digest` if both first packets carry a digest, else `simple`. */
export type HandshakeMode = "simple" | "digest";

/** What both roles need from outside. */
export interface HandshakeOptions {
  /**
   * Fills an array with random bytes, as `crypto.getRandomValues` does. Called at most once
   * for each answer. They identify a connection and are no secret: any generator will do, in tests a constant.
   */
  random(target: Uint8Array<ArrayBuffer>): void;
  /**
   * HMAC-SHA256 for the digest handshake.
   * @defaultValue that of @noble/hashes, in plain JavaScript
   */
  readonly hmacSha256?: HmacSha256;
  /**
   * Our time, ms since an epoch of our own, u32: packet 1 carries it, and packet 2 as the time at which the peer's
   * packet 1 was read (RTMP 5.2.3, 5.2.4).
   * @defaultValue 0, which makes the simple S2 an exact copy of C1, as librtmp and OBS expect it; they only warn
   */
  readonly time?: number;
}

/** Options with every default in its place. */
export interface ResolvedOptions {
  readonly random: (target: Uint8Array<ArrayBuffer>) => void;
  readonly hmacSha256: HmacSha256;
  readonly time: number;
}

/** @throws RangeError if `time` is not a u32. */
export function resolveOptions(options: HandshakeOptions): ResolvedOptions {
  const { hmacSha256 = portableHmacSha256, time = 0 } = options;
  if (!(Number.isInteger(time) && time >= 0 && time <= 0xffffffff)) throw new RangeError(`a time of ${time} ms`);
  return { random: (target) => options.random(target), hmacSha256, time };
}
