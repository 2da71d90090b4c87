import { decodeUtf8 } from "@rtmp/bytes-util";
import { Amf3Error } from "./errors.js";
import { WRAPPERS } from "./externalizable.js";
import type { Amf3Limits } from "./limits.js";
import { Marker } from "./markers.js";

/** What a class declares: sent once, then by reference (AMF3 3.12). */
export interface Traits {
  readonly className: string;
  readonly externalizable: boolean;
  readonly dynamic: boolean;
  readonly names: readonly string[];
  /** Bytes it takes when it is written out. */
  readonly length: number;
}

/** Bytes being read, the tables of strings and traits of the value at hand, and what is left of the limits. */
export class Input {
  readonly bytes: Uint8Array;
  readonly end: number;
  readonly limits: Amf3Limits;
  position: number;
  /** Values read so far, what stands behind references included. */
  valueCount = 0;
  readonly #view: DataView;
  #repeated = 0; // bytes that references stand for
  #strings: string[] = [];
  #stringLengths: number[] = []; // in bytes
  #traits: Traits[] = [];

  constructor(bytes: Uint8Array, position: number, limits: Amf3Limits) {
    this.bytes = bytes;
    this.end = bytes.length;
    this.position = position;
    this.limits = limits;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Begins a value that stands by itself: its tables are empty (AMF3 4.2). */
  resetTables(): void {
    if (this.#strings.length > 0) {
      this.#strings = [];
      this.#stringLengths = [];
    }
    if (this.#traits.length > 0) this.#traits = [];
  }
  /** Begins a value: its marker. */
  marker(): number {
    const at = this.position;
    if (at >= this.end) throw this.#truncated(at, 1);
    this.countValues(1, at);
    this.position = at + 1;
    return this.bytes[at] as number;
  }
  /** @throws Amf3Error if `count` values more are too many. */
  countValues(count: number, at: number): void {
    this.valueCount += count;
    if (this.valueCount <= this.limits.maxValues) return;
    throw new Amf3Error("amf-too-many", `more than ${this.limits.maxValues} values`, at);
  }
  /** Bytes read so far, what stands behind references included. */
  get volume(): number {
    return this.position + this.#repeated;
  }
  /** A reference stands for `length` bytes. */
  repeat(length: number): void {
    this.#repeated += length;
    if (this.#repeated <= this.limits.maxLength) return;
    const message = `references to more than ${this.limits.maxLength} bytes`;
    throw new Amf3Error("amf-too-many", message, this.position);
  }
  /** Begins an object or array. @param depth how many are open around it. @returns its own depth. */
  enter(depth: number): number {
    if (depth >= this.limits.maxDepth) throw this.tooDeep();
    return depth + 1;
  }

  u8(): number {
    return this.bytes[this.#advance(1)] as number;
  }
  i32(): number {
    return this.#view.getInt32(this.#advance(4));
  }
  u32(): number {
    return this.#view.getUint32(this.#advance(4));
  }
  f64(): number {
    return this.#view.getFloat64(this.#advance(8));
  }
  /** The variable length integer of AMF3 1.3.1: seven bits a byte, all eight of the fourth. */
  u29(): number {
    let value = 0;
    for (let i = 0; i < 3; i++) {
      const byte = this.u8();
      if (byte < 0x80) return (value << 7) | byte;
      value = (value << 7) | (byte & 0x7f);
    }
    return (value << 8) | this.u8();
  }
  /** The same with a sign (AMF3 3.6). */
  i29(): number {
    return (this.u29() << 3) >> 3;
  }

  /** A view of `length` bytes. */
  slice(length: number): Uint8Array {
    this.checkClaim(length, 1);
    const at = this.#advance(length);
    return this.bytes.subarray(at, at + length);
  }
  /** Text of `length` bytes that is in no string table. */
  text(length: number): string {
    this.checkClaim(length, 1);
    const at = this.#advance(length);
    return decodeUtf8(this.bytes, at, this.position);
  }
  /** A string, inline or by reference (AMF3 1.3.2). The empty one is never in the table. */
  string(): string {
    const at = this.position;
    const header = this.u29();
    if ((header & 1) === 1) {
      const length = header >>> 1;
      const text = this.text(length);
      if (length > 0) {
        this.#strings.push(text);
        this.#stringLengths.push(length);
      }
      return text;
    }
    const text = this.#strings[header >>> 1];
    const length = this.#stringLengths[header >>> 1];
    if (text === undefined || length === undefined) throw this.#badReference("string", header >>> 1, at);
    this.repeat(length);
    return text;
  }
  /** The traits of an object, whose header is read, inline or by reference (AMF3 3.12). */
  traits(header: number): Traits {
    const at = this.position;
    if ((header & 2) === 0) {
      const traits = this.#traits[header >>> 2];
      if (traits === undefined) throw this.#badReference("traits", header >>> 2, at);
      this.repeat(traits.length);
      return traits;
    }
    const start = this.volume;
    const externalizable = (header & 4) !== 0;
    const className = this.string();
    const names: string[] = [];
    if (!externalizable) {
      const count = header >>> 4;
      this.checkClaim(count, 1);
      this.checkMembers(count - 1);
      while (names.length < count) names.push(this.string());
    } else if (!WRAPPERS.has(className)) {
      throw new Amf3Error("amf-externalizable", `the externalizable class ${className}`, at, Marker.object);
    }
    const dynamic = !externalizable && (header & 8) !== 0;
    const traits = { className, externalizable, dynamic, names, length: this.volume - start };
    this.#traits.push(traits);
    return traits;
  }

  /** @throws Amf3Error if `count` parts of at least `size` bytes each can not be there. */
  checkClaim(count: number, size: number): void {
    const left = this.end - this.position;
    if (count * size > left) {
      throw new Amf3Error("amf-malformed", `${count} times ${size} bytes announced, ${left} left`, this.position);
    }
  }
  /** @throws Amf3Error if one member more than `count` is too many. */
  checkMembers(count: number): void {
    if (count < this.limits.maxMembers) return;
    throw new Amf3Error("amf-too-many", `more than ${this.limits.maxMembers} members`, this.position);
  }

  unknownMarker(marker: number): Amf3Error {
    return new Amf3Error("amf-unknown-marker", `marker 0x${marker.toString(16)}`, this.position - 1, marker);
  }
  tooDeep(): Amf3Error {
    return new Amf3Error("amf-depth", `objects and arrays nested deeper than ${this.limits.maxDepth}`, this.position);
  }
  badObject(index: number, marker: number): Amf3Error {
    return this.#badReference("object of this type", index, this.position, marker);
  }
  #badReference(what: string, index: number, at: number, marker?: number): Amf3Error {
    return new Amf3Error("amf-bad-reference", `no ${what} at index ${index}`, at, marker);
  }
  #advance(length: number): number {
    const at = this.position;
    if (length > this.end - at) throw this.#truncated(at, length);
    this.position = at + length;
    return at;
  }
  #truncated(at: number, wanted: number): Amf3Error {
    return new Amf3Error("amf-truncated", `${wanted} bytes wanted, ${this.end - at} left`, at);
  }
}
