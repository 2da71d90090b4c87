import {
  type AudioTag,
  encodeAudioTag,
  encodeColorInfo,
  encodeFlvHeader,
  encodeFlvTag,
  encodeVideoTag,
  type FlvTag,
  type ModEx,
  MULTITRACK_TYPES,
  timestampOffsetModEx,
  type VideoTag,
} from "@rtmp/flv";

/** No ModEx, nanoseconds, and turns that nobody knows: one so long that its size takes three bytes. */
const MOD_EX: readonly (readonly ModEx[] | undefined)[] = [
  undefined,
  [timestampOffsetModEx(999_999)],
  [{ type: 5, data: new Uint8Array(300).fill(7) }, timestampOffsetModEx(1), { type: 15, data: Uint8Array.of(1) }],
];
const VIDEO_CODECS = ["vvc1", "hvc1", "avc1", "av01", "vp09", "vp08"] as const;
const AUDIO_CODECS = ["Opus", "mp4a", "fLaC", "ac-3", "ec-3", ".mp3"] as const;

/** What Enhanced RTMP can say and no encoder says yet: each codec, packet type, multitrack form and ModEx, a tag each. */
export function everyForm(): FlvTag[] {
  const tags: FlvTag[] = [];
  let seed = 0;
  const bytes = (length: number): Uint8Array => {
    seed++;
    return Uint8Array.from({ length }, (_, index) => (seed * 31 + index * 7) & 255);
  };
  const video = (tag: VideoTag): void => {
    tags.push({ tagType: 9, timestamp: tags.length * 10, payload: encodeVideoTag(tag) });
  };
  const audio = (tag: AudioTag): void => {
    tags.push({ tagType: 8, timestamp: tags.length * 10, payload: encodeAudioTag(tag) });
  };
  const videoBody = (fourCc: string, packetType: string) => ({
    fourCc,
    ...(packetType === "CodedFrames" && ["avc1", "hvc1", "vvc1"].includes(fourCc) && { compositionTimeOffset: -40 }),
    data: packetType === "Metadata" ? encodeColorInfo() : bytes(20),
  });
  const audioBody = (fourCc: string, packetType: string) => ({
    fourCc,
    ...(packetType === "MultichannelConfig" && { channelOrder: 2, channelCount: 2, channelMapping: [1, 0] }),
    data: packetType === "MultichannelConfig" ? new Uint8Array(0) : bytes(12),
  });

  for (const turns of MOD_EX) {
    const modEx = turns && { modEx: turns };
    const packets = [
      ["SequenceStart", 1],
      ["CodedFrames", 1],
      ["CodedFramesX", 2],
      ["Metadata", 1],
      ["CodedFrames", 2],
      ["SequenceEnd", 1],
    ] as const;
    for (const [packetType, frameType] of packets) {
      const common = { kind: "video", isExHeader: true, frameType, packetType, ...modEx } as const;
      for (const fourCc of VIDEO_CODECS) video({ ...common, ...videoBody(fourCc, packetType) });
      for (const multitrackType of MULTITRACK_TYPES) {
        const count = multitrackType === "OneTrack" ? 1 : 3;
        const tracks = VIDEO_CODECS.slice(0, count).map((each, index) => {
          const fourCc = multitrackType === "ManyTracksManyCodecs" ? each : "vvc1";
          return { trackId: count - index, ...videoBody(fourCc, packetType) };
        });
        video({ ...common, multitrackType, tracks });
      }
    }
    for (const packetType of ["SequenceStart", "MultichannelConfig", "CodedFrames", "SequenceEnd"] as const) {
      const common = { kind: "audio", isExHeader: true, packetType, ...modEx } as const;
      for (const fourCc of AUDIO_CODECS) audio({ ...common, ...audioBody(fourCc, packetType) });
      for (const multitrackType of MULTITRACK_TYPES) {
        const count = multitrackType === "OneTrack" ? 1 : 3;
        const tracks = AUDIO_CODECS.slice(0, count).map((each, index) => {
          const fourCc = multitrackType === "ManyTracksManyCodecs" ? each : "Opus";
          return { trackId: count - index, ...audioBody(fourCc, packetType) };
        });
        audio({ ...common, multitrackType, tracks });
      }
    }
    video({
      kind: "video",
      isExHeader: true,
      frameType: 5,
      packetType: "SequenceStart",
      videoCommand: 1,
      data: bytes(0),
      ...modEx,
    });
  }
  return tags;
}

/** These tags as a file. */
export function flvFile(tags: readonly FlvTag[]): Uint8Array {
  return Buffer.concat([encodeFlvHeader({ hasAudio: true, hasVideo: true }), ...tags.map(encodeFlvTag)]);
}
