import { type Amf0Object, EcmaArray, encodeAmf0Sequence, isAmf0Object } from "@rtmp/amf0";
import { ByteWriter, concatBytes, fromHex } from "@rtmp/bytes-util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type FlvItem, FlvReader, type FlvTagItem } from "./flv-reader.js";
import { FlvRecovery } from "./flv-recovery.js";
import { encodeFlvHeader, encodeFlvTag, type FlvTag } from "./flv-tag.js";
import { type FlvClosing, type FlvPatch, FlvWriter, type FlvWriterOptions } from "./flv-writer.js";
import { decodeScriptData, encodeScriptData } from "./script-data.js";
import { audioConfigs, videoConfigs } from "./vectors/configs.js";

const [avc] = videoConfigs;
const [aac] = audioConfigs;
if (avc === undefined || aac === undefined) throw new Error("no configuration vectors");
const avcHeader = concatBytes([fromHex("17 00 000000"), avc.record]);
const aacHeader = concatBytes([fromHex("af00"), aac.record]);

const video = (timestamp: number, hex: string): FlvTag => ({ tagType: 9, timestamp, payload: fromHex(hex) });
const audio = (timestamp: number, hex = "af01 21"): FlvTag => ({ tagType: 8, timestamp, payload: fromHex(hex) });
const key = (timestamp: number) => video(timestamp, "17 01 000000 65");
const inter = (timestamp: number) => video(timestamp, "27 01 000000 41");
const metadata = (members: Record<string, number | string | boolean>, name = "@setDataFrame"): FlvTag => {
  const values = [new EcmaArray(members)];
  const payload =
    name === "onMetaData" ? encodeScriptData(name, values) : encodeAmf0Sequence([name, "onMetaData", ...values]);
  return { tagType: 18, timestamp: 0, payload };
};

/** A file that its writer's bytes and patches go into. */
function writeFile(tags: readonly FlvTag[], options?: FlvWriterOptions) {
  const writer = new FlvWriter(options);
  const open = concatBytes(tags.map((tag) => writer.append(tag)));
  const closing = writer.close();
  const file = applyPatches(concatBytes([open, closing.bytes]), closing.patches);
  expect(file.length).toBe(writer.length);
  return { open, file, closing };
}

function applyPatches(file: Uint8Array, patches: readonly FlvPatch[]): Uint8Array {
  const patched = file.slice();
  for (const { offset, bytes } of patches) patched.set(bytes, offset);
  return patched;
}

function readItems(file: Uint8Array): FlvItem[] {
  const reader = new FlvReader({ strict: true });
  reader.push(file);
  const items: FlvItem[] = [];
  for (let item = reader.read(); item !== undefined; item = reader.read()) items.push(item);
  reader.end();
  return items;
}

/** The file's flags, the members of its onMetaData, and the tags behind that. */
function readFile(file: Uint8Array): { flags: string; head: Amf0Object; tags: FlvTagItem[] } {
  const [header, first, ...rest] = readItems(file);
  if (header?.kind !== "header" || first?.kind !== "tag") throw new Error("no header and head");
  const { name, values } = decodeScriptData(first.payload);
  if (name !== "onMetaData" || !isAmf0Object(values[0])) throw new Error("no onMetaData");
  const flags = `${header.hasAudio ? "audio" : ""}${header.hasVideo ? "video" : ""}`;
  return { flags, head: values[0], tags: rest.filter((item) => item.kind === "tag") };
}

const bare = ({ tagType, timestamp, payload }: FlvTag): FlvTag => ({ tagType, timestamp, payload });

const stream = [
  metadata({ width: 1280, height: 720, encoder: "test", duration: 0, filesize: 0 }),
  { tagType: 9, timestamp: 0, payload: avcHeader },
  { tagType: 8, timestamp: 0, payload: aacHeader },
  key(0),
  audio(10),
  inter(40),
  key(80),
  audio(90),
  inter(120),
  video(120, "17 02 000000"),
];

