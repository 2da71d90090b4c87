import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { areThere, FFMPEG, PYTHON } from "./support/clients-of-today.js";
import { framesByTrack, type MediaTag, mediaTag, mediaTags } from "./support/flv-tags.js";
import { Ingest } from "./support/ingest.js";
import { run, start } from "./support/programs.js";
import { ScriptedPlayer } from "./support/scripted-player.js";

/** One group of pictures, so that who joins late gets all of it. */
const video = (encoder: string, options: string[] = [], rate = 25, pixels = "yuv420p") => [
  ...["-f", "lavfi", "-i", `testsrc2=size=160x120:rate=${rate}`, "-pix_fmt", pixels],
  ...["-c:v", encoder, "-g", "1000", ...options],
];
const audio = (encoder: string) => ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000", "-c:a", encoder];

/** How each codec's sample is made. */
const CODECS = {
  AVC: video("libx264", ["-preset", "ultrafast", "-bf", "2"]),
  HEVC: video("libx265", ["-preset", "ultrafast", "-x265-params", "log-level=none:bframes=2"]),
  AV1: video("libsvtav1", ["-preset", "11"]),
  VP9: video("libvpx-vp9", ["-deadline", "realtime", "-cpu-used", "8"]),
  VVC: video("libvvenc", ["-preset", "faster"], 10, "yuv420p10"),
  AAC: audio("aac"),
  Opus: audio("libopus"),
  FLAC: audio("flac"),
  "AC-3": audio("ac3"),
  "E-AC-3": audio("eac3"),
  MP3: audio("libmp3lame"),
} as const;
type Codec = keyof typeof CODECS;

/** What is published, each codec a track. */
const STREAMS: readonly (readonly Codec[])[] = [
  ...(["HEVC", "AV1", "VP9"] as const).flatMap((picture) =>
    (["AAC", "Opus", "FLAC", "AC-3"] as const).map((sound) => [picture, sound]),
  ),
  ["VVC", "E-AC-3"],
  ["AVC", "MP3"],
  ["HEVC", "AV1", "AAC", "Opus"],
  ["VP9", "HEVC", "FLAC", "AC-3"],
  ["AVC", "AVC", "AAC", "AAC"], // as OBS does
];
/** What libavformat 62, that of FFmpeg 8, publishes. */
const OLDER: readonly (readonly Codec[])[] = [
  ["HEVC", "Opus"],
  ["AVC", "HEVC", "AAC", "Opus"],
];

const copyStreams = fileURLToPath(new URL("support/copy-streams.py", import.meta.url));

/** A command that muxes files into one file or URL. */
const MUXERS = {
  FFmpeg: (output: string, inputs: readonly string[], pace: readonly string[]): [string, string[]] => {
    const sources = inputs.flatMap((path) => [...pace, "-i", path]);
    const maps = inputs.flatMap((_path, index) => ["-map", String(index)]);
    const announced = output.startsWith("rtmp:") ? ["-rtmp_enhanced_codecs", "hvc1,av01,vp09"] : [];
    return [FFMPEG, ["-v", "error", "-nostdin", ...sources, ...maps, "-c", "copy", ...announced, "-f", "flv", output]];
  },
  PyAV: (output: string, inputs: readonly string[]): [string, string[]] => [PYTHON, [copyStreams, output, ...inputs]],
};

/** All that a player needs at its start: the last configuration of each track and kind. */
function configsOf(tags: readonly MediaTag[]): string[] {
  const last = new Map<string, string>();
  for (const { config, kind, head, hash } of tags) if (config) last.set(`${kind} ${head}`, hash);
  return [...last.values()].sort();
}

