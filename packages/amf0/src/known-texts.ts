import { decodeUtf8 } from "@rtmp/bytes-util";
import { wordAt } from "./words.js";

/** A power of two, at most 65536. */
const SLOTS = 4096;
/** How many of them a text may be in; a power of two. */
const WAYS = 8;
/** Longest text that is kept, in bytes: with its string the cache never holds above 750 kB. */
const LONGEST = 64;
const WORDS = LONGEST / 4;

// Peers send the same names and words in every message, and making strings, names of members above all, costs more than
// anything else in decoding. So the short texts met last are kept, each in a slot: bytes, length and string.
// What a peer can push out costs time, never memory.
const texts: string[] = new Array<string>(SLOTS).fill("");
const lengths = new Uint8Array(SLOTS).fill(255); // which no text has
const kept = new Int32Array(SLOTS * WORDS); // by fours, as `isKeptAt` reads them
// Most messages look like the one before: for each name the one that came next the last time, and its text then.
const nextNames = new Uint16Array(SLOTS);
const lastTexts = new Uint16Array(SLOTS);
let latestName = 0; // its slot
let victim = 0; // which of the slots of a text is given up next

/** For each slot the object in which it was last a name, by that object's mark. */
const marks = new Int32Array(SLOTS);
let latestMark = 0;

/** What {@link slotOfName} says of a text that is long, or not ASCII. */
export const NO_SLOT = -1;

/** Where the name in `bytes` from `start` to `end` is kept, from now on at least: a slot for {@link textAt}, or {@link NO_SLOT}. */
export function slotOfName(bytes: Uint8Array, start: number, end: number): number {
  const expected = nextNames[latestName] as number;
  if (isKeptAt(expected, bytes, start, end)) {
    latestName = expected;
    return expected;
  }
  const slot = lookUp(bytes, start, end);
  if (slot !== NO_SLOT) {
    nextNames[latestName] = slot;
    latestName = slot;
  }
  return slot;
}

/** The same for another text, mostly the value of the name before. */
export function slotOfText(bytes: Uint8Array, start: number, end: number): number {
  const expected = lastTexts[latestName] as number;
  if (isKeptAt(expected, bytes, start, end)) return expected;
  const slot = lookUp(bytes, start, end);
  if (slot !== NO_SLOT) lastTexts[latestName] = slot;
  return slot;
}

function lookUp(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  if (length === 0 || length > LONGEST) return NO_SLOT;
  const group = hashOf(bytes, start, end) & (SLOTS - WAYS);
  for (let slot = group; slot < group + WAYS; slot++) if (isKeptAt(slot, bytes, start, end)) return slot;
  victim = (victim + 1) & (WAYS - 1);
  return keep(group + victim, bytes, start, end);
}

/** The text in a slot: the one for which it was given last. */
export function textAt(slot: number): string {
  return texts[slot] as string;
}

/**
 * The text in a slot as V8 keeps the names of members, and from now on so for {@link textAt}: else each use as a name begins
 * with a search for it. Takes 1 us.
 */
export function internAt(slot: number): string {
  const [name = ""] = Object.keys({ [textAt(slot)]: undefined });
  texts[slot] = name;
  return name;
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

/** Compares four bytes at once, the last four first: of names that begin alike most end in another way. */
function isKeptAt(slot: number, bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start;
  if (lengths[slot] !== length) return false;
  if (length < 4) return kept[slot * WORDS] === shortWord(bytes, end);
  let at = slot * WORDS;
  if (kept[at++] !== wordAt(bytes, end - 4)) return false;
  for (let i = start; i < end - 4; i += 4) if (kept[at++] !== wordAt(bytes, i)) return false;
  return true;
}

function keep(slot: number, bytes: Uint8Array, start: number, end: number): number {
  for (let i = start; i < end; i++) if ((bytes[i] as number) >= 0x80) return NO_SLOT;
  if (marks[slot] === latestMark) nextMark(); // the text given up is in the object being read, and may come again elsewhere
  let at = slot * WORDS;
  kept[at++] = end - start < 4 ? shortWord(bytes, end) : wordAt(bytes, end - 4);
  for (let i = start; i < end - 4; i += 4) kept[at++] = wordAt(bytes, i);
  lengths[slot] = end - start;
  texts[slot] = decodeUtf8(bytes, start, end);
  return slot;
}

/** A text of at most three bytes, and of the length in front of it as many as are missing. */
function shortWord(bytes: Uint8Array, end: number): number {
  return ((bytes[end - 3] as number) << 16) | ((bytes[end - 2] as number) << 8) | (bytes[end - 1] as number);
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
