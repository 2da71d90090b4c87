import { setTimeout as sleep } from "node:timers/promises";
import type { HookName, HooksConfig } from "../config/hooks.js";
import { abortReason, HookError, HookHttp, type HookResponse } from "./hook-http.js";
import { HookLane } from "./hook-lane.js";
import { signatureHeaders } from "./hook-signature.js";
import type { HookCall, HookStyle } from "./hook-style.js";

/** How long and how often a call is tried. */
export interface RetryPolicy {
  /** For all tries and pauses, and for waiting until there is room for the call, in ms. */
  readonly totalMs: number;
  readonly retries: number;
  /** The first pause; each one doubles, and is spread by half of it, in ms. */
  readonly pauseMs: number;
}

/** What a call came to. */
export interface CallResult {
  /** The answer, or why there is none. */
  readonly response: HookResponse | HookError;
  /** How often it was sent. */
  readonly tries: number;
}

/** Longest pause between two tries, in ms. */
const MAX_PAUSE_MS = 15_000;

/** Calls hooks: so many at once of each, again if that may help, and never longer than a policy says. */
export class HookCaller {
  readonly #http = new HookHttp();
  readonly #lanes = new Map<HookName, HookLane>();
  readonly #stops = new Set<() => void>();
  readonly #clock: () => number;
  #config: HooksConfig;
  #stopped = false;

  /** @param clock milliseconds of a clock that never goes back. */
  constructor(config: HooksConfig, clock: () => number) {
    this.#config = config;
    this.#clock = clock;
  }

  /** Other settings for calls from now on. */
  reload(config: HooksConfig): void {
    this.#config = config;
    this.#lanes.clear(); // those that are in one stay there
  }

  /** Gives up all calls. */
  stop(): void {
    this.#stopped = true;
    for (const stop of [...this.#stops]) stop();
    this.#http.close();
  }

  /**
   * Makes a call. Never rejects.
   * @param signal aborted when the answer is no longer wanted.
   */
  async call(
    call: HookCall,
    url: string,
    style: HookStyle,
    policy: RetryPolicy,
    signal?: AbortSignal,
  ): Promise<CallResult> {
    const abort = new AbortController();
    const end = (error: HookError) => (): void => abort.abort(error);
    const cancelled = end(new HookError("cancelled", "the answer is no longer wanted"));
    const stopped = end(new HookError("stopped", "the server stops"));
    const late = end(new HookError("timeout", `no answer within ${policy.totalMs} ms`));
    const timer = setTimeout(late, policy.totalMs);
    signal?.addEventListener("abort", cancelled, { once: true });
    this.#stops.add(stopped);
    if (signal?.aborted === true) cancelled();
    if (this.#stopped) stopped();
    const count = { tries: 0 };
    try {
      const work = (): Promise<HookResponse> => this.#try(call, url, style, policy, abort.signal, count);
      return { response: await this.#lane(call.hook).run(abort.signal, work), ...count };
    } catch (error) {
      const failure = error instanceof HookError ? error : new HookError("network", String(error));
      return { response: failure, ...count };
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", cancelled);
      this.#stops.delete(stopped);
    }
  }

  async #try(
    call: HookCall,
    url: string,
    style: HookStyle,
    { totalMs, retries, pauseMs }: RetryPolicy,
    signal: AbortSignal,
    count: { tries: number },
  ): Promise<HookResponse> {
    const { timeoutMs } = this.#config;
    const giveUpAt = this.#clock() + totalMs;
    for (let pause = pauseMs; ; pause = Math.min(2 * pause, MAX_PAUSE_MS)) {
      if (signal.aborted) throw abortReason(signal);
      count.tries++;
      const failure = await this.#once(call, url, style, Math.min(timeoutMs, totalMs), signal);
      if (!(failure instanceof HookError)) return failure;
      const wait = pause * (0.75 + Math.random() / 2);
      const again = failure.code === "network" || failure.code === "timeout" || failure.code === "status";
      if (!again || signal.aborted || count.tries > retries || this.#clock() + wait >= giveUpAt) throw failure;
      await sleep(wait, undefined, { signal }).catch(() => {}); // the loop looks at the signal
    }
  }

  async #once(
    call: HookCall,
    url: string,
    style: HookStyle,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<HookResponse | HookError> {
    try {
      const { content, contentType, ...target } = style.encode(call, url);
      const signature = signatureHeaders(this.#config.secrets, Math.floor(Date.now() / 1000), call.id, content);
      const headers = { ...signature, "content-type": contentType, accept: "application/json, */*;q=0.1" };
      const response = await this.#http.send({ ...target, headers, body: content }, timeoutMs, signal);
      const { status } = response;
      if (status !== 408 && status !== 429 && status < 500) return response;
      return new HookError("status", `status ${status}`, status);
    } catch (error) {
      if (error instanceof HookError) return error;
      throw error;
    }
  }

  #lane(hook: HookName): HookLane {
    const lane = this.#lanes.get(hook) ?? new HookLane(this.#config.concurrent, this.#config.waiting);
    this.#lanes.set(hook, lane);
    return lane;
  }
}
