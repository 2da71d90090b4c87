import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { certificateFiles } from "../src/testing/certificates.js";
import { Ingest } from "./support/ingest.js";
import { complaints, makeSample, packets } from "./support/media.js";
import { has, run, start } from "./support/programs.js";

/** A server for RTMPS, with a certificate of its own in a folder that is there until the test is over. */
async function startRtmps() {
  const folder = await mkdtemp(join(tmpdir(), "rtmps-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const files = await certificateFiles();
  const ingest = await Ingest.start("--rtmps", "127.0.0.1:0", "--tls-cert", files.cert, "--tls-key", files.key);
  onTestFinished(() => ingest[Symbol.asyncDispose]());
  const { port } = await ingest.event("listening", { protocol: "rtmps" });
  return { folder, files, ingest, port };
}

test.skipIf(!has("openssl"))("openssl has nothing to complain of", async () => {
  const { files, port } = await startRtmps();
  const args = ["s_client", "-connect", `127.0.0.1:${port}`, "-CAfile", files.cert, "-verify_return_error", "-brief"];
  const { code, output } = await start("openssl", args).ended; // its input ends at once
  expect(output).toMatch(/Protocol version: TLSv1\.3/);
  expect(output).toContain("Verification: OK");
  expect(output).not.toMatch(/error/i);
  expect(code).toBe(0);
});

test.skipIf(!has("ffmpeg") || !has("ffprobe"))("FFmpeg publishes and plays over RTMPS", async () => {
  const { folder, ingest, port } = await startRtmps();
  const url = `rtmps://127.0.0.1:${port}/live/key`;

  const sample = await makeSample(folder, "H.264 and AAC");
  const played = join(folder, "played.flv");
  const copy = ["-v", "error", "-nostdin"];
  const output = ["-map", "0", "-c", "copy", "-tls_verify", "0", "-f", "flv", url];
  const publishing = start("ffmpeg", [...copy, "-re", "-i", sample, ...output]);
  await ingest.event("publish", { stream: "key" });
  const player = start("ffmpeg", [...copy, "-tls_verify", "0", "-i", url, "-map", "0", "-c", "copy", played]);
  const publisher = await publishing.ended;
  expect(publisher).toEqual({ code: 0, output: "" });

  const sent = await packets(sample);
  expect(await ingest.event("unpublish", { stream: "key" })).toMatchObject({ clean: true, protocol: "rtmps" });
  const recorded = await ingest.recording("key");
  expect(await packets(recorded)).toEqual(sent);
  expect(await complaints(recorded)).toBe("");
  expect((await player.ended).code).toBe(0);
  const seen = (await packets(played)).map(({ hash }) => hash);
  expect(seen.length).toBeGreaterThan(20);
  expect(sent.map(({ hash }) => hash)).toEqual(expect.arrayContaining(seen));
});

test.skipIf(!has("ffmpeg") || !has("ffprobe"))(
  "what FFmpeg publishes as fast as it can is recorded whole, though it leaves with megabytes in the system's buffers",
  async () => {
    const { folder, ingest, port } = await startRtmps();
    const sample = join(folder, "large.flv"); // 12 MB and more: several acknowledgement windows
    const noise = ["-f", "lavfi", "-i", "testsrc2=size=320x240:rate=25,noise=alls=100:allf=t", "-t", "8"];
    await run("ffmpeg", "-v", "error", ...noise, "-c:v", "libx264", "-preset", "ultrafast", "-qp", "10", sample);
    expect((await stat(sample)).size).toBeGreaterThan(12e6);
    const sent = await packets(sample);
    const publish = async (stream: string, url: string, ...options: string[]) => {
      await start("ffmpeg", ["-v", "error", "-nostdin", "-i", sample, "-c", "copy", ...options, "-f", "flv", url])
        .ended;
      const closed = await ingest.event("recording-closed", { stream });
      expect(closed).toMatchObject({ clean: true, reason: "stream-ended" });
      expect(await packets(await ingest.recording(stream))).toEqual(sent);
    };
    for (const stream of ["tls-1", "tls-2"])
      await publish(stream, `rtmps://127.0.0.1:${port}/live/${stream}`, "-tls_verify", "0");
    for (const stream of ["one", "another"]) await publish(stream, ingest.url(stream));
    // Many at once make long turns of the server's event loop.
    await Promise.all(Array.from({ length: 8 }, (_, i) => publish(`crowd-${i}`, ingest.url(`crowd-${i}`))));
  },
  60_000,
);
