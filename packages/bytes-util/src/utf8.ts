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

/** Up to this length, in bytes, a loop over ASCII beats the call into the platform's codec. */
const SHORT = 16;

/**
 * UTF-8 to text; each invalid sequence becomes U+FFFD, a byte order mark stays. `start` and `end` are byte offsets.
 * @throws RangeError if they do not lie within `bytes`.
 */
export function decodeUtf8(bytes: Uint8Array, start = 0, end = bytes.length): string {
  checkRange(bytes, start, end);
  if (end - start <= SHORT) {
    let text = "";
    let i = start;
    for (; i < end; i++) {
      const byte = bytes[i] as number;
      if (byte >= 0x80) break;
      text += String.fromCharCode(byte);
    }
    if (i === end) return text;
  }
  return lenient.decode(bytes.subarray(start, end));
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
  if (text.length <= SHORT) {
    let i = 0;
    for (; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit >= 0x80) break;
      target[offset + i] = unit;
    }
    if (i === text.length) return i;
  }
  return encoder.encodeInto(text, target.subarray(offset)).written;
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
