import { decodeUtf8 } from "@rtmp/bytes-util";
import type { Amf3Decoded, Amf3ValueDecoder } from "./amf3-door.js";
import { Amf0Error, asAmf0Error } from "./errors.js";
import { NO_SLOT, slotOfName, slotOfText, textAt } from "./known-texts.js";
import type { Amf0Limits } from "./limits.js";
import { Marker } from "./markers.js";
import { readDouble } from "./words.js";

/** The bytes of one message, how far they are read, and what is left of the limits. Shared by both forms of decoding. */
export class Input {
  readonly bytes: Uint8Array;
  readonly end: number;
  readonly maxMembers: number;
  position = 0;
  /** Where the text read last is kept, for {@link isSurelyNew}; {@link NO_SLOT} also says that it may not be ASCII. */
  slot = NO_SLOT;
  /** Values that may still begin. */
  valuesLeft: number;
  readonly #limits: Amf0Limits;
  readonly #amf3: Amf3ValueDecoder | undefined;

  constructor(bytes: Uint8Array, limits: Amf0Limits, amf3: Amf3ValueDecoder | undefined) {
    this.bytes = bytes;
    this.end = bytes.length;
    this.#limits = limits;
    this.maxMembers = limits.maxMembers;
    this.#amf3 = amf3;
    this.valuesLeft = limits.maxValues;
  }

  /** Begins a value: its marker. */
  marker(): number {
    const at = this.position;
    if (at >= this.end) throw this.#truncated(at, 1);
    if (--this.valuesLeft < 0) {
      throw new Amf0Error("amf-too-many", `more than ${this.#limits.maxValues} values`, at);
    }
    this.position = at + 1;
    return this.bytes[at] as number;
  }
  /** Begins an object or array. @param depth how many are open around it. @returns its own depth. */
  enter(depth: number, marker: number): number {
    if (depth >= this.#limits.maxDepth) {
      const message = `objects and arrays nested deeper than ${this.#limits.maxDepth}`;
      throw new Amf0Error("amf-depth", message, this.position - 1, marker);
    }
    return depth + 1;
  }

  u8(): number {
    return this.bytes[this.#advance(1)] as number;
  }
  u16(): number {
    const at = this.#advance(2);
    return ((this.bytes[at] as number) << 8) | (this.bytes[at + 1] as number);
  }
  i16(): number {
    return (this.u16() << 16) >> 16;
  }
  u32(): number {
    const at = this.#advance(4);
    const { bytes } = this;
    const high = ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
    return high * 0x10000 + (((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number));
  }
  f64(): number {
    return readDouble(this.bytes, this.#advance(8));
  }

  /** Passes the body of a string with a 16-bit length. @returns where it begins; it ends at `position`. */
  short(): number {
    const { bytes, position } = this;
    const start = position + 2;
    const end = start + (((bytes[position] as number) << 8) | (bytes[position + 1] as number));
    if (!(start <= this.end && end <= this.end)) return this.#advance(this.u16()); // which throws
    this.position = end;
    return start;
  }
  /** The same with a 32-bit length. */
  long(): number {
    const at = this.position;
    const length = this.u32();
    if (length > this.end - this.position) {
      throw new Amf0Error("amf-malformed", `a string of ${length} bytes, ${this.end - this.position} left`, at);
    }
    return this.#advance(length);
  }
  /** The text from `start` up to `position`; also sets {@link slot}. */
  text(start: number): string {
    return this.#textIn(slotOfText(this.bytes, start, this.position), start);
  }
  /** The same for the name of a member. */
  name(start: number): string {
    return this.#textIn(slotOfName(this.bytes, start, this.position), start);
  }

  /** Consumes the end of an object's members, 00 00 09, if it is next (AMF0 2.11). */
  takeObjectEnd(): boolean {
    const { bytes, position } = this;
    // Past the end of the array these read `undefined`.
    if (bytes[position] !== 0 || bytes[position + 1] !== 0 || bytes[position + 2] !== Marker.objectEnd) return false;
    this.position = position + 3;
    return true;
  }
  /** The same where the input may end instead, once `count` members of those that were announced are read. */
  takeMembersEnd(count: number, announced: number): boolean {
    return this.takeObjectEnd() || (this.position === this.end && count >= announced);
  }
  /** Before one more member of an object, of which `count` are read. */
  checkMembers(count: number): void {
    if (count >= this.maxMembers) throw this.#tooManyMembers(this.position);
  }
  /** The count of a strict array: each item takes a byte at least. */
  itemCount(): number {
    const at = this.position;
    const count = this.u32();
    if (count > this.end - this.position) {
      throw new Amf0Error("amf-malformed", `${count} items announced, ${this.end - this.position} bytes left`, at);
    }
    if (count > this.maxMembers) throw this.#tooManyMembers(at);
    return count;
  }

  /** Reads the value behind an AVM+ marker. @param depth how many objects and arrays are open around it. */
  amf3(depth: number): Amf3Decoded {
    const at = this.position;
    if (this.#amf3 === undefined) {
      throw new Amf0Error("amf-no-amf3", "an AMF3 value, and no decoder for it", at - 1, Marker.avmPlus);
    }
    const decoded = this.#callAmf3(this.#amf3, at, {
      maxDepth: this.#limits.maxDepth - depth,
      maxMembers: this.maxMembers,
      maxValues: this.valuesLeft + 1, // its marker was counted as a value already
    });
    const { end, values = 1 } = decoded;
    if (!(Number.isInteger(end) && end > at && end <= this.end)) throw new RangeError(`AMF3 value ${at}..${end}`);
    this.position = end;
    this.valuesLeft -= values - 1;
    return decoded;
  }

  /** The error for a marker that begins no value. */
  unknownMarker(marker: number): Amf0Error {
    const at = this.position - 1;
    if (marker === Marker.objectEnd) {
      return new Amf0Error("amf-malformed", "an object end where a value should be", at, marker);
    }
    return new Amf0Error("amf-unknown-marker", `unknown marker 0x${marker.toString(16)}`, at, marker);
  }

  #callAmf3(decode: Amf3ValueDecoder, at: number, limits: Amf0Limits): Amf3Decoded {
    try {
      return decode(this.bytes, at, limits);
    } catch (thrown) {
      throw asAmf0Error(thrown, at, Marker.avmPlus);
    }
  }
  #textIn(slot: number, start: number): string {
    this.slot = slot;
    return slot === NO_SLOT ? decodeUtf8(this.bytes, start, this.position) : textAt(slot);
  }
  #advance(length: number): number {
    const at = this.position;
    if (length > this.end - at) throw this.#truncated(at, length);
    this.position = at + length;
    return at;
  }
  #truncated(at: number, wanted: number): Amf0Error {
    return new Amf0Error("amf-truncated", `${wanted} bytes wanted, ${this.end - at} left`, at);
  }
  #tooManyMembers(at: number): Amf0Error {
    return new Amf0Error("amf-too-many", `more than ${this.maxMembers} members`, at);
  }
}
