/** One sample of a media segment. Times in units of the track's timescale. */
export interface Mp4Sample {
  /** When it is decoded. */
  readonly time: number;
  readonly duration: number;
  readonly compositionOffset: number;
  readonly sync: boolean;
  readonly data: Uint8Array;
}

/** A media segment, read as ISO/IEC 14496-12 has it, whoever wrote it. */
export interface Mp4Segment {
  readonly sequence: number;
  readonly decodeTime: number;
  /** Of all samples. */
  readonly duration: number;
  readonly samples: readonly Mp4Sample[];
}

/** What a header says. */
export interface Mp4Init {
  readonly timescale: number;
  /** Type of the sample entry: avc1, hvc1, av01, mp4a, Opus, … */
  readonly entry: string;
  readonly brands: readonly string[];
  /** What stands in a visual sample entry, by type, in hex. */
  readonly boxes: Readonly<Record<string, string>>;
}

/** A visual sample entry up to its boxes, without its head. */
const VISUAL_ENTRY_LENGTH = 78;
const NOTHING = new Uint8Array(0);

interface Box {
  readonly type: string;
  /** Without its head; `from` is the box's own offset. */
  readonly body: Buffer;
  readonly from: number;
}

/** All boxes of a file or of a box's body. @throws Error where sizes do not fit. */
export function boxes(bytes: Uint8Array): Box[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const found: Box[] = [];
  let at = 0;
  while (at < buffer.length) {
    const size = buffer.readUInt32BE(at);
    if (size < 8 || at + size > buffer.length) throw new Error(`a box of ${size} bytes at ${at} of ${buffer.length}`);
    found.push({ type: buffer.toString("latin1", at + 4, at + 8), body: buffer.subarray(at + 8, at + size), from: at });
    at += size;
  }
  return found;
}

/** The only box of a type. */
export function only(bytes: Uint8Array, type: string): Box {
  const [first, ...others] = boxes(bytes).filter((box) => box.type === type);
  if (first === undefined || others.length > 0) throw new Error(`${others.length + (first ? 1 : 0)} boxes of ${type}`);
  return first;
}

export function readInit(bytes: Uint8Array): Mp4Init {
  const [ftyp, moov, ...others] = boxes(bytes);
  if (ftyp?.type !== "ftyp" || moov?.type !== "moov" || others.length > 0) throw new Error("no ftyp and moov");
  only(only(moov.body, "mvex").body, "trex");
  const trak = only(moov.body, "trak").body;
  const mdia = only(trak, "mdia").body;
  const mdhd = only(mdia, "mdhd").body;
  const timescale = mdhd.readUInt8(0) === 1 ? mdhd.readUInt32BE(20) : mdhd.readUInt32BE(12);
  const stsd = only(only(only(mdia, "minf").body, "stbl").body, "stsd").body;
  const [entry] = boxes(stsd.subarray(8));
  const brands = ftyp.body.toString("latin1").match(/.{4}/gs) ?? [];
  const isVideo = only(mdia, "hdlr").body.toString("latin1", 8, 12) === "vide";
  const inside = isVideo ? boxes(entry?.body.subarray(VISUAL_ENTRY_LENGTH) ?? NOTHING) : [];
  const contents = Object.fromEntries(inside.map(({ type, body }) => [type, body.toString("hex")]));
  return { timescale, entry: entry?.type ?? "", brands, boxes: contents };
}

/** Reads a segment of one fragment of one track. */
export function readSegment(bytes: Uint8Array): Mp4Segment {
  const all = boxes(bytes);
  if (all.map(({ type }) => type).join() !== "styp,moof,mdat") throw new Error(all.map(({ type }) => type).join());
  const moof = only(bytes, "moof");
  const mdat = only(bytes, "mdat");
  const sequence = only(moof.body, "mfhd").body.readUInt32BE(4);
  const traf = only(moof.body, "traf").body;
  const tfhd = only(traf, "tfhd").body;
  if (tfhd.readUInt32BE(0) !== 0x020000 || tfhd.readUInt32BE(4) !== 1) throw new Error("another tfhd");
  const tfdt = only(traf, "tfdt").body;
  const decodeTime = Number(tfdt.readBigUInt64BE(4));
  const trun = only(traf, "trun").body;
  if (trun.readUInt32BE(0) !== 0x01000f01) throw new Error("another trun");
  const count = trun.readUInt32BE(4);
  let dataAt = moof.from + trun.readInt32BE(8);
  if (dataAt !== mdat.from + 8) throw new Error("the data offset points elsewhere");
  const samples: Mp4Sample[] = [];
  let time = decodeTime;
  for (let i = 0; i < count; i++) {
    const at = 12 + 16 * i;
    const duration = trun.readUInt32BE(at);
    const size = trun.readUInt32BE(at + 4);
    const sync = trun.readUInt32BE(at + 8) === 0x02000000;
    const compositionOffset = trun.readInt32BE(at + 12);
    samples.push({ time, duration, compositionOffset, sync, data: bytes.subarray(dataAt, dataAt + size) });
    time += duration;
    dataAt += size;
  }
  if (dataAt !== mdat.from + 8 + mdat.body.length) throw new Error("samples and data differ in length");
  return { sequence, decodeTime, duration: time - decodeTime, samples };
}
