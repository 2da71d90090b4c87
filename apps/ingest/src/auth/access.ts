import type { IngestConfig } from "../config/config.js";
import type { Emit, IngestEvents } from "../events.js";
import { Hooks } from "../hooks/hooks.js";
import type { Wanted } from "../hub/wanted.js";
import { AccessControl } from "./access-control.js";
import { type AccessFunctions, functionGate } from "./function-gate.js";
import type { AccessRequest, FrontGate, Gate, Verdict } from "./gate.js";

/** What an application brings to decide with. */
export interface AccessParts extends AccessFunctions {
  /** Asked who may connect, publish and play, when keys and hooks allow it. @defaultValue everybody */
  readonly gate?: Gate;
}

/** The sections of the configuration that say who may do what. */
type AccessConfig = Pick<IngestConfig, "auth" | "hooks">;

/** From the end of a hook's time to the end of a session's patience, in ms. */
const MARGIN_MS = 500;

/** Who may connect, publish and play: keys, signed URLs, hooks, and what the application says. */
export class Access implements FrontGate {
  readonly #control: AccessControl;
  readonly #hooks: Hooks;
  readonly #mostMs: number;
  readonly #ears: { readonly [Name in keyof IngestEvents]?: (...event: IngestEvents[Name]) => void } = {
    unpublish: (event) => this.#hooks.unpublished(event),
    stop: (event) => this.#hooks.stopped(event),
    recordingClosed: (event) => this.#hooks.recorded(event),
  };

  /** @param decisionMs how long a session waits for a decision; `undefined` if it waits for as long as hooks may take. */
  constructor(config: AccessConfig, parts: AccessParts, emit: Emit, decisionMs?: number) {
    const clock = (): number => performance.now();
    this.#mostMs =
      decisionMs === undefined ? Number.POSITIVE_INFINITY : Math.max(decisionMs - MARGIN_MS, decisionMs / 2);
    this.#hooks = new Hooks(this.#inTime(config.hooks), emit, clock);
    this.#control = new AccessControl(config.auth, {
      gates: [this.#hooks, ...(parts.gate === undefined ? [] : [parts.gate]), functionGate(parts)],
      onAllowed: (request, allowed) => this.#hooks.allowed(request, allowed),
      onError: (error) => emit("fault", { where: "gate", error }),
      clock,
      now: Date.now,
    });
  }

  check(request: AccessRequest, wanted: Wanted): Verdict | Promise<Verdict> {
    return this.#control.check(request, wanted);
  }

  /** Tells the hooks what has happened, as far as it is for them. */
  observe<Name extends keyof IngestEvents>(name: Name, ...event: IngestEvents[Name]): void {
    this.#ears[name]?.(...event);
  }

  /** Other keys, secrets, limits and hooks for all that asks from now on; what was allowed goes on. */
  reload(config: AccessConfig): void {
    this.#control.reload(config.auth);
    this.#hooks.reload(this.#inTime(config.hooks));
  }

  /** Resolves when the hooks know all that they are to be told, or can not be told. */
  finish(): Promise<void> {
    return this.#hooks.finish();
  }
  /** Gives up all hooks that are under way. */
  stop(): void {
    this.#hooks.stop();
  }

  /** A hook is never waited for longer than a session waits: so the encoder learns why. */
  #inTime(hooks: AccessConfig["hooks"]): AccessConfig["hooks"] {
    return { ...hooks, totalMs: Math.min(hooks.totalMs, this.#mostMs) };
  }
}

/** How long a session has to wait for a decision, in ms, so that hooks have their time. */
export function decisionTime({ hooks, play }: Pick<IngestConfig, "hooks" | "play">, least: number): number {
  return Math.max(least, hooks.totalMs + play.waitMs + 2 * MARGIN_MS);
}
