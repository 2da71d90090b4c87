import { type ByteWriter, utf8Length } from "@rtmp/bytes-util";
import { type Amf3EncodeOptions, resolveEncodeOptions } from "./encode-options.js";

/** A writer with the bounds of one value, its tables of strings and traits, and the fields that both forms share. */
export class Output {
  readonly writer: ByteWriter;
  readonly #maxDepth: number;
  readonly #maxLength: number;
  readonly #end: number;
  readonly #strings = new Map<string, number>();
  readonly #traits = new Map<string, number>();

  constructor(writer: ByteWriter, options: Amf3EncodeOptions | undefined) {
    const { maxDepth, maxLength } = resolveEncodeOptions(options);
    this.writer = writer;
    this.#maxDepth = maxDepth;
    this.#maxLength = maxLength;
    this.#end = writer.length + maxLength;
  }

  /** @throws RangeError unless `length` bytes more are allowed. */
  checkRoom(length: number): void {
    if (length > this.#end - this.writer.length) throw new RangeError(`AMF3 longer than ${this.#maxLength} bytes`);
  }
  /** @throws RangeError if one more object or array inside `depth` others is too deep. @returns its own depth. */
  enter(depth: number): number {
    if (depth >= this.#maxDepth) throw new RangeError(`objects and arrays nested deeper than ${this.#maxDepth}`);
    return depth + 1;
  }

  /** The variable length integer of AMF3 1.3.1. @throws RangeError outside 0 to 2^29 - 1. */
  u29(value: number): void {
    const { writer } = this;
    if (!(Number.isInteger(value) && value >= 0 && value < 0x20000000)) throw new RangeError(`${value} in 29 bits`);
    if (value < 0x80) writer.u8(value);
    else if (value < 0x4000) writer.u16(0x8000 | ((value << 1) & 0x7f00) | (value & 0x7f));
    else if (value < 0x200000) {
      writer.u24(0x808000 | ((value << 2) & 0x7f0000) | ((value << 1) & 0x7f00) | (value & 0x7f));
    } else {
      writer.u24(0x808080 | ((value >>> 6) & 0x7f0000) | ((value >>> 7) & 0x7f00) | ((value >>> 8) & 0x7f));
      writer.u8(value & 0xff);
    }
  }
  /** The same with a sign (AMF3 3.6). @throws RangeError outside -2^28 to 2^28 - 1. */
  i29(value: number): void {
    if (!isI29(value)) throw new RangeError(`${value} as an AMF3 integer`);
    this.u29(value & 0x1fffffff);
  }
  /** A header that says: inline, with this length or count. */
  inline(count: number): void {
    this.u29(2 * count + 1);
  }
  /** A header that says: by reference. */
  reference(index: number): void {
    this.u29(2 * index);
  }
  /** A double; every NaN alike, since JavaScript does not say which bits one has. */
  f64(value: number): void {
    if (Number.isNaN(value)) {
      this.writer.u32(0x7ff80000);
      this.writer.u32(0);
    } else this.writer.f64(value);
  }
  flag(value: boolean): void {
    this.writer.u8(value ? 1 : 0);
  }
  /** Text that is in no string table. */
  text(text: string): void {
    const length = utf8Length(text);
    this.checkRoom(length);
    this.inline(length);
    this.writer.utf8(text);
  }
  /** A string, by reference where it was written before (AMF3 1.3.2). The empty one is always inline. */
  string(text: string): void {
    const index = this.#strings.get(text);
    if (index !== undefined) this.reference(index);
    else {
      this.text(text);
      if (text !== "") this.#strings.set(text, this.#strings.size);
    }
  }
  /** The header and traits of an object, by reference where they were written before (AMF3 3.12). */
  traits(className: string, dynamic: boolean, names: readonly string[]): void {
    const index = this.#addTraits(JSON.stringify([className, dynamic, ...names]));
    if (index !== undefined) {
      this.u29(4 * index + 1);
      return;
    }
    this.u29(16 * names.length + (dynamic ? 0b1011 : 0b0011));
    this.string(className);
    for (const name of names) {
      this.checkRoom(1);
      this.string(name);
    }
  }
  /** The same for an externalizable class. */
  externalizable(className: string): void {
    const index = this.#addTraits(JSON.stringify([className]));
    if (index !== undefined) this.u29(4 * index + 1);
    else {
      this.u29(0b0111);
      this.string(className);
    }
  }

  /** @returns the index of traits written before. */
  #addTraits(key: string): number | undefined {
    const index = this.#traits.get(key);
    if (index === undefined) this.#traits.set(key, this.#traits.size);
    return index;
  }
}

/** Whether a number is written as an integer: -0 would lose its sign. */
export function isI29(value: number): boolean {
  return Number.isInteger(value) && value >= -0x10000000 && value < 0x10000000 && !Object.is(value, -0);
}
