import { fromHex as hex } from "@rtmp/bytes-util";
import type { AudioTag } from "../audio-tag.js";
import type { VideoTag } from "../video-tag.js";

/** A body and what it means. */
export interface TagVector<Tag> {
  readonly name: string;
  readonly source: string;
  readonly body: Uint8Array;
  readonly tag: Tag;
}

const E_RTMP = "Enhanced RTMP v2, ExAudioTagHeader and ExVideoTagHeader";
const FLV = "FLV 10.1, annex E.4";
const LAVF = "libavformat 62.12 publishing two H.264 and two AAC tracks";
const nanoData = hex("0f423f");

/** Audio bodies: legacy, Ex, multitrack in its three forms. */
export const audioBodies: readonly TagVector<AudioTag>[] = [
  { name: "silence", source: E_RTMP, body: hex(""), tag: { kind: "audio", empty: true } },
  {
    name: "MP3",
    source: FLV,
    body: hex("2f fffb90"),
    tag: {
      kind: "audio",
      isExHeader: false,
      soundFormat: 2,
      soundRate: 3,
      soundSize: 1,
      soundType: 1,
      data: hex("fffb90"),
    },
  },
  {
    name: "AAC configuration",
    source: "OBS Studio 29.0.2",
    body: hex("af00 1190"),
    tag: {
      kind: "audio",
      isExHeader: false,
      soundFormat: 10,
      soundRate: 3,
      soundSize: 1,
      soundType: 1,
      aacPacketType: 0,
      data: hex("1190"),
    },
  },
  {
    name: "Speex mono without data",
    source: FLV,
    body: hex("b2"),
    tag: {
      kind: "audio",
      isExHeader: false,
      soundFormat: 11,
      soundRate: 0,
      soundSize: 1,
      soundType: 0,
      data: hex(""),
    },
  },
  {
    name: "Opus frame",
    source: E_RTMP,
    body: hex("91 4f707573 fc01"),
    tag: { kind: "audio", isExHeader: true, packetType: "CodedFrames", fourCc: "Opus", data: hex("fc01") },
  },
  {
    name: "AC-3 without configuration",
    source: E_RTMP,
    body: hex("90 61632d33"),
    tag: { kind: "audio", isExHeader: true, packetType: "SequenceStart", fourCc: "ac-3", data: hex("") },
  },
  {
    name: "reserved packet type, unknown codec",
    source: E_RTMP,
    body: hex("9b 7a7a7a7a 05"),
    tag: { kind: "audio", isExHeader: true, packetType: 11, fourCc: "zzzz", data: hex("05") },
  },
  {
    name: "channels in native order",
    source: E_RTMP,
    body: hex("94 66 4c 61 43 01 06 0000060f"),
    tag: {
      kind: "audio",
      isExHeader: true,
      packetType: "MultichannelConfig",
      fourCc: "fLaC",
      channelOrder: 1,
      channelCount: 6,
      channelFlags: 0x60f,
      data: hex(""),
    },
  },
  {
    name: "all 32 channel flags",
    source: E_RTMP,
    body: hex("94 4f707573 01 20 ffffffff 99"),
    tag: {
      kind: "audio",
      isExHeader: true,
      packetType: "MultichannelConfig",
      fourCc: "Opus",
      channelOrder: 1,
      channelCount: 32,
      channelFlags: 0xffffffff,
      data: hex("99"),
    },
  },
  {
    name: "channels in an order of their own",
    source: E_RTMP,
    body: hex("94 6d703461 02 03 02feff"),
    tag: {
      kind: "audio",
      isExHeader: true,
      packetType: "MultichannelConfig",
      fourCc: "mp4a",
      channelOrder: 2,
      channelCount: 3,
      channelMapping: [2, 254, 255],
      data: hex(""),
    },
  },
  {
    name: "channels in no order",
    source: E_RTMP,
    body: hex("94 65632d33 00 08"),
    tag: {
      kind: "audio",
      isExHeader: true,
      packetType: "MultichannelConfig",
      fourCc: "ec-3",
      channelOrder: 0,
      channelCount: 8,
      data: hex(""),
    },
  },
  {
    name: "second track's channels",
    source: LAVF,
    body: hex("95046d70346101 0101 00000004"),
    tag: {
      kind: "audio",
      isExHeader: true,
      multitrackType: "OneTrack",
      packetType: "MultichannelConfig",
      tracks: [{ trackId: 1, fourCc: "mp4a", channelOrder: 1, channelCount: 1, channelFlags: 4, data: hex("") }],
    },
  },
  {
    name: "two tracks of one codec",
    source: E_RTMP,
    body: hex("95 11 4f707573 00 000002 aabb 07 000000"),
    tag: {
      kind: "audio",
      isExHeader: true,
      multitrackType: "ManyTracks",
      packetType: "CodedFrames",
      tracks: [
        { trackId: 0, fourCc: "Opus", data: hex("aabb") },
        { trackId: 7, fourCc: "Opus", data: hex("") },
      ],
    },
  },
  {
    name: "tracks of several codecs, each with its channels",
    source: E_RTMP,
    body: hex("95 24 6d703461 00 000006 0102 00000003 664c6143 ff 000004 0202 0001"),
    tag: {
      kind: "audio",
      isExHeader: true,
      multitrackType: "ManyTracksManyCodecs",
      packetType: "MultichannelConfig",
      tracks: [
        { trackId: 0, fourCc: "mp4a", channelOrder: 1, channelCount: 2, channelFlags: 3, data: hex("") },
        { trackId: 255, fourCc: "fLaC", channelOrder: 2, channelCount: 2, channelMapping: [0, 1], data: hex("") },
      ],
    },
  },
  {
    name: "nanoseconds before several tracks",
    source: E_RTMP,
    body: hex("97 02 0f423f 05 01 2e6d7033 05 ab"),
    tag: {
      kind: "audio",
      isExHeader: true,
      modEx: [{ type: 0, data: nanoData, timestampOffsetNano: 999_999 }],
      multitrackType: "OneTrack",
      packetType: "CodedFrames",
      tracks: [{ trackId: 5, fourCc: ".mp3", data: hex("ab") }],
    },
  },
];

