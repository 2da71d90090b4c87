import { ByteWriter } from "@rtmp/bytes-util";
import { childOf, type Mp4Box, readBoxes, writeBox, writeFullBox } from "./mp4-box.js";

/** The head of a file: ftyp and moov, for any number of fragments. */
export interface Mp4Head {
  readonly bytes: Uint8Array;
  /** Where the length of the whole film stands, 64 bits, in {@link MOVIE_TIMESCALE}; 0 until it is known. */
  readonly durationAt: number;
}

const BRANDS = ["iso6", "mp41"];

/**
 * Makes one head of heads of single tracks, as `makeInitSegment` gives them; the tracks are numbered from 1.
 * @throws RangeError if one of them is no such head.
 */
export function joinHeads(heads: readonly Uint8Array[]): Mp4Head {
  const movies = heads.map((head) => {
    const movie = readBoxes(head).find(({ type }) => type === "moov");
    if (movie === undefined) throw new RangeError("no moov in a track's head");
    return movie;
  });
  const [first] = movies;
  if (first === undefined) throw new RangeError("no tracks");
  const out = new ByteWriter(64 + heads.reduce((sum, { length }) => sum + length, 0));
  writeBox(out, "ftyp", () => {
    out.utf8("iso6");
    out.u32(0);
    for (const brand of BRANDS) out.utf8(brand);
  });
  let durationAt = 0;
  writeBox(out, "moov", () => {
    out.bytes(withNumber(childOf(first, "mvhd"), -4, movies.length + 1)); // the next track's id is its last field
    for (const [index, movie] of movies.entries()) out.bytes(numberedTrack(childOf(movie, "trak"), index + 1));
    writeBox(out, "mvex", () => {
      writeFullBox(out, "mehd", 1, 0, () => {
        durationAt = out.length;
        out.u32(0);
        out.u32(0);
      });
      for (const [index, movie] of movies.entries()) {
        out.bytes(withNumber(childOf(childOf(movie, "mvex"), "trex"), 12, index + 1));
      }
    });
  });
  return { bytes: out.toBytes(), durationAt };
}

/** Units a second of the film's length. */
export function movieTimescale(head: Mp4Head): number {
  const [, movie] = readBoxes(head.bytes);
  if (movie === undefined) throw new RangeError("no moov");
  const { bytes } = childOf(movie, "mvhd");
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(bytes[8] === 1 ? 28 : 20);
}

function numberedTrack(track: Mp4Box, id: number): Uint8Array {
  const bytes = track.bytes.slice();
  const header = childOf(track, "tkhd").bytes;
  // Behind version and flags, and two times of 32 or, in version 1, 64 bits.
  const at = header.byteOffset - track.bytes.byteOffset + (header[8] === 1 ? 28 : 20);
  new DataView(bytes.buffer).setUint32(at, id);
  return bytes;
}

/** A copy of the box with a number at an offset, from its end if that is negative. */
function withNumber({ bytes }: Mp4Box, offset: number, value: number): Uint8Array {
  const copy = bytes.slice();
  new DataView(copy.buffer).setUint32(offset < 0 ? copy.length + offset : offset, value);
  return copy;
}
