import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RawClient } from "../src/testing/raw-client.js";
import { type MediaTag, mediaTag, mediaTags } from "./support/flv-tags.js";
import { Ingest } from "./support/ingest.js";
import { makeSample, ofKind, type Packet, packets } from "./support/media.js";
import { has, start } from "./support/programs.js";
import { ScriptedPlayer, until } from "./support/scripted-player.js";

const WRAP = 2 ** 32;
const CHUNK = 128;

/** How a publisher writes timestamps. Encoders differ in what follows an extended one (RTMP 5.3.1.3). */
const STYLES = {
  "absolute, repeated in every chunk": { deltas: false, repeats: true },
  "absolute, only in the first chunk": { deltas: false, repeats: false },
  "as differences": { deltas: true, repeats: true },
} as const;
type Style = (typeof STYLES)[keyof typeof STYLES];

/** A frame; its time goes on past 2^32. */
interface Frame {
  readonly type: 8 | 9;
  readonly time: number;
  readonly body: Buffer;
}

function frame(type: 8 | 9, time: number, head: readonly number[], length: number): Frame {
  const body = Buffer.alloc(length);
  for (let i = 0; i < length; i++) body[i] = (time / 5 + i * 7) & 0xff;
  body.set(head);
  return { type, time, body };
}
const headers = (time: number): Frame[] => [
  { type: 9, time, body: Buffer.from([0x17, 0, 0, 0, 0, 1, 66, 0, 30]) },
  { type: 8, time, body: Buffer.from([0xaf, 0, 0x12, 0x10]) },
];

/** Video each `step` ms with audio in between, and a keyframe each ten. */
function frames(from: number, step: number, count: number, length: number): Frame[] {
  return Array.from({ length: count }, (_, i) => {
    const time = from + i * step;
    const picture = frame(9, time, [i % 10 === 0 ? 0x17 : 0x27, 1, 0, 0, 0], length);
    return [picture, frame(8, time + step / 2, [0xaf, 1], Math.ceil(length / 2))];
  }).flat();
}

/** Writes chunks by hand, with 128 bytes of body in each. */
class ChunkScript {
  readonly #style: Style;
  readonly #last = new Map<number, number>();

  constructor(style: Style) {
    this.#style = style;
  }

