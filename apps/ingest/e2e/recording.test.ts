import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { areThere, FFMPEG } from "./support/clients-of-today.js";
import { framesByTrack, mediaTags } from "./support/flv-tags.js";
import { Ingest } from "./support/ingest.js";
import { complaints, makeSample, ofKind, type Packet, packets } from "./support/media.js";
import { has, run, start } from "./support/programs.js";

/** What the manifest says of a file. */
interface Line {
  readonly stream: string;
  readonly format: string;
  readonly path: string;
  readonly bytes: number;
  readonly durationMs: number;
  readonly offsetMs: number;
  readonly tracks: readonly {
    readonly kind: string;
    readonly trackId: number;
    readonly codec: string;
    readonly frames: number;
  }[];
  readonly reason: string;
  readonly sha256: string;
}

/** The manifest's lines of one stream and format, when the last file is there. */
function manifest(ingest: Ingest, stream: string, format: string): Promise<Line[]> {
  return vi.waitFor(
    async () => {
      const text = await readFile(join(ingest.folder, "recordings.jsonl"), "utf8");
      const all = text
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as Line);
      const lines = all.filter((line) => line.stream === stream && line.format === format);
      expect(lines.at(-1)?.reason).toBe("stream-ended");
      return lines;
    },
    { timeout: 10_000 },
  );
}

const publish = (program: string, sample: string, url: string) =>
  start(program, ["-v", "error", "-nostdin", "-i", sample, "-map", "0", "-c", "copy", "-f", "flv", url]).ended;

