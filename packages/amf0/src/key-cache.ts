import { decodeUtf8 } from "@rtmp/bytes-util";

/** A power of two. With names of at most {@link LONGEST} characters the cache never holds above 250 kB. */
const SLOTS = 4096;
const LONGEST = 32;

// Peers send the same few names in every message, and making a string into a property name costs more than anything
// else in decoding: so the names met last are kept, one a slot. What a peer can push out costs time, never memory.
const slots: string[] = new Array<string>(SLOTS).fill("");

/** The member name in `bytes` from `start` to `end`. */
export function decodeKey(bytes: Uint8Array, start: number, end: number): string {
  const length = end - start;
  if (length > LONGEST) return decodeUtf8(bytes, start, end);
  let hash = length;
  let union = 0;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number;
    union |= byte;
    hash = (Math.imul(hash, 31) + byte) | 0;
  }
  if (union >= 0x80) return decodeUtf8(bytes, start, end);
  const slot = (hash ^ (hash >>> 12)) & (SLOTS - 1);
  const kept = slots[slot] as string;
  if (isAscii(kept, length, bytes, start)) return kept;
  const key = decodeUtf8(bytes, start, end);
  slots[slot] = key;
  return key;
}

function isAscii(text: string, length: number, bytes: Uint8Array, start: number): boolean {
  if (text.length !== length) return false;
  for (let i = 0; i < length; i++) if (text.charCodeAt(i) !== bytes[start + i]) return false;
  return true;
}
