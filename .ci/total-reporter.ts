import type { Reporter, TestModule, TestRunEndReason } from "vitest/node";

/** Prints the total over all packages as the last line of a run. */
export default class TotalReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[], _reason: TestRunEndReason): void {
    let passed = 0;
    // An error outside a test, or a file that could not be loaded, is a failure as much as a failed test is.
    let failed = errors.length;
    let skipped = 0;
    for (const module of modules) {
      if (module.errors().length > 0) failed++;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === "passed") passed++;
        else if (state === "failed") failed++;
        else skipped++;
      }
    }
    const tail = skipped > 0 ? `, ${skipped} skipped` : "";
    // Written when the process leaves, after the default reporter's own summary.
    process.once("exit", () => console.log(`${passed} passed, ${failed} failed${tail}`));
  }
}