describe.skipIf(!has("ffmpeg") || !has("ffprobe"))("recordings in files", () => {
  let folder: string;
  let ingest: Ingest;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "rtmp-recording-"));
    ingest = await Ingest.start(
      "--record-format",
      "both",
      "--record-split",
      "2s",
      "--record-name",
      "{stream}/{index}.{ext}",
    );
  });
  afterAll(async () => {
    await ingest[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  test.for(["flv", "mp4"] as const)("%s: every frame is in one file, in order and in time", async (format) => {
    const sample = await makeSample(folder, "H.264 with B-frames and AAC", 7);
    const stream = `split-${format}`;
    expect(await publish("ffmpeg", sample, ingest.url(stream))).toMatchObject({ code: 0, output: "" });
    const lines = await manifest(ingest, stream, format);
    expect(lines.map(({ path, reason }) => `${path} ${reason}`)).toEqual([
      ...[1, 2, 3].map((index) => `${stream}/00${index}.${format} split-duration`),
      `${stream}/004.${format} stream-ended`,
    ]);
    const [sent, got] = [await packets(sample), { video: [] as Packet[], audio: [] as Packet[] }];
    const unit = { flv: { video: 1, audio: 1 }, mp4: { video: 90, audio: 44.1 } }[format];
    for (const { path, bytes, sha256, offsetMs, tracks, durationMs } of lines) {
      const file = join(ingest.folder, path);
      const content = await readFile(file);
      expect([content.length, createHash("sha256").update(content).digest("hex")]).toEqual([bytes, sha256]);
      expect(await complaints(file)).toBe("");
      const all = await packets(file);
      for (const kind of ["video", "audio"] as const) {
        const part = ofKind(all, kind);
        expect(tracks.find((track) => track.kind === kind)?.frames).toBe(part.length);
        const ms = (time: string) => String(Math.round(Number(time) / unit[kind] + offsetMs));
        got[kind].push(...part.map((packet) => ({ ...packet, pts: ms(packet.pts), dts: ms(packet.dts) })));
      }
      expect(ofKind(all, "video")[0]?.key).toBe(true);
      expect(durationMs).toBeLessThanOrEqual(2100);
    }
    expect(got.video).toEqual(ofKind(sent, "video"));
    // Of audio the container counts samples, RTMP ms.
    const loosely = (all: Packet[]) => all.map(({ hash }) => hash);
    expect(loosely(got.audio)).toEqual(loosely(ofKind(sent, "audio")));
    for (const [i, { pts }] of ofKind(sent, "audio").entries()) {
      expect(Math.abs(Number(got.audio[i]?.pts) - Number(pts))).toBeLessThanOrEqual(2);
    }
  });

  test("a codec that MP4 does not take is left out with a reason, the rest is recorded", async () => {
    const sample = join(folder, "flv1.flv");
    const source = ["-f", "lavfi", "-i", "testsrc2=size=160x120:rate=25", "-f", "lavfi", "-i", "sine"];
    await run("ffmpeg", "-v", "error", ...source, "-c:v", "flv1", "-c:a", "aac", "-t", "1", sample);
    await publish("ffmpeg", sample, ingest.url("old"));
    const [line] = await manifest(ingest, "old", "mp4");
    expect(line?.tracks).toMatchObject([{ kind: "audio", codec: "mp4a.40.2" }]);
    expect(await ingest.event("recording-track-left-out", { stream: "old" })).toMatchObject({
      ...{ level: "warn", format: "mp4", kind: "video", trackId: 0, codec: "sorenson-h263" },
    });
    expect((await manifest(ingest, "old", "flv"))[0]?.tracks.length).toBe(2);
  });

  test("a server that is killed leaves an MP4 file that plays", async () => {
    const own = await Ingest.start("--record-format", "mp4");
    onTestFinished(() => own[Symbol.asyncDispose]());
    const sample = await makeSample(folder, "H.264 and AAC", 20);
    const args = ["-v", "quiet", "-nostdin", "-re", "-i", sample, "-c", "copy", "-f", "flv", own.url("killed")];
    const publisher = start("ffmpeg", args);
    const { path } = await own.event("recording-started", { stream: "killed" });
    const before = (await readFile(String(path))).length;
    await vi.waitFor(async () => expect((await readFile(String(path))).length).toBeGreaterThan(before), 10_000);
    await own.stop("SIGKILL");
    await publisher.ended;
    const played = await packets(String(path));
    expect(await complaints(String(path))).toBe("");
    const hashes = (all: readonly Packet[]) => all.map(({ hash }) => hash);
    const video = hashes(ofKind(played, "video"));
    expect(video.length).toBeGreaterThanOrEqual(25);
    expect(video).toEqual(hashes(ofKind(await packets(sample), "video")).slice(0, video.length));
  });
});

const video = (encoder: string, ...options: string[]) => [
  ...[
    "-f",
    "lavfi",
    "-i",
    "testsrc2=size=160x120:rate=25",
    "-pix_fmt",
    "yuv420p",
    "-c:v",
    encoder,
    "-g",
    "25",
    ...options,
  ],
];
const audio = (encoder: string) => ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000", "-c:a", encoder];
const CODECS = {
  AVC: video("libx264", "-preset", "ultrafast", "-bf", "2"),
  HEVC: video("libx265", "-preset", "ultrafast", "-x265-params", "log-level=none:bframes=2"),
  AV1: video("libsvtav1", "-preset", "11"),
  VP9: video("libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8"),
  AAC: audio("aac"),
  Opus: audio("libopus"),
  FLAC: audio("flac"),
  "AC-3": audio("ac3"),
  "E-AC-3": audio("eac3"),
  MP3: audio("libmp3lame"),
} as const;
type Codec = keyof typeof CODECS;
const STREAMS: readonly (readonly Codec[])[] = [
  ["HEVC", "Opus"],
  ["AV1", "FLAC"],
  ["VP9", "AC-3"],
  ["AVC", "MP3"],
  ["AVC", "AVC", "AAC", "AAC"], // as OBS does
  ["HEVC", "AV1", "Opus", "E-AC-3"],
];

describe.skipIf(!areThere || !has("ffprobe"))("recordings in MP4 of FFmpeg 9 (imageio-ffmpeg of PyPI)", () => {
  let folder: string;
  let ingest: Ingest;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "rtmp-recording-"));
    ingest = await Ingest.start("--record-format", "mp4", "--record-split", "1s");
    for (const codec of Object.keys(CODECS) as Codec[]) {
      await run(FFMPEG, "-v", "error", ...CODECS[codec], "-t", "2.5", join(folder, `${codec}.mp4`));
    }
  });
  afterAll(async () => {
    await ingest[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  test.for(STREAMS.map((codecs) => ({ codecs, name: codecs.join(", ") })))("$name", async ({ codecs, name }) => {
    const stream = name.replace(/\W+/g, "-");
    const sample = join(folder, `${stream}.flv`);
    const inputs = codecs.flatMap((codec) => ["-i", join(folder, `${codec}.mp4`)]);
    const maps = codecs.flatMap((_codec, index) => ["-map", String(index)]);
    const announced = ["-rtmp_enhanced_codecs", "hvc1,av01,vp09"];
    const mux = (...output: string[]) =>
      run(FFMPEG, "-v", "error", "-nostdin", ...inputs, ...maps, "-c", "copy", ...output);
    await mux(sample);
    await mux(...announced, "-f", "flv", ingest.url(stream));
    const lines = await manifest(ingest, stream, "mp4");
    expect(lines.length).toBeGreaterThanOrEqual(2);
    const got: Record<string, string[]> = {};
    for (const { path, tracks } of lines) {
      const file = join(ingest.folder, path);
      const args = ["-v", "warning", "-nostdin", "-i", file, "-map", "0", "-f", "null", "-"];
      // Files begin at keyframes of the first video track: those of another encoder may lie elsewhere.
      if (!codecs.includes("AV1") || codecs.length === 2) expect((await start(FFMPEG, args).ended).output).toBe("");
      const entries = "packet=stream_index,data_hash";
      const probe = ["-v", "error", "-show_data_hash", "sha256", "-show_entries", entries, "-of", "json", file];
      const found = JSON.parse(await run("ffprobe", ...probe)) as {
        packets: { stream_index: number; data_hash: string }[];
      };
      const byTrack = groupByStream(found.packets);
      for (const [index, { kind, trackId, frames }] of tracks.entries()) {
        const hashes = (byTrack.get(index) ?? []).map(({ data_hash }) => data_hash.replace(/^SHA256:/, ""));
        expect(hashes.length).toBe(frames);
        got[`${kind} ${trackId}`] = [...(got[`${kind} ${trackId}`] ?? []), ...hashes];
      }
    }
    const sent = Object.entries(framesByTrack(await mediaTags(sample)));
    expect(sent.length).toBe(codecs.length);
    for (const [track, frames] of sent) {
      const [kind, trackId] = track.split(" ");
      expect(got[`${kind} ${trackId}`]).toEqual(frames.map((frame) => frame.split(" ")[1]));
    }
    expect((await readdir(join(ingest.folder, "live", stream))).length).toBe(lines.length);
  });
});

function groupByStream<T extends { readonly stream_index: number }>(all: readonly T[]): Map<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const each of all) groups.set(each.stream_index, [...(groups.get(each.stream_index) ?? []), each]);
  return groups;
}
