import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AudioTag, parseAudioTag } from "./audio-tag.js";
import { encodeAudioTag } from "./audio-tag-encode.js";
import { FlvError } from "./errors.js";
import {
  audioCodecOf,
  audioTrackIdOf,
  isAudioChannelConfig,
  isAudioSequenceHeader,
  isVideoKeyframe,
  isVideoMetadata,
  isVideoSequenceEnd,
  isVideoSequenceHeader,
  videoCodecOf,
  videoTrackIdOf,
} from "./peek.js";
import { readAudioTracks, readVideoTracks } from "./tracks.js";
import { audioBodies, videoBodies } from "./vectors/tag-bodies.js";
import { parseVideoTag, type VideoTag } from "./video-tag.js";
import { encodeVideoTag } from "./video-tag-encode.js";

// The naive side: bytes are lists of numbers, a line a field, right by reading it next to the specification.

type Bytes = number[];
const AUDIO_NAMES: readonly (string | number)[] = [
  "SequenceStart",
  "CodedFrames",
  "SequenceEnd",
  3,
  "MultichannelConfig",
];
const VIDEO_NAMES: readonly string[] = [
  "SequenceStart",
  "CodedFrames",
  "SequenceEnd",
  "CodedFramesX",
  "Metadata",
  "MPEG2TSSequenceStart",
];
const MULTITRACK: readonly string[] = ["OneTrack", "ManyTracks", "ManyTracksManyCodecs"];

const ascii = (text: string): Bytes => [...text].map((character) => character.charCodeAt(0));
const u16 = (value: number): Bytes => [value >> 8, value & 255];
const u24 = (value: number): Bytes => [(value >> 16) & 255, (value >> 8) & 255, value & 255];
const u32 = (value: number): Bytes => [value >>> 24, ...u24(value)];

interface Part {
  readonly bytes: Bytes;
  readonly fields: object;
}
interface Track {
  readonly trackId: number;
  readonly fourCc: string;
  readonly part: Part;
}

const payload = fc.uint8Array({ maxLength: 6 });
const audioFourCc = fc.constantFrom("Opus", "mp4a", "fLaC", "zz\0\xff");
const videoFourCc = fc.constantFrom("avc1", "hvc1", "vvc1", "av01", "vp09", "none");
const trackId = fc.constantFrom(0, 1, 2, 255);
const modEx = fc.array(
  fc.record({
    type: fc.constantFrom(0, 1, 15),
    length: fc.constantFrom(1, 3, 4, 255, 256, 257),
    byte: fc.nat(255),
  }),
  { maxLength: 3 },
);

/** ModEx turns before `packetType`: the first nibble, the bytes behind it, the fields they give. */
function naiveModEx(turns: { type: number; length: number; byte: number }[], packetType: number) {
  const bytes: Bytes = [];
  const fields = turns.map(({ type, length, byte }, index) => {
    const size = type === 0 ? Math.max(3, length) : length;
    const data = new Array<number>(size).fill(byte);
    const next = index + 1 < turns.length ? 7 : packetType;
    bytes.push(...(size < 256 ? [size - 1] : [255, ...u16(size - 1)]), ...data, type * 16 + next);
    const nano = type === 0 ? { timestampOffsetNano: byte * 0x010101 } : {};
    return { type, data: Uint8Array.from(data), ...nano };
  });
  return { nibble: turns.length > 0 ? 7 : packetType, bytes, fields: fields.length > 0 ? { modEx: fields } : {} };
}

function naiveTracks(kind: number, tracks: Track[]): Bytes {
  if (kind === 0) {
    const [{ fourCc, trackId, part }] = tracks as [Track];
    return [...ascii(fourCc), trackId, ...part.bytes];
  }
  const bytes: Bytes = kind === 1 ? ascii((tracks[0] as Track).fourCc) : [];
  for (const { fourCc, trackId, part } of tracks) {
    if (kind === 2) bytes.push(...ascii(fourCc));
    bytes.push(trackId, ...u24(part.bytes.length), ...part.bytes);
  }
  return bytes;
}

