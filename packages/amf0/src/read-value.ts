import type { Input } from "./input.js";
import { Marker } from "./markers.js";
import { type Amf0Object, Amf0Reference, type Amf0Value } from "./values.js";

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
      return input.text(input.short());
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
  for (let count = 0; !input.takeObjectEnd(); count++) readMember(input, depth, object, count);
  return object;
}

/** The count is a hint at best. Very old encoders leave the end marker out where the message ends. */
function readEcmaArray(input: Input, depth: number): Amf0Object {
  const announced = input.u32();
  const object: Amf0Object = Object.create(null);
  for (let count = 0; !(input.position === input.end && count >= announced) && !input.takeObjectEnd(); count++) {
    readMember(input, depth, object, count);
  }
  return object;
}

function readMember(input: Input, depth: number, object: Amf0Object, count: number): void {
  input.checkMembers(count);
  const key = input.key(input.short());
  const value = readValue(input, depth);
  if (!(key in object)) object[key] = value; // the first of equal names counts
}

function readItems(input: Input, depth: number): Amf0Value[] {
  const items: Amf0Value[] = []; // grows as items arrive, whatever was announced
  for (let left = input.itemCount(); left > 0; left--) items.push(readValue(input, depth));
  return items;
}

function readDate(input: Input): Date {
  const ms = input.f64();
  input.i16(); // the time zone, to be ignored
  return new Date(ms);
}