describe("FlvWriter", () => {
  test("closes a file with flags, duration, size, index, and the media as it was", () => {
    const { file, closing } = writeFile(stream);
    const { flags, head, tags } = readFile(file);
    expect(flags).toBe("audiovideo");
    expect(tags.map(bare)).toEqual(stream.slice(1).map(bare));
    expect(head).toMatchObject({
      duration: 0.17, // audio: the last frame at 90 ms, as long as the one before it
      filesize: file.length,
      width: 1280,
      height: 720,
      encoder: "test",
      framerate: 30,
      videocodecid: 7,
      audiocodecid: 10,
      audiosamplerate: 48_000,
      audiochannels: 2,
      stereo: true,
      lasttimestamp: 0.12,
      lastkeyframetimestamp: 0.08,
      hasKeyframes: true,
      canSeekToEnd: false,
    });
    const positions = tags.filter(({ payload }) => payload[0] === 0x17 && payload[1] === 1).map(({ offset }) => offset);
    expect(head["keyframes"]).toEqual({ times: [0, 0.08], filepositions: positions });
    expect(closing.summary).toMatchObject({ hasAudio: true, audioTags: 3, videoTags: 6, durationMs: 170 });
  });

  test("a file that is never closed has the publisher's metadata, and all the media", () => {
    const { flags, head, tags } = readFile(writeFile(stream).open);
    expect(flags).toBe("audiovideo");
    expect(head).toEqual({ width: 1280, height: 720, encoder: "test" });
    expect(tags.map(bare)).toEqual(stream.slice(1).map(bare));
    expect(readFile(writeFile(stream, { hasAudio: false }).open).flags).toBe("video");
  });

  test("into a buffer the bytes are the same", () => {
    const long = { tagType: 9, timestamp: 0x0100_0001, payload: new Uint8Array(5000).fill(1) };
    const writer = new FlvWriter();
    const out = new ByteWriter();
    for (const tag of [...stream, long, metadata({ late: 1 })]) writer.appendTo(out, tag);
    expect(out.toBytes()).toEqual(writeFile([...stream, long, metadata({ late: 1 })]).open);
    expect(writer.length).toBe(out.length);
    expect(() => writer.appendTo(out, { ...long, timestamp: -1 })).toThrow(RangeError);
    expect(writer.length).toBe(out.length);
  });

  test("one patch, at the start, never as far as the media", () => {
    const { closing, file } = writeFile(stream);
    expect(closing.bytes).toHaveLength(0);
    expect(closing.patches).toHaveLength(1);
    const [first] = readFile(file).tags;
    for (const { offset, bytes } of closing.patches)
      expect(offset + bytes.length).toBeLessThanOrEqual(first?.offset ?? 0);
  });

  test.for([
    ["audio only", [audio(0), audio(20)], "audio"],
    ["video only", [key(0), inter(40)], "video"],
    ["neither", [metadata({ encoder: "x" })], ""],
    ["nothing at all", [], ""],
    ["silence and commands", [audio(0, ""), video(0, "57 00"), video(0, "d0 00")], ""],
    ["colorInfo alone", [video(0, "d4 68766331 020009636f6c6f72496e666f06"), audio(0)], "audio"],
  ] as const)("flags of %s", ([, tags, flags]) => {
    expect(readFile(writeFile(tags).file).flags).toBe(flags);
  });

  test("a file without media is whole too", () => {
    const { file, closing } = writeFile([metadata({ encoder: "x" })]);
    expect(closing.patches).toEqual([]);
    expect(readFile(file).head).toMatchObject({ duration: 0, filesize: file.length, encoder: "x" });
  });

  test("a stream that says nothing of itself is described by its sequence headers", () => {
    const opus = {
      tagType: 8,
      timestamp: 0,
      payload: fromHex("90 4f707573 4f70757348656164 01 06 3801 80bb0000 0000 ff 0602 000102030405"),
    };
    const { head } = readFile(writeFile([{ tagType: 9, timestamp: 0, payload: avcHeader }, opus, key(0)]).file);
    expect(head).toMatchObject({
      width: 1280,
      height: 720,
      videocodecid: 7,
      audiocodecid: 1_332_770_163,
      audiochannels: 6,
    });
  });

  test("the least room still holds all that a summary says", () => {
    const { head } = readFile(writeFile(stream.slice(1), { maxKeyframes: 2, metadataRoom: 0 }).file);
    expect(Object.keys(head)).toHaveLength(18);
    expect(head["keyframes"]).toMatchObject({ times: [0, 0.08] });
  });

  test("a broken sequence header only lacks its numbers", () => {
    const { head } = readFile(writeFile([video(0, "90 61763031 00"), video(0, "91 61763031 12")]).file);
    expect(head["videocodecid"]).toBe(1_635_135_537);
    expect(head["width"]).toBeUndefined();
  });

  test("an empty first record, as libavformat 62 writes it for AV1, does not hide the real one", () => {
    const real = video(7, "90 61763031 81010c000a0b0000000cc4ff6736be4010");
    const { closing } = writeFile([
      video(0, "90 61763031"),
      real,
      video(7, "91 61763031 1200"),
      video(40, "90 61763031"),
    ]);
    expect(closing.summary.videoConfig).toMatchObject({ codec: "av01", width: 640, height: 360 });
    expect(closing.summary.firstTimestamp).toBe(7);
  });

  test("headers at time 0 in mid-stream do not stretch the duration", () => {
    const { closing } = writeFile([
      key(5000),
      inter(5040),
      { tagType: 9, timestamp: 0, payload: avcHeader },
      inter(5080),
    ]);
    expect(closing.summary).toMatchObject({ firstTimestamp: 5000, lastTimestamp: 5080, durationMs: 120 });
  });

  test("a long last frame counts as one second at most", () => {
    expect(writeFile([key(0), key(60_000)]).closing.summary.durationMs).toBe(61_000);
    expect(writeFile([key(7)]).closing.summary.durationMs).toBe(0);
  });

  test("the index thins itself and always covers the file", () => {
    const tags = Array.from({ length: 1000 }, (_, i) => key(i * 100));
    const { head, tags: read } = readFile(writeFile(tags, { maxKeyframes: 16 }).file);
    const { times, filepositions } = head["keyframes"] as { times: number[]; filepositions: number[] };
    expect(times.length).toBeGreaterThanOrEqual(8);
    expect(times.length).toBeLessThanOrEqual(16);
    expect(times[0]).toBe(0);
    expect(times[times.length - 1]).toBeGreaterThan(85);
    const at = new Map(read.map(({ offset, timestamp }) => [offset, timestamp / 1000]));
    expect(filepositions.map((offset) => at.get(offset))).toEqual(times);
    expect(head["lastkeyframetimestamp"]).toBe(99.9);
  });

  test("no index where it would be broken or is not wanted", () => {
    expect(readFile(writeFile([key(0), inter(40)]).file).head["keyframes"]).toBeUndefined();
    expect(readFile(writeFile([key(0), key(40)], { maxKeyframes: 0 }).file).head["keyframes"]).toBeUndefined();
  });

  test("only key frames of the first track are indexed", () => {
    const second = (timestamp: number) => video(timestamp, "96 03 61766331 01 65");
    const { head } = readFile(writeFile([key(0), second(0), key(40), second(60)]).file);
    expect(head["keyframes"]).toMatchObject({ times: [0, 0.04] });
  });

  test("a command's frame type, an end of sequence and a header are no key frames", () => {
    const tags = [video(0, "17 00 000000 01"), video(0, "57 00"), video(0, "17 02 000000"), key(10), key(20)];
    expect(readFile(writeFile(tags).file).head["keyframes"]).toMatchObject({ times: [0.01, 0.02] });
  });

  describe("metadata", () => {
    test("before the media: the last one counts, nothing of it stays in the stream", () => {
      const tags = [metadata({ encoder: "a" }), metadata({ encoder: "b", keyframes: true }, "onMetaData"), key(0)];
      const { head, tags: read } = readFile(writeFile(tags).file);
      expect(head).toMatchObject({ encoder: "b", duration: 0 });
      expect(head["keyframes"]).toBeUndefined();
      expect(read.map(bare)).toEqual([bare(key(0))]);
    });

    test("after the media: what is new goes to the head", () => {
      const tags = [metadata({ encoder: "a" }), key(0), metadata({ encoder: "b", title: "late" }), key(40)];
      const { head, tags: read } = readFile(writeFile(tags).file);
      expect(head).toMatchObject({ encoder: "a", title: "late" });
      expect(read).toHaveLength(2);
    });

    test("after the media: more than there is room for is left out", () => {
      const tags = [key(0), metadata({ long: "x".repeat(300), short: "y" })];
      const { head } = readFile(writeFile(tags, { metadataRoom: 100 }).file);
      expect(head["long"]).toBeUndefined();
      expect(head["short"]).toBe("y");
      expect(readFile(writeFile(tags, { metadataRoom: 0 }).file).head["short"]).toBeUndefined();
    });

    test("after the media: stays where it was if that is wanted, without @setDataFrame", () => {
      const { tags } = readFile(writeFile([key(0), metadata({ a: 1 })], { keepLaterMetadata: true }).file);
      expect(tags.map(bare)[1]).toEqual(metadata({ a: 1 }, "onMetaData"));
    });

    test("other script data stays in its place; @clearDataFrame is nothing for a file", () => {
      const text = { tagType: 18, timestamp: 20, payload: encodeScriptData("onTextData", [{ text: "hi" }]) };
      const clear = { tagType: 18, timestamp: 30, payload: encodeScriptData("@clearDataFrame", ["onMetaData"]) };
      const { tags } = readFile(writeFile([key(0), text, clear, key(40)]).file);
      expect(tags.map(bare)).toEqual([bare(key(0)), text, bare(key(40))]);
    });

    test("that can not be decoded stays as it is", () => {
      const broken = {
        tagType: 18,
        timestamp: 0,
        payload: concatBytes([encodeScriptData("onMetaData", []), fromHex("0300")]),
      };
      const noObject = { tagType: 18, timestamp: 0, payload: encodeScriptData("onMetaData", ["text"]) };
      const { tags, head } = readFile(writeFile([broken, noObject, key(0)]).file);
      expect(tags.map(bare)).toEqual([broken, noObject, bare(key(0))]);
      expect(head["duration"]).toBe(0);
    });

    test("of type 15: AMF0 members, and an AMF3 object where a decoder is given", () => {
      const framed = (payload: Uint8Array): FlvTag => ({
        tagType: 15,
        timestamp: 0,
        payload: concatBytes([fromHex("00"), payload]),
      });
      expect(readFile(writeFile([framed(metadata({ encoder: "a" }).payload), key(0)]).file).head).toMatchObject({
        encoder: "a",
      });
      const value: Amf0Object = Object.assign(Object.create(null), { encoder: "amf3" });
      const amf3 = (_: Uint8Array, offset: number) => ({ value, end: offset + 1 });
      const tag = framed(concatBytes([encodeScriptData("onMetaData", []), fromHex("11 01")]));
      expect(readFile(writeFile([tag, key(0)], { amf3 }).file).head).toMatchObject({ encoder: "amf3" });
      expect(readFile(writeFile([tag, key(0)]).file).tags.map(bare)).toEqual([tag, bare(key(0))]);
    });

    test("with the odd values that AMF0 has keeps them", () => {
      const date = new Date(Date.UTC(2026, 0, 31));
      const payload = encodeScriptData("onMetaData", [{ creationdate: date, list: [1, null], ["__proto__"]: 5 }]);
      expect(readFile(writeFile([{ tagType: 18, timestamp: 0, payload }, key(0)]).file).head).toMatchObject({
        creationdate: date,
        list: [1, null],
      });
    });
  });

  test("the caller's mistakes", () => {
    const writer = new FlvWriter();
    expect(() => writer.append({ ...key(0), timestamp: -1 })).toThrow(RangeError);
    expect(writer.length).toBe(0);
    writer.append(key(0));
    writer.close();
    expect(() => writer.append(key(0))).toThrow(TypeError);
    expect(() => writer.close()).toThrow(TypeError);
    for (const options of [{ maxKeyframes: 8001 }, { maxKeyframes: 1.5 }, { metadataRoom: -1 }]) {
      expect(() => new FlvWriter(options)).toThrow(RangeError);
    }
  });

  test("whatever comes in whatever order, the closed file reads back", () => {
    const text = fc.string({ maxLength: 40 });
    const tag = fc.oneof(
      fc.nat(5000).map(key),
      fc.nat(5000).map(inter),
      fc.nat(5000).map((timestamp) => audio(timestamp)),
      fc.dictionary(text, fc.oneof(text, fc.nat(), fc.boolean()), { maxKeys: 5 }).map((members) => metadata(members)),
    );
    const options = fc.record({
      maxKeyframes: fc.constantFrom(0, 2, 5, 1024),
      metadataRoom: fc.constantFrom(0, 60, 3700, 70_000),
    });
    fc.assert(
      fc.property(fc.array(tag, { maxLength: 40 }), options, (tags, chosen) => {
        const { file, closing } = writeFile(tags, chosen);
        const read = readFile(file);
        const media = tags.filter(({ tagType }) => tagType !== 18);
        expect(read.tags.map(bare)).toEqual(media.map(bare));
        expect(read.head).toMatchObject({ filesize: file.length, duration: closing.summary.durationMs / 1000 });
      }),
      { numRuns: 150 },
    );
  });
});