function tracksOf<T>(arbitrary: fc.Arbitrary<T>, kind: number, make: (value: T) => Track): fc.Arbitrary<Track[]> {
  const list = fc.array(arbitrary, { minLength: 1, maxLength: kind === 0 ? 1 : 4 });
  return list.map((values) => {
    const tracks = values.map(make);
    const fourCc = (tracks[0] as Track).fourCc;
    return kind === 2 ? tracks : tracks.map((track) => (track.fourCc === fourCc ? track : (tracks[0] as Track)));
  });
}

const fieldsOf = ({ trackId, fourCc, part }: Track) => ({ trackId, fourCc, ...part.fields });

const audioPart = (packetType: number) =>
  fc
    .record({ data: payload, order: fc.constantFrom(0, 1, 2, 3), count: fc.constantFrom(0, 2, 9), flags: fc.nat() })
    .map(({ data, order, count, flags }): Part => {
      if (packetType !== 4) return { bytes: [...data], fields: { data } };
      const head = { channelOrder: order, channelCount: count, data };
      if (order === 1) return { bytes: [1, count, ...u32(flags), ...data], fields: { ...head, channelFlags: flags } };
      const mapping = new Array<number>(count).fill(flags & 255);
      if (order !== 2) return { bytes: [order, count, ...data], fields: head };
      return { bytes: [2, count, ...mapping, ...data], fields: { ...head, channelMapping: mapping } };
    });

const videoPart = (packetType: number, fourCc: string) =>
  fc.record({ data: payload, time: fc.constantFrom(0, 1, -1, 0x7f_ffff, -0x80_0000) }).map(({ data, time }): Part => {
    if (packetType === 3) return { bytes: [...data], fields: { data, compositionTimeOffset: 0 } };
    if (packetType !== 1 || !["avc1", "hvc1", "vvc1"].includes(fourCc)) return { bytes: [...data], fields: { data } };
    return { bytes: [...u24(time), ...data], fields: { data, compositionTimeOffset: time } };
  });

interface Sample<Tag> {
  readonly body: Uint8Array;
  readonly tag: Tag;
}

const legacyAudio = fc
  .record({ first: fc.nat(255), second: fc.constantFrom(0, 1, 200), data: payload })
  .map(({ first, second, data }): Sample<AudioTag> => {
    const soundFormat = first >> 4 === 9 ? 2 : first >> 4;
    const head = { soundRate: (first >> 2) & 3, soundSize: (first >> 1) & 1, soundType: first & 1, data };
    const tag = { kind: "audio", isExHeader: false, soundFormat, ...head } as const;
    const byte = soundFormat * 16 + (first & 15);
    if (soundFormat !== 10) return { body: Uint8Array.from([byte, ...data]), tag };
    return { body: Uint8Array.from([byte, second, ...data]), tag: { ...tag, aacPacketType: second } };
  });

const exAudio = fc
  .record({ kind: fc.constantFrom(-1, 0, 1, 2), packetType: fc.constantFrom(0, 1, 2, 3, 4, 6, 12), turns: modEx })
  .chain(({ kind, packetType, turns }) => {
    const name = AUDIO_NAMES[packetType] ?? packetType;
    const track = fc.record({ trackId, fourCc: audioFourCc, part: audioPart(packetType) });
    return tracksOf(track, Math.max(kind, 0), (value) => value).map((tracks): Sample<AudioTag> => {
      const { nibble, bytes, fields } = naiveModEx(turns, kind < 0 ? packetType : 5);
      const head = { kind: "audio", isExHeader: true, packetType: name, ...fields } as const;
      const start = [0x90 + nibble, ...bytes];
      if (kind < 0) {
        const [{ fourCc, part }] = tracks as [Track];
        const body = Uint8Array.from([...start, ...ascii(fourCc), ...part.bytes]);
        return { body, tag: { ...head, fourCc, ...part.fields } as object as AudioTag };
      }
      const body = Uint8Array.from([...start, kind * 16 + packetType, ...naiveTracks(kind, tracks)]);
      return {
        body,
        tag: { ...head, multitrackType: MULTITRACK[kind], tracks: tracks.map(fieldsOf) } as object as AudioTag,
      };
    });
  });

