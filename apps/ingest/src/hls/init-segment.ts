import { colorBoxes } from "./color-boxes.js";
import { type EntryBox, withEntryBoxes } from "./sample-entry.js";
import type { TrackConfig } from "./track-config.js";

/** A codec's name in mediabunny. */
const VIDEO_CODECS = { avc1: "avc", hvc1: "hevc", av01: "av1", vp09: "vp9", vp08: "vp8" } as const;
const AUDIO_CODECS = { mp4a: "aac", Opus: "opus", fLaC: "flac", ".mp3": "mp3", "ac-3": "ac3", "ec-3": "eac3" } as const;
/** Profile, level, a byte of bit depth, chroma and range, three of colour. */
const VP_FIELDS_LENGTH = 6;

/** Whether the container takes this codec. */
export function isCarried(kind: "audio" | "video", codec: string): boolean {
  return Object.hasOwn(kind === "video" ? VIDEO_CODECS : AUDIO_CODECS, codec);
}

/**
 * The CMAF header of a track (ISO/IEC 23000-19 7.3.1): ftyp and moov, for segments of `encodeFragment`.
 * @throws Error if mediabunny can not make one of this configuration.
 */
export async function makeInitSegment(config: TrackConfig): Promise<Uint8Array> {
  // Loaded when first needed: most servers never serve HLS.
  const { BufferTarget, CmafOutputFormat, EncodedAudioPacketSource, EncodedPacket, EncodedVideoPacketSource, Output } =
    await import("mediabunny");
  const initTarget = new BufferTarget();
  const output = new Output({ format: new CmafOutputFormat(), target: new BufferTarget(), initTarget });
  const description = config.record.length === 0 ? {} : { description: config.record };
  // The header is made when the first packet is complete; its media goes nowhere.
  if (config.kind === "video") {
    const source = new EncodedVideoPacketSource(named(VIDEO_CODECS, config.codec));
    output.addVideoTrack(source, { frameRate: config.timescale }); // the timescale is taken from it
    await output.start();
    const { width: codedWidth, height: codedHeight } = config;
    const codec = config.codec === "vp08" ? "vp8" : config.codecString;
    const packet = new EncodedPacket(new Uint8Array(1), "key", 0, 1);
    await source.add(packet, { decoderConfig: { codec, codedWidth, codedHeight, ...description } });
  } else {
    const source = new EncodedAudioPacketSource(named(AUDIO_CODECS, config.codec));
    output.addAudioTrack(source);
    await output.start();
    const { sampleRate, channels: numberOfChannels } = config;
    const codec = config.codec === ".mp3" ? "mp3" : config.codecString;
    const data = config.firstFrame.length === 0 ? new Uint8Array(1) : config.firstFrame;
    const packet = new EncodedPacket(data, "key", 0, 1);
    await source.add(packet, { decoderConfig: { codec, sampleRate, numberOfChannels, ...description } });
  }
  await output.finalize();
  if (initTarget.buffer === null) throw new Error("no header was made");
  const init = withEntryBoxes(new Uint8Array(initTarget.buffer), recordBoxes(config));
  if (config.kind === "audio" || config.color === undefined) return init;
  return withEntryBoxes(init, colorBoxes(config.color, await isFullRange(init)));
}

/** Whether the pictures use all values for their samples: only the decoder's configuration tells. */
async function isFullRange(init: Uint8Array): Promise<boolean> {
  const { BufferSource, Input, MP4 } = await import("mediabunny");
  const input = new Input({ source: new BufferSource(init), formats: [MP4] });
  const track = await input.getPrimaryVideoTrack();
  const { fullRange } = (await track?.getColorSpace()) ?? {};
  return fullRange === true;
}

/** The encoder's own record, where mediabunny derives one from the codec string, which says less. */
function recordBoxes(config: TrackConfig): EntryBox[] {
  const { codec, record } = config;
  if (codec === "av01") return [{ type: "av1C", content: record }];
  return codec === "vp09" || codec === "vp08" ? [{ type: "vpcC", content: vpcBox(record) }] : [];
}

/** The content of a vpcC box (VP Codec binding, "VP Codec Configuration Box") of a record that may lack version and flags. */
function vpcBox(record: Uint8Array): Uint8Array {
  const hasVersion = record[0] === 1 && record[1] === 0 && record[2] === 0 && record[3] === 0;
  const box = Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0); // the last two: no initialization data
  const fields = hasVersion ? record.subarray(4) : record;
  box.set(fields.subarray(0, VP_FIELDS_LENGTH), 4);
  return box;
}

function named<Codecs extends object>(codecs: Codecs, codec: string): Codecs[keyof Codecs] {
  const found = Object.entries(codecs).find(([fourCc]) => fourCc === codec);
  if (found === undefined) throw new Error(`${codec} has no place in this container`);
  return found[1];
}
