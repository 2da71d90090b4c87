import { BytesError } from "./errors.js";

const BYTE_TO_HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** Bytes as lower-case hexadecimal digits, two a byte, without separators. */
export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += BYTE_TO_HEX[byte];
  return text;
}

/**
 * Hexadecimal digits of either case to bytes. White space is skipped, so that dumps can be pasted.
 * @throws BytesError `invalid-hex` for any other character, or half a byte at the end.
 */
export function fromHex(text: string): Uint8Array<ArrayBuffer> {
  const wrong = text.search(/[^0-9a-fA-F\s]/);
  if (wrong >= 0) throw new BytesError("invalid-hex", `not a hexadecimal digit: ${text[wrong]}`, wrong);
  const digits = text.replace(/\s+/g, "");
  if (digits.length % 2 !== 0) throw new BytesError("invalid-hex", "half a byte at the end", text.length);
  const bytes = new Uint8Array(digits.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}
