import { encodeUtf8, equalBytes } from "@rtmp/bytes-util";
import type { Input } from "./input.js";
import { NO_SLOT } from "./known-texts.js";
import { Marker } from "./markers.js";
import type { Amf0EcmaArrayNode, Amf0Member, Amf0Node } from "./nodes.js";

/**
 * Reads one value in the lossless form.
 * @param depth how many objects and arrays are open around it.
 */
export function readNode(input: Input, depth: number): Amf0Node {
  const marker = input.marker();
  switch (marker) {
    case Marker.number:
      return readNumber(input);
    case Marker.boolean: {
      const byte = input.u8();
      return byte > 1 ? { type: "boolean", value: true, byte } : { type: "boolean", value: byte === 1 };
    }
    case Marker.string:
      return readString(input, input.short(), false);
    case Marker.object:
      return { type: "object", members: readMembers(input, input.enter(depth, marker)) };
    case Marker.null:
      return { type: "null" };
    case Marker.undefined:
      return { type: "undefined" };
    case Marker.reference:
      return { type: "reference", index: input.u16() };
    case Marker.ecmaArray:
      return readEcmaArray(input, input.enter(depth, marker));
    case Marker.strictArray:
      return { type: "strictArray", items: readItems(input, input.enter(depth, marker)) };
    case Marker.date:
      return readDate(input);
    case Marker.longString:
      return readString(input, input.long(), true);
    case Marker.unsupported:
      return { type: "unsupported" };
    case Marker.xmlDocument: {
      const start = input.long();
      const value = input.text(start);
      const bytes = bytesUnlessUtf8(input, start, value);
      return { type: "xmlDocument", value, ...(bytes && { bytes }) };
    }
    case Marker.typedObject:
      return readTypedObject(input, input.enter(depth, marker));
    case Marker.avmPlus: {
      const start = input.position;
      const { value } = input.amf3(depth);
      return { type: "avmPlus", value, bytes: input.bytes.slice(start, input.position) };
    }
    default:
      throw input.unknownMarker(marker);
  }
}

function readNumber(input: Input): Amf0Node {
  const value = input.f64();
  const bytes = bytesOfOddNaN(input, value);
  return bytes === undefined ? { type: "number", value } : { type: "number", value, bytes };
}

function readDate(input: Input): Amf0Node {
  const ms = input.f64();
  const bytes = bytesOfOddNaN(input, ms);
  const timeZone = input.i16();
  return bytes === undefined ? { type: "date", ms, timeZone } : { type: "date", ms, timeZone, bytes };
}

function readString(input: Input, start: number, long: boolean): Amf0Node {
  const value = input.text(start);
  const bytes = bytesUnlessUtf8(input, start, value);
  return bytes === undefined ? { type: "string", value, long } : { type: "string", value, long, bytes };
}

function readTypedObject(input: Input, depth: number): Amf0Node {
  const start = input.short();
  const className = input.text(start);
  const classNameBytes = bytesUnlessUtf8(input, start, className);
  const members = readMembers(input, depth);
  return { type: "typedObject", className, members, ...(classNameBytes && { classNameBytes }) };
}

function readMembers(input: Input, depth: number): Amf0Member[] {
  const members: Amf0Member[] = [];
  while (!input.takeObjectEnd()) members.push(readMember(input, depth, members.length));
  return members;
}

function readEcmaArray(input: Input, depth: number): Amf0EcmaArrayNode {
  const count = input.u32();
  const members: Amf0Member[] = [];
  while (!input.takeObjectEnd()) {
    if (input.position === input.end && members.length >= count) {
      return { type: "ecmaArray", count, members, endMissing: true };
    }
    members.push(readMember(input, depth, members.length));
  }
  return { type: "ecmaArray", count, members };
}

function readMember(input: Input, depth: number, count: number): Amf0Member {
  input.checkMembers(count);
  const start = input.short();
  const key = input.name(start);
  const keyBytes = bytesUnlessUtf8(input, start, key);
  const value = readNode(input, depth);
  return keyBytes === undefined ? [key, value] : [key, value, keyBytes];
}

function readItems(input: Input, depth: number): Amf0Node[] {
  const items: Amf0Node[] = [];
  for (let left = input.itemCount(); left > 0; left--) items.push(readNode(input, depth));
  return items;
}

/** A copy of the bytes of the text read last, which began at `start`, unless encoding the text gives the same ones. */
function bytesUnlessUtf8(input: Input, start: number, text: string): Uint8Array | undefined {
  if (input.slot !== NO_SLOT || !text.includes("\ufffd")) return undefined;
  const bytes = input.bytes.slice(start, input.position);
  return equalBytes(encodeUtf8(text), bytes) ? undefined : bytes; // a replacement character may also be sent as such
}

/** A copy of the double's bytes, which end at the input's position, if it is a NaN that the encoder would not write. */
function bytesOfOddNaN(input: Input, value: number): Uint8Array | undefined {
  if (!Number.isNaN(value)) return undefined;
  const bytes = input.bytes.slice(input.position - 8, input.position);
  return equalBytes(bytes, PLAIN_NAN) ? undefined : bytes;
}

const PLAIN_NAN = Uint8Array.of(0x7f, 0xf8, 0, 0, 0, 0, 0, 0);
