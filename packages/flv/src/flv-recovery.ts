import type { Amf0Member } from "@rtmp/amf0";
import { FlvError } from "./errors.js";
import { FlvIndex, type FlvSummary } from "./flv-index.js";
import { FlvReader, type FlvTagItem } from "./flv-reader.js";
import { encodeFlvHeader, FLV_TAG_HEADER_LENGTH, FlvTagType } from "./flv-tag.js";
import type { FlvPatch } from "./flv-writer.js";
import { closedMembers, encodeHead, readMembers, replaceNumbers } from "./head-metadata.js";

/** What is left of a damaged file. */
export interface FlvRecovered {
  /** Bytes of the file that are whole: cut it here. 0 if it is no FLV file. */
  readonly wholeLength: number;
  /** Bytes behind them. */
  readonly lostLength: number;
  /** What the whole part holds, its duration among it. */
  readonly summary: FlvSummary;
  /** Why nothing behind the whole part makes sense; `undefined` if the file just ends, or is whole. */
  readonly damage: FlvError | undefined;
  /**
   * To write over the start of the file once it is cut: header flags, and the metadata of a closed file if its first
   * tag has room for it (files of `FlvWriter` do), else new numbers for the duration and size it tells. None reaches
   * into the media.
   */
  readonly patches: readonly FlvPatch[];
}

/** Entries of the index that is made; as many of them are kept as there is room for. */
const MAX_KEYFRAMES = 4096;
const FLAGS_OFFSET = 4;

/**
 * Finds out what is whole of a file that was never closed or was damaged: push all of it, in pieces of any size, then
 * ask. Holds one tag at most.
 */
export class FlvRecovery {
  readonly #reader = new FlvReader({ strict: true });
  readonly #index = new FlvIndex(MAX_KEYFRAMES);
  #pushed = 0;
  #hasHeader = false;
  #head: FlvTagItem | undefined; // the first tag, if it is script data
  #pending: FlvTagItem | undefined; // counts once the PreviousTagSize behind it is there
  #damage: FlvError | undefined;

  /** Takes the next bytes of the file. The caller must not change them afterwards. */
  push(bytes: Uint8Array): void {
    this.#pushed += bytes.length;
    if (this.#damage !== undefined) return;
    this.#reader.push(bytes);
    try {
      this.#readAll();
    } catch (error) {
      if (!(error instanceof FlvError)) throw error;
      this.#damage = error;
      this.#settle(); // the tag before may have become whole on the way
    }
  }

  /** What the bytes pushed so far come to. */
  result(): FlvRecovered {
    const { wholeLength } = this.#reader;
    const summary = this.#index.summary();
    const patches = this.#hasHeader && wholeLength > 0 ? this.#patches(summary, wholeLength) : [];
    return { wholeLength, lostLength: this.#pushed - wholeLength, summary, damage: this.#damage, patches };
  }

  #readAll(): void {
    for (;;) {
      const item = this.#reader.read();
      this.#settle();
      if (item === undefined) return;
      if (item.kind === "header") this.#hasHeader = true;
      else this.#pending = item;
      this.#settle();
    }
  }

  #settle(): void {
    const tag = this.#pending;
    if (tag === undefined || this.#reader.wholeLength <= tag.offset) return;
    this.#pending = undefined;
    if (this.#index.tags === 0 && tag.tagType === FlvTagType.script) this.#head = tag;
    this.#index.add(tag, tag.offset);
  }

  #patches(summary: FlvSummary, wholeLength: number): FlvPatch[] {
    const flags = encodeFlvHeader(summary).subarray(FLAGS_OFFSET, FLAGS_OFFSET + 1);
    const patches: FlvPatch[] = [{ offset: FLAGS_OFFSET, bytes: flags }];
    const head = this.#head;
    if (head === undefined) return patches;
    const published = readMembers(head.payload, head.tagType, undefined);
    if (published === undefined) return patches;
    const bytes =
      fitHead(summary, wholeLength, published, head.payload.length) ??
      replaceNumbers(head.payload, summary, wholeLength);
    if (bytes !== undefined) patches.push({ offset: head.offset + FLV_TAG_HEADER_LENGTH, bytes });
    return patches;
  }
}

/** The metadata of a closed file in the room there is: with fewer and fewer key frames, then without any. */
function fitHead(
  summary: FlvSummary,
  fileLength: number,
  published: readonly Amf0Member[],
  room: number,
): Uint8Array | undefined {
  for (let { keyframes } = summary; ; keyframes = keyframes.filter((_, index) => index % 2 === 0)) {
    const bytes = encodeHead(closedMembers({ ...summary, keyframes }, fileLength, published), room);
    if (bytes !== undefined || keyframes.length <= 1) return bytes;
  }
}