describe.skipIf(!areThere)("Enhanced RTMP by FFmpeg 9 and libavformat 62 (imageio-ffmpeg and av of PyPI)", () => {
  let folder: string;
  let ingest: Ingest;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "rtmp-enhanced-"));
    ingest = await Ingest.start("--play-wait", "30s");
    for (const codec of Object.keys(CODECS) as Codec[]) {
      await run(FFMPEG, "-v", "error", ...CODECS[codec], "-t", "2.5", sample(codec));
    }
  });
  afterAll(async () => {
    await ingest[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });
  const sample = (codec: Codec): string => join(folder, `${codec}.mp4`);

  const cases = [
    ...STREAMS.map((codecs) => ({ muxer: "FFmpeg", codecs }) as const),
    ...OLDER.map((codecs) => ({ muxer: "PyAV", codecs }) as const),
  ].map((each) => ({ ...each, name: `${each.codecs.join(", ")} by ${each.muxer}` }));

  describe.concurrent("recorded, played and read again bit for bit", () => {
    test.for(cases)("$name", async ({ name, muxer, codecs }) => {
      const stream = name.replace(/\W+/g, "-");
      const inputs = codecs.map(sample);
      const [sentPath, playedPath] = [join(folder, `${stream}.flv`), join(folder, `${stream}-played.flv`)];
      const [program, args] = MUXERS[muxer](sentPath, inputs, []);
      await run(program, ...args);
      const sent = await mediaTags(sentPath);
      expect(sent.length).toBeGreaterThan(60);

      const url = ingest.url(stream);
      const player = start(FFMPEG, [
        ...["-v", "error", "-nostdin", "-copyts", "-i", url, "-map", "0", "-c", "copy", playedPath],
      ]);
      const publisher = start(...MUXERS[muxer](url, inputs, ["-re"]));
      await ingest.event("publish", { stream });
      await new Promise((resolve) => setTimeout(resolve, 1200));
      const late: MediaTag[] = [];
      let hasMetadata = false;
      const joiner = await ScriptedPlayer.join(ingest.port, stream, ({ messageTypeId, timestamp, payload }) => {
        if (late.length === 0) hasMetadata ||= Buffer.from(payload).includes("onMetaData");
        const tag = mediaTag(messageTypeId, timestamp, payload);
        if (tag !== undefined) late.push(tag);
      });
      expect(await publisher.ended).toMatchObject({ code: 0 });
      await ingest.event("unpublish", { stream, clean: true });

      // Recorded: every message as the same muxer writes it into a file.
      const recorded = await ingest.recording(stream);
      expect(await mediaTags(recorded)).toEqual(sent);
      const { output } = await start(FFMPEG, [
        ...["-v", "warning", "-nostdin", "-i", recorded, "-map", "0", "-f", "null", "-"],
      ]).ended;
      expect(output).toBe("");

      // Played by one that joins late: metadata, the configuration of every track, then all from the keyframe on.
      await joiner.ends();
      expect(hasMetadata).toBe(true);
      const frames = late.filter(({ config }) => !config);
      const begin = late.findIndex(({ config }) => !config);
      expect(
        late
          .slice(0, begin)
          .map(({ hash }) => hash)
          .sort(),
      ).toEqual(configsOf(sent));
      const from = sent.findIndex(({ hash }) => hash === frames[0]?.hash);
      expect(sent[from]?.kind).toBe("video");
      expect(frames).toEqual(sent.slice(from).filter(({ config }) => !config));

      // Played by FFmpeg, which writes the configurations anew: every frame of every track.
      expect(await player.ended).toMatchObject({ code: 0, output: "" });
      const played = framesByTrack(await mediaTags(playedPath));
      const tracks = framesByTrack(sent);
      expect(Object.keys(tracks)).toHaveLength(codecs.length);
      expect(Object.keys(played).sort()).toEqual(Object.keys(tracks).sort());
      for (const [track, all] of Object.entries(tracks)) {
        expect(played[track]?.length).toBeGreaterThan(15);
        expect(played[track]).toEqual(track.startsWith("video") ? all : all.slice(-(played[track]?.length ?? 0)));
      }
    });
  });
});
