// What every JavaScript runtime offers and `lib: ES2022` does not declare. Only the parts used here, in this one file.

/** What an abort signal can do here; a platform's own `AbortSignal` fits. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: "abort", listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/** The platform's `AbortSignal` where its types are loaded, so that it can be handed to `fetch`; else its outline. */
export type SessionSignal = typeof globalThis extends { AbortSignal: { prototype: infer Signal } }
  ? Signal
  : AbortSignalLike;

declare const AbortController: new () => { readonly signal: SessionSignal; abort(reason?: unknown): void };
declare const crypto: { getRandomValues(target: Uint8Array): unknown };
declare const performance: { now(): number };
declare const setTimeout: (callback: () => void, ms: number) => unknown;
declare const clearTimeout: (timer: unknown) => void;

/** Time as a session sees it. Tests bring their own. */
export interface Clock {
  /** Milliseconds since any moment; never goes back. */
  now(): number;
  /**
   * Calls back once after `ms`; with a moment, if what the peer sent until then has been read: what came later came in time.
   * @returns what cancels it.
   */
  schedule(ms: number, callback: (readUntil?: number) => void): () => void;
}

/** The longest delay that every runtime's timers take. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The runtime's monotonic clock and timers. */
export const systemClock: Clock = {
  now: () => performance.now(),
  schedule(ms, callback) {
    // Between two timers a runtime looks at its sockets: what has come is read, so that nobody counts as silent who is not.
    const onTime = (): void => {
      const readUntil = performance.now();
      timer = setTimeout(() => callback(readUntil), 0);
    };
    let timer = setTimeout(onTime, Math.min(Math.max(0, Math.ceil(ms)), MAX_TIMER_MS));
    return () => clearTimeout(timer);
  },
};

/** Random bytes from the runtime, at most 64 KiB at once. */
export function systemRandom(target: Uint8Array): void {
  crypto.getRandomValues(target);
}

/** A signal and what sets it off. */
export function createAbort(): { readonly signal: SessionSignal; abort(reason?: unknown): void } {
  return new AbortController();
}

/** A signal that is made when somebody asks for it: most never do, and it costs as much as decoding a command. */
export class LazyAbort {
  #made: ReturnType<typeof createAbort> | undefined;
  #reason: { readonly reason: unknown } | undefined;

  get signal(): SessionSignal {
    if (this.#made === undefined) {
      this.#made = createAbort();
      if (this.#reason !== undefined) this.#made.abort(this.#reason.reason);
    }
    return this.#made.signal;
  }

  get aborted(): boolean {
    return this.#reason !== undefined;
  }

  abort(reason: unknown): void {
    this.#reason ??= { reason };
    this.#made?.abort(reason);
  }
}
