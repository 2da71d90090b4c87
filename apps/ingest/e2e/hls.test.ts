import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, test } from "vitest";
import { followHls, openHls } from "../src/testing/hls-follower.js";
import { areThere, FFMPEG } from "./support/clients-of-today.js";
import { Ingest } from "./support/ingest.js";
import { run, start } from "./support/programs.js";

const SECONDS = 6;
const picture = (encoder: string, size: string, ...options: string[]) => [
  ...[
    "-f",
    "lavfi",
    "-i",
    `testsrc2=size=${size}:rate=25`,
    "-pix_fmt",
    "yuv420p",
    "-c:v",
    encoder,
    "-g",
    "25",
    ...options,
  ],
];
const sound = (encoder: string, frequency: number) => [
  ...["-f", "lavfi", "-i", `sine=frequency=${frequency}:sample_rate=48000`, "-c:a", encoder],
];

/** How each track's sample is made; keyframes are a second apart. */
const TRACKS = {
  avc: picture("libx264", "320x180", "-preset", "veryfast", "-bf", "3", "-sc_threshold", "0"),
  small: picture("libx264", "160x90", "-preset", "veryfast", "-sc_threshold", "0"),
  hevc: picture(
    "libx265",
    "320x180",
    "-preset",
    "ultrafast",
    "-x265-params",
    "log-level=none:bframes=3:open-gop=1:scenecut=0:keyint=25",
  ),
  av1: picture("libsvtav1", "320x180", "-preset", "11"),
  aac: sound("aac", 440),
  aac2: sound("aac", 880),
  opus: sound("libopus", 440),
} as const;
type Track = keyof typeof TRACKS;

/** What is published, with codecs and frames of its playlists as they are to be: a picture less than a second may be lost at the start. */
const STREAMS = [
  { tracks: ["avc", "aac"], codecs: [/^avc1\.6400\w\w,mp4a\.40\.2$/], entries: ["avc1", "mp4a"] },
  { tracks: ["hevc", "aac"], codecs: [/^hvc1\.1\.6\.L60\.\w+,mp4a\.40\.2$/], entries: ["hvc1", "mp4a"] },
  { tracks: ["av1", "opus"], codecs: [/^av01\.0\.00M\.08,opus$/], entries: ["av01", "Opus"] },
  {
    tracks: ["avc", "small", "aac", "aac2"],
    codecs: [/^avc1\.6400\w\w,mp4a\.40\.2$/, /^avc1\.6400\w\w,mp4a\.40\.2$/],
    entries: ["avc1", "avc1", "mp4a", "mp4a"],
  },
] as const;

