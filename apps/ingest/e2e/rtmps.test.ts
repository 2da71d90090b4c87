import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { certificateFiles } from "../src/testing/certificates.js";
import { Ingest } from "./support/ingest.js";
import { complaints, makeSample, packets } from "./support/media.js";
import { has, start } from "./support/programs.js";

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
