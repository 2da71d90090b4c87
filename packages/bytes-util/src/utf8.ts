import { BytesError } from "./errors.js";

// The text codecs are in every runtime but not in `lib: ES2022`; only the parts used here are declared.
declare const TextEncoder: new () => {
  encode(text: string): Uint8Array<ArrayBuffer>;
  encodeInto(text: string, target: Uint8Array): { read: number; written: number };
};
declare const TextDecoder: new (
  label: string,
  options: { fatal: boolean; ignoreBOM: boolean },
) => { decode(bytes: Uint8Array): string };

const encoder = new TextEncoder();
// A byte order mark is content, not framing: without ignoreBOM the decoder would swallow it.
const lenient = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true });
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Up to these lengths loops over ASCII beat the call into the platform's codec. */
const SHORT_BYTES = 64;
export const SHORT_TEXT = 96;

/**
 * UTF-8 to text; each invalid sequence becomes U+FFFD, a byte order mark stays. `start` and `end` are byte offsets.
 * @throws RangeError if they do not lie within `bytes`.
 */
export function decodeUtf8(bytes: Uint8Array, start = 0, end = bytes.length): string {
  checkRange(bytes, start, end);
  return (
    (end - start <= SHORT_BYTES ? decodeAscii(bytes, start, end) : undefined) ??
    lenient.decode(bytes.subarray(start, end))
  );
}

/** The text if it is ASCII: made from pieces of eight, since each call and each joining of strings costs. */
function decodeAscii(bytes: Uint8Array, start: number, end: number): string | undefined {
  let text = "";
  let all = 0;
  let i = start;
  for (; end - i >= 8; i += 8) {
    const a = bytes[i] as number;
    const b = bytes[i + 1] as number;
    const c = bytes[i + 2] as number;
    const d = bytes[i + 3] as number;
    const e = bytes[i + 4] as number;
    const f = bytes[i + 5] as number;
    const g = bytes[i + 6] as number;
    const h = bytes[i + 7] as number;
    all |= a | b | c | d | e | f | g | h;
    text += String.fromCharCode(a, b, c, d, e, f, g, h);
  }
  for (; i < end; i++) {
    const byte = bytes[i] as number;
    all |= byte;
    text += String.fromCharCode(byte);
  }
  return all < 0x80 ? text : undefined;
}

/**
 * UTF-8 to text, refusing what is not UTF-8. `start` and `end` are byte offsets.
 * @throws BytesError `invalid-utf8` with the offset `start`; RangeError if the offsets do not lie within `bytes`.
 */
export function decodeUtf8Strict(bytes: Uint8Array, start = 0, end = bytes.length): string {
  checkRange(bytes, start, end);
  try {
    return strict.decode(bytes.subarray(start, end));
  } catch (cause) {
    throw new BytesError("invalid-utf8", "bytes that are not UTF-8", start, { cause });
  }
}

/** Text to UTF-8; a lone surrogate becomes U+FFFD. */
export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

/**
 * Writes text as UTF-8 into `target` at `offset`; the caller has made room for {@link utf8Length} bytes.
 * @returns how many bytes were written.
 */
export function encodeUtf8Into(text: string, target: Uint8Array, offset: number): number {
  return encoder.encodeInto(text, target.subarray(offset)).written;
}

/**
 * Writes a text of at most {@link SHORT_TEXT} units, one byte each, at `offset`; the caller has made the room.
 * @returns false if it is not ASCII; some of it may have been written then.
 */
export function encodeAsciiInto(text: string, target: Uint8Array, offset: number): boolean {
  let all = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    target[offset + i] = unit;
    all |= unit;
  }
  return all < 0x80;
}

/** How many bytes text takes as UTF-8, without encoding it; a lone surrogate counts 3, as U+FFFD does. */
export function utf8Length(text: string): number {
  let length = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    if (unit < 0x800) length += 1;
    else if (unit >= 0xd800 && unit < 0xdc00 && isLowSurrogate(text.charCodeAt(i + 1))) {
      length += 2; // two UTF-16 units, four bytes
      i++;
    } else length += 2;
  }
  return length;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000;
}

function checkRange(bytes: Uint8Array, start: number, end: number): void {
  if (!(start >= 0 && start <= end && end <= bytes.length))
    throw new RangeError(`${start}..${end} of ${bytes.length} bytes`);
}
