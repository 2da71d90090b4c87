import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { examplesOf } from "./examples.js";
import { files, readWorkspace, root } from "./workspace.js";

const run = promisify(execFile);
const workspace = readWorkspace();
const LONGEST_MS = 20_000;

const documents = [
  ...files(root, (name) => name === "README.md", 0),
  ...files(join(root, "docs"), (name) => name.endsWith(".md")),
  ...workspace.flatMap(({ folder }) => files(folder, (name) => name === "README.md", 0)),
].map((path) => ({ path: relative(root, path), examples: examplesOf(readFileSync(path, "utf8")) }));

const programs = files(join(root, "docs/examples"), (name) => name.endsWith(".ts")).map((path) => ({
  place: relative(root, path),
  file: relative(root, path).replaceAll(/\W/g, "-").replace(/-ts$/, ".mts"),
  text: readFileSync(path, "utf8"),
  runs: true,
}));

const blocks = documents.flatMap(({ path, examples: found }) =>
  found.map(({ line, text, runs }, index) => ({
    place: `${path}:${line}`,
    file: `${path.replaceAll(/\W/g, "-")}-${index}.mts`,
    text,
    runs,
  })),
);
const examples = [...programs, ...blocks];

/** A project of its own, with the built packages as an install would put them there. */
const project = mkdtempSync(join(tmpdir(), "rtmp-examples-"));
let program: ts.Program;

beforeAll(() => {
  mkdirSync(join(project, "node_modules/@rtmp"), { recursive: true });
  symlinkSync(join(root, "node_modules/@types"), join(project, "node_modules/@types"));
  for (const { folder, manifest } of workspace) symlinkSync(folder, join(project, "node_modules", manifest.name));
  const options: ts.CompilerOptions = {
    lib: ["lib.es2022.d.ts"],
    types: ["node"],
    typeRoots: [join(project, "node_modules/@types")],
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    strict: true,
    skipLibCheck: true,
  };
  for (const { file, text } of examples) writeFileSync(join(project, file), text);
  program = ts.createProgram(
    examples.map(({ file }) => join(project, file)),
    options,
  );
  program.emit();
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

test.for(workspace.filter(({ path }) => path.startsWith("packages/")))(
  "$path has a README with an example",
  ({ path }) => {
    const readme = documents.find((document) => document.path === `${path}/README.md`);
    expect(readme?.examples[0]).toMatchObject({ runs: true });
  },
);

test.for(programs)("$place says first what it shows", ({ text }) => {
  expect(text).toMatch(/^\/\/ .{40}/);
});

describe.for(examples)("$place", ({ file, runs }) => {
  test("compiles", () => {
    const problems = ts.getPreEmitDiagnostics(program, program.getSourceFile(join(project, file)));
    const host = { getCanonicalFileName: (n: string) => n, getCurrentDirectory: () => project, getNewLine: () => "\n" };
    expect(ts.formatDiagnostics(problems, host)).toBe("");
  });

  if (runs) {
    test("runs, and ends by itself", async () => {
      const ended = run(process.execPath, [file.replace(/\.mts$/, ".mjs")], { cwd: project, timeout: LONGEST_MS });
      await ended.catch((error: { killed: boolean; message: string }) => {
        throw new Error(error.killed ? `it still ran after ${LONGEST_MS} ms` : error.message);
      });
    });
  }
});

test("examples are found in Markdown", () => {
  const markdown = [
    "# Title",
    "```ts",
    "one();",
    "two();",
    "```",
    "```ts no-run",
    "three();",
    "```",
    "```sh",
    "x",
    "```",
  ];
  expect(examplesOf(markdown.join("\n"))).toEqual([
    { line: 3, text: "one();\ntwo();\n", runs: true },
    { line: 7, text: "three();\n", runs: false },
  ]);
  expect(() => examplesOf("```ts\nnever closed\n")).toThrow("line 1");
  expect(() => examplesOf("```ts norun\n```\n")).toThrow("norun");
});