  write({ type, time, body }: Frame): Buffer {
    const csid = type === 8 ? 4 : 6;
    const before = this.#last.get(csid);
    this.#last.set(csid, time);
    const isDelta = this.#style.deltas && before !== undefined;
    const value = isDelta ? time - before : time % WRAP;
    const extended = Buffer.alloc(value >= 0xffffff ? 4 : 0);
    if (extended.length > 0) extended.writeUInt32BE(value);
    const head = Buffer.alloc(isDelta ? 8 : 12);
    head[0] = (isDelta ? 0x40 : 0) | csid;
    head.writeUIntBE(Math.min(value, 0xffffff), 1, 3);
    head.writeUIntBE(body.length, 4, 3);
    head[7] = type;
    if (!isDelta) head.writeUInt32LE(1, 8);
    const parts: Buffer[] = [head, extended];
    for (let at = 0; at < body.length; at += CHUNK) {
      if (at > 0) parts.push(Buffer.from([0xc0 | csid]));
      if (at > 0 && this.#style.repeats) parts.push(extended);
      parts.push(body.subarray(at, at + CHUNK));
    }
    return Buffer.concat(parts);
  }
}

/** Opens a stream for a script. */
async function publish(ingest: Ingest, name: string): Promise<RawClient> {
  const publisher = await RawClient.publish(ingest.port, name);
  publisher.message(2, 1, 0, 0, Buffer.from([0, 0, 0, CHUNK])); // Set Chunk Size
  return publisher;
}

/** Joins a stream as a player; what it gets lands in `played`. */
function joinAs(ingest: Ingest, name: string, played: MediaTag[]): Promise<ScriptedPlayer> {
  return ScriptedPlayer.join(ingest.port, name, ({ messageTypeId, timestamp, payload }) => {
    const tag = mediaTag(messageTypeId, timestamp, payload);
    if (tag !== undefined) played.push(tag);
  });
}

/** What a publisher sent, as it is to come out: with times from `zero` on. */
const shift = (sent: readonly Frame[], zero: number): (MediaTag | undefined)[] =>
  sent.map(({ type, time, body }) => mediaTag(type, (time - zero) % WRAP, new Uint8Array(body)));
const isFrame = (tag: MediaTag): boolean => !tag.config;

describe("timestamps", () => {
  let ingest: Ingest;
  beforeAll(async () => {
    ingest = await Ingest.start("--play-wait", "20s");
  });
  afterAll(() => ingest[Symbol.asyncDispose]());

  /** Publishes frames while somebody plays them. @returns what was played. */
  async function play(name: string, sent: readonly Frame[], style: Style): Promise<MediaTag[]> {
    const played: MediaTag[] = [];
    const publisher = await publish(ingest, name);
    const script = new ChunkScript(style);
    publisher.socket.write(Buffer.concat(headers(sent[0]?.time ?? 0).map((each) => script.write(each))));
    const player = await joinAs(ingest, name, played);
    await ingest.event("play", { stream: name });
    for (let at = 0; at < sent.length; at += 500) {
      const part = sent.slice(at, at + 500);
      publisher.socket.write(Buffer.concat(part.map((each) => script.write(each))));
      await until(`${at} played`, () => played.filter(isFrame).length >= at + part.length);
    }
    publisher.command(0, "deleteStream", 0, null, 1);
    await player.ends();
    await ingest.event("unpublish", {
      stream: name,
      clean: true,
      audio: sent.length / 2 + 1,
      video: sent.length / 2 + 1,
    });
    publisher.socket.destroy();
    return played;
  }

  for (const [edge, at] of Object.entries({ "0xFFFFFF": 0xffffff, "2^31": 2 ** 31, "2^32": WRAP })) {
    for (const [index, [name, style]] of Object.entries(STYLES).entries()) {
      test(`pass ${edge}, written ${name}`, async () => {
        // One frame of each kind at the edge itself, one right before and one right after it.
        const from = at - 50 * 40;
        const near = [at - 1, at, at + 1].map((time) => frame(9, time, [0x27, 1, 0, 0, 0], 300));
        const all = [...frames(from, 40, 100, 300), ...near, ...near.map(({ time }) => frame(8, time, [0xaf, 1], 150))];
        const sent = all.sort((a, b) => a.time - b.time);
        const stream = `edge-${edge.replace(/\W/g, "")}-${index}`;
        const played = await play(stream, sent, style);
        expect(played.filter(isFrame)).toEqual(shift(sent, 0));
        expect((await mediaTags(await ingest.recording(stream))).filter(isFrame)).toEqual(shift(sent, from));
      });
    }
  }

  test("of fifty days, from zero to past 2^32: played as sent, recorded in files that end before 2^31", async () => {
    // A frame each five hours and a half: the differences are beyond 0xFFFFFF, too.
    const sent = frames(0, 20_000_000, 230, 100);
    const played = await play("days", sent, { deltas: true, repeats: true });
    expect(played.filter(isFrame)).toEqual(shift(sent, 0));
    const files = await Promise.all((await ingest.recordings("days")).map(mediaTags));
    expect(files.length).toBe(3);
    let at = 0;
    for (const file of files) {
      const recorded = file.filter(isFrame);
      const part = sent.slice(at, at + recorded.length);
      expect(recorded).toEqual(shift(part, part[0]?.time ?? 0));
      expect(file.slice(0, 2).every(({ config }) => config)).toBe(true);
      at += part.length;
    }
    expect(at).toBe(sent.length);
  });

  test("of who joins after 2^32 go on from its keyframe's, headers too", async () => {
    const publisher = await publish(ingest, "late");
    const script = new ChunkScript({ deltas: false, repeats: true });
    const sent = frames(WRAP - 1000, 40, 50, 300);
    publisher.socket.write(Buffer.concat([...headers(WRAP - 1000), ...sent].map((each) => script.write(each))));
    await ingest.event("publish", { stream: "late" });
    const played: MediaTag[] = [];
    const player = await joinAs(ingest, "late", played);
    await until("the group of pictures", () => played.length >= 2 + 20);
    const [from] = sent.slice(-20);
    expect(played.slice(0, 2).map(({ config, timestamp }) => [config, timestamp])).toEqual(
      Array(2).fill([true, (from?.time ?? 0) - WRAP]),
    );
    expect(played.slice(2)).toEqual(shift(sent.slice(-20), 0));
    player.leave();
    publisher.socket.destroy();
  });

  test.skipIf(!has("ffmpeg") || !has("ffprobe"))("of ffmpeg as publisher and player pass 0xFFFFFF", async () => {
    const sample = await makeSample(ingest.folder, "H.264 with B-frames and AAC");
    const url = ingest.url("ffmpeg");
    const file = join(ingest.folder, "played.flv");
    const quiet = ["-v", "error", "-nostdin"];
    const player = start("ffmpeg", [...quiet, "-copyts", "-i", url, "-c", "copy", file]);
    const publisher = start("ffmpeg", [
      ...[...quiet, "-re", "-copyts", "-i", sample, "-c", "copy", "-output_ts_offset", "16776", "-f", "flv", url],
    ]);
    expect(await publisher.ended).toMatchObject({ code: 0, output: "" });
    expect(await player.ended).toMatchObject({ code: 0, output: "" });
    await ingest.event("unpublish", { stream: "ffmpeg", clean: true });
    const sent = await packets(sample);
    const move = (all: readonly Packet[], ms: number): Packet[] =>
      all.map((each) => ({ ...each, pts: String(Number(each.pts) + ms), dts: String(Number(each.dts) + ms) }));
    const first = Math.min(...sent.map(({ dts }) => Number(dts)));
    expect(await packets(await ingest.recording("ffmpeg"))).toEqual(move(sent, -first));
    const played = await packets(file);
    for (const kind of ["audio", "video"]) {
      const got = ofKind(played, kind);
      expect(got.length).toBeGreaterThan(40);
      expect(got).toEqual(move(ofKind(sent, kind), 16_776_000).slice(-got.length));
    }
  });
});
