import { fromHex as hex } from "@rtmp/bytes-util";
import type { AudioConfig, VideoConfig } from "../config/describe.js";

/** A configuration record and what `ffprobe` says of the file it came from. */
export interface ConfigVector<Config> {
  readonly source: string;
  readonly record: Uint8Array;
  readonly config: Config;
}

/** Video records, made with FFmpeg 5.1.9 (MP4 boxes) unless a source says otherwise. */
export const videoConfigs: readonly ConfigVector<VideoConfig>[] = [
  {
    source: "libx264, 1280x720",
    record: hex("0164001fffe100186764001facb402802dd80880000003008000001e078c195001000468ce0fcbfdf8f800"),
    config: {
      codec: "avc1",
      codecString: "avc1.64001f",
      profile: "High",
      level: "3.1",
      width: 1280,
      height: 720,
      bitDepth: 8,
      chroma: "4:2:0",
      frameRate: 30,
    },
  },
  {
    source: "libx264, 322x242: cropped on both sides",
    record: hex("0142c00dffe1001a6742c00dd90150878888c044000003000400000300c83c50a92001000568cb83cb20"),
    config: {
      codec: "avc1",
      codecString: "avc1.42c00d",
      profile: "Constrained Baseline",
      level: "1.3",
      width: 322,
      height: 242,
      bitDepth: 8,
      chroma: "4:2:0",
      frameRate: 25,
    },
  },
  {
    source: "libx264, 1920x1080, interlaced",
    record: hex("014d4028ffe1001a674d4028eca03c0227ef011000000300100000030321f162d96001000568fba3cb20"),
    config: {
      codec: "avc1",
      codecString: "avc1.4d4028",
      profile: "Main",
      level: "4.0",
      width: 1920,
      height: 1080,
      bitDepth: 8,
      chroma: "4:2:0",
      frameRate: 25,
    },
  },
  {
    source: "libx264, yuv422p10, 29.97 frames a second",
    record: hex("017a001effe10019677a001eb6cd940a02ff89c04400000fa40003a9803c58b65801000668ebe3cb22c0fefafa00"),
    config: {
      codec: "avc1",
      codecString: "avc1.7a001e",
      profile: "High 4:2:2",
      level: "3.0",
      width: 640,
      height: 360,
      bitDepth: 10,
      chroma: "4:2:2",
      frameRate: 30_000 / 1001,
    },
  },
  {
    source: "libx264, yuv444p, with the default scaling lists",
    record: hex("01f40015ffe1001967f40015919b282a3fc7f808800000030080000032078b16cb01000868ebe3c44c000440fff8f800"),
    config: {
      codec: "avc1",
      codecString: "avc1.f40015",
      profile: "High 4:4:4 Predictive",
      level: "2.1",
      width: 322,
      height: 240,
      bitDepth: 8,
      chroma: "4:4:4",
      frameRate: 50,
    },
  },
  {
    source: "libx264, gray",
    record: hex("01640015ffe1001967640015f3650507ec05b2000003000200000300c81e2c5b2c01000668ebe3cb22c0fcf8f800"),
    config: {
      codec: "avc1",
      codecString: "avc1.640015",
      profile: "High",
      level: "2.1",
      width: 320,
      height: 240,
      bitDepth: 8,
      chroma: "monochrome",
      frameRate: 50,
    },
  },
  {
    source: "OBS Studio 29.0.2, recorded on loopback",
    record: hex("0142c00bffe1001b6742c00bda0507ec05a808080a000003000200000300291e28554001000468ce3c80"),
    config: {
      codec: "avc1",
      codecString: "avc1.42c00b",
      profile: "Constrained Baseline",
      level: "1.1",
      width: 320,
      height: 240,
      bitDepth: 8,
      chroma: "4:2:0",
      frameRate: 10,
    },
  },
  {
    source: "libx265, 642x362, yuv420p10: a conformance window",
    record: hex(
      "0102200000009000000000003ff000fcfdfafa00000f03a00001001840010c01ffff0220000003009000000300000300" +
        "3f959409a10001002d42010102200000030090000003000003003fa005220171c448d965654a4c2f0168080000030008" +
        "00000300f040a2000100064401c073c189",
    ),
    config: {
      codec: "hvc1",
      codecString: "hvc1.2.4.L63.90",
      profile: "Main 10",
      level: "2.1",
      width: 642,
      height: 362,
      bitDepth: 10,
      chroma: "4:2:0",
    },
  },
  {
    source: "libx265, 320x240, yuv444p12",
    record: hex(
      "0104080000009808000000003cf000fcfffcfc00000f03a00001001740010c01ffff0408000003009808000003000" +
        "03c959409a100010029420101040800000300980800000300003c90014101e2294b2b2a5261780b40400000030040000" +
        "00782a2000100084401c07318301890",
    ),
    config: {
      codec: "hvc1",
      codecString: "hvc1.4.10.L60.98.8",
      profile: "Range Extensions",
      level: "2.0",
      width: 320,
      height: 240,
      bitDepth: 12,
      chroma: "4:4:4",
    },
  },
  {
    source: "libx265, 3840x2160, high tier",
    record: hex(
      "01222000000090000000000099f000fcfdfafa00000f03a00001001840010c01ffff2220000003009000000300000300" +
        "99959409a10001002b420101222000000300900000030000030099a001e020021c4d965654a4c2f01680800000030080" +
        "00001e04a2000100064401c073c189",
    ),
    config: {
      codec: "hvc1",
      codecString: "hvc1.2.4.H153.90",
      profile: "Main 10",
      level: "5.1",
      width: 3840,
      height: 2160,
      bitDepth: 10,
      chroma: "4:2:0",
    },
  },
  {
    source: "libaom, 640x360",
    record: hex("81010c000a0b0000000cc4ff6736be4010"),
    config: {
      codec: "av01",
      codecString: "av01.0.01M.08",
      profile: "Main",
      level: "2.1",
      width: 640,
      height: 360,
      bitDepth: 8,
      chroma: "4:2:0",
    },
  },
  {
    source: "SVT-AV1, 1280x720, 10 bits",
    record: hex("81054c000a0b0000002d4cffb3c02f8404"),
    config: {
      codec: "av01",
      codecString: "av01.0.05M.10",
      profile: "Main",
      level: "3.1",
      width: 1280,
      height: 720,
      bitDepth: 10,
      chroma: "4:2:0",
    },
  },
  {
    source: "libaom, 322x182, yuv444p",
    record: hex("812000000a0a200000043d06d4daf902"),
    config: {
      codec: "av01",
      codecString: "av01.1.00M.08",
      profile: "High",
      level: "2.0",
      width: 322,
      height: 182,
      bitDepth: 8,
      chroma: "4:4:4",
    },
  },
  {
    source: "libvpx-vp9, profile 0",
    record: hex("010000000015820202020000"),
    config: {
      codec: "vp09",
      codecString: "vp09.00.21.08",
      profile: "Profile 0",
      level: "2.1",
      bitDepth: 8,
      chroma: "4:2:0",
    },
  },
  {
    source: "libvpx-vp9, profile 2, 10 bits, the record alone",
    record: hex("020ba20202020000"),
    config: {
      codec: "vp09",
      codecString: "vp09.02.11.10",
      profile: "Profile 2",
      level: "1.1",
      bitDepth: 10,
      chroma: "4:2:0",
    },
  },
  {
    source: "libvpx-vp9, profile 1, yuv444p",
    record: hex("01000000010b860202020000"),
    config: {
      codec: "vp09",
      codecString: "vp09.01.11.08",
      profile: "Profile 1",
      level: "1.1",
      bitDepth: 8,
      chroma: "4:4:4",
    },
  },
  {
    source: "VP8 as FFmpeg describes it: no level",
    record: hex("010000000000820202020000"),
    config: { codec: "vp08", codecString: "vp08.00.00.08", profile: "Profile 0", bitDepth: 8, chroma: "4:2:0" },
  },
  {
    source: "built by hand: VVC Main 10, two sub-layers, 1920x1080 at 50",
    record: hex("ff 0021 5f 01 02 53 c0 80 40 00 0780 0438 3200 01 8f 0001 0002 0079"),
    config: {
      codec: "vvc1",
      profile: "Main 10",
      level: "5.1",
      width: 1920,
      height: 1080,
      bitDepth: 10,
      chroma: "4:2:0",
      frameRate: 50,
    },
  },
];

