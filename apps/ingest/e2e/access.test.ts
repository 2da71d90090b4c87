import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
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
    const bodies: { hook: string; stream: string }[] = [];
    const hook = createServer(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += String(chunk);
      const call = JSON.parse(body) as { hook: string; stream: string };
      bodies.push(call);
      const good = call.hook !== "publish" || call.stream === "s3cret";
      const answer = good ? { allow: true } : { allow: false, description: "Ask Ann for a key." };
      const renamed = call.hook === "publish" && good ? { ...answer, stream: "camera" } : answer;
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(renamed));
    });
    await new Promise<void>((resolve) => hook.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => hook.closeAllConnections());
    onTestFinished(() => void hook.close());
    const ingest = await serve("--hook-url", `http://127.0.0.1:${(hook.address() as AddressInfo).port}/`);
    expect((await publish(ingest.url("other"))).output).toContain("Ask Ann for a key.");
    expect((await publish(ingest.url("s3cret"))).code).toBe(0);
    await ingest.event("unpublish", { stream: "camera", clean: true });
    expect(await packets(await ingest.recording("camera"))).toEqual(await packets(sample));
    expect(await ingest.stop()).toBe(0);
    const told = bodies.map(({ hook: name }) => name).sort();
    expect(told).toEqual(["connect", "connect", "publish", "publish", "record", "unpublish"]);
    expect(ingest.text).not.toContain("s3cret");
  });
});
