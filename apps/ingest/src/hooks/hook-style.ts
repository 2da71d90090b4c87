import type { AccessRequest, Verdict } from "../auth/gate.js";
import type { HookName } from "../config/hooks.js";
import type { HookResponse } from "./hook-http.js";

/** What a hook is told. */
export interface HookCall {
  readonly hook: HookName;
  /** Of this call alone; the same for each of its tries. */
  readonly id: string;
  readonly time: Date;
  readonly app: string;
  /** Public name; empty for a connect. */
  readonly stream: string;
  /** Who asks, or asked before; absent if that is not known any more. */
  readonly request?: AccessRequest | undefined;
  /** What became of it. */
  readonly facts?: object | undefined;
}

/** How a call is written. */
export interface EncodedCall {
  readonly url: string;
  readonly method: "GET" | "POST";
  readonly contentType: string;
  /** What carries the call, and what is signed: the body, or the query that was added to the URL. */
  readonly content: string;
}

/** How hooks are called, and what their answers mean. */
export interface HookStyle {
  encode(call: HookCall, url: string): EncodedCall;
  /**
   * What an answer decides; statuses of a server that may do better next time do not come here.
   * @throws HookError if the answer can not be used.
   */
  decide(action: AccessRequest["action"], response: HookResponse): Verdict;
}
