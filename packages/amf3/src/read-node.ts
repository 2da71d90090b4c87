import type { Input } from "./input.js";
import { isReferable, Marker, REFERABLE, type ReferableMarker } from "./markers.js";
import type { Amf3ArrayNode, Amf3Member, Amf3Node } from "./nodes.js";
import { readDoubles, readInts, readUints } from "./vectors-of-numbers.js";

/** Reads one value that stands by itself, with tables of its own, in the lossless form. */
export function readNode(input: Input): Amf3Node {
  input.resetTables();
  return new NodeReader(input).read(0);
}

class NodeReader {
  readonly #input: Input;
  readonly #begun: ReferableMarker[] = []; // the object table: what has begun, by its marker

  constructor(input: Input) {
    this.#input = input;
  }

  /** @param depth how many objects and arrays are open around the value. */
  read(depth: number): Amf3Node {
    const input = this.#input;
    const marker = input.marker();
    switch (marker) {
      case Marker.undefined:
        return { type: "undefined" };
      case Marker.null:
        return { type: "null" };
      case Marker.false:
        return { type: "false" };
      case Marker.true:
        return { type: "true" };
      case Marker.integer:
        return { type: "integer", value: input.i29() };
      case Marker.double:
        return { type: "double", value: input.f64() };
      case Marker.string:
        return { type: "string", value: input.string() };
      default:
        if (!isReferable(marker)) throw input.unknownMarker(marker);
        return this.#readComplex(marker, depth);
    }
  }

  #readComplex(marker: ReferableMarker, depth: number): Amf3Node {
    const input = this.#input;
    const header = input.u29();
    const count = header >>> 1;
    if ((header & 1) === 0) {
      if (this.#begun[count] !== marker) throw input.badObject(count, marker);
      return { type: "reference", to: REFERABLE[marker], index: count };
    }
    this.#begun.push(marker);
    switch (marker) {
      case Marker.xmlDocument:
      case Marker.xml:
        return { type: REFERABLE[marker], value: input.text(count) };
      case Marker.date:
        return { type: "date", ms: input.f64() };
      case Marker.byteArray:
        return { type: "byteArray", bytes: Uint8Array.from(input.slice(count)) };
      case Marker.vectorInt:
        return { type: "vectorInt", fixed: this.#flag(), items: readInts(input, count) };
      case Marker.vectorUint:
        return { type: "vectorUint", fixed: this.#flag(), items: readUints(input, count) };
      case Marker.vectorDouble:
        return { type: "vectorDouble", fixed: this.#flag(), items: readDoubles(input, count) };
      case Marker.array:
        return this.#readArray(count, input.enter(depth));
      case Marker.object:
        return this.#readObject(header, input.enter(depth));
      case Marker.vectorObject: {
        const inner = input.enter(depth);
        const fixed = this.#flag();
        const typeName = input.string();
        input.checkClaim(count, 1);
        input.checkMembers(count - 1);
        return { type: "vectorObject", fixed, typeName, items: this.#readItems(count, inner) };
      }
      case Marker.dictionary:
        return this.#readDictionary(count, input.enter(depth));
    }
  }

  #flag(): boolean {
    return this.#input.u8() !== 0;
  }

  #readArray(count: number, depth: number): Amf3ArrayNode {
    this.#input.checkClaim(count, 1);
    this.#input.checkMembers(count - 1);
    const members = this.#readMembers(count, depth);
    return { type: "array", members, items: this.#readItems(count, depth) };
  }

  #readItems(count: number, depth: number): Amf3Node[] {
    const items: Amf3Node[] = [];
    while (items.length < count) items.push(this.read(depth));
    return items;
  }

  /** Named members up to an empty name. @param others how many members the object has beside them. */
  #readMembers(others: number, depth: number): Amf3Member[] {
    const members: Amf3Member[] = [];
    for (;;) {
      const key = this.#input.string();
      if (key === "") return members;
      this.#input.checkMembers(others + members.length);
      members.push([key, this.read(depth)]);
    }
  }

  #readObject(header: number, depth: number): Amf3Node {
    const { className, externalizable, dynamic, names } = this.#input.traits(header);
    if (externalizable) return { type: "externalizable", className, value: this.read(depth) };
    const sealed: Amf3Member[] = [];
    for (const name of names) sealed.push([name, this.read(depth)]);
    if (!dynamic) return { type: "object", className, sealed };
    return { type: "object", className, sealed, dynamic: this.#readMembers(names.length, depth) };
  }

  #readDictionary(count: number, depth: number): Amf3Node {
    const weakKeys = this.#flag();
    this.#input.checkClaim(count, 2);
    this.#input.checkMembers(count - 1);
    const entries: (readonly [Amf3Node, Amf3Node])[] = [];
    while (entries.length < count) {
      const key = this.read(depth);
      entries.push([key, this.read(depth)]);
    }
    return { type: "dictionary", weakKeys, entries };
  }
}
