import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { json, startHooks } from "../src/testing/hook-server.js";
import { Ingest } from "./support/ingest.js";
import { makeSample, packets } from "./support/media.js";
import { has, start } from "./support/programs.js";

describe.skipIf(!has("ffmpeg") || !has("ffprobe"))("FFmpeg that must not do everything", () => {
  let folder: string;
  let sample: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "rtmp-access-"));
    sample = await makeSample(folder, "H.264 and AAC", 2);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const serve = async (...flags: string[]): Promise<Ingest> => {
    const ingest = await Ingest.start(...flags);
    onTestFinished(() => ingest[Symbol.asyncDispose]());
    return ingest;
  };
  const publish = (url: string) =>
    start("ffmpeg", ["-loglevel", "info", "-nostdin", "-i", sample, "-c", "copy", "-f", "flv", url]).ended;

  test("publishes with the key, and is told when it has a wrong one", async () => {
    const ingest = await serve("--publish-key", "s3cret");
    const wrong = await publish(`${ingest.url("camera")}?key=secr3t`);
    expect(wrong.code).not.toBe(0);
    expect(wrong.output).toContain("The stream key is missing or wrong");
    expect(await ingest.event("publish-refused")).toMatchObject({ reason: "wrong-key" });
    expect((await publish(`${ingest.url("camera")}?key=s3cret`)).code).toBe(0);
    await ingest.event("unpublish", { stream: "camera", clean: true });
    expect(await packets(await ingest.recording("camera"))).toEqual(await packets(sample));
    expect((await publish(ingest.url("s3cret"))).code).toBe(0); // as people type it into an encoder's only field
    await ingest.event("unpublish", { stream: "stream", clean: true });
    expect(ingest.text).not.toMatch(/s3cret|secr3t/);
  });

  test("publishes under the name that a hook gives it, or hears the hook's words", async () => {
    const hook = await startHooks((response, call) => {
      if (call.fields["hook"] !== "publish") json({ allow: true })(response, call);
      else if (call.fields["stream"] === "s3cret") json({ allow: true, stream: "camera" })(response, call);
      else json({ allow: false, description: "Ask Ann for a key." })(response, call);
    });
    const ingest = await serve("--hook-url", hook.url);
    expect((await publish(ingest.url("other"))).output).toContain("Ask Ann for a key.");
    expect((await publish(ingest.url("s3cret"))).code).toBe(0);
    await ingest.event("unpublish", { stream: "camera", clean: true });
    expect(await packets(await ingest.recording("camera"))).toEqual(await packets(sample));
    expect(await ingest.stop()).toBe(0);
    const told = hook.calls.map(({ fields }) => fields["hook"]).sort();
    expect(told).toEqual(["connect", "connect", "publish", "publish", "record", "unpublish"]);
    expect(ingest.text).not.toContain("s3cret");
  });
});
