import type { ByteWriter } from "@rtmp/bytes-util";

/** Writes a box (ISO/IEC 14496-12 4.2), whose length is that of what `content` writes. */
export function writeBox(out: ByteWriter, type: string, content: () => void): void {
  const at = out.length;
  out.u32(0);
  out.utf8(type);
  content();
  out.setU32(at, out.length - at);
}

/** As {@link writeBox}, with version and flags in front of the content. */
export function writeFullBox(out: ByteWriter, type: string, version: number, flags: number, content: () => void): void {
  writeBox(out, type, () => {
    out.u32(version * 2 ** 24 + flags);
    content();
  });
}

/** A box in bytes: its type, and a view of it with its header. */
export interface Mp4Box {
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** The boxes that stand one behind the other in bytes. @throws RangeError if one reaches beyond them. */
export function readBoxes(bytes: Uint8Array): Mp4Box[] {
  const boxes: Mp4Box[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length; ) {
    const length = view.getUint32(at);
    if (length < 8 || at + length > bytes.length) throw new RangeError(`a box of ${length} bytes at ${at}`);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    boxes.push({ type, bytes: bytes.subarray(at, at + length) });
    at += length;
  }
  return boxes;
}

/** The first box of a type in a box without fields of its own. @throws RangeError if there is none. */
export function childOf(parent: Mp4Box, type: string): Mp4Box {
  const found = readBoxes(parent.bytes.subarray(8)).find((box) => box.type === type);
  if (found === undefined) throw new RangeError(`no ${type} in ${parent.type}`);
  return found;
}
