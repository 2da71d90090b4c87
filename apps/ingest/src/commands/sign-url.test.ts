import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { checkSignature } from "../auth/signed-url.js";
import { signUrl } from "./sign-url.js";

const secret = "0123456789abcdef";
const environment = { RTMP_INGEST_AUTH_SIGNING_SECRETS: `${secret},another secret of ours` };

async function sign(args: readonly string[], variables: Record<string, string> = environment): Promise<string> {
  let output = "";
  await signUrl(args, { stdout: { write: (text: string) => (output += text) }, environment: variables });
  return output;
}

test("prints a URL that is good for the time asked for", async () => {
  const output = await sign(["rtmp://host/live/camera", "--action", "publish", "--expires", "10m"]);
  const [, query = "", expires] =
    /^rtmp:\/\/host\/live\/camera\?(expires=(\d+)&sign=[0-9a-f]{64})\n$/.exec(output) ?? [];
  const access = { action: "publish", app: "live", stream: "camera" } as const;
  expect(checkSignature(access, query, [secret], Number(expires), 0)).toBe("valid");
  expect(Math.abs(Number(expires) - Date.now() / 1000 - 600)).toBeLessThan(60);
});

test("takes the secret from the server's own file", async () => {
  const folder = await mkdtemp(join(tmpdir(), "rtmp-sign-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, "ingest.yaml");
  await writeFile(file, `auth:\n  signing:\n    secrets: [${secret}]\n`);
  expect(await sign(["--config", file, "http://host/live/camera.flv"], {})).toContain("camera.flv?expires=");
});

test.for([
  ["no secret", ["rtmp://host/live/camera"], {}, "auth.signing.secrets"],
  ["no URL", [], environment, "name one URL"],
  ["two URLs", ["rtmp://host/a/b", "rtmp://host/a/c"], environment, "name one URL"],
  ["a URL without a stream", ["rtmp://host/live"], environment, "can not be signed"],
  ["another action", ["--action", "watch", "rtmp://host/a/b"], environment, "--action"],
  ["no time", ["--expires", "soon", "rtmp://host/a/b"], environment, "--expires"],
  ["an unknown flag", ["--nonsense", "rtmp://host/a/b"], environment, "--nonsense"],
] as const)("%s is a mistake", async ([, args, variables, words]) => {
  await expect(sign(args, variables)).rejects.toThrow(words);
});

test("has a help", async () => expect(await sign(["--help"])).toContain("--expires TIME"));
