import { ByteWriter } from "@rtmp/bytes-util";
import { writeBox, writeFullBox } from "./mp4-box.js";

/** One coded frame of a fragment. Times are in units of the track's timescale. */
export interface Mp4Sample {
  /** Until the next frame is decoded. */
  readonly duration: number;
  /** From decoding to presentation; may be negative. */
  readonly compositionOffset: number;
  /** Whether a decoder can start here. */
  readonly sync: boolean;
  readonly data: Uint8Array;
}

/** What a fragment holds of one track. */
export interface Mp4Run {
  /** When its first sample is decoded. */
  readonly decodeTime: number;
  /** In decoding order; at least one. */
  readonly samples: readonly Mp4Sample[];
}

/** A run with its track, as the file's head numbers it. */
export interface NumberedRun extends Mp4Run {
  readonly trackId: number;
}

/** Sample flags (ISO/IEC 14496-12 8.8.3.1): depends on no other; depends on others, and is no sync sample. */
const SYNC = 0x0200_0000;
const NOT_SYNC = 0x0101_0000;
/** tfhd: data offsets count from the moof. */
const BASE_IS_MOOF = 0x02_0000;
/** trun: offset of the data; then duration, size, flags and composition offset of each sample. */
const TRUN_FIELDS = 0x01 | 0x100 | 0x200 | 0x400 | 0x800;

/**
 * A movie fragment (ISO/IEC 14496-12 8.8.4): moof and mdat, each track's samples one behind the other. The samples' data
 * are not copied.
 * @param sequence counts the fragments of the file from 1.
 * @returns the parts to write, in order.
 */
export function encodeMp4Fragment(sequence: number, runs: readonly NumberedRun[]): Uint8Array[] {
  const count = runs.reduce((sum, { samples }) => sum + samples.length, 0);
  const head = new ByteWriter(64 + 96 * runs.length + 16 * count);
  const data: Uint8Array[] = [];
  const offsets: { readonly at: number; readonly value: number }[] = [];
  let length = 0;
  writeBox(head, "moof", () => {
    writeFullBox(head, "mfhd", 0, 0, () => head.u32(sequence));
    for (const { trackId, decodeTime, samples } of runs) {
      writeBox(head, "traf", () => {
        writeFullBox(head, "tfhd", 0, BASE_IS_MOOF, () => head.u32(trackId));
        writeFullBox(head, "tfdt", 1, 0, () => {
          head.u32(Math.floor(decodeTime / 2 ** 32));
          head.u32(decodeTime % 2 ** 32);
        });
        writeFullBox(head, "trun", 1, TRUN_FIELDS, () => {
          head.u32(samples.length);
          offsets.push({ at: head.length, value: length });
          head.u32(0);
          for (const sample of samples) {
            head.u32(sample.duration);
            head.u32(sample.data.length);
            head.u32(sample.sync ? SYNC : NOT_SYNC);
            head.i32(sample.compositionOffset);
            data.push(sample.data);
            length += sample.data.length;
          }
        });
      });
    }
  });
  const moofLength = head.length;
  for (const { at, value } of offsets) head.setU32(at, moofLength + 8 + value);
  head.u32(8 + length);
  head.utf8("mdat");
  return [head.toBytes(), ...data];
}

/** A fragment that begins with a frame from which the track can be decoded. */
export interface SeekPoint {
  /** Of that frame, in units of the track's timescale. */
  readonly time: number;
  /** Of the moof, from the file's begin. */
  readonly offset: number;
}

/** The index at the end of a file (ISO/IEC 14496-12 8.8.9 to 8.8.11): where a track can be decoded from. */
export function encodeMp4Index(trackId: number, points: readonly SeekPoint[]): Uint8Array {
  const out = new ByteWriter(64 + 19 * points.length);
  writeBox(out, "mfra", () => {
    writeFullBox(out, "tfra", 1, 0, () => {
      out.u32(trackId);
      out.u32(0); // traf, trun and sample numbers have one byte
      out.u32(points.length);
      for (const { time, offset } of points) {
        for (const value of [time, offset]) {
          out.u32(Math.floor(value / 2 ** 32));
          out.u32(value % 2 ** 32);
        }
        for (let i = 0; i < 3; i++) out.u8(1);
      }
    });
    const at = out.length;
    writeFullBox(out, "mfro", 0, 0, () => out.u32(at + 16));
  });
  return out.toBytes();
}