/** Audio records, made with FFmpeg 5.1.9 unless a source says otherwise. */
export const audioConfigs: readonly ConfigVector<AudioConfig>[] = [
  {
    source: "aac, 48 kHz stereo",
    record: hex("119056e500"),
    config: { codec: "mp4a", codecString: "mp4a.40.2", profile: "LC", sampleRate: 48_000, channels: 2 },
  },
  {
    source: "aac, 5.1",
    record: hex("123056e500"),
    config: { codec: "mp4a", codecString: "mp4a.40.2", profile: "LC", sampleRate: 44_100, channels: 6 },
  },
  {
    source: "aac, 7.1",
    record: hex("123856e500"),
    config: { codec: "mp4a", codecString: "mp4a.40.2", profile: "LC", sampleRate: 44_100, channels: 8 },
  },
  {
    source: "aac, quad: a program config element with a comment",
    record: hex("12000504040021100d4c61766335392e33372e31303056e500"),
    config: { codec: "mp4a", codecString: "mp4a.40.2", profile: "LC", sampleRate: 44_100, channels: 4 },
  },
  {
    source: "OBS Studio 29.0.2, recorded on loopback",
    record: hex("1190"),
    config: { codec: "mp4a", codecString: "mp4a.40.2", profile: "LC", sampleRate: 48_000, channels: 2 },
  },
  {
    source: "ISO/IEC 14496-3 1.6.5: SBR in front, 22.05 to 44.1 kHz",
    record: hex("2b920800"),
    config: { codec: "mp4a", codecString: "mp4a.40.5", profile: "HE-AAC", sampleRate: 44_100, channels: 2 },
  },
  {
    source: "ISO/IEC 14496-3 1.6.5: PS in front, mono to stereo",
    record: hex("eb8a0800"),
    config: { codec: "mp4a", codecString: "mp4a.40.29", profile: "HE-AACv2", sampleRate: 44_100, channels: 2 },
  },
  {
    source: "ISO/IEC 14496-3 1.6.5: SBR behind, for old decoders to miss",
    record: hex("139056e5a0"),
    config: { codec: "mp4a", codecString: "mp4a.40.5", profile: "HE-AAC", sampleRate: 44_100, channels: 2 },
  },
  {
    source: "ISO/IEC 14496-3 1.6.5: SBR and PS behind",
    record: hex("138856e5a54880"),
    config: { codec: "mp4a", codecString: "mp4a.40.29", profile: "HE-AACv2", sampleRate: 44_100, channels: 2 },
  },
  {
    source: "ISO/IEC 14496-3 1.6.3.3: object type 39 in 11 bits, the rate in 24 bits",
    record: hex("f8fe01770040"),
    config: { codec: "mp4a", codecString: "mp4a.40.39", profile: "ELD", sampleRate: 48_000, channels: 2 },
  },
  {
    source: "libopus, stereo",
    record: hex("4f707573486561640102380180bb0000000000"),
    config: { codec: "Opus", codecString: "opus", sampleRate: 48_000, channels: 2 },
  },
  {
    source: "libopus, 5.1",
    record: hex("4f707573486561640106380180bb00000000010402000401020305"),
    config: { codec: "Opus", codecString: "opus", sampleRate: 48_000, channels: 6 },
  },
  { source: "Enhanced RTMP: no OpusHead", record: hex(""), config: { codec: "Opus", codecString: "opus" } },
  {
    source: "flac, STREAMINFO alone",
    record: hex("120012000004a30005080ac442f0000022745d105ceb212ad5d36e4f5608def3d8b7"),
    config: { codec: "fLaC", codecString: "flac", sampleRate: 44_100, channels: 2, bitsPerSample: 16 },
  },
  {
    source: "flac, behind its block header",
    record: hex("80000022 2000200000031c0008941770017000004b00603f481a60cff967d75a0670c8c32fae"),
    config: { codec: "fLaC", codecString: "flac", sampleRate: 96_000, channels: 1, bitsPerSample: 24 },
  },
  {
    source: "flac, behind signature and block header",
    record: hex("664c6143 00000022 2000200000031c0008941770017000004b00603f481a60cff967d75a0670c8c32fae 84000000"),
    config: { codec: "fLaC", codecString: "flac", sampleRate: 96_000, channels: 1, bitsPerSample: 24 },
  },
  {
    source: "Enhanced RTMP: AC-3 says all in its frames",
    record: hex(""),
    config: { codec: "ac-3", codecString: "ac-3" },
  },
  { source: "Enhanced RTMP: MP3 likewise", record: hex(""), config: { codec: ".mp3", codecString: "mp3" } },
];
