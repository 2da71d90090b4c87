import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runFolders, runVector } from "./index.js";
import { amf0 } from "./testing/vectors.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rtmp-vectors-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const passing = amf0("05", { values: [["null"]] });
const failing = { ...amf0("05", { values: [["undefined"]] }), name: "a wrong one" };

function write(file: string, content: unknown): void {
  writeFileSync(join(folder, file), typeof content === "string" ? content : JSON.stringify(content));
}

async function run(...folders: string[]): Promise<{ lines: string[]; last: string | undefined }> {
  const lines: string[] = [];
  const options = {
    run: (job: { file: string; vector: unknown; folder: string }) => runVector(job.file, job.vector, job.folder),
    print: (line: string) => lines.push(...line.split("\n")),
  };
  const { passed, failed } = await runFolders(folders.length > 0 ? folders : [folder], options);
  expect(lines.at(-1)).toBe(`${passed} passed, ${failed} failed`);
  return { lines, last: lines.at(-1) };
}

describe("runFolders", () => {
  test("counts what passed and prints nothing else", async () => {
    write("amf0.json", { file: "amf0.json", description: "", count: 2, vectors: [passing, passing] });
    expect((await run()).lines).toEqual(["2 passed, 0 failed"]);
    expect((await run(folder, folder)).last).toBe("4 passed, 0 failed");
  });

  test("prints a failure with its file, name, expected and actual", async () => {
    write("amf0.json", { count: 2, vectors: [passing, failing] });
    expect((await run()).lines).toEqual([
      `FAIL ${folder}/amf0.json: a wrong one`,
      "  values[0][0]",
      '    expected: "undefined"',
      '    actual:   "null"',
      "1 passed, 1 failed",
    ]);
  });

  test("goes on after one that fails, and says how much it left out", async () => {
    const many = amf0("05".repeat(20), { values: Array.from({ length: 20 }, () => ["undefined"]) });
    write("amf0.json", { count: 2, vectors: [many, passing] });
    const { lines, last } = await run();
    expect(lines).toContain("  and 8 more");
    expect(last).toBe("1 passed, 1 failed");
  });

  test("gives a vector without a name its position", async () => {
    write("amf0.json", { count: 1, vectors: [null] });
    expect((await run()).lines[0]).toBe(`FAIL ${folder}/amf0.json: vectors[0]`);
  });

  test.for<[string, string, unknown, string, string]>([
    ["a wrong count", "amf0.json", { count: 2, vectors: [passing] }, "`count`", "1 passed, 1 failed"],
    ["no count", "amf0.json", { vectors: [passing] }, "missing key `count`", "1 passed, 1 failed"],
    ["a count that is no number", "amf0.json", { count: "1", vectors: [passing] }, "`count`", "1 passed, 1 failed"],
    ["a key", "amf0.json", { count: 1, foo: 1, vectors: [passing] }, "unknown key `foo`", "1 passed, 1 failed"],
    ["no vectors", "amf0.json", { count: 0 }, "missing key `vectors`", "0 passed, 1 failed"],
    ["a list", "amf0.json", [passing], "an object", "0 passed, 1 failed"],
    ["no JSON", "amf0.json", "{", "the file", "0 passed, 1 failed"],
    ["an unknown file", "amf4.json", { count: 0, vectors: [] }, "unknown vector file", "0 passed, 1 failed"],
  ])("fails a file with %s", async ([, file, content, what, total]) => {
    write(file, content);
    const { lines, last } = await run();
    expect(lines[0]).toBe(`FAIL ${folder}/${file}`);
    expect(lines.join("\n")).toContain(what);
    expect(last).toBe(total);
  });

  test("ignores what is no JSON, and what lies beside captures", async () => {
    write("amf0.json", { count: 1, vectors: [passing] });
    write("README.md", "# Vectors");
    write("expected.json", {});
    write("obs29-publish.timing.json", []);
    mkdirSync(join(folder, "more"));
    expect((await run()).lines).toEqual(["1 passed, 0 failed"]);
  });

  test("fails a folder that is not there, or holds nothing", async () => {
    const { lines, last } = await run(join(folder, "none"), folder);
    expect(lines[0]).toBe(`FAIL ${folder}/none`);
    expect(last).toBe("0 passed, 2 failed");
  });

  test("fails a file that can not be read", async () => {
    mkdirSync(join(folder, "chunk.json"));
    expect((await run()).last).toBe("0 passed, 1 failed");
  });
});
