import { createHash } from "node:crypto";

/** Longest name that common file systems take, in bytes of UTF-8. */
const MAX_BYTES = 255;
/** Stands before the hash of a shortened name. An escape has two hex digits behind its `%`, so nothing else looks like this. */
const SHORTENED = "%-";
const HASH_DIGITS = 32;

const SAFE_ASCII = /^[A-Za-z0-9_\-.+=@,]$/;
/** Letters, digits and marks of all scripts, save those that show nothing (such as variation selectors and fillers). */
const SAFE_UNICODE = /^(?!\p{Default_Ignorable_Code_Point})[\p{L}\p{N}\p{M}]$/u;
/** Names that Windows takes for devices, also with an extension. */
const DEVICE = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9\u00b9\u00b2\u00b3])(?:\.|$)/i;

/**
 * Makes one part of a path, a folder's name, of any text whatever. Plain names stay as they are; everything that a file
 * system could read as more than a name (separators, dots in front and at the end, control and invisible characters,
 * names of Windows devices, text in another Unicode normal form) is escaped as `%` and two hex digits a byte of UTF-8.
 *
 * Different names give different parts. A part that would pass 255 bytes (or `maxBytes`) is cut and gets a hash of the whole name.
 * File systems that ignore case can still show `Key` and `key` as one folder: files in it never overwrite each other.
 */
export function pathPart(name: string, maxBytes = MAX_BYTES): string {
  if (name === "") return "%empty"; // no escape: `em` is not hex
  const part = escapeName(name);
  return Buffer.byteLength(part) <= maxBytes ? part : shorten(part, name, maxBytes);
}

function escapeName(name: string): string {
  const device = DEVICE.test(name);
  const stable = name.normalize("NFC") === name;
  let part = "";
  let offset = 0;
  let kept: boolean = false;
  for (const char of name) {
    const first = offset === 0;
    offset += char.length;
    const edge = char === "." && (first || offset === name.length);
    const safe = char.length === 1 && char < "\u0080" ? SAFE_ASCII.test(char) : stable && SAFE_UNICODE.test(char);
    // A combining mark in front, or behind an escape, would change the slash or hex digit before it.
    const loose: boolean = !kept && /^\p{M}$/u.test(char);
    kept = safe && !edge && !loose && !(device && first);
    part += kept ? char : escapeChar(char);
  }
  return part;
}

/** `%` and two hex digits for each byte of the character's UTF-8; a lone surrogate is written as its own three bytes. */
function escapeChar(char: string): string {
  const unit = char.charCodeAt(0);
  const lone = char.length === 1 && unit >= 0xd800 && unit <= 0xdfff;
  const bytes = lone
    ? [0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f)]
    : [...Buffer.from(char)];
  return bytes.map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join("");
}

/** As much of the part's beginning as fits, cut between characters and escapes, and a hash of the name. */
function shorten(part: string, name: string, maxBytes: number): string {
  const hash = createHash("sha256").update(name, "utf16le").digest("hex").slice(0, HASH_DIGITS);
  const tail = `${SHORTENED}${hash}`;
  let room = maxBytes - tail.length;
  let head = "";
  for (const piece of part.match(/%[0-9A-F]{2}|./gsu) ?? []) {
    room -= Buffer.byteLength(piece);
    if (room < 0) break;
    head += piece;
  }
  return head + tail;
}
