import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "./workspace.js";

interface RootManifest {
  readonly packageManager: string;
  readonly devDependencies: { readonly pnpm: string };
}

test("pnpm in node_modules is the one that installs", () => {
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as RootManifest;
  expect(manifest.packageManager).toBe(`pnpm@${manifest.devDependencies.pnpm}`);
});

test("the lockfile names no host and no path of the machine that wrote it", () => {
  const lockfile = readFileSync(join(root, "pnpm-lock.yaml"), "utf8");
  expect(lockfile.match(/^.*(:\/\/|tarball:|(file|link):\/).*$/gm)).toBeNull();
});