describe.skipIf(!areThere)("HLS of what FFmpeg 9 publishes (imageio-ffmpeg of PyPI)", () => {
  let folder: string;
  let ingest: Ingest;
  let base: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "rtmp-hls-"));
    ingest = await Ingest.start(
      "--http",
      "127.0.0.1:0",
      "--hls-segment",
      "1s",
      "--hls-window",
      "3",
      "--play-wait",
      "10s",
    );
    base = await ingest.site();
    for (const track of Object.keys(TRACKS) as Track[]) {
      await run(FFMPEG, "-v", "error", ...TRACKS[track], "-t", String(SECONDS), sample(track));
    }
  });
  afterAll(async () => {
    await ingest?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });
  const sample = (track: Track): string => join(folder, `${track}.mp4`);
  const publish = (name: string, tracks: readonly Track[]) =>
    start(FFMPEG, [
      ...["-v", "error", "-nostdin"],
      ...tracks.flatMap((track) => ["-re", "-i", sample(track)]),
      ...tracks.flatMap((_, index) => ["-map", String(index)]),
      ...["-c", "copy", "-rtmp_enhanced_codecs", "hvc1,av01,Opus", "-f", "flv", ingest.url(name)],
    ]);
  /** The frames of a sample in decoding order: the lengths of their payloads tell them apart well enough. */
  const lengthsOf = async (track: Track): Promise<number[]> => {
    const json = await run("ffprobe", "-v", "error", "-show_entries", "packet=size", "-of", "json", sample(track));
    return (JSON.parse(json) as { packets: { size: string }[] }).packets.map(({ size }) => Number(size));
  };

  test.concurrent.for(STREAMS)("$tracks", { timeout: 40_000 }, async ({ tracks, codecs, entries }, { expect }) => {
    const name = tracks.join("-");
    const url = `${base}/live/${name}/index.m3u8`;
    const publishing = publish(name, tracks);
    const { multivariant, urls } = await openHls(url);
    const decoding = start(FFMPEG, ["-v", "error", "-nostdin", "-i", url, "-map", "0", "-f", "null", "-"]);
    expect(multivariant.independent).toBe(true);
    expect(multivariant.variants).toHaveLength(codecs.length);
    multivariant.variants.forEach(({ attributes }, at) => {
      expect(attributes["CODECS"]).toMatch(codecs[at] ?? /^$/);
      expect(attributes["FRAME-RATE"]).toBe("25.000");
    });
    const followed = await Promise.all(urls.map(followHls));
    expect(await publishing.ended).toMatchObject({ code: 0, output: "" });
    expect(followed.map(({ init }) => init.entry)).toEqual(entries);
    for (const [at, { samples, segments }] of followed.entries()) {
      const track = tracks[at];
      if (track === undefined) throw new Error("more playlists than tracks");
      expect(segments.length).toBeGreaterThan(4);
      const lengths = await lengthsOf(track);
      const got = samples.map(({ data }) => data.length);
      // All frames to the end: the start is that of the group of pictures that was there.
      expect(got.length).toBeGreaterThan(lengths.length - 60);
      if (track !== "av1")
        expect(got).toEqual(lengths.slice(-got.length)); // temporal delimiters are not sent
      else expect(got).toHaveLength(lengths.length);
    }
    expect(await decoding.ended).toEqual({ code: 0, output: "" });
  });

  test.concurrent("ffprobe reads it all, and an encoder that comes back is a discontinuity", async ({ expect }) => {
    const flags = ["--http", "127.0.0.1:0", "--hls-segment", "1s", "--publish-grace", "3s", "--hls-window", "20"];
    await using grace = await Ingest.start(...flags);
    const url = `${await grace.site()}/live/back/index.m3u8`;
    const once = () => {
      const input = ["-re", "-t", "3", "-i", sample("avc"), "-re", "-t", "3", "-i", sample("aac")];
      return start(FFMPEG, ["-v", "error", "-nostdin", ...input, "-c", "copy", "-f", "flv", grace.url("back")]).ended;
    };
    const first = once();
    await grace.event("publish");
    const { urls } = await openHls(url);
    const following = Promise.all(urls.map(followHls));
    const entries = ["-count_packets", "-show_entries", "stream=codec_name,nb_read_packets", "-of", "json"];
    const probing = run("ffprobe", "-v", "error", "-live_start_index", "0", ...entries, url);
    await first;
    await once();
    const followed = await following;
    for (const { segments, samples } of followed) {
      expect(segments.filter(({ discontinuity }) => discontinuity)).toHaveLength(1);
      expect(new Set(segments.map(({ map }) => map)).size).toBe(2);
      expect(samples.filter(({ duration }) => duration === 0)).toEqual([]);
    }
    const [video, audio] = followed.map(({ samples }) => samples.length);
    expect(video).toBeGreaterThan(145);
    const { streams } = JSON.parse(await probing) as { streams: { codec_name: string; nb_read_packets: string }[] };
    expect(streams.map(({ codec_name, nb_read_packets }) => [codec_name, Number(nb_read_packets)]).sort()).toEqual([
      ["aac", audio],
      ["h264", video],
    ]);
  });
});