/** Video bodies: legacy, Ex, commands, multitrack in its three forms. */
export const videoBodies: readonly TagVector<VideoTag>[] = [
  { name: "nothing", source: E_RTMP, body: hex(""), tag: { kind: "video", empty: true } },
  {
    name: "AVC NAL units, picture before its decoding time",
    source: FLV,
    body: hex("17 01 ffffde 010203"),
    tag: {
      kind: "video",
      isExHeader: false,
      frameType: 1,
      codecId: 7,
      avcPacketType: 1,
      compositionTime: -34,
      data: hex("010203"),
    },
  },
  {
    name: "AVC end of sequence",
    source: "FFmpeg 5.1.9",
    body: hex("17 02 000000"),
    tag: {
      kind: "video",
      isExHeader: false,
      frameType: 1,
      codecId: 7,
      avcPacketType: 2,
      compositionTime: 0,
      data: hex(""),
    },
  },
  {
    name: "HEVC as codec 12",
    source: "encoders made for Chinese platforms",
    body: hex("1c 00 000000 0101"),
    tag: {
      kind: "video",
      isExHeader: false,
      frameType: 1,
      codecId: 12,
      avcPacketType: 0,
      compositionTime: 0,
      data: hex("0101"),
    },
  },
  {
    name: "VP6",
    source: FLV,
    body: hex("24 00aa"),
    tag: { kind: "video", isExHeader: false, frameType: 2, codecId: 4, data: hex("00aa") },
  },
  {
    name: "legacy command",
    source: FLV,
    body: hex("57 01"),
    tag: { kind: "video", isExHeader: false, frameType: 5, codecId: 7, videoCommand: 1, data: hex("") },
  },
  {
    name: "AV1 configuration",
    source: E_RTMP,
    body: hex("90 61763031 81080c00"),
    tag: {
      kind: "video",
      isExHeader: true,
      frameType: 1,
      packetType: "SequenceStart",
      fourCc: "av01",
      data: hex("81080c00"),
    },
  },
  {
    name: "AV1 frames have no composition time",
    source: E_RTMP,
    body: hex("91 61763031 120032"),
    tag: {
      kind: "video",
      isExHeader: true,
      frameType: 1,
      packetType: "CodedFrames",
      fourCc: "av01",
      data: hex("120032"),
    },
  },
  {
    name: "VVC frames with the least composition time",
    source: E_RTMP,
    body: hex("a1 76766331 800000 00"),
    tag: {
      kind: "video",
      isExHeader: true,
      frameType: 2,
      packetType: "CodedFrames",
      fourCc: "vvc1",
      compositionTimeOffset: -8_388_608,
      data: hex("00"),
    },
  },
  {
    name: "HEVC frames without composition time",
    source: E_RTMP,
    body: hex("93 68766331 01"),
    tag: {
      kind: "video",
      isExHeader: true,
      frameType: 1,
      packetType: "CodedFramesX",
      fourCc: "hvc1",
      compositionTimeOffset: 0,
      data: hex("01"),
    },
  },
  {
    name: "AV1 video descriptor",
    source: E_RTMP,
    body: hex("95 61763031 8004"),
    tag: {
      kind: "video",
      isExHeader: true,
      frameType: 1,
      packetType: "MPEG2TSSequenceStart",
      fourCc: "av01",
      data: hex("8004"),
    },
  },
  {
    name: "metadata in a command's frame type",
    source: "libavformat 62.12",
    body: hex("d4 68766331 020009636f6c6f72496e666f06"),
    tag: {
      kind: "video",
      isExHeader: true,
      frameType: 5,
      packetType: "Metadata",
      fourCc: "hvc1",
      data: hex("020009636f6c6f72496e666f06"),
    },
  },
  {
    name: "metadata in frame type 0",
    source: "OBS Studio",
    body: hex("84 61763031 05"),
    tag: { kind: "video", isExHeader: true, frameType: 0, packetType: "Metadata", fourCc: "av01", data: hex("05") },
  },
  {
    name: "command",
    source: E_RTMP,
    body: hex("d1 00"),
    tag: {
      kind: "video",
      isExHeader: true,
      frameType: 5,
      packetType: "CodedFrames",
      videoCommand: 0,
      data: hex(""),
    },
  },
  {
    name: "command whose packet type says Multitrack",
    source: E_RTMP,
    body: hex("d6 01"),
    tag: { kind: "video", isExHeader: true, frameType: 5, packetType: 6, videoCommand: 1, data: hex("") },
  },
  {
    name: "command behind a ModEx turn",
    source: E_RTMP,
    body: hex("d7 00 ee 32 01"),
    tag: {
      kind: "video",
      isExHeader: true,
      frameType: 5,
      modEx: [{ type: 3, data: hex("ee") }],
      packetType: "SequenceEnd",
      videoCommand: 1,
      data: hex(""),
    },
  },
  {
    name: "metadata behind a ModEx turn in a command's frame type",
    source: E_RTMP,
    body: hex("d7 00 ee f4 76703038 05"),
    tag: {
      kind: "video",
      isExHeader: true,
      frameType: 5,
      modEx: [{ type: 15, data: hex("ee") }],
      packetType: "Metadata",
      fourCc: "vp08",
      data: hex("05"),
    },
  },
  {
    name: "reserved packet type",
    source: E_RTMP,
    body: hex("98 76703039 aa"),
    tag: { kind: "video", isExHeader: true, frameType: 1, packetType: 8, fourCc: "vp09", data: hex("aa") },
  },
  {
    name: "second track's end",
    source: LAVF,
    body: hex("96026176633101"),
    tag: {
      kind: "video",
      isExHeader: true,
      frameType: 1,
      multitrackType: "OneTrack",
      packetType: "SequenceEnd",
      tracks: [{ trackId: 1, fourCc: "avc1", data: hex("") }],
    },
  },
  {
    name: "two tracks of one codec, each with its composition time",
    source: E_RTMP,
    body: hex("a6 11 68766331 00 000004 000021 aa 03 000003 fffffe"),
    tag: {
      kind: "video",
      isExHeader: true,
      frameType: 2,
      multitrackType: "ManyTracks",
      packetType: "CodedFrames",
      tracks: [
        { trackId: 0, fourCc: "hvc1", compositionTimeOffset: 33, data: hex("aa") },
        { trackId: 3, fourCc: "hvc1", compositionTimeOffset: -2, data: hex("") },
      ],
    },
  },
  {
    name: "tracks of several codecs: only some have a composition time",
    source: E_RTMP,
    body: hex("96 21 61766331 01 000005 000010 6588 61763031 02 000003 0a0b0c 76703038 00 000001 ff"),
    tag: {
      kind: "video",
      isExHeader: true,
      frameType: 1,
      multitrackType: "ManyTracksManyCodecs",
      packetType: "CodedFrames",
      tracks: [
        { trackId: 1, fourCc: "avc1", compositionTimeOffset: 16, data: hex("6588") },
        { trackId: 2, fourCc: "av01", data: hex("0a0b0c") },
        { trackId: 0, fourCc: "vp08", data: hex("ff") },
      ],
    },
  },
  {
    name: "two ModEx turns, then nanoseconds, then a track",
    source: E_RTMP,
    body: hex("97 00 01 17 03 00000105 07 02 000000 06 03 61766331 09 25"),
    tag: {
      kind: "video",
      isExHeader: true,
      frameType: 1,
      modEx: [
        { type: 1, data: hex("01") },
        { type: 0, data: hex("00000105"), timestampOffsetNano: 1 },
        { type: 0, data: hex("000000"), timestampOffsetNano: 0 },
      ],
      multitrackType: "OneTrack",
      packetType: "CodedFramesX",
      tracks: [{ trackId: 9, fourCc: "avc1", compositionTimeOffset: 0, data: hex("25") }],
    },
  },
];

