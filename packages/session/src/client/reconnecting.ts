import { CapsEx } from "@rtmp/messages";
import { type Deferred, deferred } from "../deferred.js";
import { createAbort, type SessionSignal, systemClock, systemRandom } from "../platform.js";
import { type BackOffOptions, backOff } from "./back-off.js";
import { ClientError } from "./client-error.js";
import type { ReconnectRequest } from "./client-events.js";
import { ClientSession, type ClientSessionOptions, type TransportOpener } from "./client-session.js";
import { parseRtmpUrl, type RtmpUrl } from "./rtmp-url.js";

/** One connection of many. */
export interface Attempt {
  /** From 1, over all connections that were tried. */
  readonly number: number;
  /** Where it goes: not where the first one went, if the server has asked to be left for another. */
  readonly url: RtmpUrl;
  /**
   * Aborted when the work must come to its end: at once if the session is over, at the next keyframe if the server asked
   * to be left. Work that returns then goes on with the next connection.
   */
  readonly signal: SessionSignal;
}

/** What is done with each connection. */
export type ReconnectingWork = (session: ClientSession, attempt: Attempt) => Promise<void>;

/** How {@link reconnecting} goes about it. */
export interface ReconnectingOptions extends Omit<ClientSessionOptions, "signal"> {
  readonly backOff?: BackOffOptions;
  /** Failures in a row after which it gives up, with the last of them. @defaultValue Infinity */
  readonly maxFailures?: number;
  /** How long a connection must have worked for failures before it to be forgotten, in ms. @defaultValue 10 000 */
  readonly stableMs?: number;
  /** How long work has to end when the server asks to be left, in ms; then the session is closed. @defaultValue 1000 */
  readonly leaveMs?: number;
  /** Whether to try again. @defaultValue {@link isTransient} */
  readonly retry?: (error: ClientError) => boolean;
  /** Whether to go where the server asks. @defaultValue not from `rtmps` to `rtmp`; then it comes back to the same URL */
  readonly follow?: (to: RtmpUrl, from: RtmpUrl) => boolean;
  /** A wait begins, because of this error. For logs. */
  readonly onRetry?: (error: ClientError, waitMs: number) => void;
  /** From 0 to below 1. @defaultValue the runtime's */
  readonly randomFraction?: () => number;
  /** Gives up: {@link reconnecting} rejects with `aborted`, once the work has ended. */
  readonly signal?: SessionSignal;
}

const REFUSED_FOR_GOOD = new Set<string>([
  "bad-url",
  "authentication-required",
  "authentication-failed",
  "connect-rejected",
  "publish-rejected",
  "play-rejected",
  "stream-failed",
  "output-overflow",
  "application-error",
  "aborted",
]);

/**
 * Whether an error may be gone next time: networks, timeouts, servers that restart, and a name that the server still
 * holds for the connection that was lost (`NetStream.Publish.BadName`); not what a server refuses.
 */
export function isTransient(error: ClientError): boolean {
  return error.statusCode === "NetStream.Publish.BadName" || !REFUSED_FOR_GOOD.has(error.code);
}

/**
 * Works with a server over as many connections as it takes: after a lost one, waits longer each time and connects
 * again; when the server asks to be left (ReconnectRequest), goes where it says, at once.
 *
 * @param open opens a connection, such as `connectNode`.
 * @param work is given each connected session: publishes, plays. It is never called twice at a time: it must end soon
 * after `attempt.signal` is aborted, which a failing `send` or a player's loop do by themselves. When it returns before
 * that, all is done; what it throws that is no `ClientError` is thrown on.
 * @throws ClientError that is not to be retried, or one too many.
 */
