import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "tsup";
import { afterAll, beforeAll, expect, test } from "vitest";
import { amf0 } from "./testing/vectors.js";

/** The program, built from the sources of all packages, beside the vectors as in this package's own folder. */
const place = mkdtempSync(join(tmpdir(), "rtmp-conformance-"));
const source = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

beforeAll(async () => {
  await build({
    config: false,
    entry: [source("cli.ts"), source("worker.ts")],
    outDir: join(place, "dist"),
    format: "esm",
    target: "es2022",
    noExternal: [/./],
    silent: true,
    esbuildOptions: (options) => {
      options.conditions = ["@rtmp/source"];
    },
  });
  for (const name of ["vectors", "captures"]) symlinkSync(source(`../${name}`), join(place, name));
  writeFileSync(join(place, "package.json"), `{ "type": "module" }`);
});
afterAll(() => rmSync(place, { recursive: true }));

interface Ended {
  readonly code: number;
  readonly lines: readonly string[];
}

function run(folders: string | undefined): Promise<Ended> {
  const { RTMP_VECTORS_DIR: _not, ...environment } = process.env;
  const env = folders === undefined ? environment : { ...environment, RTMP_VECTORS_DIR: folders };
  return new Promise((resolve) => {
    execFile(process.execPath, [join(place, "dist/cli.js")], { env }, (error, stdout) => {
      resolve({ code: typeof error?.code === "number" ? error.code : 0, lines: stdout.trimEnd().split("\n") });
    });
  });
}

test("the vectors of this package pass", async () => {
  const { code, lines } = await run(undefined);
  expect(lines).toEqual([expect.stringMatching(/^\d+ passed, 0 failed$/)]);
  expect(code).toBe(0);
});

test("further folders are run, and any failure is the exit code 1", async () => {
  const good = join(place, "good");
  const bad = join(place, "bad");
  const vectors = [amf0("05", { values: [["null"]] }), { ...amf0("05", { foo: 1 }), name: "odd" }];
  for (const [folder, content] of [[good, vectors.slice(0, 1)] as const, [bad, vectors] as const]) {
    mkdirSync(folder);
    writeFileSync(join(folder, "amf0.json"), JSON.stringify({ count: content.length, vectors: content }));
  }
  const own = await run(good);
  expect(own.code).toBe(0);
  const passed = Number.parseInt(own.lines.at(-1) ?? "", 10);

  const { code, lines } = await run(`${good}:${bad}::${join(place, "none")}`);
  expect(code).toBe(1);
  expect(lines.at(-1)).toBe(`${passed + 1} passed, 2 failed`);
  expect(lines).toContain(`FAIL ${bad}/amf0.json: odd`);
  expect(lines).toContain("  unknown key `expected.foo`");
  expect(lines).toContain(`FAIL ${join(place, "none")}`);
});
