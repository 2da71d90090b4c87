import { FlvError } from "./errors.js";
import { numberToFourCc } from "./four-cc.js";

/** Reads a tag body front to back. Every read past the end is a `truncated` FlvError that says what was wanted. */
export class TagCursor {
  readonly bytes: Uint8Array;
  readonly end: number;
  position: number;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.bytes = bytes;
    this.position = start;
    this.end = end;
  }

  get remaining(): number {
    return this.end - this.position;
  }

  u8(what: string): number {
    return this.bytes[this.#advance(1, what)] as number;
  }
  u16(what: string): number {
    const at = this.#advance(2, what);
    return ((this.bytes[at] as number) << 8) | (this.bytes[at + 1] as number);
  }
  u24(what: string): number {
    const at = this.#advance(3, what);
    const { bytes } = this;
    return ((bytes[at] as number) << 16) | ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number);
  }
  i24(what: string): number {
    return (this.u24(what) << 8) >> 8;
  }
  u32(what: string): number {
    return this.u16(what) * 0x10000 + this.u16(what);
  }
  fourCc(): string {
    return numberToFourCc(this.u32("FourCC"));
  }
  /** The next bytes as a view of the input. */
  take(length: number, what: string): Uint8Array {
    const at = this.#advance(length, what);
    return this.bytes.subarray(at, at + length);
  }
  /** All that is left, as a view of the input. */
  rest(): Uint8Array {
    return this.take(this.remaining, "");
  }
  /** The next bytes under a cursor of their own, so that nothing inside can read past them. */
  inner(length: number, what: string): TagCursor {
    const at = this.#advance(length, what);
    return new TagCursor(this.bytes, at, at + length);
  }

  #advance(length: number, what: string): number {
    const at = this.position;
    if (length > this.end - at) {
      throw new FlvError("truncated", `${what}: ${length} bytes wanted, ${this.end - at} left`, at);
    }
    this.position = at + length;
    return at;
  }
}
