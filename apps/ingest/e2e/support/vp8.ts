import { encodeVideoTag, type FlvTag, readVp8KeyFrame } from "@rtmp/flv";

/** Of an IVF file, and of each of its frames. */
const IVF_HEAD = 32;
const FRAME_HEAD = 12;
/** VPCodecConfigurationRecord: profile 0, level 1.0, 8 bits, 4:2:0, colours not told. */
const RECORD = Uint8Array.of(0, 10, 0x82, 2, 2, 2, 0, 0);

/** The frames of an IVF file as Enhanced RTMP has VP8, 25 a second. FFmpeg 9 muxes no VP8 into FLV. */
export function vp8Tags(ivf: Buffer): FlvTag[] {
  const common = { kind: "video", isExHeader: true, fourCc: "vp08" } as const;
  const start = encodeVideoTag({ ...common, frameType: 1, packetType: "SequenceStart", data: RECORD });
  const tags: FlvTag[] = [{ tagType: 9, timestamp: 0, payload: start }];
  for (let at = IVF_HEAD; at < ivf.length; ) {
    const end = at + FRAME_HEAD + ivf.readUInt32LE(at);
    const data = ivf.subarray(at + FRAME_HEAD, end);
    const frameType = readVp8KeyFrame(data) === undefined ? 2 : 1;
    const payload = encodeVideoTag({ ...common, frameType, packetType: "CodedFrames", data });
    tags.push({ tagType: 9, timestamp: (tags.length - 1) * 40, payload });
    at = end;
  }
  return tags;
}
