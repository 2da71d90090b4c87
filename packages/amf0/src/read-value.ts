import type { Input } from "./input.js";
import { isSurelyNew, nextMark } from "./known-texts.js";
import { Marker } from "./markers.js";
import { noteName, orderFrom } from "./name-orders.js";
import { type Amf0Object, Amf0Reference, type Amf0Value } from "./values.js";
import { readDouble } from "./words.js";

/** Announced by what always has an end marker: more members than there can be. */
const NO_COUNT = Number.POSITIVE_INFINITY;

/**
 * Reads one value in the natural form, straight from the bytes.
 * @param depth how many objects and arrays are open around it.
 */
export function readValue(input: Input, depth: number): Amf0Value {
  const marker = input.marker();
  switch (marker) {
    case Marker.number:
      return input.f64();
    case Marker.boolean:
      return input.u8() !== 0;
    case Marker.string:
      return depth === 0 ? input.name(input.short()) : input.text(input.short()); // those of a sequence follow as names do
    case Marker.object:
      return readMembers(input, input.enter(depth, marker), NO_COUNT);
    case Marker.null:
      return null;
    case Marker.undefined:
    case Marker.unsupported:
      return undefined;
    case Marker.reference:
      return new Amf0Reference(input.u16());
    case Marker.ecmaArray:
      return readMembers(input, input.enter(depth, marker), input.u32());
    case Marker.strictArray:
      return readItems(input, input.enter(depth, marker));
    case Marker.date:
      return readDate(input);
    case Marker.longString:
    case Marker.xmlDocument:
      return input.text(input.long());
    case Marker.typedObject: {
      const inner = input.enter(depth, marker);
      input.short(); // the class name
      return readMembers(input, inner, NO_COUNT);
    }
    case Marker.avmPlus:
      return input.amf3(depth).value as Amf0Value; // by the contract of the decoder's giver
    default:
      throw input.unknownMarker(marker);
  }
}

/** Of an ECMA array the count is a hint at best. Very old encoders leave its end marker out where the message ends. */
function readMembers(input: Input, depth: number, announced: number): Amf0Object {
  if (input.takeMembersEnd(0, announced)) return Object.create(null);
  const mark = nextMark();
  let name = readName(input, 0);
  const order = orderFrom(input.slot);
  let expected = order?.expected(name); // which names, if that can be told
  let object: Amf0Object = order !== undefined && expected !== undefined ? order.make() : Object.create(null);
  let learns = expected === undefined;
  for (let count = 0; ; name = readName(input, count)) {
    const { slot } = input;
    if (expected !== undefined && expected[count] !== name) {
      object = asHashTable(object, expected, count);
      expected = undefined;
      order?.forget();
      nextMark(); // the names before have no marks
    }
    const value = readSimpleValue(input, depth);
    if (expected !== undefined) object[expected[count] as string] = value;
    else if (isSurelyNew(slot, mark) || !(name in object)) object[name] = value;
    else learns = false; // the first of equal names counts
    if (learns) learns = noteName(depth, count, slot);
    count++;
    if (input.takeMembersEnd(count, announced)) {
      if (learns) order?.learn(depth, count);
      if (expected === undefined || count === expected.length) return object;
      order?.forget();
      return asHashTable(object, expected, count);
    }
  }
}

function readName(input: Input, count: number): string {
  input.checkMembers(count);
  return input.name(input.short());
}

/** The first members of an object, of which others were expected. */
function asHashTable(object: Amf0Object, names: readonly string[], count: number): Amf0Object {
  const copy: Amf0Object = Object.create(null);
  for (const name of names.slice(0, count)) copy[name] = object[name];
  return copy;
}

/** {@link readValue}, with what nearly all members are at hand: a call for each step would cost more than the step. */
function readSimpleValue(input: Input, depth: number): Amf0Value {
  const { bytes, position } = input;
  const marker = bytes[position];
  const left = input.end - position;
  if (input.valuesLeft > 0) {
    if (marker === Marker.number && left >= 9) {
      input.valuesLeft--;
      input.position = position + 9;
      return readDouble(bytes, position + 1);
    }
    if (marker === Marker.boolean && left >= 2) {
      input.valuesLeft--;
      input.position = position + 2;
      return bytes[position + 1] !== 0;
    }
    if (marker === Marker.string) {
      input.valuesLeft--;
      input.position = position + 1;
      return input.text(input.short());
    }
  }
  return readValue(input, depth);
}

function readItems(input: Input, depth: number): Amf0Value[] {
  const items: Amf0Value[] = []; // grows as items arrive, whatever was announced
  for (let left = input.itemCount(); left > 0; left--) items.push(readSimpleValue(input, depth));
  return items;
}

function readDate(input: Input): Date {
  const ms = input.f64();
  input.i16(); // the time zone, to be ignored
  return new Date(ms);
}
