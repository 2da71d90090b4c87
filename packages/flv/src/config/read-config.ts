import { BitReader, BytesError } from "@rtmp/bytes-util";
import { FlvError } from "../errors.js";

/** Longest configuration record that is read, in bytes. x265 makes them of 2.4 kB. */
export const MAX_CONFIG_LENGTH = 65_536;

/** Runs a parser over a configuration record: its size is bounded, and whatever is missing in it is an FlvError. */
export function readConfig<Config>(name: string, record: Uint8Array, parse: (bits: BitReader) => Config): Config {
  if (record.length > MAX_CONFIG_LENGTH) {
    throw new FlvError("config-too-large", `${name} of ${record.length} bytes`, MAX_CONFIG_LENGTH);
  }
  const bits = new BitReader(record);
  try {
    return parse(bits);
  } catch (cause) {
    if (!(cause instanceof BytesError)) throw cause;
    throw new FlvError("malformed-config", `${name}: ${cause.message}`, bits.position >>> 3, { cause });
  }
}

/** What a record says contradicts its format. */
export function malformed(bits: BitReader, message: string): never {
  throw new FlvError("malformed-config", message, bits.position >>> 3);
}

/** Takes a list of NAL units, each behind its 16-bit length, as views of the record. */
export function readNalUnits(
  record: Uint8Array,
  bits: BitReader,
  count: number,
  units: Uint8Array[] = [],
): Uint8Array[] {
  for (let i = 0; i < count; i++) {
    const length = bits.bits(16);
    const start = bits.position >>> 3;
    bits.skip(8 * length);
    units.push(record.subarray(start, start + length));
  }
  return units;
}

/** A NAL unit without its emulation prevention bytes: 00 00 03 stands for 00 00 (ISO/IEC 14496-10 7.4.1). */
export function unescapeNalUnit(unit: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(unit.length);
  let length = 0;
  let zeros = 0;
  for (const byte of unit) {
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    zeros = byte === 0 ? zeros + 1 : 0;
    bytes[length++] = byte;
  }
  return bytes.subarray(0, length);
}

/** Colour resolution against luma resolution. */
export type Chroma = "monochrome" | "4:2:0" | "4:2:2" | "4:4:0" | "4:4:4";

/** By `chroma_format_idc`, as AVC, HEVC and VVC number them. */
export const CHROMA_FORMATS: readonly Chroma[] = ["monochrome", "4:2:0", "4:2:2", "4:4:4"];

/** Two lower-case or upper-case hex digits. */
export function hexByte(value: number): string {
  return value.toString(16).padStart(2, "0");
}

/** A decimal number of at least two digits. */
export function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