describe("FlvRecovery", () => {
  const { open, file } = writeFile(stream);
  const recover = (bytes: Uint8Array, size = 7) => {
    const recovery = new FlvRecovery();
    for (let at = 0; at < bytes.length; at += size) recovery.push(bytes.subarray(at, at + size));
    return recovery.result();
  };

  test("cut anywhere: says what is whole and what it holds, and makes a closed file of that", () => {
    const tags = readItems(open).filter((item) => item.kind === "tag");
    for (let length = tags[1]?.offset ?? 0; length <= open.length; length++) {
      const part = open.slice(0, length);
      const result = recover(part, 1 + (length % 50));
      const whole = tags.filter(({ offset, payload }) => offset + 11 + payload.length + 4 <= length);
      const last = whole[whole.length - 1];
      expect(result.wholeLength).toBe(last === undefined ? 13 : last.offset + 15 + last.payload.length);
      expect(result.lostLength).toBe(length - result.wholeLength);
      expect(result.damage).toBeUndefined();
      const fixed = readFile(applyPatches(part.slice(0, result.wholeLength), result.patches));
      expect(fixed.tags.map(bare)).toEqual(whole.slice(1).map(bare));
      expect(fixed.head).toMatchObject({ filesize: result.wholeLength, duration: result.summary.durationMs / 1000 });
    }
  });

  test("a whole open file comes out as if it had been closed", () => {
    const result = recover(open);
    expect(applyPatches(open, result.patches)).toEqual(file);
    expect(recover(file).lostLength).toBe(0);
    expect(applyPatches(file, recover(file).patches)).toEqual(file);
  });

  test("zeros behind the end, as after a power cut, are damage", () => {
    const result = recover(concatBytes([open, new Uint8Array(5000)]));
    expect(result).toMatchObject({ wholeLength: open.length, lostLength: 5000 });
    expect(result.damage).toMatchObject({ code: "malformed-tag", offset: open.length });
  });

  test("noise in the middle ends the whole part", () => {
    const damaged = open.slice();
    const at = readItems(open).filter((item) => item.kind === "tag")[4]?.offset ?? 0;
    damaged.fill(0xff, at, at + 20);
    expect(recover(damaged)).toMatchObject({ wholeLength: at, damage: { code: "malformed-tag" } });
    expect(recover(damaged, damaged.length)).toMatchObject({ wholeLength: at, summary: { videoTags: 2 } });
  });

  test("what is no FLV file, or only its header, has nothing to patch", () => {
    expect(recover(fromHex("00000018667479706d703432"))).toMatchObject({ wholeLength: 0, lostLength: 12, patches: [] });
    expect(recover(fromHex("464c56"))).toMatchObject({ wholeLength: 0, lostLength: 3, damage: undefined, patches: [] });
    expect(recover(encodeFlvHeader({ hasAudio: true, hasVideo: true }))).toMatchObject({
      wholeLength: 13,
      patches: [{ offset: 4, bytes: Uint8Array.of(0) }],
    });
  });

  test("another writer's file without room gets new numbers for duration and size alone", () => {
    const head = encodeFlvTag(metadata({ duration: 0, width: 9, filesize: 0 }, "onMetaData"));
    const foreign = concatBytes([
      encodeFlvHeader({ hasAudio: true, hasVideo: true }),
      head,
      encodeFlvTag(key(0)),
      encodeFlvTag(key(40)),
    ]);
    const result = recover(foreign.subarray(0, foreign.length - 1));
    const fixed = readFile(applyPatches(foreign.slice(0, result.wholeLength), result.patches));
    expect(fixed.flags).toBe("video");
    expect(fixed.head).toEqual({ duration: 0, width: 9, filesize: result.wholeLength });
    const plain = concatBytes([encodeFlvHeader({ hasAudio: true, hasVideo: true }), encodeFlvTag(key(0))]);
    expect(recover(plain).patches).toEqual([{ offset: 4, bytes: Uint8Array.of(1) }]);
    const noNumbers = concatBytes([
      encodeFlvHeader({ hasAudio: true, hasVideo: true }),
      encodeFlvTag(metadata({ a: 1 })),
    ]);
    expect(recover(noNumbers).patches).toHaveLength(1);
  });

  test("a file that its own writer closed with much metadata keeps as many key frames as fit", () => {
    const tags = [...Array.from({ length: 40 }, (_, i) => key(i * 40))];
    const { open } = writeFile(tags, { maxKeyframes: 10, metadataRoom: 0 });
    const result = recover(open);
    const { head } = readFile(applyPatches(open, result.patches));
    const { times } = head["keyframes"] as { times: number[] };
    expect(result.summary.keyframes).toHaveLength(40);
    expect(times.length).toBeGreaterThanOrEqual(10);
    expect(times.length).toBeLessThanOrEqual(20);
  });
});

test("what a closing hands out is all there is to do", () => {
  const closing: FlvClosing = new FlvWriter().close();
  expect(readFile(closing.bytes).head).toMatchObject({ duration: 0, filesize: closing.bytes.length });
});
