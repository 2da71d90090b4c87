import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { VECTOR_FILES } from "./layers/layers.js";
import type { Problem } from "./problem.js";
import { checkFile } from "./shapes/file.js";
import { own } from "./shapes/shape.js";

/** One vector, not yet checked, and where it came from. */
export interface Case {
  readonly folder: string;
  /** Name of the file in that folder. */
  readonly file: string;
  /** The vector's own name, or its position if it has none. */
  readonly name: string;
  readonly vector: unknown;
}

/** A folder or file that is wrong as a whole. */
export interface FileFailure {
  readonly folder: string;
  /** `undefined`: the folder itself. */
  readonly file: string | undefined;
  readonly problems: readonly Problem[];
}

/** What a folder of vector files holds. */
export interface FolderContents {
  readonly cases: readonly Case[];
  readonly failures: readonly FileFailure[];
}

/** JSON files that lie beside captures and are no vectors. */
const NO_VECTORS = /^expected\.json$|\.?timing\.json$/;

/** Reads all vector files of a folder. What can not be read or is not known is a failure; files other than JSON are ignored. */
export function readFolder(folder: string): FolderContents {
  const cases: Case[] = [];
  const failures: FileFailure[] = [];
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => name.endsWith(".json"));
  } catch (error) {
    return { cases, failures: [{ folder, file: undefined, problems: [unreadable("the folder", error)] }] };
  }
  if (names.length === 0)
    failures.push({
      folder,
      file: undefined,
      problems: [{ what: "the folder", expected: "vector files", actual: "none" }],
    });
  const known = VECTOR_FILES.filter((file) => names.includes(file));
  for (const file of known) readFile(folder, file, cases, failures);
  for (const file of names.sort()) {
    if (known.includes(file) || NO_VECTORS.test(file)) continue;
    const expected = `one of ${VECTOR_FILES.join(", ")}`;
    failures.push({ folder, file, problems: [{ what: "unknown vector file", expected, actual: file }] });
  }
  return { cases, failures };
}

function readFile(folder: string, file: string, cases: Case[], failures: FileFailure[]): void {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(join(folder, file), "utf8"));
  } catch (error) {
    failures.push({ folder, file, problems: [unreadable("the file", error)] });
    return;
  }
  const problems = checkFile(content);
  if (problems.length > 0) failures.push({ folder, file, problems });
  const vectors = own(content, "vectors");
  if (!Array.isArray(vectors)) return;
  for (const [index, vector] of vectors.entries()) {
    const name = own(vector, "name");
    cases.push({ folder, file, name: typeof name === "string" ? name : `vectors[${index}]`, vector });
  }
}

function unreadable(what: string, error: unknown): Problem {
  return { what, expected: "readable", actual: error instanceof Error ? error.message : String(error) };
}
