import type { Reporter, TestModule, TestRunEndReason, Vitest } from "vitest/node";

/** What a run came to. */
export interface Total {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** A line for each test that did not run, with the reason that it gave. */
  readonly notTried: readonly string[];
}

/**
 * Prints as the last line of a run what it came to over all packages: `120 passed, 0 failed`, with `, 3 skipped` where
 * tests did not run, and above it which ones. Where `RTMP_REQUIRE_CLIENTS` is `1` a test that does not run has failed.
 */
export default class TotalReporter implements Reporter {
  /** A run of tests picked by name leaves the others out on purpose. */
  #isPick = false;

  onInit({ config }: Vitest): void {
    this.#isPick = config.testNamePattern !== undefined;
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[], reason: TestRunEndReason): void {
    const total = count(modules, errors, reason, process.env.RTMP_REQUIRE_CLIENTS === "1" && !this.#isPick);
    if (total.failed > 0) process.exitCode = 1;
    // Written when the process leaves, below the default reporter's own summary.
    process.once("exit", () => console.log(lines(total, !this.#isPick).join("\n")));
  }
}

/** @param everyTest whether a test that did not run has failed. */
export function count(
  modules: readonly TestModule[],
  errors: readonly unknown[],
  reason: TestRunEndReason,
  everyTest: boolean,
): Total {
  let passed = 0;
  // An error outside a test (a file that does not load, a hook) is a failure as much as a failed test is.
  let failed = errors.length;
  const notTried: string[] = [];
  for (const module of modules) {
    failed += module.errors().length;
    for (const suite of module.children.allSuites()) failed += suite.errors().length;
    for (const test of module.children.allTests()) {
      const result = test.result();
      if (result.state === "passed") passed++;
      else if (result.state === "failed") failed++;
      else {
        const note = result.state === "skipped" && result.note !== undefined ? ` (${result.note})` : "";
        notTried.push(`${module.relativeModuleId} > ${test.fullName}${note}`);
      }
    }
  }
  if (everyTest) failed += notTried.length;
  if (reason !== "passed" && failed === 0) failed = 1; // interrupted, or no test was found
  return { passed, failed, skipped: everyTest ? 0 : notTried.length, notTried };
}

function lines({ passed, failed, skipped, notTried }: Total, withNames: boolean): string[] {
  return [
    ...(withNames && notTried.length > 0 ? ["Not tried on this machine:", ...notTried.map((name) => `  ${name}`)] : []),
    `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`,
  ];
}