/** Bodies that can not be taken apart: parser, bytes, the error's code. */
export const malformedBodies: readonly {
  readonly name: string;
  readonly kind: "audio" | "video";
  readonly body: Uint8Array;
  readonly code: string;
}[] = [
  { name: "AAC without packet type", kind: "audio", body: hex("af"), code: "truncated" },
  { name: "half a FourCC", kind: "audio", body: hex("91 4f70"), code: "truncated" },
  { name: "channel flags cut", kind: "audio", body: hex("94 4f707573 01 02 000000"), code: "truncated" },
  { name: "channel mapping cut", kind: "audio", body: hex("94 4f707573 02 03 0001"), code: "truncated" },
  { name: "ModEx without data", kind: "audio", body: hex("97 00"), code: "truncated" },
  { name: "ModEx data past the end", kind: "audio", body: hex("97 ff ffff 00"), code: "truncated" },
  { name: "ModEx without next type", kind: "audio", body: hex("97 00 01"), code: "truncated" },
  { name: "nanoseconds in two bytes", kind: "audio", body: hex("97 01 0001 01 4f707573"), code: "malformed-mod-ex" },
  { name: "nested multitrack", kind: "audio", body: hex("95 05 4f707573 00"), code: "nested-multitrack" },
  { name: "ModEx in multitrack", kind: "audio", body: hex("95 17 4f707573 00"), code: "nested-multitrack" },
  { name: "multitrack type 3", kind: "audio", body: hex("95 31 4f707573 00"), code: "unknown-multitrack-type" },
  { name: "no track", kind: "audio", body: hex("95 11 4f707573"), code: "truncated" },
  { name: "track size past the end", kind: "audio", body: hex("95 11 4f707573 00 ffffff aa"), code: "truncated" },
  { name: "AVC without composition time", kind: "video", body: hex("17 01 0000"), code: "truncated" },
  { name: "legacy command without its byte", kind: "video", body: hex("52"), code: "truncated" },
  { name: "command without its byte", kind: "video", body: hex("d0"), code: "truncated" },
  { name: "half a composition time", kind: "video", body: hex("91 61766331 0000"), code: "truncated" },
  {
    name: "composition time past its track",
    kind: "video",
    body: hex("96 11 61766331 00 000002 000000 000000"),
    code: "truncated",
  },
  { name: "nested multitrack", kind: "video", body: hex("96 16 61766331 00"), code: "nested-multitrack" },
  { name: "second track without size", kind: "video", body: hex("96 13 61766331 00 000000 01"), code: "truncated" },
  { name: "no track of any codec", kind: "video", body: hex("96 20"), code: "truncated" },
];
