import { concatBytes, fromHex } from "@rtmp/bytes-util";
import type { RawMessage } from "../raw-message.js";

// AMF0 written out by hand, so that tests of this package do not lean on an encoder.

/** A message of a type with a payload in hexadecimal digits, on stream 1 at 40 ms. */
export function raw(messageTypeId: number, payload: string | Uint8Array): RawMessage {
  return {
    messageTypeId,
    messageStreamId: 1,
    timestamp: 40,
    payload: typeof payload === "string" ? fromHex(payload) : payload,
  };
}

/** Hexadecimal digits of an AMF0 string of ASCII characters. */
export function str(text: string): string {
  return `02${key(text)}`;
}
/** Hexadecimal digits of a member's name. */
export function key(text: string): string {
  return hex(text.length, 4) + [...text].map((character) => hex(character.charCodeAt(0), 2)).join("");
}
/** Hexadecimal digits of an AMF0 number. */
export function num(value: number): string {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return `00${hex(view.getUint32(0), 8)}${hex(view.getUint32(4), 8)}`;
}
/** Hexadecimal digits of an AMF0 object. */
export function obj(...members: readonly (readonly [name: string, value: string])[]): string {
  return `03${members.map(([name, value]) => key(name) + value).join("")}000009`;
}
export const NULL = "05";

/** `count` objects inside each other. */
export function nested(count: number): Uint8Array {
  const open = fromHex("03000161");
  const close = fromHex("000009");
  return concatBytes([...Array<Uint8Array>(count).fill(open), fromHex(NULL), ...Array<Uint8Array>(count).fill(close)]);
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}
