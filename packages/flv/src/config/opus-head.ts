import { malformed, readConfig } from "./read-config.js";

/** The Opus identification header (RFC 7845 5.1). */
export interface OpusHead {
  readonly channels: number;
  /** Samples at 48 kHz to drop at the start. */
  readonly preSkip: number;
  /** Of what was encoded, in Hz; decoding gives 48 kHz. 0 if not told. */
  readonly inputSampleRate: number;
  /** Decibels to apply to the output. */
  readonly outputGain: number;
  /** 0 mono or stereo, 1 the order of Vorbis, 2 and 3 ambisonics, 255 no meaning. */
  readonly mappingFamily: number;
  /** Opus streams in a packet. */
  readonly streams: number;
  /** How many of them are stereo. */
  readonly coupledStreams: number;
  /** For each channel, the decoded channel it takes; 255 is silence. */
  readonly mapping: readonly number[];
}

const MAGIC = [0x4f, 0x70, 0x75, 0x73, 0x48, 0x65, 0x61, 0x64]; // "OpusHead"

/** @throws FlvError `malformed-config`, `config-too-large`. */
export function parseOpusHead(record: Uint8Array): OpusHead {
  return readConfig("OpusHead", record, (bits) => {
    if (MAGIC.some((byte) => bits.bits(8) !== byte)) malformed(bits, "no OpusHead signature");
    const version = bits.bits(8);
    if (version > 15) malformed(bits, `OpusHead of version ${version}`);
    const u16le = () => bits.bits(8) + 256 * bits.bits(8);
    const channels = bits.bits(8);
    if (channels === 0) malformed(bits, "no channels");
    const preSkip = u16le();
    const inputSampleRate = u16le() + 65_536 * u16le();
    const gain = u16le();
    const outputGain = (gain < 0x8000 ? gain : gain - 0x1_0000) / 256;
    const mappingFamily = bits.bits(8);
    const head = { channels, preSkip, inputSampleRate, outputGain, mappingFamily };
    if (mappingFamily === 0) {
      if (channels > 2) malformed(bits, `${channels} channels in mapping family 0`);
      return { ...head, streams: 1, coupledStreams: channels - 1, mapping: channels === 1 ? [0] : [0, 1] };
    }
    const streams = bits.bits(8);
    const coupledStreams = bits.bits(8);
    const mapping: number[] = [];
    // Family 3 has a matrix here instead of a table.
    if (mappingFamily !== 3) for (let i = 0; i < channels; i++) mapping.push(bits.bits(8));
    return { ...head, streams, coupledStreams, mapping };
  });
}
