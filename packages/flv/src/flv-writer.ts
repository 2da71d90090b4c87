import type { Amf0Member, Amf3ValueDecoder } from "@rtmp/amf0";
import { type ByteWriter, concatBytes, equalBytes } from "@rtmp/bytes-util";
import { FlvIndex, type FlvSummary } from "./flv-index.js";
import {
  checkFlvTag,
  encodeFlvHeader,
  encodeFlvTag,
  FLV_HEADER_LENGTH,
  FLV_TAG_HEADER_LENGTH,
  type FlvTag,
  FlvTagType,
  PREVIOUS_TAG_SIZE_LENGTH,
  writeFlvTag,
} from "./flv-tag.js";
import {
  closedMembers,
  encodeHead,
  headLength,
  KEYFRAME_LENGTH,
  MAX_METADATA_LENGTH,
  memberLength,
  readMembers,
  SUMMARY_LENGTH,
} from "./head-metadata.js";
import { encodeScriptData, selectorLength, stripSetDataFrame } from "./script-data.js";

/** How a file is written. */
export interface FlvWriterOptions {
  /** What the header says until the file is closed, for a file that never is. @defaultValue true */
  readonly hasAudio?: boolean;
  /** As `hasAudio`. @defaultValue true */
  readonly hasVideo?: boolean;
  /**
   * Most entries of the key frame index, 0 to 8000; 18 bytes each are reserved at the start. When it is full every
   * second entry goes, so that it always covers the whole file.
   * @defaultValue 1024
   */
  readonly maxKeyframes?: number;
  /**
   * Bytes reserved at the start for metadata that the publisher sends after the first media.
   * @defaultValue 2048
   */
  readonly metadataRoom?: number;
  /**
   * Write metadata that comes after the first media where it came, as a tag, besides adding what is new in it to the
   * head. Off because FFmpeg takes such a tag for a subtitle track.
   * @defaultValue false
   */
  readonly keepLaterMetadata?: boolean;
  /** For metadata in AMF3 (tag type 15); without it such tags are written as they come. */
  readonly amf3?: Amf3ValueDecoder;
}

/** Bytes to write over what is there already. */
export interface FlvPatch {
  /** From the file's begin. */
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** What is left to do for a file, and what it holds. */
export interface FlvClosing {
  /** To append, before the patches: empty unless the file had no media. */
  readonly bytes: Uint8Array;
  /** To write over the start of the file, where room was kept; none reaches into the media. */
  readonly patches: readonly FlvPatch[];
  readonly summary: FlvSummary;
}

const MAX_KEYFRAMES = 8000; // what an AMF0 decoder with usual limits still reads
const ON_META_DATA = encodeScriptData("onMetaData", []);
const CLEAR_DATA_FRAME = encodeScriptData("@clearDataFrame", []);
const NOTHING = new Uint8Array(0);

/**
 * Writes an FLV file without touching a file: it hands out bytes to append, and at the end a patch for its start, with
 * the header's flags, and `onMetaData` with duration, size and an index of key frames in room that was kept for it.
 * The media is written once. A file that is never closed plays too.
 */
export class FlvWriter {
  readonly #options: FlvWriterOptions;
  readonly #index: FlvIndex;
  readonly #maxKeyframes: number;
  #published: readonly Amf0Member[] = [];
  #headRoom = 0; // bytes of the head's onMetaData payload, fixed once it is out
  #mergeRoom = 0; // how many of them are left for late members
  #length = 0;
  #isClosed = false;

  /** @throws RangeError for options that make no sense. */
  constructor(options: FlvWriterOptions = {}) {
    const { maxKeyframes = 1024, metadataRoom = 2048 } = options;
    if (!(Number.isInteger(maxKeyframes) && maxKeyframes >= 0 && maxKeyframes <= MAX_KEYFRAMES)) {
      throw new RangeError(`maxKeyframes ${maxKeyframes}`);
    }
    if (!(Number.isInteger(metadataRoom) && metadataRoom >= 0 && metadataRoom <= MAX_METADATA_LENGTH)) {
      throw new RangeError(`metadataRoom ${metadataRoom}`);
    }
    this.#options = options;
    this.#maxKeyframes = maxKeyframes;
    this.#mergeRoom = metadataRoom;
    this.#index = new FlvIndex(maxKeyframes);
  }

  /** Bytes handed out so far to append. */
  get length(): number {
    return this.#length;
  }

  /** What the file holds so far. */
  get summary(): FlvSummary {
    return this.#index.summary();
  }

