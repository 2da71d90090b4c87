import { type ByteWriter, utf8Length } from "@rtmp/bytes-util";
import { type Amf0EncodeOptions, resolveEncodeOptions } from "./encode-options.js";
import { Marker } from "./markers.js";

/** No text of this many UTF-16 units takes more than 65535 bytes of UTF-8. */
const SURELY_SHORT = 21_845;

/** A writer with the bounds of one encoding, and the fields that both forms of encoding share. */
export class Output {
  readonly writer: ByteWriter;
  readonly maxDepth: number;
  readonly #maxLength: number;
  readonly #end: number;

  constructor(writer: ByteWriter, options: Amf0EncodeOptions | undefined) {
    const { maxDepth, maxLength } = resolveEncodeOptions(options);
    this.writer = writer;
    this.maxDepth = maxDepth;
    this.#maxLength = maxLength;
    this.#end = writer.length + maxLength;
  }

  /** @throws RangeError unless `length` bytes more are allowed. */
  checkRoom(length: number): void {
    if (length > this.#end - this.writer.length) throw new RangeError(`AMF0 longer than ${this.#maxLength} bytes`);
  }
  /** @throws RangeError if one more object or array inside `depth` others is too deep. @returns its own depth. */
  enter(depth: number): number {
    if (depth >= this.maxDepth) throw new RangeError(`objects and arrays nested deeper than ${this.maxDepth}`);
    return depth + 1;
  }

  /** A double; every NaN alike, since JavaScript does not say which bits one has. */
  f64(value: number): void {
    if (Number.isNaN(value)) {
      this.writer.u32(0x7ff80000);
      this.writer.u32(0);
    } else this.writer.f64(value);
  }
  /** A marker and text behind it: as a string where it fits, else as a long string. */
  string(text: string): void {
    if (text.length <= SURELY_SHORT || utf8Length(text) <= 0xffff) {
      this.writer.u8(Marker.string);
      this.shortText(text);
    } else {
      this.writer.u8(Marker.longString);
      this.longText(text);
    }
  }
  /** Text behind a 16-bit length. @throws RangeError above 65535 bytes. */
  shortText(text: string): void {
    const { writer } = this;
    if (text.length > SURELY_SHORT) {
      const length = utf8Length(text);
      if (length > 0xffff) throw new RangeError(`${length} bytes of text where 65535 are the most`);
    }
    const at = writer.length;
    writer.u16(0);
    writer.setU16(at, writer.utf8(text));
  }
  /** Text behind a 32-bit length. */
  longText(text: string): void {
    const length = utf8Length(text);
    this.checkRoom(length);
    this.writer.u32(length);
    this.writer.utf8(text);
  }
  /** Ends the members of an object (AMF0 2.11). */
  objectEnd(): void {
    this.writer.u24(Marker.objectEnd);
  }
}
