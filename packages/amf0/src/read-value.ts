import type { Input } from "./input.js";
import { isSurelyNew, nextMark } from "./known-texts.js";
import { Marker } from "./markers.js";
import { type Amf0Object, Amf0Reference, type Amf0Value } from "./values.js";
import { readDouble } from "./words.js";

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
      return readMembers(input, input.enter(depth, marker));
    case Marker.null:
      return null;
    case Marker.undefined:
    case Marker.unsupported:
      return undefined;
    case Marker.reference:
      return new Amf0Reference(input.u16());
    case Marker.ecmaArray:
      return readEcmaArray(input, input.enter(depth, marker));
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
      return readMembers(input, inner);
    }
    case Marker.avmPlus:
      return input.amf3(depth).value as Amf0Value; // by the contract of the decoder's giver
    default:
      throw input.unknownMarker(marker);
  }
}

function readMembers(input: Input, depth: number): Amf0Object {
  const object: Amf0Object = Object.create(null);
  const mark = nextMark();
  for (let count = 0; !input.takeObjectEnd(); count++) readMember(input, depth, object, count, mark);
  return object;
}

/** The count is a hint at best. Very old encoders leave the end marker out where the message ends. */
function readEcmaArray(input: Input, depth: number): Amf0Object {
  const announced = input.u32();
  const object: Amf0Object = Object.create(null);
  const mark = nextMark();
  for (let count = 0; !(input.position === input.end && count >= announced) && !input.takeObjectEnd(); count++) {
    readMember(input, depth, object, count, mark);
  }
  return object;
}

function readMember(input: Input, depth: number, object: Amf0Object, count: number, mark: number): void {
  input.checkMembers(count);
  const key = input.name(input.short());
  const { slot } = input;
  const value = readSimpleValue(input, depth);
  if (isSurelyNew(slot, mark) || !(key in object)) object[key] = value; // the first of equal names counts
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
