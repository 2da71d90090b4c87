import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Ingest } from "./support/ingest.js";
import { makeSample, ofKind, packets } from "./support/media.js";
import { has, hasGStreamer, start } from "./support/programs.js";

const ELEMENTS = ["videotestsrc", "x264enc", "audiotestsrc", "avenc_aac", "flvmux"];

/** Encodes two seconds, and gives the same FLV to the sink and to a file. */
function pipeline(sink: readonly string[], file: string): string[] {
  return [
    ...["-q", "flvmux", "name=mux", "streamable=true", "!", "tee", "name=both"],
    ...["both.", "!", "queue", "!", ...sink],
    ...["both.", "!", "queue", "!", "filesink", `location=${file}`],
    ...["videotestsrc", "num-buffers=50", "!", "video/x-raw,width=160,height=120,framerate=25/1", "!"],
    ...["x264enc", "key-int-max=25", "tune=zerolatency", "!", "h264parse", "!", "mux."],
    ...[
      "audiotestsrc",
      "num-buffers=86",
      "!",
      "audio/x-raw,rate=44100,channels=2",
      "!",
      "avenc_aac",
      "!",
      "aacparse",
      "!",
      "mux.",
    ],
  ];
}

describe.skipIf(!hasGStreamer(...ELEMENTS, "rtmp2sink", "rtmpsink") || !has("ffprobe"))("GStreamer", () => {
  let folder: string;
  let ingest: Ingest;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "rtmp-gst-"));
    ingest = await Ingest.start();
  });
  afterAll(async () => {
    await ingest[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  test.for([
    ["rtmp2sink", (url: string) => ["rtmp2sink", `location=${url}`]],
    ["rtmpsink", (url: string) => ["rtmpsink", `location=${url} live=1`]], // librtmp
  ] as const)("%s: what is recorded is what was sent, and the end is clean", async ([name, sink]) => {
    const file = join(folder, `${name}.flv`);
    const { code, output } = await start("gst-launch-1.0", pipeline(sink(ingest.url(name)), file)).ended;
    expect(output).not.toMatch(/error/i);
    expect(code).toBe(0);
    expect(await ingest.event("unpublish", { stream: name })).toMatchObject({ clean: true });
    const [sent, recorded] = [await packets(file), await packets(await ingest.recording(name))];
    for (const kind of ["audio", "video"]) {
      expect(ofKind(sent, kind).length).toBeGreaterThan(40);
      expect(ofKind(recorded, kind)).toEqual(ofKind(sent, kind));
    }
  });

  test("rtmp2sink refused because the name is taken prints the reason", async () => {
    const sample = await makeSample(folder, "video alone", 15);
    const holder = start("ffmpeg", ["-v", "error", "-re", "-i", sample, "-c", "copy", "-f", "flv", ingest.url("held")]);
    await ingest.event("publish", { stream: "held" });
    const url = ingest.url("held");
    const { output } = await start("gst-launch-1.0", pipeline(["rtmp2sink", `location=${url}`], join(folder, "no.flv")))
      .ended;
    expect(output).toMatch(/already|taken|in use/i);
    holder.process.kill("SIGKILL");
    await holder.ended;
  });
});
