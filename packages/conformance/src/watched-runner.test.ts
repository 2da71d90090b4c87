import { afterEach, describe, expect, test } from "vitest";
import { WatchedRunner } from "./index.js";

const job = { folder: ".", file: "amf0.json", vector: {} };
let runner: WatchedRunner;
afterEach(() => runner.close());

/** A runner over a worker written on the spot: `onJob` is the body of its answer to a job. */
function watch(onJob: string, timeoutMs = 30_000, start = `parentPort.postMessage("ready");`): WatchedRunner {
  const source = `
    import { parentPort } from "node:worker_threads";
    let jobs = 0;
    parentPort.on("message", ({ vector }) => { jobs++; ${onJob} });
    ${start}`;
  const script = new URL(`data:text/javascript,${encodeURIComponent(source)}`);
  runner = new WatchedRunner({ script, timeoutMs, heapLimitMb: 32 });
  return runner;
}

const answer = `parentPort.postMessage({ problems: [{ what: "jobs", expected: "", actual: String(jobs) }] });`;

describe("WatchedRunner", () => {
  test("passes verdicts on, from one thread as long as it lives", async () => {
    watch(answer);
    expect(await runner.run(job)).toMatchObject([{ actual: "1" }]);
    expect(await runner.run(job)).toMatchObject([{ actual: "2" }]);
  });

  test("ends a vector that hangs, and gives the next one a new thread", async () => {
    watch(`if (vector === "hangs") for (;;); ${answer}`, 200);
    expect(await runner.run({ ...job, vector: "hangs" })).toMatchObject([{ actual: "none within 200 ms: it hangs" }]);
    expect(await runner.run({ ...job, vector: "hangs" })).toMatchObject([{ actual: "none within 200 ms: it hangs" }]);
    await runner.close();
    watch(`if (vector === "never answers") return; ${answer}`, 200);
    expect(await runner.run({ ...job, vector: "never answers" })).toMatchObject([{ expected: "a verdict" }]);
    await runner.close();
    watch(answer);
    expect(await runner.run(job)).toMatchObject([{ actual: "1" }]);
  });

  test.for([
    ["throws outside the run", `throw new Error("bang");`, "bang"],
    ["ends the thread", `process.exit(3);`, "code 3"],
    ["takes all memory", `const kept = []; for (;;) kept.push(new Array(100_000).fill(jobs));`, "memory"],
    ["answers with nonsense", `parentPort.postMessage("ready");`, "an odd answer"],
  ] as const)("fails a vector that %s", async ([, onJob, what]) => {
    watch(onJob);
    const [problem] = await runner.run(job);
    expect(problem?.actual).toContain(what);
    expect(await runner.run(job)).toHaveLength(1); // with a new thread, to the same end
  });

  test("fails a vector that can not be handed over", async () => {
    watch(answer);
    let deep: unknown = 0;
    for (let depth = 0; depth < 200_000; depth++) deep = [deep];
    expect(await runner.run({ ...job, vector: deep })).toMatchObject([{ what: "the vector" }]);
    expect(await runner.run(job)).toMatchObject([{ actual: "1" }]);
  });

  test("replaces a thread that dies between two vectors", async () => {
    watch(
      `${answer} if (vector === "late") parentPort.removeAllListeners("message"), setImmediate(() => process.exit(1));`,
    );
    expect(await runner.run({ ...job, vector: "late" })).toMatchObject([{ actual: "1" }]);
    const after = [...(await runner.run(job)), ...(await runner.run(job))]; // the first may still meet the dying one
    expect(after.map(({ actual }) => actual)).toContain("1");
  });

  test("fails a vector if there is no thread to be had", async () => {
    watch(answer, 30_000, `throw new Error("no start");`);
    expect(await runner.run(job)).toMatchObject([{ what: "the worker", expected: "a start" }]);
  });
});
