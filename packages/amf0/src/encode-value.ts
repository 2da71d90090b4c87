import type { ByteWriter } from "@rtmp/bytes-util";
import type { Amf0EncodeOptions } from "./encode-options.js";
import { Marker } from "./markers.js";
import { inRange, Output } from "./output.js";
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
  const output = new Output(options);
  const out = new ValueWriter(output);
  for (const value of values) out.write(value);
  return output.toBytes();
}

/** Encodes one value into a writer; if it throws, nothing of the value is there. Throws as {@link encodeAmf0}. */
export function writeAmf0(out: ByteWriter, value: Amf0Encodable, options?: Amf0EncodeOptions): void {
  const output = new Output(options);
  new ValueWriter(output).write(value);
  output.copyTo(out);
}

class ValueWriter {
  readonly #output: Output;
  readonly #open: object[] = []; // the objects and arrays around the value, outermost first

  constructor(output: Output) {
    this.#output = output;
  }

  write(value: Amf0Encodable): void {
    switch (typeof value) {
      case "number":
        this.#output.number(value);
        return;
      case "boolean":
        this.#output.u16(value ? 0x0101 : 0x0100);
        return;
      case "string":
        this.#output.string(value);
        return;
      case "undefined":
        this.#output.u8(Marker.undefined);
        return;
      case "object":
        if (value === null) this.#output.u8(Marker.null);
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
      this.#output.u8(Marker.reference);
      this.#output.u16(inRange(value.index, 0, 0xffff));
    } else if (value instanceof XmlDocument) {
      this.#output.u8(Marker.xmlDocument);
      this.#output.longText(value.text);
    } else if (value instanceof AvmPlus) {
      this.#output.u8(Marker.avmPlus);
      this.#output.raw(value.bytes);
    } else throw new TypeError(`a ${value.constructor?.name} has no AMF0 form`);
  }

  #writeItems(items: readonly Amf0Encodable[]): void {
    this.#enter(items);
    this.#output.checkRoom(5 + items.length); // at once: an empty array may claim any length
    this.#output.u8(Marker.strictArray);
    this.#output.u32(items.length);
    for (let i = 0; i < items.length; i++) this.write(items[i]);
    this.#open.pop();
  }

  #writeNested(marker: number, container: object, members: Amf0Members, className?: string): void {
    this.#enter(container);
    const output = this.#output;
    output.u8(marker);
    if (className !== undefined) output.shortText(className);
    const countAt = output.length;
    if (marker === Marker.ecmaArray) output.u32(0);
    const count = members instanceof Map ? this.#writeMap(members) : this.#writeRecord(members);
    if (marker === Marker.ecmaArray) output.setU32(countAt, count);
    output.objectEnd();
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
    this.write(value);
  }

  #writeDate(date: Date): void {
    this.#output.u8(Marker.date);
    this.#output.f64(date.getTime());
    this.#output.u16(0); // the time zone, to be left 0
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
