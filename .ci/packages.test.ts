import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, posix, relative } from "node:path";
import { promisify } from "node:util";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isTestFile } from "./doors.js";
import { files, readPublicPackages, root, type WorkspacePackage } from "./workspace.js";

const run = promisify(execFile);
const packages = readPublicPackages();

/** What `npm pack` says of one package. */
interface Packed {
  readonly name: string;
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

const folder = mkdtempSync(join(tmpdir(), "rtmp-packed-"));
let packed: readonly Packed[] = [];

beforeAll(async () => {
  const args = ["pack", "--json", "--silent", "--ignore-scripts", "--pack-destination", folder];
  const { stdout } = await run("npm", [...args, ...packages.map(({ path }) => `./${path}`)], { cwd: root });
  packed = JSON.parse(stdout) as Packed[];
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function packedAs({ manifest }: WorkspacePackage): Packed {
  const found = packed.find(({ name }) => name === manifest.name);
  if (found === undefined) throw new Error(`npm pack made nothing of ${manifest.name}`);
  return found;
}

describe.for(packages)("$path as published", (one) => {
  const sources = files(join(one.folder, "src"), () => true).map((file) => relative(one.folder, file));
  const targets = entriesOf(one).map(({ path }) => path);

  test("holds the build, its sources, its papers, and nothing else", () => {
    const listed = packedAs(one).files.map(({ path }) => path);
    const papers = ["LICENSE", "README.md", "package.json"];
    if (existsSync(join(one.folder, "CHANGELOG.md"))) papers.push("CHANGELOG.md");
    const built = listed.filter((path) => /^dist\/([\w./-]+\.(js|d\.ts)|web\/[\w-]+\.(html|css))$/.test(path));
    expect([...listed].sort()).toEqual([...papers, ...built, ...sources.filter((path) => !isTestFile(path))].sort());
    expect(listed).toEqual(expect.arrayContaining([...targets]));
    expect(readFileSync(join(one.folder, "LICENSE"), "utf8")).toBe(readFileSync(join(root, "LICENSE"), "utf8"));
  });

  test("holds no source that only tests use", () => {
    const reached = new Set(targets.map((path) => path.replace(/^dist\/(.*)\.js$/, "src/$1.ts")));
    for (const path of reached) {
      if (!sources.includes(path)) continue;
      for (const { fileName } of ts.preProcessFile(readFileSync(join(one.folder, path), "utf8")).importedFiles) {
        if (fileName.startsWith(".")) reached.add(posix.join(dirname(path), fileName).replace(/\.js$/, ".ts"));
      }
    }
    expect(sources.filter((path) => !isTestFile(path) && !reached.has(path))).toEqual([]);
  });

  test("pleases publint", () => passes("publint", "--strict", join(folder, packedAs(one).filename)));

  test("resolves with its types wherever ES modules do", () =>
    passes("attw", "--profile", "esm-only", "--format", "ascii", "--no-color", join(folder, packedAs(one).filename)));
});

/** Every file that package.json offers to users, by the name they import it with; commands too. */
function entriesOf({ manifest }: WorkspacePackage): { readonly name: string; readonly path: string }[] {
  const exported = Object.entries(manifest.exports ?? {}).flatMap(([name, target]) =>
    (typeof target === "string" ? [target] : Object.values(target)).map((path) => ({ name, path })),
  );
  const commands = Object.entries(manifest.bin ?? {}).map(([name, path]) => ({ name, path }));
  return [...exported, ...commands].map(({ name, path }) => ({ name, path: posix.normalize(path) }));
}

async function passes(program: string, ...args: string[]): Promise<void> {
  const ended = run(join(root, "node_modules/.bin", program), args, { cwd: root });
  const failure = await ended.then(
    () => "",
    (error: { stdout: string; stderr: string }) => `${program}: ${error.stdout}${error.stderr}`,
  );
  expect(failure).toBe("");
}

describe("declarations", () => {
  const declarations = packages
    .filter(({ path }) => path.startsWith("packages/"))
    .flatMap((one) => entriesOf(one).map(({ name, path }) => ({ name, path: join(one.folder, path) })))
    .filter(({ path }) => path.endsWith(".d.ts"));

  test.for([
    { lib: ["lib.es2022.d.ts"], types: [], where: "a runtime that has neither the DOM's nor Node's types" },
    { lib: ["lib.es2022.d.ts", "lib.dom.d.ts"], types: [], where: "a browser" },
    { lib: ["lib.es2022.d.ts"], types: ["node"], where: "Node" },
  ])("of the libraries compile for $where", ({ lib, types }) => {
    const program = ts.createProgram(
      declarations.filter(({ name }) => types.length > 0 || name !== "./node").map(({ path }) => path),
      {
        lib,
        types,
        typeRoots: [join(root, "node_modules/@types")],
        target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.NodeNext,
        moduleResolution: ts.ModuleResolutionKind.NodeNext,
        strict: true,
        noEmit: true,
        skipLibCheck: false,
      },
    );
    const problems = ts
      .getPreEmitDiagnostics(program)
      .filter(({ file }) => !file?.fileName.includes("/typescript/lib/"));
    const host = {
      getCanonicalFileName: (name: string) => name,
      getCurrentDirectory: () => root,
      getNewLine: () => "\n",
    };
    expect(ts.formatDiagnostics(problems, host)).toBe("");
  });
});
