import { createHash } from "node:crypto";
import type { JsonObject } from "./shapes/shape.js";

/** The bytes of a `...Hex` key whose shape has been checked; none if the key is absent. */
export function hexBytes(object: JsonObject, key: string): Uint8Array {
  const text = object[key];
  return new Uint8Array(Buffer.from(typeof text === "string" ? text : "", "hex"));
}

/** Bytes as lower-case hex; quicker than `toHex`, which matters for whole media messages. */
export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}

/** SHA-256 of pieces joined in order, as lower-case hex. */
export function sha256Hex(...pieces: readonly Uint8Array[]): string {
  const hash = createHash("sha256");
  for (const piece of pieces) hash.update(piece);
  return hash.digest("hex");
}

/** Bytes in pieces of `size`, the last one being what is left. */
export function* piecesOf(bytes: Uint8Array, size: () => number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(bytes.length, at + Math.max(1, size()));
    yield bytes.subarray(at, end);
    at = end;
  }
}

/** Sizes from 1 to `longest`, the same ones each time for a seed: a failure can be run again. */
export function randomSizes(longest: number, seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    // A linear congruential generator (the constants are those of Numerical Recipes); its high bits are good enough here.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return 1 + Math.floor((state / 2 ** 32) * longest);
  };
}
