import { concatBytes } from "@rtmp/bytes-util";

/** A box of a sample entry, without its head. */
export interface EntryBox {
  readonly type: string;
  readonly content: Uint8Array;
}

/** Where the sample entry of a track stands. */
const SAMPLE_ENTRY_PATH = ["moov", "trak", "mdia", "minf", "stbl", "stsd"];
const SAMPLE_ENTRY_AT = 16; // stsd: box header, version and flags, count
const VISUAL_ENTRY_LENGTH = 86; // a visual sample entry up to its boxes (ISO/IEC 14496-12 12.1.3)

/**
 * The same header with these boxes in the sample entry of its video track: in place of those of their types, or else
 * behind the others.
 * @throws Error if it has no such entry.
 */
export function withEntryBoxes(init: Uint8Array, boxes: readonly EntryBox[]): Uint8Array {
  if (boxes.length === 0) return init;
  const view = new DataView(init.buffer, init.byteOffset, init.byteLength);
  const parents: number[] = [];
  let from = 0;
  let until = init.length;
  for (const name of SAMPLE_ENTRY_PATH) {
    const at = findBox(view, name, from, until);
    parents.push(at);
    from = at + 8;
    until = at + view.getUint32(at);
  }
  const entry = (parents.at(-1) ?? 0) + SAMPLE_ENTRY_AT;
  parents.push(entry);
  const left = new Map(boxes.map((box) => [box.type, box]));
  const parts: Uint8Array[] = [init.subarray(0, entry + VISUAL_ENTRY_LENGTH)];
  for (let at = entry + VISUAL_ENTRY_LENGTH; at < until; ) {
    const end = at + Math.max(8, view.getUint32(at));
    const box = left.get(typeAt(view, at));
    parts.push(box === undefined ? init.subarray(at, end) : encodeBox(box));
    if (box !== undefined) left.delete(box.type);
    at = end;
  }
  parts.push(...[...left.values()].map(encodeBox), init.subarray(until));
  const made = concatBytes(parts);
  const sizes = new DataView(made.buffer, made.byteOffset);
  for (const parent of parents) sizes.setUint32(parent, view.getUint32(parent) + made.length - init.length);
  return made;
}

function encodeBox({ type, content }: EntryBox): Uint8Array {
  const bytes = new Uint8Array(8 + content.length);
  new DataView(bytes.buffer).setUint32(0, bytes.length);
  for (let i = 0; i < 4; i++) bytes[4 + i] = type.charCodeAt(i);
  bytes.set(content, 8);
  return bytes;
}

/** @throws Error if there is none. */
function findBox(view: DataView, type: string, from: number, until: number): number {
  for (let at = from; at + 8 <= until; at += Math.max(8, view.getUint32(at))) if (typeAt(view, at) === type) return at;
  throw new Error(`no ${type} in the header`);
}

function typeAt(view: DataView, at: number): string {
  return String.fromCharCode(...[4, 5, 6, 7].map((i) => view.getUint8(at + i)));
}
