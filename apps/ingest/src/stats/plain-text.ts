import { redactText } from "../redact.js";

/** Longest text that a peer gets shown of what it says of itself, in UTF-16 units. */
const MAX_LENGTH = 128;
/** Control, format and unassigned characters, halves of surrogate pairs: they can turn a list or a terminal upside down. */
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}]+/gu;

/**
 * What a peer says of itself, such as the name of its encoder, fit to be shown: one line, visible characters, bounded, without
 * what may be a key. Undefined if nothing is left.
 */
export function plainText(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const line = redactText(text.slice(0, 4 * MAX_LENGTH).replace(INVISIBLE, " ")).trim();
  if (line === "") return undefined;
  return line.length > MAX_LENGTH ? `${line.slice(0, MAX_LENGTH - 1).trimEnd()}…` : line;
}
