import { EventEmitter } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { runCommand } from "../command.js";
import { makeCertificate } from "../testing/certificates.js";
import { configSchema } from "./config.js";

test("the file in docs/configuration.md has every section, and check-config takes it", async () => {
  const page = await readFile(new URL("../../../../docs/configuration.md", import.meta.url), "utf8");
  const example = /```yaml\n(.*?)```/s.exec(page)?.[1] ?? "";
  expect(Object.keys(parse(example) as object).sort()).toEqual(Object.keys(configSchema.shape).sort());
  const folder = await mkdtemp(join(tmpdir(), "rtmp-config-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const { cert, key } = await makeCertificate();
  await writeFile(join(folder, "server.yaml"), example);
  await writeFile(join(folder, "cert.pem"), cert);
  await writeFile(join(folder, "key.pem"), key);
  let [stdout, stderr] = ["", ""];
  const code = await runCommand(["check-config", "--config", join(folder, "server.yaml")], {
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    signals: new EventEmitter(),
  });
  expect([stderr, code]).toEqual(["", 0]);
  expect(parse(stdout)).toMatchObject({
    rtmp: { listen: ["0.0.0.0:1935", "[::]:1935"], trustedProxies: ["10.0.0.0/8", "fd00::/8"] },
    record: { directory: join(folder, "recordings"), splitMs: 3_600_000 },
    limits: { heldBytes: 2 ** 30 },
    session: { timeouts: { idleMs: 20_000 } },
    relay: { push: [{ match: "live/studio", url: "rtmps://ingest.example.com/app/***" }] },
  });
  expect(stdout).not.toMatch(/a-long-random-key|9f86d081|their-key/);
});
