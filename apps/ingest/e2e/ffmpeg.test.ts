import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Ingest } from "./support/ingest.js";
import { complaints, makeSample, packets, SAMPLES } from "./support/media.js";
import { has, start } from "./support/programs.js";

const copyTo = (sample: string, url: string, ...pace: string[]) => [
  ...["-v", "error", "-nostdin", ...pace, "-i", sample, "-map", "0", "-c", "copy", "-f", "flv", url],
];

describe.skipIf(!has("ffmpeg") || !has("ffprobe"))("FFmpeg", () => {
  let folder: string;
  let ingest: Ingest;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "rtmp-samples-"));
    ingest = await Ingest.start();
  });
  afterAll(async () => {
    await ingest[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  test.for(Object.keys(SAMPLES) as (keyof typeof SAMPLES)[])("%s: what is recorded is what was sent", async (name) => {
    const sample = await makeSample(folder, name);
    const stream = basename(sample, ".flv");
    const { code, output } = await start("ffmpeg", copyTo(sample, ingest.url(stream))).ended;
    expect(output).toBe("");
    expect(code).toBe(0);
    const unpublish = await ingest.event("unpublish", { stream });
    const recorded = await ingest.recording(stream);
    expect(basename(recorded)).toMatch(/^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z\.flv$/);
    const sent = await packets(sample);
    expect(sent.length).toBeGreaterThan(70);
    expect(await packets(recorded)).toEqual(sent);
    expect(await complaints(recorded)).toBe("");
    expect(unpublish).toMatchObject({ app: "live", clean: true });
  });

  test("at its own pace, with a token that no log ever shows", async () => {
    const sample = await makeSample(folder, "H.264 and AAC", 2);
    await start("ffmpeg", copyTo(sample, `${ingest.url("paced")}?token=s3cret`, "-re")).ended;
    await ingest.event("unpublish", { stream: "paced", clean: true });
    expect(await packets(await ingest.recording("paced"))).toEqual(await packets(sample));
    expect(ingest.text).toContain("paced");
    expect(ingest.text).not.toContain("s3cret");
  });

  test("killed in mid-stream leaves a playable file and an unclean end", async () => {
    const sample = await makeSample(folder, "video alone", 20);
    const publisher = start("ffmpeg", copyTo(sample, ingest.url("killed"), "-re"));
    await ingest.event("publish", { stream: "killed" });
    await new Promise((resolve) => setTimeout(resolve, 1500));
    publisher.process.kill("SIGKILL");
    const end = await ingest.event("unpublish", { stream: "killed" });
    expect(end).toMatchObject({ clean: false });
    const recorded = await ingest.recording("killed");
    const played = await packets(recorded);
    expect(played.length).toBeGreaterThan(10);
    expect(played).toEqual((await packets(sample)).slice(0, played.length));
    expect(await complaints(recorded)).toBe("");
  });

  test("refused because the name is taken, it prints the reason, and the first publisher loses nothing", async () => {
    const sample = await makeSample(folder, "H.264 and AAC", 4);
    const first = start("ffmpeg", copyTo(sample, ingest.url("taken"), "-re"));
    await ingest.event("publish", { stream: "taken" });
    const second = await start("ffmpeg", ["-loglevel", "info", ...copyTo(sample, ingest.url("taken")).slice(2)]).ended;
    expect(second.code).not.toBe(0);
    expect(second.output).toMatch(/already|taken|in use/i);
    expect((await first.ended).code).toBe(0);
    await ingest.event("unpublish", { stream: "taken", clean: true });
    expect(await packets(await ingest.recording("taken"))).toEqual(await packets(sample));
  });

  test("the server's end in mid-stream closes the file and exits with 0", async () => {
    const sample = await makeSample(folder, "video alone", 20);
    const own = await Ingest.start();
    try {
      const publisher = start("ffmpeg", copyTo(sample, own.url("cut"), "-re"));
      await own.event("publish", { stream: "cut" });
      await new Promise((resolve) => setTimeout(resolve, 1000));
      expect(await own.stop()).toBe(0);
      await publisher.ended;
      expect(await own.event("unpublish", { stream: "cut" })).toMatchObject({ clean: false });
      const recorded = await own.recording("cut");
      const played = await packets(recorded);
      expect(played.length).toBeGreaterThan(5);
      expect(played).toEqual((await packets(sample)).slice(0, played.length));
      expect(await complaints(recorded)).toBe("");
    } finally {
      await own[Symbol.asyncDispose]();
    }
  });
});
