import { abortReason, HookError } from "./hook-http.js";

/** Lets so many tasks run at once, and so many wait, in the order in which they came. */
export class HookLane {
  readonly #maxRunning: number;
  readonly #maxWaiting: number;
  readonly #waiting = new Set<() => void>();
  #running = 0;

  constructor(maxRunning: number, maxWaiting: number) {
    this.#maxRunning = maxRunning;
    this.#maxWaiting = maxWaiting;
  }

  /**
   * Runs a task when there is room for it.
   * @throws HookError `overloaded` if too many wait; the signal's reason if it was aborted before the task began; what the task throws.
   */
  async run<Result>(signal: AbortSignal, task: () => Promise<Result>): Promise<Result> {
    if (this.#running < this.#maxRunning) this.#running++;
    else await this.#turn(signal); // its place is handed over by the task that ends
    try {
      return await task();
    } finally {
      const [next] = this.#waiting;
      if (next === undefined) this.#running--;
      else next();
    }
  }

  #turn(signal: AbortSignal): Promise<void> {
    if (this.#waiting.size >= this.#maxWaiting) throw new HookError("overloaded", "too many calls wait");
    return new Promise((resolve, reject) => {
      const begin = (): void => {
        leave();
        resolve();
      };
      const cancel = (): void => {
        leave();
        reject(abortReason(signal));
      };
      const leave = (): void => {
        this.#waiting.delete(begin);
        signal.removeEventListener("abort", cancel);
      };
      this.#waiting.add(begin);
      signal.addEventListener("abort", cancel, { once: true });
      if (signal.aborted) cancel();
    });
  }
}
