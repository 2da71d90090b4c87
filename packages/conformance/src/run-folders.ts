import type { Problem } from "./problem.js";
import { type Case, readFolder } from "./vector-files.js";

/** How many vectors passed; files and folders that are wrong as a whole count as failed. */
export interface Totals {
  readonly passed: number;
  readonly failed: number;
}

/** What {@link runFolders} needs. */
export interface RunFoldersOptions {
  /** Gives the verdict on one vector: `runVector`, or the `run` of a `WatchedRunner`. */
  readonly run: (job: Case) => Promise<readonly Problem[]>;
  /** Takes the report line by line. */
  readonly print: (line: string) => void;
}

/** More are the same fault again, as a rule. */
const SHOWN_PROBLEMS = 12;

/** Runs all vectors of some folders, prints each failure, and as the last line the totals. */
export async function runFolders(folders: readonly string[], { run, print }: RunFoldersOptions): Promise<Totals> {
  let passed = 0;
  let failed = 0;
  const fail = (where: string, problems: readonly Problem[]): void => {
    failed++;
    print(`FAIL ${where}`);
    for (const { what, expected, actual } of problems.slice(0, SHOWN_PROBLEMS))
      print(`  ${what}\n    expected: ${expected}\n    actual:   ${actual}`);
    if (problems.length > SHOWN_PROBLEMS) print(`  and ${problems.length - SHOWN_PROBLEMS} more`);
  };

  for (const folder of folders) {
    const { cases, failures } = readFolder(folder);
    for (const { file, problems } of failures) fail(file === undefined ? folder : `${folder}/${file}`, problems);
    for (const vector of cases) {
      const problems = await run(vector);
      if (problems.length === 0) passed++;
      else fail(`${vector.folder}/${vector.file}: ${vector.name}`, problems);
    }
  }
  print(`${passed} passed, ${failed} failed`);
  return { passed, failed };
}
