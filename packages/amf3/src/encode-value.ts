import { ByteWriter } from "@rtmp/bytes-util";
import type { Amf3EncodeOptions } from "./encode-options.js";
import { ARRAY_COLLECTION } from "./externalizable.js";
import { Marker, type ReferableMarker } from "./markers.js";
import { isI29, Output } from "./output.js";
import {
  Amf3ArrayCollection,
  type Amf3Encodable,
  type Amf3Members,
  Amf3TypedObject,
  Amf3Vector,
  Amf3Xml,
} from "./values.js";

/**
 * Encodes one value: numbers as integers where they fit, arrays as dense ones (holes as undefined), plain objects as
 * anonymous dynamic objects, Maps as dictionaries, `Uint8Array` as a byte array, `Int32Array`, `Uint32Array` and
 * `Float64Array` as vectors. The same object in several places is sent once, then by reference; it may contain itself,
 * though few decoders take that (ours with `allowCycles`).
 * @throws TypeError for what has no AMF3 form.
 * @throws RangeError for what is too deep or too long.
 */
export function encodeAmf3(value: Amf3Encodable, options?: Amf3EncodeOptions): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter(256);
  writeAmf3(writer, value, options);
  return writer.toBytes();
}

/** Encodes one value into a writer; if it throws, part of the value may be there. Throws as {@link encodeAmf3}. */
export function writeAmf3(out: ByteWriter, value: Amf3Encodable, options?: Amf3EncodeOptions): void {
  const output = new Output(out, options);
  new ValueWriter(output).write(value, 0);
  output.checkRoom(0);
}

type Complex = Exclude<Extract<Amf3Encodable, object>, null>;

class ValueWriter {
  readonly #output: Output;
  readonly #writer: ByteWriter;
  readonly #begun = new Map<object, { marker: ReferableMarker; index: number }>(); // the object table

  constructor(output: Output) {
    this.#output = output;
    this.#writer = output.writer;
  }

  /** @param depth how many objects and arrays are open around the value. */
  write(value: Amf3Encodable, depth: number): void {
    this.#output.checkRoom(1);
    switch (typeof value) {
      case "undefined":
        this.#writer.u8(Marker.undefined);
        break;
      case "boolean":
        this.#writer.u8(value ? Marker.true : Marker.false);
        break;
      case "number":
        this.#writeNumber(value);
        break;
      case "string":
        this.#writer.u8(Marker.string);
        this.#output.string(value);
        break;
      case "object":
        if (value === null) this.#writer.u8(Marker.null);
        else this.#writeComplex(value, depth);
        break;
      default:
        throw new TypeError(`a ${typeof value} has no AMF3 form`);
    }
  }

  #writeNumber(value: number): void {
    if (isI29(value)) {
      this.#writer.u8(Marker.integer);
      this.#output.i29(value);
    } else {
      this.#writer.u8(Marker.double);
      this.#output.f64(value);
    }
  }

  #writeComplex(value: Complex, depth: number): void {
    if (this.#writeReference(value)) return;
    if (Array.isArray(value)) this.#writeArray(value, depth);
    else if (isPlain(value)) this.#writeObject(value, "", value, depth);
    else if (value instanceof Amf3TypedObject) this.#writeObject(value, value.className, value.members, depth);
    else if (value instanceof Map) this.#writeDictionary(value, depth);
    else if (value instanceof Date) {
      this.#begin(value, Marker.date, 0);
      this.#output.f64(value.getTime());
    } else if (value instanceof Amf3Xml) {
      this.#mark(value, value.legacy ? Marker.xmlDocument : Marker.xml);
      this.#output.text(value.text);
    } else if (value instanceof Amf3Vector) this.#writeVector(value, depth);
    else if (value instanceof Amf3ArrayCollection) {
      const inner = this.#output.enter(depth);
      this.#mark(value, Marker.object);
      this.#output.externalizable(ARRAY_COLLECTION);
      this.write(value.items, inner);
    } else this.#writeBinary(value);
  }

  #writeBinary(value: Complex): void {
    if (value instanceof Uint8Array) {
      this.#output.checkRoom(value.length);
      this.#begin(value, Marker.byteArray, value.length);
      this.#writer.bytes(value);
    } else if (value instanceof Int32Array) {
      this.#beginVector(value, Marker.vectorInt);
      for (const item of value) this.#writer.i32(item);
    } else if (value instanceof Uint32Array) {
      this.#beginVector(value, Marker.vectorUint);
      for (const item of value) this.#writer.u32(item);
    } else if (value instanceof Float64Array) {
      this.#beginVector(value, Marker.vectorDouble);
      for (const item of value) this.#output.f64(item);
    } else throw new TypeError(`a ${value.constructor?.name} has no AMF3 form`);
  }

  #writeArray(items: readonly Amf3Encodable[], depth: number): void {
    const inner = this.#output.enter(depth);
    this.#output.checkRoom(items.length); // at once: an empty array may claim any length
    this.#begin(items, Marker.array, items.length);
    this.#output.string(""); // no associative part
    for (let i = 0; i < items.length; i++) this.write(items[i], inner);
  }

  #writeVector(vector: Amf3Vector, depth: number): void {
    const { items, fixed, typeName } = vector;
    const inner = this.#output.enter(depth);
    this.#output.checkRoom(items.length);
    this.#begin(vector, Marker.vectorObject, items.length);
    this.#output.flag(fixed);
    this.#output.string(typeName);
    for (let i = 0; i < items.length; i++) this.write(items[i], inner);
  }

  /** An object of a class has sealed members, an anonymous one dynamic ones: except up to an empty name, which ends those. */
  #writeObject(identity: object, className: string, members: Amf3Members, depth: number): void {
    const output = this.#output;
    const inner = output.enter(depth);
    if (!isPlain(members)) throw new TypeError("members are a plain object");
    const keys = Object.keys(members);
    const dynamic = identity === members;
    const sealed = dynamic ? keys.slice(0, keys.indexOf("") + 1) : keys;
    this.#mark(identity, Marker.object);
    output.traits(className, dynamic, sealed);
    for (const key of sealed) this.write(members[key], inner);
    if (!dynamic) return;
    for (const key of keys.slice(sealed.length)) {
      output.checkRoom(1);
      output.string(key);
      this.write(members[key], inner);
    }
    output.string("");
  }

  #writeDictionary(map: ReadonlyMap<Amf3Encodable, Amf3Encodable>, depth: number): void {
    const inner = this.#output.enter(depth);
    this.#begin(map, Marker.dictionary, map.size);
    this.#output.flag(false);
    for (const [key, value] of map) {
      this.write(key, inner);
      this.write(value, inner);
    }
  }

  #beginVector(items: Int32Array | Uint32Array | Float64Array, marker: ReferableMarker): void {
    this.#output.checkRoom(items.byteLength);
    this.#begin(items, marker, items.length);
    this.#output.flag(false);
  }
  #begin(value: object, marker: ReferableMarker, count: number): void {
    this.#mark(value, marker);
    this.#output.inline(count);
  }
  #mark(value: object, marker: ReferableMarker): void {
    this.#begun.set(value, { marker, index: this.#begun.size });
    this.#writer.u8(marker);
  }
  #writeReference(value: object): boolean {
    const entry = this.#begun.get(value);
    if (entry === undefined) return false;
    this.#writer.u8(entry.marker);
    this.#output.reference(entry.index);
    return true;
  }
}

/** Whether an object is a bare `{}` of any realm, or has no prototype. Instances of classes are refused: they hide more. */
function isPlain(value: object): value is Amf3Members {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null;
}
