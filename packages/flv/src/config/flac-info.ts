import { toHex } from "@rtmp/bytes-util";
import { malformed, readConfig } from "./read-config.js";

/** The STREAMINFO block (RFC 9639 8.2). */
export interface FlacInfo {
  /** Samples a channel and block. */
  readonly minBlockSize: number;
  readonly maxBlockSize: number;
  /** Bytes; 0 if unknown. */
  readonly minFrameSize: number;
  readonly maxFrameSize: number;
  /** In Hz. */
  readonly sampleRate: number;
  readonly channels: number;
  readonly bitsPerSample: number;
  /** Samples a channel; 0 if unknown, as for a live stream. */
  readonly totalSamples: number;
  /** Of the unencoded audio, as hex; all zero if unknown. */
  readonly md5: string;
}

const SIGNATURE = 0x664c6143; // "fLaC"

/**
 * Takes the 34 bytes alone (FFmpeg), behind their block header (38), and behind the signature too (42, as Enhanced RTMP
 * says, or more when other blocks follow).
 * @throws FlvError `malformed-config`, `config-too-large`.
 */
export function parseFlacInfo(record: Uint8Array): FlacInfo {
  return readConfig("FLAC configuration", record, (bits) => {
    let hasHeader = record.length === 38;
    if (record.length >= 42) {
      if (bits.bits(32) !== SIGNATURE) malformed(bits, "no fLaC signature");
      hasHeader = true;
    }
    if (hasHeader) {
      const type = bits.bits(8) & 0x7f;
      const length = bits.bits(24);
      if (type !== 0 || length !== 34) malformed(bits, `block type ${type} of ${length} bytes as STREAMINFO`);
    }
    const [minBlockSize, maxBlockSize] = [bits.bits(16), bits.bits(16)];
    const [minFrameSize, maxFrameSize] = [bits.bits(24), bits.bits(24)];
    const sampleRate = bits.bits(20);
    const channels = bits.bits(3) + 1;
    const bitsPerSample = bits.bits(5) + 1;
    const totalSamples = bits.bits(4) * 2 ** 32 + bits.bits(32);
    const start = bits.position >>> 3;
    bits.skip(128);
    const md5 = toHex(record.subarray(start, start + 16));
    const sizes = { minBlockSize, maxBlockSize, minFrameSize, maxFrameSize };
    return { ...sizes, sampleRate, channels, bitsPerSample, totalSamples, md5 };
  });
}
