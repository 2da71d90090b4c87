import { BitReader } from "@rtmp/bytes-util";

/** What the header of a frame says that stands for itself: MP3, AC-3, E-AC-3. */
export interface AudioFrameInfo {
  /** Hz. */
  readonly sampleRate: number;
  readonly channels: number;
  /** Samples a channel. */
  readonly samples: number;
}

const AC3_RATES = [48_000, 44_100, 32_000];
const AC3_CHANNELS = [2, 1, 2, 3, 3, 4, 4, 5];
const EAC3_BLOCKS = [1, 2, 3, 6];
const AC3_SYNC = 0x0b77;
/** Opus: ms of a frame by the configuration in its first byte (RFC 6716 3.1). */
const OPUS_FRAME_MS = [
  ...[10, 20, 40, 60, 10, 20, 40, 60, 10, 20, 40, 60], // SILK
  ...[10, 20, 10, 20], // hybrid
  ...[2.5, 5, 10, 20, 2.5, 5, 10, 20, 2.5, 5, 10, 20, 2.5, 5, 10, 20], // CELT
];

/** Samples at 48 kHz in an Opus packet (RFC 6716 3.2). Undefined for one that is cut short or longer than 120 ms. */
export function opusSamples(packet: Uint8Array): number | undefined {
  const [first, second] = packet;
  if (first === undefined) return undefined;
  const code = first & 3;
  const frames = code === 0 ? 1 : code < 3 ? 2 : second === undefined ? 0 : second & 0x3f;
  const samples = frames * 48 * (OPUS_FRAME_MS[first >> 3] ?? 0);
  return samples > 0 && samples <= 5760 ? samples : undefined;
}

/** The header of an MPEG audio frame of layer III (ISO/IEC 11172-3 2.4.1.3). Undefined if it is none. */
export function readMp3Frame(frame: Uint8Array): AudioFrameInfo | undefined {
  if (frame.length < 4) return undefined;
  const bits = new BitReader(frame);
  if (bits.bits(11) !== 0x7ff) return undefined;
  const version = bits.bits(2); // 3: MPEG-1, 2: MPEG-2, 0: MPEG-2.5
  const layer = bits.bits(2);
  bits.skip(1 + 4); // protection; bit rate
  const rate = [44_100, 48_000, 32_000][bits.bits(2)];
  if (version === 1 || layer !== 1 || rate === undefined) return undefined;
  bits.skip(1 + 1);
  const channels = bits.bits(2) === 3 ? 1 : 2;
  const sampleRate = version === 3 ? rate : version === 2 ? rate / 2 : rate / 4;
  return { sampleRate, channels, samples: version === 3 ? 1152 : 576 };
}

/** The header of an AC-3 frame (ETSI TS 102 366 4.3). Undefined if it is none. */
export function readAc3Frame(frame: Uint8Array): AudioFrameInfo | undefined {
  if (frame.length < 8) return undefined;
  const bits = new BitReader(frame);
  if (bits.bits(16) !== AC3_SYNC) return undefined;
  bits.skip(16);
  const sampleRate = AC3_RATES[bits.bits(2)];
  if (sampleRate === undefined) return undefined;
  bits.skip(6 + 5 + 3);
  const mode = bits.bits(3);
  if ((mode & 1) !== 0 && mode !== 1) bits.skip(2);
  if ((mode & 4) !== 0) bits.skip(2);
  if (mode === 2) bits.skip(2);
  return { sampleRate, channels: (AC3_CHANNELS[mode] ?? 2) + bits.bits(1), samples: 1536 };
}

/** The header of an E-AC-3 frame (ETSI TS 102 366 E.1.2). Undefined if it is none. */
export function readEac3Frame(frame: Uint8Array): AudioFrameInfo | undefined {
  if (frame.length < 6) return undefined;
  const bits = new BitReader(frame);
  if (bits.bits(16) !== AC3_SYNC) return undefined;
  bits.skip(2 + 3 + 11);
  const rate = AC3_RATES[bits.bits(2)];
  const code = bits.bits(2);
  const half = AC3_RATES[code];
  if (rate === undefined && half === undefined) return undefined;
  const mode = bits.bits(3);
  const channels = (AC3_CHANNELS[mode] ?? 2) + bits.bits(1);
  if (rate === undefined) return { sampleRate: (half ?? 48_000) / 2, channels, samples: 1536 };
  return { sampleRate: rate, channels, samples: 256 * (EAC3_BLOCKS[code] ?? 6) };
}
