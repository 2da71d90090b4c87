import { ByteWriter } from "@rtmp/bytes-util";
import type { Amf0EncodeOptions } from "./encode-options.js";
import { Marker } from "./markers.js";
import { Output } from "./output.js";
import {
  type Amf0Encodable,
  type Amf0Members,
  Amf0Reference,
  AvmPlus,
  EcmaArray,
  TypedObject,
  XmlDocument,
} from "./values.js";

/**
 * Encodes one value: plain objects and Maps as objects, arrays as strict arrays (holes as undefined), text that is too
 * long for a string as a long string; {@link EcmaArray} and its like as they say.
 * @throws TypeError for what has no AMF0 form, and for an object or array inside itself.
 * @throws RangeError for what is too deep or too long, and for a name above 65535 bytes.
 */
export function encodeAmf0(value: Amf0Encodable, options?: Amf0EncodeOptions): Uint8Array<ArrayBuffer> {
  return encodeAmf0Sequence([value], options);
}

/** Encodes values one behind another, as a message has them. Throws as {@link encodeAmf0}. */
export function encodeAmf0Sequence(
  values: readonly Amf0Encodable[],
  options?: Amf0EncodeOptions,
): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter(256);
  const out = new ValueWriter(writer, options);
  for (const value of values) out.write(value);
  return writer.toBytes();
}

/** Encodes one value into a writer; if it throws, part of the value may be there. Throws as {@link encodeAmf0}. */
export function writeAmf0(out: ByteWriter, value: Amf0Encodable, options?: Amf0EncodeOptions): void {
  new ValueWriter(out, options).write(value);
}

class ValueWriter {
  readonly #output: Output;
  readonly #writer: ByteWriter;
  readonly #open: object[] = []; // the objects and arrays around the value, outermost first

  constructor(writer: ByteWriter, options: Amf0EncodeOptions | undefined) {
    this.#output = new Output(writer, options);
    this.#writer = writer;
  }

  write(value: Amf0Encodable): void {
    this.#writeValue(value);
    this.#output.checkRoom(0);
  }

  #writeValue(value: Amf0Encodable): void {
    this.#output.checkRoom(1);
    switch (typeof value) {
      case "number":
        this.#writer.u8(Marker.number);
        this.#output.f64(value);
        return;
      case "boolean":
        this.#writer.u16(value ? 0x0101 : 0x0100);
        return;
      case "string":
        this.#output.string(value);
        return;
      case "undefined":
        this.#writer.u8(Marker.undefined);
        return;
      case "object":
        if (value === null) this.#writer.u8(Marker.null);
        else this.#writeObject(value);
        return;
      default:
        throw new TypeError(`a ${typeof value} has no AMF0 form`);
    }
  }

  #writeObject(value: Exclude<Extract<Amf0Encodable, object>, null>): void {
    if (Array.isArray(value)) this.#writeItems(value);
    else if (isPlain(value) || value instanceof Map) this.#writeNested(Marker.object, value, value);
    else if (value instanceof EcmaArray) this.#writeNested(Marker.ecmaArray, value, value.members);
    else if (value instanceof TypedObject) this.#writeNested(Marker.typedObject, value, value.members, value.className);
    else if (value instanceof Date) this.#writeDate(value);
    else if (value instanceof Amf0Reference) {
      this.#writer.u8(Marker.reference);
      this.#writer.u16(value.index);
    } else if (value instanceof XmlDocument) {
      this.#writer.u8(Marker.xmlDocument);
      this.#output.longText(value.text);
    } else if (value instanceof AvmPlus) {
      this.#output.checkRoom(1 + value.bytes.length);
      this.#writer.u8(Marker.avmPlus);
      this.#writer.bytes(value.bytes);
    } else throw new TypeError(`a ${value.constructor?.name} has no AMF0 form`);
  }

  #writeItems(items: readonly Amf0Encodable[]): void {
    this.#enter(items);
    this.#output.checkRoom(5 + items.length); // at once: an empty array may claim any length
    this.#writer.u8(Marker.strictArray);
    this.#writer.u32(items.length);
    for (let i = 0; i < items.length; i++) this.#writeValue(items[i]);
    this.#open.pop();
  }

  #writeNested(marker: number, container: object, members: Amf0Members, className?: string): void {
    this.#enter(container);
    const writer = this.#writer;
    writer.u8(marker);
    if (className !== undefined) this.#output.shortText(className);
    const countAt = writer.length;
    if (marker === Marker.ecmaArray) writer.u32(0);
    const count = members instanceof Map ? this.#writeMap(members) : this.#writeRecord(members);
    if (marker === Marker.ecmaArray) writer.setU32(countAt, count);
    this.#output.objectEnd();
    this.#open.pop();
  }

  #writeMap(members: ReadonlyMap<unknown, Amf0Encodable>): number {
    for (const [key, value] of members) {
      if (typeof key !== "string") throw new TypeError(`a member's name is a string, not a ${typeof key}`);
      this.#writeMember(key, value);
    }
    return members.size;
  }

  #writeRecord(members: Amf0Members): number {
    if (!isPlain(members)) throw new TypeError("members are a plain object or a Map");
    const keys = Object.keys(members);
    for (const key of keys) this.#writeMember(key, members[key]);
    return keys.length;
  }

  #writeMember(key: string, value: Amf0Encodable): void {
    this.#output.shortText(key);
    this.#writeValue(value);
  }

  #writeDate(date: Date): void {
    this.#writer.u8(Marker.date);
    this.#output.f64(date.getTime());
    this.#writer.u16(0); // the time zone, to be left 0
  }

  #enter(container: object): void {
    if (this.#open.includes(container)) throw new TypeError("an object or array inside itself has no AMF0 form");
    this.#output.enter(this.#open.length);
    this.#open.push(container);
  }
}

/** Whether an object is a bare `{}` of any realm, or has no prototype. Instances of classes are refused: they hide more. */
function isPlain(value: object): value is { readonly [key: string]: Amf0Encodable } {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null;
}
