import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** The fields of a package.json that the checks look at. */
export interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** One package of the workspace. */
export interface WorkspacePackage {
  /** Absolute path of its folder. */
  readonly folder: string;
  /** The same from the root of the repository, as in `packages/amf0`. */
  readonly path: string;
  readonly manifest: Manifest;
}

/** Absolute path of the repository. */
export const root: string = fileURLToPath(new URL("..", import.meta.url));

/** Every package of the workspace, libraries first. */
export function readWorkspace(): WorkspacePackage[] {
  return ["packages", "apps"].flatMap((group) =>
    files(join(root, group), (name) => name === "package.json", 1).map((file) => ({
      folder: dirname(file),
      path: relative(root, dirname(file)),
      manifest: JSON.parse(readFileSync(file, "utf8")) as Manifest,
    })),
  );
}

/** The packages that are published. */
export function readPublicPackages(): WorkspacePackage[] {
  return readWorkspace().filter(({ manifest }) => manifest.private !== true);
}

/** Files below `folder`, sorted, as absolute paths: none if there is no such folder. What is built or installed is left out. */
export function files(folder: string, wanted: (name: string) => boolean, depth = Number.POSITIVE_INFINITY): string[] {
  const found: string[] = [];
  for (const entry of readFolder(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (depth > 0 && !["node_modules", "dist", ".turbo"].includes(entry.name)) {
        found.push(...files(path, wanted, depth - 1));
      }
    } else if (wanted(entry.name)) found.push(path);
  }
  return found;
}

function readFolder(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return [];
  }
}