const legacyVideo = fc
  .record({
    first: fc.nat(127),
    second: fc.constantFrom(0, 1, 2, 77),
    time: fc.constantFrom(0, -5, 900),
    data: payload,
  })
  .map(({ first, second, time, data }): Sample<VideoTag> => {
    const head = { kind: "video", isExHeader: false, frameType: first >> 4, codecId: first & 15, data } as const;
    if (first >> 4 === 5) {
      return { body: Uint8Array.from([first, second, ...data]), tag: { ...head, videoCommand: second } };
    }
    if (![7, 12].includes(first & 15)) return { body: Uint8Array.from([first, ...data]), tag: head };
    const tag = { ...head, avcPacketType: second, compositionTime: time };
    return { body: Uint8Array.from([first, second, ...u24(time), ...data]), tag };
  });

const exVideo = fc
  .record({
    frameType: fc.nat(7),
    kind: fc.constantFrom(-1, 0, 1, 2),
    packetType: fc.constantFrom(0, 1, 1, 2, 3, 4, 5, 9),
    turns: modEx,
    command: fc.nat(255),
  })
  .chain(({ frameType, kind, packetType, turns, command }) => {
    const track = fc
      .record({ trackId, fourCc: videoFourCc })
      .chain((head) => videoPart(packetType, head.fourCc).map((part): Track => ({ ...head, part })));
    return tracksOf(track, Math.max(kind, 0), (value) => value).map((tracks): Sample<VideoTag> => {
      const outer = kind < 0 ? packetType : 6;
      const { nibble, bytes, fields } = naiveModEx(turns, outer);
      const head = { kind: "video", isExHeader: true, frameType, ...fields } as const;
      const start = [0x80 + frameType * 16 + nibble, ...bytes];
      const name = VIDEO_NAMES[packetType] ?? packetType;
      if (frameType === 5 && outer !== 4) {
        const tag = { ...head, packetType: kind < 0 ? name : 6, videoCommand: command, data: new Uint8Array(0) };
        return { body: Uint8Array.from([...start, command]), tag: tag as object as VideoTag };
      }
      if (kind < 0) {
        const [{ fourCc, part }] = tracks as [Track];
        const body = Uint8Array.from([...start, ...ascii(fourCc), ...part.bytes]);
        return { body, tag: { ...head, packetType: name, fourCc, ...part.fields } as object as VideoTag };
      }
      const body = Uint8Array.from([...start, kind * 16 + packetType, ...naiveTracks(kind, tracks)]);
      const multitrack = { packetType: name, multitrackType: MULTITRACK[kind], tracks: tracks.map(fieldsOf) };
      return { body, tag: { ...head, ...multitrack } as object as VideoTag };
    });
  });

const audio = fc.oneof(legacyAudio, exAudio, exAudio);
const video = fc.oneof(legacyVideo, exVideo, exVideo);
const runs = { numRuns: 800 };

describe("audio", () => {
  test("parses to what was put in, and back to the same bytes", () => {
    fc.assert(
      fc.property(audio, ({ body, tag }) => {
        expect(parseAudioTag(body)).toEqual(tag);
        expect(encodeAudioTag(tag)).toEqual(body);
      }),
      runs,
    );
  });

  test("the quick answers are those of the full parse", () => {
    fc.assert(
      fc.property(audio, ({ body, tag }) => {
        const isEx = !tag.empty && tag.isExHeader;
        const packetType = tag.empty ? undefined : isEx ? tag.packetType : ["SequenceStart"][tag.aacPacketType ?? 1];
        expect(isAudioSequenceHeader(body)).toBe(packetType === "SequenceStart");
        expect(isAudioChannelConfig(body)).toBe(isEx && packetType === "MultichannelConfig");
        const [first] = readAudioTracks(body);
        expect(audioCodecOf(body)).toBe(first?.codec);
        expect(audioTrackIdOf(body)).toBe(first?.trackId);
      }),
      runs,
    );
  });
});

