import { type ByteWriter, encodeUtf8, utf8Length } from "@rtmp/bytes-util";
import { type Amf0EncodeOptions, resolveEncodeOptions } from "./encode-options.js";
import { Marker } from "./markers.js";

/** No text of this many UTF-16 units takes more than 65535 bytes of UTF-8. */
const SURELY_SHORT = 21_845;
/** Up to this length a loop over ASCII beats the call into the platform's codec. */
const LOOP = 192;
/** Results of up to this length are cut out of a slab, which costs a twentieth of an array of their own. */
const LONGEST_CUT = 1024;
/** Length of a slab: what a result that is kept keeps in memory with it. */
const SLAB = 8192;
/** Longest room that is kept for the next encoding that needs more than a slab. */
const LARGEST_KEPT = 65_536;

/** Room to write into, and a view of it. Of a slab the first bytes are given away as results. */
interface Room {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly view: DataView;
  given: number;
}
// To allocate them costs more than to fill them, so one of each is kept. While it is in use another is made: a getter may
// encode, too.
let keptSlab: Room | undefined;
let keptLarge: Room | undefined;

function makeRoom(length: number): Room {
  const bytes = new Uint8Array(length);
  return { bytes, view: new DataView(bytes.buffer), given: 0 };
}

/** Room for a short encoding. */
function takeSlab(): Room {
  const slab = keptSlab;
  keptSlab = undefined;
  // The buffer of one whose result was transferred to another thread is empty.
  return slab?.bytes.length === SLAB ? slab : makeRoom(SLAB);
}
/** Room for `length` bytes at least. */
function takeLarge(length: number): Room {
  if (keptLarge === undefined || keptLarge.bytes.length < length) return makeRoom(Math.max(2 * length, LARGEST_KEPT));
  const large = keptLarge;
  keptLarge = undefined;
  return large;
}
function giveBack(room: Room): void {
  if (room.bytes.length === SLAB) keptSlab = room;
  else if (room.bytes.length <= LARGEST_KEPT) keptLarge = room;
}

/** What is written by one encoding, with its bounds. One of the two ways out ends it. */
export class Output {
  readonly maxDepth: number;
  readonly #maxLength: number;
  #room: Room;
  #bytes: Uint8Array<ArrayBuffer>; // of the room, as is the view
  #view: DataView;
  #start: number; // in the room
  #end: number;
  #last: number; // how far the room and the bound go

  constructor(options: Amf0EncodeOptions | undefined) {
    const { maxDepth, maxLength } = resolveEncodeOptions(options);
    this.maxDepth = maxDepth;
    this.#maxLength = maxLength;
    const room = takeSlab();
    this.#room = room;
    this.#bytes = room.bytes;
    this.#view = room.view;
    this.#start = room.given;
    this.#end = room.given;
    this.#last = Math.min(room.bytes.length, room.given + maxLength);
  }

  /** Ends the encoding. @returns what was written; a short one shares its buffer. */
  toBytes(): Uint8Array<ArrayBuffer> {
    const room = this.#room;
    const { length } = this;
    let result: Uint8Array<ArrayBuffer>;
    if (length <= LONGEST_CUT) {
      result = new Uint8Array(room.bytes.buffer, this.#start, length);
      room.given = this.#end;
    } else result = new Uint8Array(this.#written()); // sooner done than `slice`
    giveBack(room);
    return result;
  }
  /** Ends the encoding: what was written goes into a writer. */
  copyTo(out: ByteWriter): void {
    out.bytes(this.#written());
    giveBack(this.#room);
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#end - this.#start;
  }
  /** @throws RangeError unless `length` bytes more are allowed. */
  checkRoom(length: number): void {
    if (length > this.#maxLength - this.length) throw new RangeError(`AMF0 longer than ${this.#maxLength} bytes`);
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
    this.#view.setUint32(at, value);
  }
  /** Overwrites 32 bits written before. */
  setU32(offset: number, value: number): void {
    this.#view.setUint32(this.#start + offset, value);
  }
  /** A marker and a double behind it. */
  number(value: number): void {
    const at = this.#grow(9);
    this.#bytes[at] = Marker.number;
    this.#putDouble(at + 1, value);
  }
  /** A double; every NaN alike, since JavaScript does not say which bits one has. */
  f64(value: number): void {
    this.#putDouble(this.#grow(8), value);
  }
  /** Copies bytes. @throws RangeError if they are too many. */
  raw(bytes: Uint8Array): void {
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
      this.#end = at;
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

  #putDouble(at: number, value: number): void {
    if (Number.isNaN(value)) {
      this.#view.setUint32(at, 0x7ff80000);
      this.#view.setUint32(at + 4, 0);
    } else this.#view.setFloat64(at, value);
  }
  /** @throws RangeError if that is too long. */
  #grow(length: number): number {
    const at = this.#end;
    const end = at + length;
    if (end > this.#last) return this.#move(length);
    this.#end = end;
    return at;
  }
  /** Goes on where there is more room: in a slab of which nothing is given away, or in a large one. */
  #move(length: number): number {
    this.checkRoom(length);
    const begun = this.#written();
    const needed = begun.length + length;
    if (needed > LONGEST_CUT) giveBack(this.#room);
    const room = needed <= LONGEST_CUT ? makeRoom(SLAB) : takeLarge(needed);
    room.bytes.set(begun);
    this.#room = room;
    this.#bytes = room.bytes;
    this.#view = room.view;
    this.#start = 0;
    this.#end = needed;
    this.#last = Math.min(room.bytes.length, this.#maxLength);
    return begun.length;
  }
  #written(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(this.#start, this.#end);
  }
}

/** @returns the value. @throws RangeError unless it is an integer in `min`..`max`: a field can hold nothing else. */
export function inRange(value: number, min: number, max: number): number {
  if (!(Number.isInteger(value) && value >= min && value <= max)) {
    throw new RangeError(`${value} is not an integer in ${min}..${max}`);
  }
  return value;
}
