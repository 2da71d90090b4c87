import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { StreamInfo } from "../src/index.js";
import { areThere, FFMPEG } from "./support/clients-of-today.js";
import { Ingest } from "./support/ingest.js";
import { makeSample } from "./support/media.js";
import { has, run, start } from "./support/programs.js";

const PICTURE = ["-f", "lavfi", "-i", "testsrc2=size=160x120:rate=25", "-pix_fmt", "yuv420p", "-g", "25", "-t", "3"];
const SOUND = ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000", "-t", "3"];

describe("what the API tells of", () => {
  let folder: string;
  let ingest: Ingest;
  let api: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "rtmp-api-"));
    ingest = await Ingest.start("--http", "127.0.0.1:0");
    api = `${await ingest.site()}/api/v1`;
  });
  afterAll(async () => {
    await ingest[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  /** What is known of a stream when it has had two keyframes. */
  const streamOf = (name: string): Promise<StreamInfo> =>
    vi.waitFor(
      async () => {
        const stream = (await (await fetch(`${api}/streams/live/${name}`)).json()) as StreamInfo;
        if (stream.gop === undefined) throw new Error(`not yet: ${JSON.stringify(stream)}`);
        return stream;
      },
      { timeout: 20_000, interval: 50 },
    );

  test.skipIf(!has("ffmpeg"))("a stream of FFmpeg, which shows the words of a kick", async () => {
    const sample = await makeSample(folder, "H.264 with B-frames and AAC", 8);
    const args = [
      "-v",
      "error",
      "-nostdin",
      "-re",
      "-i",
      sample,
      "-c",
      "copy",
      "-f",
      "flv",
      `${ingest.url("plain")}?k=s3cret`,
    ];
    const publisher = start("ffmpeg", args);
    const stream = await streamOf("plain");
    expect(stream).toMatchObject({
      live: true,
      recording: true,
      gop: { frames: 25, ms: 1000 },
      publisher: { protocol: "rtmp", client: expect.stringContaining("Lavf") },
      encoder: expect.stringContaining("Lavf"),
      video: [{ codec: "avc1", codecString: expect.stringMatching(/^avc1\.[0-9a-f]{6}$/), width: 160, height: 120 }],
      audio: [{ codec: "mp4a", codecString: "mp4a.40.2", profile: "LC", sampleRate: 44_100, channels: 1 }],
    });
    expect(stream.video[0]).toMatchObject({ declaredFrameRate: 25, gaps: 0, backwards: 0, bitDepth: 8 });
    expect(JSON.stringify(stream)).not.toContain("s3cret");
    await fetch(`${api}/streams/live/plain/kick`, { method: "POST", body: '{"description":"Wrong camera."}' });
    const { code, output } = await publisher.ended;
    expect(code).not.toBe(0);
    expect(output).toContain("Wrong camera.");
    expect(await ingest.event("session-end", { reason: "kicked" })).toMatchObject({ by: "application" });
  });

  test.skipIf(!areThere)("several tracks of newer codecs (FFmpeg 9)", async () => {
    const [hevc, vp9] = [join(folder, "hevc.mp4"), join(folder, "vp9.mp4")];
    const x265 = ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none"];
    await run(FFMPEG, "-v", "error", ...PICTURE, ...x265, hevc);
    await run(FFMPEG, "-v", "error", ...PICTURE, "-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", vp9);
    const opus = join(folder, "opus.mp4");
    await run(FFMPEG, "-v", "error", ...SOUND, "-c:a", "libopus", opus);
    const inputs = [vp9, hevc, opus].flatMap((path) => ["-re", "-i", path]);
    const maps = ["-map", "0", "-map", "1", "-map", "2", "-c", "copy"];
    const publisher = start(FFMPEG, ["-v", "error", "-nostdin", ...inputs, ...maps, "-f", "flv", ingest.url("many")]);
    const stream = await streamOf("many");
    expect(stream.video).toMatchObject([
      { id: 0, codec: "vp09", codecString: expect.stringMatching(/^vp09\./), width: 160, height: 120 },
      { id: 1, codec: "hvc1", codecString: expect.stringMatching(/^hvc1\./), profile: "Main", width: 160, height: 120 },
    ]);
    expect(stream.audio).toMatchObject([{ id: 0, codec: "Opus", codecString: "opus", sampleRate: 48_000 }]);
    expect(stream.video.every(({ frames }) => frames > 10)).toBe(true);
    expect(await publisher.ended).toMatchObject({ code: 0 });
  });
});
