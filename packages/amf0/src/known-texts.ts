import { decodeUtf8 } from "@rtmp/bytes-util";

/** A power of two, at most 65536. */
const SLOTS = 4096;
/** How many of them a text may be in; a power of two. */
const WAYS = 4;
/** Longest text that is kept, in bytes: with its string the cache never holds above 450 kB. */
const LONGEST = 32;

// Peers send the same names and words in every message, and making strings, names of members above all, costs more than
// anything else in decoding. So the short texts met last are kept, each in a slot: bytes, length and string.
// What a peer can push out costs time, never memory.
const texts: string[] = new Array<string>(SLOTS).fill("");
const lengths = new Uint8Array(SLOTS).fill(255); // which no text has
const kept = new Uint8Array(SLOTS * LONGEST);
/** For each slot the one that was wanted next, the last time: most messages look like the one before. */
const followers = new Uint16Array(SLOTS);
let latest = 0;
let victim = 0; // which of the slots of a text is given up next

/** For each slot the object in which it was last a name, by that object's mark. */
const marks = new Int32Array(SLOTS);
let latestMark = 0;

/** What {@link slotOf} says of a text that is long, or not ASCII. */
export const NO_SLOT = -1;

/** Where the text in `bytes` from `start` to `end` is kept, from now on at least: a slot for {@link textAt}, or {@link NO_SLOT}. */
export function slotOf(bytes: Uint8Array, start: number, end: number): number {
  const expected = followers[latest] as number;
  const length = end - start;
  if (lengths[expected] === length) {
    const base = expected * LONGEST;
    let i = 0;
    while (i < length && kept[base + i] === bytes[start + i]) i++;
    if (i === length) {
      latest = expected;
      return expected;
    }
  }
  return lookUp(bytes, start, end);
}

function lookUp(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  if (length === 0 || length > LONGEST) return NO_SLOT;
  const group = hashOf(bytes, start, end) & (SLOTS - WAYS);
  let slot = group;
  while (!isKeptAt(slot, bytes, start, length)) {
    if (++slot < group + WAYS) continue;
    victim = (victim + 1) & (WAYS - 1);
    slot = keep(group + victim, bytes, start, end);
    if (slot === NO_SLOT) return NO_SLOT;
    break;
  }
  followers[latest] = slot;
  latest = slot;
  return slot;
}

/** The text in a slot: the one for which {@link slotOf} gave it last. */
export function textAt(slot: number): string {
  return texts[slot] as string;
}

/** The length and the bytes at begin, middle and end tell nearly all texts apart. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  // The length stands in front of each text: bytes that a short one does not have are of that, and so always the same.
  const first = bytes[start] as number;
  const middle = ((bytes[(start + end) >> 1] as number) << 8) | (bytes[(start + 3 * end) >> 2] as number);
  const last = ((bytes[end - 3] as number) << 16) | ((bytes[end - 2] as number) << 8) | (bytes[end - 1] as number);
  const mixed = Math.imul(last, 0x2c1b3c6d) ^ Math.imul((middle << 8) | first, 0x297a2d39) ^ (end - start);
  return Math.imul(mixed ^ (mixed >>> 15), 0x2545f491) >>> 16;
}

function isKeptAt(slot: number, bytes: Uint8Array, start: number, length: number): boolean {
  if (lengths[slot] !== length) return false;
  const base = slot * LONGEST;
  for (let i = 0; i < length; i++) if (kept[base + i] !== bytes[start + i]) return false;
  return true;
}

function keep(slot: number, bytes: Uint8Array, start: number, end: number): number {
  for (let i = start; i < end; i++) if ((bytes[i] as number) >= 0x80) return NO_SLOT;
  if (marks[slot] === latestMark) nextMark(); // the text given up is in the object being read, and may come again elsewhere
  const base = slot * LONGEST;
  for (let i = start; i < end; i++) kept[base + i - start] = bytes[i] as number;
  lengths[slot] = end - start;
  texts[slot] = decodeUtf8(bytes, start, end);
  return slot;
}

/** Begins an object: a mark for the names of its members. */
export function nextMark(): number {
  latestMark = (latestMark + 1) | 0;
  return latestMark;
}

/**
 * Whether a name, by its slot, is surely new in the object that has this mark; else it has to be looked up there. Only
 * while no other object has begun since, which may have marked the same slots, is there anything sure.
 */
export function isSurelyNew(slot: number, mark: number): boolean {
  if (slot === NO_SLOT || latestMark !== mark || marks[slot] === mark) return false;
  marks[slot] = mark;
  return true;
}
