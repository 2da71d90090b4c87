import { ByteQueue } from "@rtmp/bytes-util";
import { FlvError } from "./errors.js";
import {
  FLV_TAG_HEADER_LENGTH,
  type FlvHeaderFlags,
  type FlvTag,
  FlvTagType,
  MAX_FLV_PAYLOAD,
  PREVIOUS_TAG_SIZE_LENGTH,
} from "./flv-tag.js";

/** How a file is read. */
export interface FlvReaderOptions {
  /**
   * Longest tag payload taken, in bytes, compared when its length is read. What is held is what arrived of it.
   * @defaultValue 16 777 215, all that the length field can say
   */
  readonly maxPayloadLength?: number;
  /**
   * Refuse tags that no writer makes: types other than 8, 9, 15 and 18, and stream ids other than 0. For finding where
   * a damaged file stops making sense; players skip such tags.
   * @defaultValue false
   */
  readonly strict?: boolean;
}

/** The file header. */
export interface FlvHeaderItem extends FlvHeaderFlags {
  readonly kind: "header";
  /** 1. */
  readonly version: number;
}

/** A tag. */
export interface FlvTagItem extends FlvTag {
  readonly kind: "tag";
  /** Where the tag begins, in bytes from the file's begin. */
  readonly offset: number;
  /** Whether the payload is encrypted (the filter bit): then it starts with an encryption header. */
  readonly isFiltered: boolean;
}

/** What {@link FlvReader.read} hands out. */
export type FlvItem = FlvHeaderItem | FlvTagItem;

const SIGNATURE = 0x464c56; // "FLV"
const FILE_HEADER_LENGTH = 9;
/** Longer headers are allowed by the format; nobody writes one, and a lying length must not swallow the file. */
const MAX_FILE_HEADER_LENGTH = 65_536;

/** Reads an FLV file or HTTP stream, split anywhere (FLV 10.1 annex E). Holds at most one tag beside what was pushed. */
export class FlvReader {
  readonly #maxPayloadLength: number;
  readonly #strict: boolean;
  readonly #input = new ByteQueue();
  readonly #head = new Uint8Array(FLV_TAG_HEADER_LENGTH);
  #state: "header" | "skip" | "tag" | "payload" = "header";
  #skip = 0; // bytes to drop before the next tag
  #position = 0; // bytes consumed
  #wholeLength = 0;
  #tagOffset = 0; // of the tag in #head
  #payloadLength = 0; // likewise
  #error: FlvError | undefined;

  constructor(options: FlvReaderOptions = {}) {
    const { maxPayloadLength = MAX_FLV_PAYLOAD, strict = false } = options;
    if (!(maxPayloadLength >= 0)) throw new RangeError(`maxPayloadLength ${maxPayloadLength}`);
    this.#maxPayloadLength = maxPayloadLength;
    this.#strict = strict;
  }

  /** Length of the file's whole part so far: up to and with the PreviousTagSize behind the last whole tag, in bytes. */
  get wholeLength(): number {
    return this.#wholeLength;
  }
  /** Bytes pushed so far that are not part of {@link wholeLength}. */
  get pendingLength(): number {
    return this.#position + this.#input.length - this.#wholeLength;
  }

