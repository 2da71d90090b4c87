import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { DIGEST_LENGTH } from "./layout.js";

/**
 * HMAC-SHA256 (RFC 2104, FIPS 180-4) over parts that stand for their concatenation.
 * The parts are views: use them at once, do not keep or change them. Answers 32 bytes in an array of its own.
 */
export type HmacSha256 = (key: Uint8Array, parts: readonly Uint8Array[]) => Uint8Array;

/** The default: @noble/hashes, which runs everywhere. A server in Node is faster with `node:crypto`. */
export const portableHmacSha256: HmacSha256 = (key, parts) => {
  const state = hmac.create(sha256, key);
  for (const part of parts) state.update(part);
  return state.digest();
};

/** Calls an HMAC that may be the caller's own. @throws TypeError unless it answers 32 bytes. */
export function mac(hmacSha256: HmacSha256, key: Uint8Array, parts: readonly Uint8Array[]): Uint8Array {
  const result = hmacSha256(key, parts);
  if (result.length !== DIGEST_LENGTH) throw new TypeError(`hmacSha256 answered ${result.length} bytes, not 32`);
  return result;
}
