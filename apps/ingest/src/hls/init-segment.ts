import type { TrackConfig } from "./track-config.js";

/** A codec's name in mediabunny. */
const VIDEO_CODECS = { avc1: "avc", hvc1: "hevc", av01: "av1", vp09: "vp9" } as const;
const AUDIO_CODECS = { mp4a: "aac", Opus: "opus", fLaC: "flac", ".mp3": "mp3", "ac-3": "ac3", "ec-3": "eac3" } as const;
/** Where the sample entry of a track stands. */
const SAMPLE_ENTRY_PATH = ["moov", "trak", "mdia", "minf", "stbl", "stsd"];
const SAMPLE_ENTRY_AT = 16; // stsd: box header, version and flags, count
const VISUAL_ENTRY_LENGTH = 86; // a visual sample entry up to its boxes

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
    const { codecString: codec, width: codedWidth, height: codedHeight } = config;
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
  const init = new Uint8Array(initTarget.buffer);
  return config.codec === "av01" ? withRecord(init, "av1C", config.record) : init;
}

/** The same header with the encoder's own record in the sample entry's configuration box, in place of one derived from the codec string. */
function withRecord(init: Uint8Array, type: string, record: Uint8Array): Uint8Array {
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
  const at = findBox(view, type, entry + VISUAL_ENTRY_LENGTH, until);
  const end = at + view.getUint32(at);
  const change = 8 + record.length - (end - at);
  const made = new Uint8Array(init.length + change);
  made.set(init.subarray(0, at + 8));
  made.set(record, at + 8);
  made.set(init.subarray(end), at + 8 + record.length);
  const sizes = new DataView(made.buffer);
  for (const parent of [...parents, at]) sizes.setUint32(parent, view.getUint32(parent) + change);
  return made;
}

/** @throws Error if there is none. */
function findBox(view: DataView, type: string, from: number, until: number): number {
  for (let at = from; at + 8 <= until; at += Math.max(8, view.getUint32(at))) {
    const name = String.fromCharCode(...[4, 5, 6, 7].map((i) => view.getUint8(at + i)));
    if (name === type) return at;
  }
  throw new Error(`no ${type} in the header`);
}

function named<Codecs extends object>(codecs: Codecs, codec: string): Codecs[keyof Codecs] {
  const found = Object.entries(codecs).find(([fourCc]) => fourCc === codec);
  if (found === undefined) throw new Error(`${codec} has no place in this container`);
  return found[1];
}