  /** Appends bytes of the file. They are kept as they are: the caller must not change them afterwards. */
  push(bytes: Uint8Array): void {
    if (this.#error === undefined) this.#input.push(bytes);
  }

  /**
   * The header, then tag by tag; `undefined` until more bytes are pushed. The payload belongs to the caller.
   * @throws FlvError `not-flv`, `tag-too-large`, `malformed-tag`; every later call throws it again.
   */
  read(): FlvItem | undefined {
    if (this.#error !== undefined) throw this.#error;
    for (;;) {
      if (this.#state === "header") return this.#readHeader();
      if (this.#state === "skip" && !this.#skipped()) return undefined;
      if (this.#state === "tag" && !this.#readTagHeader()) return undefined;
      if (this.#state !== "payload") continue;
      if (this.#input.length < this.#payloadLength) return undefined;
      return this.#readTag();
    }
  }

  /**
   * Says that nothing follows. A file that lacks only the last PreviousTagSize is whole enough.
   * @throws FlvError `truncated` if the file ends inside its header or a tag, and what {@link read} threw before.
   */
  end(): void {
    if (this.#error !== undefined) throw this.#error;
    const isWhole = this.#state === "skip" || (this.#state === "tag" && this.#input.length === 0);
    if (isWhole) return;
    this.#fail("truncated", `the file ends inside its ${this.#state}`, this.#position + this.#input.length);
  }

  #readHeader(): FlvItem | undefined {
    if (this.#input.length < FILE_HEADER_LENGTH) return undefined;
    const bytes = this.#input.take(FILE_HEADER_LENGTH);
    const [a = 0, b = 0, c = 0, version = 0, flags = 0] = bytes;
    if ((a << 16) + (b << 8) + c !== SIGNATURE) this.#fail("not-flv", "no FLV signature", 0);
    if (version !== 1) this.#fail("not-flv", `FLV version ${version}`, 3);
    const length = new DataView(bytes.buffer).getUint32(5);
    if (!(length >= FILE_HEADER_LENGTH && length <= MAX_FILE_HEADER_LENGTH)) {
      this.#fail("not-flv", `a file header of ${length} bytes`, 5);
    }
    this.#position = FILE_HEADER_LENGTH;
    this.#skip = length - FILE_HEADER_LENGTH + PREVIOUS_TAG_SIZE_LENGTH;
    this.#state = "skip";
    return { kind: "header", version, hasAudio: (flags & 4) !== 0, hasVideo: (flags & 1) !== 0 };
  }

  /** Drops what stands between tags. Writers get PreviousTagSize wrong and no reader needs it: it is not looked at. */
  #skipped(): boolean {
    const count = Math.min(this.#skip, this.#input.length);
    this.#input.skip(count);
    this.#position += count;
    this.#skip -= count;
    if (this.#skip > 0) return false;
    this.#wholeLength = this.#position;
    this.#state = "tag";
    return true;
  }

  #readTagHeader(): boolean {
    if (this.#input.length < FLV_TAG_HEADER_LENGTH) return false;
    const head = this.#head;
    this.#input.readInto(head, 0, FLV_TAG_HEADER_LENGTH);
    this.#tagOffset = this.#position;
    this.#position += FLV_TAG_HEADER_LENGTH;
    const first = head[0] as number;
    if (first >= 0x40) this.#fail("malformed-tag", `reserved bits set: 0x${first.toString(16)}`, this.#tagOffset);
    if (this.#strict) this.#checkPlausible(first & 0x1f);
    const length = ((head[1] as number) << 16) | ((head[2] as number) << 8) | (head[3] as number);
    if (length > this.#maxPayloadLength) {
      this.#fail("tag-too-large", `a tag of ${length} bytes, ${this.#maxPayloadLength} allowed`, this.#tagOffset);
    }
    this.#payloadLength = length;
    this.#state = "payload";
    return true;
  }

  #checkPlausible(tagType: number): void {
    const { audio, video, script, scriptAmf3 } = FlvTagType;
    const known = tagType === audio || tagType === video || tagType === script || tagType === scriptAmf3;
    if (!known) this.#fail("malformed-tag", `tag type ${tagType}`, this.#tagOffset);
    const head = this.#head;
    if (head[8] !== 0 || head[9] !== 0 || head[10] !== 0) this.#fail("malformed-tag", "a stream id", this.#tagOffset);
  }

  #readTag(): FlvTagItem {
    const head = this.#head;
    const first = head[0] as number;
    const low = ((head[4] as number) << 16) | ((head[5] as number) << 8) | (head[6] as number);
    const timestamp = (head[7] as number) * 0x1000000 + low;
    const payload = this.#input.take(this.#payloadLength);
    const offset = this.#tagOffset;
    this.#position += payload.length;
    this.#skip = PREVIOUS_TAG_SIZE_LENGTH;
    this.#state = "skip";
    this.#skipped(); // so that wholeLength tells this tag as soon as it is whole
    return { kind: "tag", tagType: first & 0x1f, timestamp, payload, offset, isFiltered: (first & 0x20) !== 0 };
  }

  #fail(code: "not-flv" | "tag-too-large" | "malformed-tag" | "truncated", message: string, offset: number): never {
    this.#error = new FlvError(code, message, offset);
    this.#input.clear();
    throw this.#error;
  }
}
