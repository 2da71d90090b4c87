import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { followHls, openHls } from "../src/testing/hls-follower.js";
import { publish } from "./support/client.js";
import { flvFile } from "./support/every-form.js";
import { Ingest } from "./support/ingest.js";
import { complaints, packets } from "./support/media.js";
import { has, run, start } from "./support/programs.js";
import { vp8Tags } from "./support/vp8.js";

const SECONDS = 5;

describe.skipIf(!has("ffmpeg") || !has("ffprobe"))("VP8 that FFmpeg encoded, published by rtmp-ingest", () => {
  let folder: string;
  let ingest: Ingest;
  let hashes: readonly string[];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "rtmp-vp8-"));
    ingest = await Ingest.start("--http", "127.0.0.1:0", "--hls-segment", "1s", "--record-format", "both");
    const ivf = join(folder, "vp8.ivf");
    const source = ["-f", "lavfi", "-i", "testsrc2=size=160x120:rate=25", "-t", String(SECONDS), "-g", "25"];
    await run("ffmpeg", "-v", "error", ...source, "-c:v", "libvpx", "-deadline", "realtime", "-auto-alt-ref", "0", ivf);
    await writeFile(join(folder, "vp8.flv"), flvFile(vp8Tags(await readFile(ivf))));
    hashes = (await packets(ivf)).map(({ hash }) => hash);
    expect(hashes).toHaveLength(SECONDS * 25);
  });
  afterAll(async () => {
    await ingest[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  test("is in MP4 and HLS frame by frame, and FFmpeg decodes both", async () => {
    const publishing = publish(join(folder, "vp8.flv"), ingest.url("vp8"));
    await ingest.event("publish", { stream: "vp8" });
    const url = `${await ingest.site()}/live/vp8/index.m3u8`;
    const { multivariant, urls } = await openHls(url);
    const decode = (input: string) =>
      start("ffmpeg", ["-v", "error", "-nostdin", "-i", input, "-f", "null", "-"]).ended;
    const decoding = decode(url);
    const followed = await Promise.all(urls.map(followHls));
    expect((await publishing.ended).code).toBe(0);
    expect(multivariant.variants.map(({ attributes }) => attributes)).toMatchObject([
      { CODECS: "vp08.00.10.08", RESOLUTION: "160x120" },
    ]);
    expect(followed.map(({ init, samples }) => [init.entry, samples.length])).toEqual([["vp08", hashes.length]]);
    expect(await decoding).toEqual({ code: 0, output: "" });

    await ingest.event("recording-closed", { stream: "vp8", format: "mp4" });
    const file = (await ingest.recordings("vp8")).find((path) => path.endsWith(".mp4")) ?? "";
    const entries = ["-show_entries", "stream=codec_name,width,height", "-of", "csv=p=0"];
    expect(await run("ffprobe", "-v", "error", ...entries, file)).toBe("vp8,160,120\n");
    const recorded = await packets(file);
    expect(recorded.map(({ hash }) => hash)).toEqual(hashes);
    expect(recorded.filter(({ key }) => key)).toHaveLength(SECONDS);
    expect(await complaints(file)).toBe("");
    expect(await decode(file)).toEqual({ code: 0, output: "" });
  });
});
