import { Worker } from "node:worker_threads";
import type { Problem } from "./problem.js";
import type { Case } from "./vector-files.js";

/** What the worker is told. */
export type Job = Omit<Case, "name">;

/** What the worker says: `ready` once, then the verdict of each job. */
export type WorkerMessage = "ready" | { readonly problems: readonly Problem[] };

/** How to watch. */
export interface WatchedRunnerOptions {
  /** The worker's script. @defaultValue `worker.js` beside this file, as built */
  readonly script?: URL;
  /** How long one vector may take, in milliseconds. @defaultValue 5000 */
  readonly timeoutMs?: number;
  /** Heap of the worker thread, in MiB: vectors are small, more is what a count promised. @defaultValue 512 */
  readonly heapLimitMb?: number;
}

/** A machine under load may need a while to start a thread; this counts for no vector. */
const START_TIMEOUT_MS = 30_000;

/**
 * Runs vectors one at a time in a worker thread and watches it: a vector that hangs, or that takes the thread down
 * with it, fails, and the next one gets a new thread.
 */
export class WatchedRunner {
  readonly #script: URL;
  readonly #timeoutMs: number;
  readonly #heapLimitMb: number;
  #worker: Worker | undefined;

  constructor(options: WatchedRunnerOptions = {}) {
    this.#script = options.script ?? new URL("./worker.js", import.meta.url);
    this.#timeoutMs = options.timeoutMs ?? 5000;
    this.#heapLimitMb = options.heapLimitMb ?? 512;
  }

  /** The verdict on one vector, as `runVector` gives it. Call again only when it has resolved; never rejects. */
  async run({ folder, file, vector }: Job): Promise<readonly Problem[]> {
    if (this.#worker === undefined) {
      const started = new Worker(this.#script, { resourceLimits: { maxOldGenerationSizeMb: this.#heapLimitMb } });
      started.on("error", () => {}); // reported by whoever waits; without a listener it would end the process
      const answer = await nextMessage(started, START_TIMEOUT_MS);
      if (answer !== "ready") {
        await started.terminate();
        return [{ what: "the worker", expected: "a start", actual: describe(answer, START_TIMEOUT_MS) }];
      }
      started.once("exit", () => {
        if (this.#worker === started) this.#worker = undefined; // it died between two vectors
      });
      this.#worker = started;
    }
    const worker = this.#worker;
    try {
      worker.postMessage({ folder, file, vector } satisfies Job);
    } catch (error) {
      return [{ what: "the vector", expected: "one that can be handed to a thread", actual: String(error) }];
    }
    const answer = await nextMessage(worker, this.#timeoutMs);
    if (typeof answer === "object" && "problems" in answer) return answer.problems;
    this.#worker = undefined;
    await worker.terminate();
    return [{ what: "the run", expected: "a verdict", actual: describe(answer, this.#timeoutMs) }];
  }

  /** Ends the worker. */
  async close(): Promise<void> {
    await this.#worker?.terminate();
    this.#worker = undefined;
  }
}

type Answer = WorkerMessage | "time-out" | { readonly failure: string };

function nextMessage(worker: Worker, timeoutMs: number): Promise<Answer> {
  return new Promise((resolve) => {
    const settle = (answer: Answer): void => {
      clearTimeout(timer);
      worker.off("message", settle).off("error", onError).off("exit", onExit);
      resolve(answer);
    };
    const onError = (error: unknown): void => settle({ failure: `the worker died: ${String(error)}` });
    const onExit = (code: number): void => settle({ failure: `the worker left with code ${code}` });
    const timer = setTimeout(settle, timeoutMs, "time-out");
    worker.on("message", settle).on("error", onError).on("exit", onExit);
  });
}

function describe(answer: Answer, timeoutMs: number): string {
  if (answer === "time-out") return `none within ${timeoutMs} ms: it hangs`;
  return typeof answer === "object" && "failure" in answer
    ? answer.failure
    : `an odd answer: ${JSON.stringify(answer)}`;
}