  /**
   * Takes a tag or RTMP message; `@setDataFrame` in front of script data is taken off. An `onMetaData` before the first
   * other tag is kept for the head of the file and gives no bytes yet.
   * @returns bytes to append, perhaps none.
   * @throws RangeError for a tag whose values do not fit. TypeError after {@link close}.
   */
  append(tag: FlvTag): Uint8Array {
    const written = this.#take(tag);
    if (written === undefined) return NOTHING;
    const bytes = encodeFlvTag(written); // first: it may throw
    const head = this.#place(written);
    return head.length > 0 ? concatBytes([head, bytes]) : bytes;
  }

  /** As {@link append}, into a buffer: for callers that gather writes. */
  appendTo(out: ByteWriter, tag: FlvTag): void {
    const written = this.#take(tag);
    if (written === undefined) return;
    checkFlvTag(written.tagType, written.timestamp, written.payload.length); // before anything is counted
    const head = this.#place(written);
    if (head.length > 0) out.bytes(head);
    writeFlvTag(out, written);
  }

  /**
   * Ends the file. @returns what is left to append and to patch; a file that is not patched plays, without index.
   * @throws TypeError the second time.
   */
  close(): FlvClosing {
    if (this.#isClosed) throw new TypeError("the file is closed");
    const isEmpty = this.#length === 0;
    const bytes = isEmpty ? this.#head(false) : NOTHING;
    this.#isClosed = true;
    const summary = this.#index.summary();
    const payload = encodeHead(closedMembers(summary, this.#length, this.#published), this.#headRoom);
    if (payload === undefined) throw new Error("the head's room was counted wrongly"); // unreachable: see #head
    const tag = encodeFlvTag({ tagType: FlvTagType.script, timestamp: 0, payload });
    const head = concatBytes([encodeFlvHeader(summary), tag]);
    if (isEmpty) return { bytes: head, patches: [], summary };
    return { bytes, patches: [{ offset: 0, bytes: head }], summary };
  }

  /** The tag as it is to be written; undefined if it is not. */
  #take(tag: FlvTag): FlvTag | undefined {
    if (this.#isClosed) throw new TypeError("the file is closed");
    const { tagType, timestamp } = tag;
    if (tagType !== FlvTagType.script && tagType !== FlvTagType.scriptAmf3) return tag;
    const payload = stripSetDataFrame(tag.payload, tagType);
    if (startsWith(payload, tagType, CLEAR_DATA_FRAME)) return undefined; // for servers: nothing that a file could hold
    if (startsWith(payload, tagType, ON_META_DATA) && this.#takeMetadata(payload, tagType)) return undefined;
    return { tagType, timestamp, payload };
  }

  /** Counts a tag that is appended now. @returns the file's start, if it is the first. */
  #place(tag: FlvTag): Uint8Array {
    const head = this.#length === 0 ? this.#head(true) : NOTHING;
    this.#index.add(tag, this.#length);
    this.#length += FLV_TAG_HEADER_LENGTH + tag.payload.length + PREVIOUS_TAG_SIZE_LENGTH;
    return head;
  }

  /** The file's start: header, and onMetaData with what is known, in the room for what will be. */
  #head(isOpen: boolean): Uint8Array {
    const room = isOpen ? KEYFRAME_LENGTH * this.#maxKeyframes + this.#mergeRoom : 0;
    this.#headRoom = headLength(this.#published) + SUMMARY_LENGTH + room;
    this.#length = FLV_HEADER_LENGTH + FLV_TAG_HEADER_LENGTH + this.#headRoom + 4;
    const payload = encodeHead(this.#published, this.#headRoom);
    if (payload === undefined || !isOpen) return NOTHING;
    const { hasAudio = true, hasVideo = true } = this.#options;
    const tag = encodeFlvTag({ tagType: FlvTagType.script, timestamp: 0, payload });
    return concatBytes([encodeFlvHeader({ hasAudio, hasVideo }), tag]);
  }

  /** @returns whether the payload is dealt with, so that no tag is to be written. */
  #takeMetadata(payload: Uint8Array, tagType: number): boolean {
    if (payload.length > MAX_METADATA_LENGTH) return false;
    const members = readMembers(payload, tagType, this.#options.amf3);
    if (members === undefined) return false;
    if (this.#length === 0) {
      this.#published = members;
      return true;
    }
    const known = new Set(this.#published.map(([name]) => name));
    const fresh = members.filter((member) => {
      const length = known.has(member[0]) ? Number.POSITIVE_INFINITY : memberLength(member);
      if (length > this.#mergeRoom) return false;
      this.#mergeRoom -= length;
      known.add(member[0]);
      return true;
    });
    this.#published = [...this.#published, ...fresh];
    return this.#options.keepLaterMetadata !== true;
  }
}

function startsWith(payload: Uint8Array, tagType: number, prefix: Uint8Array): boolean {
  const start = selectorLength(payload, tagType);
  return equalBytes(payload.subarray(start, start + prefix.length), prefix);
}
