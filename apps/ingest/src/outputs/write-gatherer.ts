/** Something that has output to flush. */
export interface Flushable {
  flush(): void;
}

/** Time as a gatherer needs it. */
export interface GatherTimer {
  /** Milliseconds of a clock that never goes back. */
  now(): number;
  /** Calls back once, after so many ms. */
  after(ms: number, callback: () => void): void;
  /** Calls back once, when all is done that is under way. */
  soon(callback: () => void): void;
}

const REAL_TIME: GatherTimer = {
  now: () => performance.now(),
  after: (ms, callback) => void setTimeout(callback, ms),
  soon: queueMicrotask,
};

/**
 * Gathers writes: fewer and larger ones cost less. What can wait does so for a bounded time, for something that can not and goes
 * out with it.
 */
export class WriteGatherer {
  readonly #ms: number;
  readonly #picturesWait: boolean;
  readonly #onError: (error: unknown) => void;
  readonly #timer: GatherTimer;
  /** Until when each waits. All wait equally long, so the first is due first. */
  readonly #waiting = new Map<Flushable, number>();
  #armed = false;
  #soon = new Set<Flushable>();
  readonly #flushSoon = (): void => {
    const outputs = this.#soon;
    this.#soon = new Set();
    for (const output of outputs) this.#flush(output);
  };

  /**
   * @param soundMs how long sound and data wait for a picture. @param pictureMs how long pictures may wait too, and all the rest then; 0: not at all.
   * @param onError told when an output threw, which it must not: the others go on.
   */
  constructor(soundMs: number, pictureMs: number, onError: (error: unknown) => void, timer = REAL_TIME) {
    this.#ms = pictureMs > 0 ? pictureMs : soundMs;
    this.#picturesWait = pictureMs > 0;
    this.#onError = onError;
    this.#timer = timer;
  }

  /** It has a picture to flush. */
  picture(output: Flushable): void {
    if (this.#picturesWait) this.later(output);
    else this.#flushWithAll(output);
  }

  /** Flushes it when it has waited long enough, counted from the first call, if it is not {@link forget forgotten} before. */
  later(output: Flushable): void {
    if (this.#ms === 0) this.#flushWithAll(output);
    else if (!this.#soon.has(output) && !this.#waiting.has(output)) {
      this.#waiting.set(output, this.#timer.now() + this.#ms);
      this.#arm(this.#ms);
    }
  }

  /** It has been flushed, and waits for nothing. */
  forget(output: Flushable): void {
    this.#waiting.delete(output);
    this.#soon.delete(output);
  }

  /** Flushes it when all is done that is under way: what one read brought goes out in one write. */
  #flushWithAll(output: Flushable): void {
    if (this.#soon.has(output)) return;
    this.#waiting.delete(output);
    this.#soon.add(output);
    if (this.#soon.size === 1) this.#timer.soon(this.#flushSoon);
  }

  #arm(ms: number): void {
    if (this.#armed) return;
    this.#armed = true;
    this.#timer.after(ms, () => {
      this.#armed = false;
      this.#flushDue();
    });
  }

  #flushDue(): void {
    const now = this.#timer.now();
    for (const [output, due] of this.#waiting) {
      if (due > now) {
        this.#arm(Math.ceil(due - now));
        return;
      }
      this.#waiting.delete(output);
      this.#flush(output);
    }
  }

  #flush(output: Flushable): void {
    try {
      output.flush();
    } catch (error) {
      this.#onError(error);
    }
  }
}
