import { ByteWriter } from "@rtmp/bytes-util";

/** One frame of a fragment. Times are in units of the track's timescale. */
export interface FragmentSample {
  /** Until the next frame is decoded; at least 1. */
  readonly duration: number;
  /** From decoding to presentation; may be negative. */
  readonly compositionOffset: number;
  /** Whether a decoder can start here. */
  readonly sync: boolean;
  readonly data: Uint8Array;
}

/** The only track of its file. */
export const TRACK_ID = 1;

const BRANDS = ["msdh", "msix", "cmfs"];
/** Sample flags (ISO/IEC 14496-12 8.8.3.1): depends on no other; depends on others, and is no sync sample. */
const SYNC = 0x0200_0000;
const NOT_SYNC = 0x0101_0000;
/** tfhd: the data begins at the moof. trun: offset of the data; duration, size, flags and composition offset of each sample. */
const BASE_IS_MOOF = 0x02_0000;
const TRUN_FIELDS = 0x01 | 0x100 | 0x200 | 0x400 | 0x800;

/**
 * A CMAF media segment of one fragment (ISO/IEC 23000-19 7.3.2.3): styp, moof and mdat. The payloads are copied.
 * @param sequence numbers the fragments of a track, modulo 2^32.
 * @param decodeTime when the first sample is decoded.
 * @param samples in decoding order; at least one, and together below 4 GiB.
 */
export function encodeFragment(sequence: number, decodeTime: number, samples: readonly FragmentSample[]): Uint8Array {
  let mediaLength = 0;
  for (const { data } of samples) mediaLength += data.length;
  const head = new ByteWriter(160 + 16 * samples.length);
  box(head, "styp", () => {
    head.utf8("msdh");
    head.u32(0);
    for (const brand of BRANDS) head.utf8(brand);
  });
  const moofAt = head.length;
  let dataOffsetAt = 0;
  box(head, "moof", () => {
    box(head, "mfhd", () => {
      head.u32(0);
      head.u32(sequence % 2 ** 32);
    });
    box(head, "traf", () => {
      box(head, "tfhd", () => {
        head.u32(BASE_IS_MOOF);
        head.u32(TRACK_ID);
      });
      box(head, "tfdt", () => {
        head.u32(0x0100_0000); // version 1: 64 bits
        head.u32(Math.floor(decodeTime / 2 ** 32));
        head.u32(decodeTime % 2 ** 32);
      });
      box(head, "trun", () => {
        head.u32(0x0100_0000 | TRUN_FIELDS); // version 1: signed composition offsets
        head.u32(samples.length);
        dataOffsetAt = head.length;
        head.u32(0);
        for (const { duration, data, sync, compositionOffset } of samples) {
          head.u32(duration);
          head.u32(data.length);
          head.u32(sync ? SYNC : NOT_SYNC);
          head.i32(compositionOffset);
        }
      });
    });
  });
  head.u32(8 + mediaLength);
  head.utf8("mdat");
  head.setU32(dataOffsetAt, head.length - moofAt);
  const segment = new Uint8Array(head.length + mediaLength);
  segment.set(head.view());
  let at = head.length;
  for (const { data } of samples) {
    segment.set(data, at);
    at += data.length;
  }
  return segment;
}

function box(out: ByteWriter, type: string, content: () => void): void {
  const at = out.length;
  out.u32(0);
  out.utf8(type);
  content();
  out.setU32(at, out.length - at);
}
