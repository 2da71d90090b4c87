import { randomUUID } from "node:crypto";
import { type AccessRequest, type Allowed, DENIED, type Gate, type Verdict } from "../auth/gate.js";
import { hiddenName } from "../auth/hidden-name.js";
import type { HookName, HooksConfig } from "../config/hooks.js";
import type { Emit, HookEvent, RecordingClosedEvent, StopEvent, UnpublishEvent } from "../events.js";
import { type CallResult, HookCaller } from "./hook-caller.js";
import { HookError } from "./hook-http.js";
import type { HookCall, HookStyle } from "./hook-style.js";
import { jsonStyle } from "./json-style.js";
import { nginxStyle } from "./nginx-style.js";
import { RequestMemory } from "./request-memory.js";

/** Pauses before the second try of a decision, and of what only tells, in ms. */
const DECISION_PAUSE_MS = 200;
const NOTICE_PAUSE_MS = 500;
/** What only tells is tried until its time is over. */
const UNTIL_THE_END = Number.POSITIVE_INFINITY;

/** The HTTP hooks: a gate that asks them, and ears for what they are told. */
export class Hooks implements Gate {
  readonly #caller: HookCaller;
  readonly #emit: Emit;
  readonly #clock: () => number;
  readonly #memory = new RequestMemory();
  /** Notices under way or waiting. */
  readonly #notices = new Set<Promise<void>>();
  #config: HooksConfig;
  #style: HookStyle;

  /** @param clock milliseconds of a clock that never goes back. */
  constructor(config: HooksConfig, emit: Emit, clock: () => number) {
    this.#config = config;
    this.#style = styleOf(config);
    this.#caller = new HookCaller(config, clock);
    this.#emit = emit;
    this.#clock = clock;
  }

  /** Other hooks from now on; calls under way go on. */
  reload(config: HooksConfig): void {
    this.#config = config;
    this.#style = styleOf(config);
    this.#caller.reload(config);
  }

  /** Whether somebody is asked before this is done. */
  asks(action: AccessRequest["action"]): boolean {
    return this.#urlOf(action) !== undefined;
  }

  async check(request: AccessRequest, signal: AbortSignal): Promise<Verdict> {
    const { action, app, stream } = request;
    const url = this.#urlOf(action);
    if (url === undefined) return { allowed: true };
    const call = { hook: action, id: randomUUID(), time: new Date(), app, stream, request };
    const { totalMs, retries } = this.#config;
    const style = this.#style;
    const startedAt = this.#clock();
    const result = await this.#caller.call(call, url, style, { totalMs, retries, pauseMs: DECISION_PAUSE_MS }, signal);
    const verdict = decide(style, action, result);
    const outcome = verdict instanceof HookError ? "failed" : verdict.allowed ? "allowed" : "refused";
    this.#report(call, outcome, verdict instanceof HookError ? { ...result, response: verdict } : result, startedAt);
    const shown = action === "connect" ? undefined : hiddenName(stream); // it may be a key that the hook knows
    if (!(verdict instanceof HookError)) return verdict.allowed ? verdict : { ...verdict, shown };
    const description = "The server can not decide this at the moment: try again later.";
    const reason = `hook-${verdict.code}`;
    return { allowed: false, code: DENIED[action], description, reason, shown, counts: false };
  }

  /**
   * Something was allowed, by all who were asked.
   * @param request as the hooks know it.
   */
  allowed(request: AccessRequest, { stream = request.stream }: Allowed): void {
    if (request.action !== "connect" && this.#tells(request.action))
      this.#memory.remember(request, request.app, stream);
  }

  unpublished(event: UnpublishEvent): void {
    if (!this.#tells("publish")) return;
    const { app, stream, connection } = event;
    this.#tell("unpublish", app, stream, event, this.#memory.recall("publish", connection, app, stream));
    this.#memory.forget("publish", connection, app, stream);
  }
  stopped(event: StopEvent): void {
    if (!this.#tells("play")) return;
    const { app, stream, connection } = event;
    this.#tell("stop", app, stream, event, this.#memory.recall("play", connection, app, stream));
    this.#memory.forget("play", connection, app, stream);
  }
  recorded(event: RecordingClosedEvent): void {
    const { app, stream } = event;
    this.#tell("record", app, stream, event, this.#memory.recall("publish", undefined, app, stream));
  }

  /** Resolves when all that is to be told has been, or can not be. */
  async finish(): Promise<void> {
    while (this.#notices.size > 0) await Promise.all(this.#notices);
  }

  /** Gives up what is under way. */
  stop(): void {
    this.#caller.stop();
  }

  #tell(hook: HookName, app: string, stream: string, facts: object, request: AccessRequest | undefined): void {
    const url = this.#urlOf(hook);
    if (url === undefined) return;
    const call = { hook, id: randomUUID(), time: new Date(), app, stream, request, facts };
    const notice = this.#deliver(call, url).finally(() => this.#notices.delete(notice));
    this.#notices.add(notice);
  }

  async #deliver(call: HookCall, url: string): Promise<void> {
    const startedAt = this.#clock();
    const policy = { totalMs: this.#config.notifyMs, retries: UNTIL_THE_END, pauseMs: NOTICE_PAUSE_MS };
    const result = await this.#caller.call(call, url, this.#style, policy);
    const { response } = result;
    const delivered = !(response instanceof HookError) && response.status >= 200 && response.status < 400;
    this.#report(call, delivered ? "delivered" : "failed", result, startedAt);
  }

  #report(
    { hook, id, request }: HookCall,
    outcome: HookEvent["outcome"],
    { response, tries }: CallResult,
    startedAt: number,
  ): void {
    const failure =
      response instanceof HookError
        ? { reason: response.code, detail: response.message }
        : outcome === "failed"
          ? { reason: "status" }
          : {};
    const { status } = response;
    const connection = request?.connection;
    const durationMs = Math.round(this.#clock() - startedAt);
    this.#emit("hook", {
      ...{ hook, id, outcome, ...failure, tries, durationMs },
      ...(status !== undefined && { status }),
      ...(connection !== undefined && { connection }),
    });
  }

  /** Whether the end of what is allowed now will be told. */
  #tells(action: "publish" | "play"): boolean {
    const ends: readonly HookName[] = action === "play" ? ["stop"] : ["unpublish", "record"];
    return ends.some((hook) => this.#urlOf(hook) !== undefined);
  }

  #urlOf(hook: HookName): string | undefined {
    const { urls, url, events } = this.#config;
    return urls[hook] ?? (events.includes(hook) ? url : undefined);
  }
}

function styleOf({ style, method }: HooksConfig): HookStyle {
  return style === "json" ? jsonStyle : nginxStyle(method);
}

function decide(style: HookStyle, action: AccessRequest["action"], { response }: CallResult): Verdict | HookError {
  if (response instanceof HookError) return response;
  try {
    return style.decide(action, response);
  } catch (error) {
    if (error instanceof HookError) return error;
    throw error;
  }
}
