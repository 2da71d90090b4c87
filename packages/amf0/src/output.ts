import { type ByteWriter, encodeUtf8, utf8Length } from "@rtmp/bytes-util";
import { type Amf0EncodeOptions, resolveEncodeOptions } from "./encode-options.js";
import { Marker } from "./markers.js";

/** No text of this many UTF-16 units takes more than 65535 bytes of UTF-8. */
const SURELY_SHORT = 21_845;
/** Up to this length a loop over ASCII beats the call into the platform's codec. */
const LOOP = 192;
const SMALLEST_ROOM = 1024;
/** Most that is kept from one encoding to the next, in bytes. */
const LARGEST_KEPT = 65_536;

/** Room to write into, and a view of it. */
interface Room {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly view: DataView;
}
// To allocate it costs more than to fill it, so one is kept. While it is in use another is made: a getter may encode, too.
let kept: Room | undefined;

function makeRoom(length: number): Room {
  const bytes = new Uint8Array(length);
  return { bytes, view: new DataView(bytes.buffer) };
}

/** What is written by one encoding, with its bounds. One of the two ways out ends it. */
export class Output {
  readonly maxDepth: number;
  readonly #maxLength: number;
  #room: Room;
  #bytes: Uint8Array<ArrayBuffer>; // of the room
  #length = 0;

  constructor(options: Amf0EncodeOptions | undefined) {
    const { maxDepth, maxLength } = resolveEncodeOptions(options);
    this.maxDepth = maxDepth;
    this.#maxLength = maxLength;
    this.#room = kept ?? makeRoom(SMALLEST_ROOM);
    this.#bytes = this.#room.bytes;
    kept = undefined;
  }

  /** Ends the encoding. @returns what was written, as an array of exactly that size. @throws RangeError if that is too long. */
  toBytes(): Uint8Array<ArrayBuffer> {
    this.checkRoom(0);
    const bytes = new Uint8Array(this.#bytes.subarray(0, this.#length)); // sooner done than `slice`
    this.#giveBack();
    return bytes;
  }
  /** Ends the encoding: what was written goes into a writer. @throws RangeError if that is too long. */
  copyTo(out: ByteWriter): void {
    this.checkRoom(0);
    out.bytes(this.#bytes.subarray(0, this.#length));
    this.#giveBack();
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }
  /** @throws RangeError unless `length` bytes more are allowed. */
  checkRoom(length: number): void {
    if (length > this.#maxLength - this.#length) throw new RangeError(`AMF0 longer than ${this.#maxLength} bytes`);
  }
  /** @throws RangeError if one more object or array inside `depth` others is too deep. @returns its own depth. */
  enter(depth: number): number {
    if (depth >= this.maxDepth) throw new RangeError(`objects and arrays nested deeper than ${this.maxDepth}`);
    return depth + 1;
  }

  /** The low 8 bits of a number. */
  u8(value: number): void {
    const at = this.#grow(1);
    this.#bytes[at] = value;
  }
  /** The low 16 bits. */
  u16(value: number): void {
    const at = this.#grow(2);
    this.#bytes[at] = value >>> 8;
    this.#bytes[at + 1] = value;
  }
  /** The low 32 bits. */
  u32(value: number): void {
    const at = this.#grow(4); // first: it may replace the room
    this.#room.view.setUint32(at, value);
  }
  /** Overwrites 32 bits written before. */
  setU32(offset: number, value: number): void {
    this.#room.view.setUint32(offset, value);
  }
  /** A double; every NaN alike, since JavaScript does not say which bits one has. */
  f64(value: number): void {
    const at = this.#grow(8);
    if (Number.isNaN(value)) {
      this.#room.view.setUint32(at, 0x7ff80000);
      this.#room.view.setUint32(at + 4, 0);
    } else this.#room.view.setFloat64(at, value);
  }
  /** Copies bytes. @throws RangeError if they are too many. */
  raw(bytes: Uint8Array): void {
    this.checkRoom(bytes.length);
    const at = this.#grow(bytes.length);
    this.#bytes.set(bytes, at);
  }
  /** A marker and text behind it: as a string where it fits, else as a long string. */
  string(text: string): void {
    if (text.length <= SURELY_SHORT || utf8Length(text) <= 0xffff) {
      this.u8(Marker.string);
      this.shortText(text);
    } else {
      this.u8(Marker.longString);
      this.longText(text);
    }
  }
  /** Text behind a 16-bit length. @throws RangeError above 65535 bytes. */
  shortText(text: string): void {
    const { length } = text;
    if (length <= LOOP) {
      const at = this.#grow(2 + length);
      const bytes = this.#bytes;
      let all = 0;
      for (let i = 0; i < length; i++) {
        const unit = text.charCodeAt(i);
        all |= unit;
        bytes[at + 2 + i] = unit;
      }
      if (all < 0x80) {
        bytes[at] = 0;
        bytes[at + 1] = length;
        return;
      }
      this.#length = at;
    }
    const needed = length > SURELY_SHORT ? utf8Length(text) : 0;
    if (needed > 0xffff) throw new RangeError(`${needed} bytes of text where 65535 are the most`);
    const encoded = encodeUtf8(text);
    this.u16(encoded.length);
    this.raw(encoded);
  }
  /** Text behind a 32-bit length. */
  longText(text: string): void {
    this.checkRoom(utf8Length(text)); // before it is encoded
    const encoded = encodeUtf8(text);
    this.u32(encoded.length);
    this.raw(encoded);
  }
  /** Ends the members of an object (AMF0 2.11). */
  objectEnd(): void {
    this.u16(0);
    this.u8(Marker.objectEnd);
  }

  #grow(length: number): number {
    const at = this.#length;
    const needed = at + length;
    if (needed > this.#bytes.length) this.#enlarge(needed);
    this.#length = needed;
    return at;
  }
  #enlarge(needed: number): void {
    const larger = makeRoom(Math.max(needed, 2 * this.#bytes.length));
    larger.bytes.set(this.#bytes.subarray(0, this.#length));
    this.#room = larger;
    this.#bytes = larger.bytes;
  }
  #giveBack(): void {
    if (this.#bytes.length <= LARGEST_KEPT) kept = this.#room;
  }
}

/** @returns the value. @throws RangeError unless it is an integer in `min`..`max`: a field can hold nothing else. */
export function inRange(value: number, min: number, max: number): number {
  if (!(Number.isInteger(value) && value >= min && value <= max)) {
    throw new RangeError(`${value} is not an integer in ${min}..${max}`);
  }
  return value;
}
