import type { Input } from "./input.js";
import { isReferable, Marker, type ReferableMarker } from "./markers.js";
import { ObjectTable } from "./object-table.js";
import type { Amf3Object, Amf3Value } from "./values.js";
import { readDoubles, readInts, readUints } from "./vectors-of-numbers.js";

/** Reads one value that stands by itself, with tables of its own, in the natural form. */
export function readValue(input: Input, allowCycles: boolean): Amf3Value {
  input.resetTables();
  return new ValueReader(input, allowCycles).read(0);
}

class ValueReader {
  readonly #input: Input;
  readonly #objects: ObjectTable;

  constructor(input: Input, allowCycles: boolean) {
    this.#input = input;
    this.#objects = new ObjectTable(input, allowCycles);
  }

  /** @param depth how many objects and arrays are open around the value. */
  read(depth: number): Amf3Value {
    const input = this.#input;
    const marker = input.marker();
    switch (marker) {
      case Marker.undefined:
        return undefined;
      case Marker.null:
        return null;
      case Marker.false:
        return false;
      case Marker.true:
        return true;
      case Marker.integer:
        return input.i29();
      case Marker.double:
        return input.f64();
      case Marker.string:
        return input.string();
      default:
        if (!isReferable(marker)) throw input.unknownMarker(marker);
        return this.#readComplex(marker, depth);
    }
  }

  #readComplex(marker: ReferableMarker, depth: number): Amf3Value {
    const input = this.#input;
    const objects = this.#objects;
    const start = input.volume;
    const header = input.u29();
    if ((header & 1) === 0) return objects.refer(header >>> 1, marker, depth);
    const count = header >>> 1;
    switch (marker) {
      case Marker.xmlDocument:
      case Marker.xml:
        return objects.add(marker, input.text(count), start);
      case Marker.date:
        return objects.add(marker, new Date(input.f64()), start);
      case Marker.byteArray:
        return objects.add(marker, Uint8Array.from(input.slice(count)), start); // a copy: the receiver's own
      case Marker.vectorInt:
        input.u8(); // whether its length is fixed
        return objects.add(marker, readInts(input, count), start);
      case Marker.vectorUint:
        input.u8();
        return objects.add(marker, readUints(input, count), start);
      case Marker.vectorDouble:
        input.u8();
        return objects.add(marker, readDoubles(input, count), start);
      case Marker.array:
        return this.#readArray(count, input.enter(depth), start);
      case Marker.object:
        return this.#readObject(header, input.enter(depth), start);
      case Marker.vectorObject:
        return this.#readVector(count, input.enter(depth), start);
      case Marker.dictionary:
        return this.#readDictionary(count, input.enter(depth), start);
    }
  }

  /** An array with an associative part becomes an object, its dense items under "0", "1" and so on. */
  #readArray(count: number, depth: number, start: number): Amf3Value {
    const input = this.#input;
    input.checkClaim(count, 1);
    input.checkMembers(count - 1);
    let key = input.string();
    if (key === "") return this.#readItems(Marker.array, count, depth, start);
    const object: Amf3Object = Object.create(null);
    const entry = this.#objects.open(Marker.array, object, depth, start);
    for (let members = count; key !== ""; members++) {
      input.checkMembers(members);
      put(object, key, this.read(depth));
      key = input.string();
    }
    for (let i = 0; i < count; i++) put(object, String(i), this.read(depth));
    this.#objects.close(entry, depth);
    return object;
  }

  #readVector(count: number, depth: number, start: number): Amf3Value[] {
    const input = this.#input;
    input.u8(); // whether its length is fixed
    input.string(); // the type's name
    input.checkClaim(count, 1);
    input.checkMembers(count - 1);
    return this.#readItems(Marker.vectorObject, count, depth, start);
  }

  #readItems(marker: ReferableMarker, count: number, depth: number, start: number): Amf3Value[] {
    const items: Amf3Value[] = [];
    const entry = this.#objects.open(marker, items, depth, start);
    while (items.length < count) items.push(this.read(depth));
    this.#objects.close(entry, depth);
    return items;
  }

  #readObject(header: number, depth: number, start: number): Amf3Value {
    const input = this.#input;
    const traits = input.traits(header);
    if (traits.externalizable) {
      const entry = this.#objects.open(Marker.object, undefined, depth, start);
      entry.value = this.read(depth);
      this.#objects.close(entry, depth);
      return entry.value;
    }
    const object: Amf3Object = Object.create(null);
    const entry = this.#objects.open(Marker.object, object, depth, start);
    for (const name of traits.names) put(object, name, this.read(depth));
    if (traits.dynamic) this.#readDynamic(object, traits.names.length, depth);
    this.#objects.close(entry, depth);
    return object;
  }

  #readDynamic(object: Amf3Object, sealed: number, depth: number): void {
    for (let members = sealed; ; members++) {
      const key = this.#input.string();
      if (key === "") return;
      this.#input.checkMembers(members);
      put(object, key, this.read(depth));
    }
  }

  #readDictionary(count: number, depth: number, start: number): Map<Amf3Value, Amf3Value> {
    const input = this.#input;
    input.u8(); // whether it holds its keys weakly
    input.checkClaim(count, 2);
    input.checkMembers(count - 1);
    const map = new Map<Amf3Value, Amf3Value>();
    const entry = this.#objects.open(Marker.dictionary, map, depth, start);
    for (let i = 0; i < count; i++) {
      const key = this.read(depth);
      const value = this.read(depth);
      if (!map.has(key)) map.set(key, value);
    }
    this.#objects.close(entry, depth);
    return map;
  }
}

/** The first of equal names counts. */
function put(object: Amf3Object, key: string, value: Amf3Value): void {
  if (!(key in object)) object[key] = value;
}
