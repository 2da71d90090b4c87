import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Ingest } from "./support/ingest.js";
import { makeSample, ofKind, packets } from "./support/media.js";
import { tail } from "./support/players.js";
import { has, start } from "./support/programs.js";

describe.skipIf(!has("ffmpeg") || !has("ffprobe"))("HTTP-FLV (of what ffmpeg publishes, to ffmpeg)", () => {
  let folder: string;
  let ingest: Ingest;
  let sample: string;
  let site: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "http-flv-"));
    sample = await makeSample(folder, "H.264 with B-frames and AAC", 4);
    ingest = await Ingest.start("--http", "127.0.0.1:0", "--play-wait", "10s");
    site = await ingest.site();
  });
  afterAll(async () => {
    await ingest[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  const publish = (name: string) =>
    start("ffmpeg", ["-v", "error", "-nostdin", "-re", "-i", sample, "-c", "copy", "-f", "flv", ingest.url(name)]);
  const watch = (name: string, file: string) => {
    const input = ["-v", "error", "-nostdin", "-copyts", "-i", `${site}/live/${name}.flv`];
    return start("ffmpeg", [...input, "-c", "copy", "-f", "flv", file], 20_000);
  };

  test("a viewer who comes first gets all of it, one in the middle all from a keyframe on; both leave at the end", async () => {
    const [whole, part] = [join(folder, "whole.flv"), join(folder, "part.flv")];
    const early = watch("key", whole);
    const publisher = publish("key");
    const { connection: first } = await ingest.event("play", { protocol: "http-flv" });
    await new Promise((resolve) => setTimeout(resolve, 1500)); // of the stream's own time: frames have to come
    const late = watch("key", part);
    expect((await publisher.ended).code).toBe(0);
    for (const player of [early, late]) expect(await player.ended).toEqual({ code: 0, output: "" });
    const stopped = { protocol: "http-flv", reason: "unpublish", droppedFrames: 0 };
    expect(await ingest.event("stop", { connection: first })).toMatchObject(stopped);
    const [sent, all, rest] = [await packets(sample), await packets(whole), await packets(part)];
    for (const kind of ["audio", "video"]) {
      expect(ofKind(all, kind)).toEqual(ofKind(sent, kind));
      expect(ofKind(rest, kind).length).toBeGreaterThan(25);
      expect(ofKind(rest, kind)).toEqual(tail(sent, kind, rest));
    }
    expect(ofKind(rest, "video")[0]?.key).toBe(true);
  });
});