describe("video", () => {
  test("parses to what was put in, and back to the same bytes", () => {
    fc.assert(
      fc.property(video, ({ body, tag }) => {
        expect(parseVideoTag(body)).toEqual(tag);
        expect(encodeVideoTag(tag)).toEqual(body);
      }),
      runs,
    );
  });

  test("the quick answers are those of the full parse", () => {
    fc.assert(
      fc.property(video, ({ body, tag }) => {
        const [first] = readVideoTracks(body);
        const packetType = first?.packetType;
        const isPicture = packetType === "CodedFrames" || packetType === "CodedFramesX";
        const isWhole = tag.empty || tag.isExHeader || tag.avcPacketType !== undefined || tag.data.length > 0;
        const isKey = first?.frameType === 1 || first?.frameType === 4;
        expect(isVideoKeyframe(body)).toBe(isKey && isPicture && isWhole);
        expect(isVideoSequenceHeader(body)).toBe(
          ["SequenceStart", "MPEG2TSSequenceStart"].includes(String(packetType)),
        );
        expect(isVideoSequenceEnd(body)).toBe(packetType === "SequenceEnd");
        expect(isVideoMetadata(body)).toBe(packetType === "Metadata");
        const isCommand = !tag.empty && tag.videoCommand !== undefined;
        if (!isCommand) expect(videoCodecOf(body)).toBe(first?.codec);
        expect(videoTrackIdOf(body)).toBe(isCommand ? 0 : first?.trackId);
      }),
      runs,
    );
  });
});

describe("any bytes", () => {
  const seeds = [...audioBodies, ...videoBodies].map(({ body }) => body);
  const mangled = fc
    .record({ seed: fc.constantFrom(...seeds), cut: fc.nat(40), at: fc.nat(20), byte: fc.nat(255), tail: payload })
    .map(({ seed, cut, at, byte, tail }) => {
      const bytes = Uint8Array.from([...seed, ...tail]).subarray(0, seed.length + tail.length - Math.min(cut, 10));
      if (at < bytes.length) bytes[at] = byte;
      return bytes;
    });

  test("give a tag or an FlvError inside the body, and quick answers without error", () => {
    fc.assert(
      fc.property(fc.oneof(mangled, fc.uint8Array({ maxLength: 30 })), (body) => {
        for (const parse of [parseAudioTag, parseVideoTag]) {
          try {
            parse(body);
          } catch (error) {
            expect(error).toBeInstanceOf(FlvError);
            expect((error as FlvError).offset).toBeLessThanOrEqual(body.length);
          }
        }
        const answers = [isVideoKeyframe, isVideoSequenceHeader, isVideoSequenceEnd, isVideoMetadata];
        for (const answer of [...answers, isAudioSequenceHeader, isAudioChannelConfig]) {
          expect(answer(body)).toBeTypeOf("boolean");
        }
        for (const answer of [videoCodecOf, audioCodecOf]) {
          expect(["string", "undefined"]).toContain(typeof answer(body));
        }
        for (const answer of [videoTrackIdOf, audioTrackIdOf]) {
          expect(["number", "undefined"]).toContain(typeof answer(body));
        }
      }),
      runs,
    );
  });

  test("a header cut anywhere is truncated, never something else", () => {
    for (const { body, tag } of [...audioBodies, ...videoBodies]) {
      const parse = tag.kind === "audio" ? parseAudioTag : parseVideoTag;
      for (let length = 1; length < body.length; length++) {
        try {
          parse(body.subarray(0, length));
        } catch (error) {
          expect(error).toMatchObject({ name: "FlvError", code: "truncated" });
        }
      }
    }
  });
});