export async function reconnecting(
  open: TransportOpener,
  work: ReconnectingWork,
  options: ReconnectingOptions,
): Promise<void> {
  const { clock = systemClock, signal, stableMs = 10_000, maxFailures = Number.POSITIVE_INFINITY } = options;
  const { retry = isTransient, follow = keepsEncryption, randomFraction = systemFraction } = options;
  let url = typeof options.url === "string" ? parseRtmpUrl(options.url) : options.url;
  let failures = 0;
  let moves = 0;
  for (let number = 1; ; number++) {
    const since = clock.now();
    const outcome = await new Connection(open, work, { ...options, url }, number).run();
    if (signal?.aborted === true) throw aborted();
    if (outcome === "done") return;
    if (clock.now() - since >= stableMs) {
      failures = 0;
      moves = 0;
    }
    if (outcome instanceof ClientError) {
      if (!retry(outcome) || ++failures >= maxFailures) throw outcome;
      const waitMs = backOff(failures, randomFraction(), options.backOff);
      options.onRetry?.(outcome, waitMs);
      await wait(waitMs, clock, signal);
    } else {
      if (follow(outcome.url, url)) url = outcome.url;
      // At once the first time, but not over and over, should two servers send us to each other.
      if (moves++ > 0) await wait(backOff(moves - 1, randomFraction(), options.backOff), clock, signal);
    }
  }
}

/** One connection, and the work with it. */
class Connection {
  readonly #session: ClientSession;
  readonly #work: ReconnectingWork;
  readonly #options: ReconnectingOptions & { readonly url: RtmpUrl };
  readonly #number: number;
  readonly #leave = createAbort();
  #request: ReconnectRequest | undefined;
  #cancelLeave: (() => void) | undefined;

  constructor(
    open: TransportOpener,
    work: ReconnectingWork,
    options: ReconnectingOptions & { readonly url: RtmpUrl },
    number: number,
  ) {
    this.#work = work;
    this.#options = options;
    this.#number = number;
    const { capabilities, onReconnectRequest } = options;
    this.#session = new ClientSession(open, {
      ...options,
      capabilities: { ...capabilities, capsEx: (capabilities?.capsEx ?? 0) | CapsEx.reconnect },
      onReconnectRequest: (request) => {
        this.#obey(request);
        onReconnectRequest?.(request);
      },
    });
  }

  /** @returns that all is done, where the server wants us to go, or what went wrong. */
  async run(): Promise<"done" | ReconnectRequest | ClientError> {
    const session = this.#session;
    try {
      await session.connect();
      void session.end.then(() => this.#leave.abort());
      const { url } = this.#options;
      await this.#work(session, { number: this.#number, url, signal: this.#leave.signal });
      if (this.#request !== undefined) return this.#request;
      if (!this.#leave.signal.aborted) return "done";
      return await this.#whyEnded();
    } catch (error) {
      if (this.#request !== undefined) return this.#request; // it was in the middle of something when time was up
      if (error instanceof ClientError) return error;
      throw error;
    } finally {
      this.#cancelLeave?.();
      await session.close();
    }
  }

  #obey(request: ReconnectRequest): void {
    if (this.#request !== undefined) return;
    this.#request = request;
    const { clock = systemClock, leaveMs = 1000 } = this.#options;
    this.#cancelLeave = clock.schedule(leaveMs, () => void this.#session.close("reconnect"));
    this.#leave.abort();
  }

  /** The work has ended because the session has. */
  async #whyEnded(): Promise<ClientError> {
    const { reason, cause } = await this.#session.end;
    return cause instanceof ClientError ? cause : new ClientError(reason, `The session ended: ${reason}.`, { cause });
  }
}

function keepsEncryption(to: RtmpUrl, from: RtmpUrl): boolean {
  return from.protocol === "rtmp" || to.protocol === "rtmps";
}

/** @throws ClientError `aborted` by the signal. */
async function wait(
  ms: number,
  clock: NonNullable<ReconnectingOptions["clock"]>,
  signal?: SessionSignal,
): Promise<void> {
  const over: Deferred<void> = deferred();
  const onAbort = (): void => over.reject(aborted());
  signal?.addEventListener("abort", onAbort, { once: true });
  const cancel = clock.schedule(ms, () => over.resolve());
  try {
    await over.promise;
  } finally {
    cancel();
    signal?.removeEventListener("abort", onAbort);
  }
}

function aborted(): ClientError {
  return new ClientError("aborted", "Reconnecting was called off.");
}

function systemFraction(): number {
  const bytes = new Uint8Array(4);
  systemRandom(bytes);
  return new DataView(bytes.buffer).getUint32(0) / 2 ** 32;
}
