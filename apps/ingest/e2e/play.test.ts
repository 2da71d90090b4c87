import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Ingest } from "./support/ingest.js";
import { makeSample, ofKind, packets } from "./support/media.js";
import { PLAYERS, tail } from "./support/players.js";
import { has, type Running, start } from "./support/programs.js";

/** Publishes a sample at its own pace. */
const publish = (sample: string, url: string): Running =>
  start("ffmpeg", ["-v", "error", "-nostdin", "-re", "-i", sample, "-c", "copy", "-f", "flv", url]);

describe.skipIf(!has("ffmpeg") || !has("ffprobe"))("players (of what ffmpeg publishes)", () => {
  let folder: string;
  let ingest: Ingest;
  let sample: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "rtmp-play-"));
    sample = await makeSample(folder, "H.264 with B-frames and AAC", 6);
    ingest = await Ingest.start("--publish-grace", "0");
  });
  afterAll(async () => {
    await ingest[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  for (const [name, { there, command }] of Object.entries(PLAYERS)) {
    test.skipIf(!there)(`${name} plays what was published, joining in the middle, and leaves at the end`, async () => {
      const stream = name.replace(/\W/g, "");
      const publisher = publish(sample, ingest.url(stream));
      await ingest.event("publish", { stream });
      await new Promise((resolve) => setTimeout(resolve, 1500));
      const file = join(folder, `${stream}.flv`);
      const player = start(...command(ingest.url(stream), file), 20_000);
      await ingest.event("play", { stream });
      expect((await publisher.ended).code).toBe(0);
      const { code, output } = await player.ended;
      expect({ name, code, output }).toMatchObject({ code: 0 });
      expect(await ingest.event("stop", { stream })).toMatchObject({ droppedFrames: 0 });
      const [sent, played] = [await packets(sample), await packets(file)];
      for (const kind of ["audio", "video"]) {
        const got = ofKind(played, kind);
        expect(got.length).toBeGreaterThan(60);
        expect(got).toEqual(tail(sent, kind, played));
      }
      expect(ofKind(played, "video")[0]?.key).toBe(true);
    });
  }

  test("a player that comes first waits for the stream", async () => {
    const file = join(folder, "early.flv");
    const player = start(...(PLAYERS["FFmpeg"]?.command(ingest.url("early"), file) ?? ["false", []]), 20_000);
    await new Promise((resolve) => setTimeout(resolve, 700));
    await publish(sample, ingest.url("early")).ended;
    expect((await player.ended).code).toBe(0);
    expect(ofKind(await packets(file), "video")).toEqual(ofKind(await packets(sample), "video"));
  });

  test("a publisher that dies and comes back goes on in the same recording and for the same players", async () => {
    const own = await Ingest.start("--publish-grace", "8s");
    try {
      const first = publish(sample, own.url("back"));
      await own.event("publish", { stream: "back" });
      const file = join(folder, "back.flv");
      const player = start(...(PLAYERS["FFmpeg"]?.command(own.url("back"), file) ?? ["false", []]), 30_000);
      await own.event("play", { stream: "back" });
      await new Promise((resolve) => setTimeout(resolve, 2000));
      first.process.kill("SIGKILL");
      await own.event("unpublish", { stream: "back", clean: false });
      expect((await publish(sample, own.url("back")).ended).code).toBe(0);
      await own.event("unpublish", { stream: "back", clean: true });
      expect(await own.stop()).toBe(0);
      await player.ended;
      const recording = ofKind(await packets(await own.recording("back")), "video");
      const times = recording.map(({ dts }) => Number(dts));
      expect(times).toEqual([...times].sort((a, b) => a - b));
      expect(recording.length).toBeGreaterThan(150 + 25);
      expect(recording.slice(-150).map(({ hash }) => hash)).toEqual(
        ofKind(await packets(sample), "video").map(({ hash }) => hash),
      );
      const played = ofKind(await packets(file), "video");
      expect(played.slice(-150)).toEqual(recording.slice(-150));
    } finally {
      await own[Symbol.asyncDispose]();
    }
  });
});
