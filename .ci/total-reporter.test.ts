import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { root } from "./workspace.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rtmp-total-"));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a test file with the reporter. @returns whether it ended well, and what it printed after the last blank line. */
function runFile(text: string, env: NodeJS.ProcessEnv = {}): Promise<{ ok: boolean; tail: string[] }> {
  writeFileSync(join(folder, "some.test.ts"), `import { beforeAll, describe, expect, test } from "vitest";\n${text}`);
  const reporter = join(root, ".ci/total-reporter.ts");
  const args = [join(root, "node_modules/vitest/vitest.mjs"), "run", "--root", folder, `--reporter=${reporter}`];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { env: { PATH: process.env.PATH, ...env } }, (error, stdout) =>
      resolve({
        ok: error === null,
        tail:
          stdout
            .trimEnd()
            .split(/\n\s*\n/)
            .at(-1)
            ?.split("\n") ?? [],
      }),
    );
  });
}

test("a total without failures", async () => {
  expect(await runFile(`test("a", () => {}); test("b", () => {});`)).toEqual({
    ok: true,
    tail: ["2 passed, 0 failed"],
  });
});

test("each kind of failure counts", async () => {
  const { ok, tail } = await runFile(`
    test("right", () => {});
    test("wrong", () => expect(1).toBe(2));
    describe("a hook that throws", () => { beforeAll(() => { throw new Error("hook"); }); test("never runs", () => {}); });
    test("late", async () => { setTimeout(() => { throw new Error("late"); }, 0); await new Promise((r) => setTimeout(r, 50)); });
  `);
  expect({ ok, last: tail.at(-1) }).toEqual({ ok: false, last: "2 passed, 3 failed, 1 skipped" });
});

test("a file that does not load is a failure", async () => {
  expect(await runFile(`throw new Error("load");`)).toMatchObject({ ok: false, tail: ["0 passed, 1 failed"] });
});

test("what did not run is named, and is a failure where clients are required", async () => {
  const text = `test("a", () => {}); describe("FFmpeg", () => test("publishes", (c) => c.skip("no ffmpeg here")));`;
  const named = ["Not tried on this machine:", "  some.test.ts > FFmpeg > publishes (no ffmpeg here)"];
  expect(await runFile(text)).toEqual({ ok: true, tail: [...named, "1 passed, 0 failed, 1 skipped"] });
  const required = await runFile(text, { RTMP_REQUIRE_CLIENTS: "1" });
  expect(required).toEqual({ ok: false, tail: [...named, "1 passed, 1 failed"] });
});
