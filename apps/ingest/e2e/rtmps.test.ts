import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generate } from "selfsigned";
import { expect, onTestFinished, test } from "vitest";
import { Ingest } from "./support/ingest.js";
import { complaints, makeSample, packets } from "./support/media.js";
import { has, start } from "./support/programs.js";

test.skipIf(!has("ffmpeg") || !has("ffprobe"))("FFmpeg publishes and plays over RTMPS", async () => {
  const folder = await mkdtemp(join(tmpdir(), "rtmps-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const { cert, private: key } = await generate([{ name: "commonName", value: "localhost" }]);
  const files = { cert: join(folder, "cert.pem"), key: join(folder, "key.pem") };
  await writeFile(files.cert, cert);
  await writeFile(files.key, key);
  await using ingest = await Ingest.start("--rtmps", "127.0.0.1:0", "--tls-cert", files.cert, "--tls-key", files.key);
  const { port } = await ingest.event("listening", { protocol: "rtmps" });
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
