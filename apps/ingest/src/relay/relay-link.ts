import {
  type Attempt,
  ClientError,
  type ClientSession,
  isTransient,
  parseRtmpUrl,
  type RtmpUrl,
  reconnecting,
  redactRtmpUrl,
  type TransportOpener,
} from "@rtmp/session";
import { nodeHmacSha256 } from "@rtmp/session/node";
import { CAPABILITIES } from "../client-capabilities.js";
import { secretsOf } from "../commands/secrets.js";
import type { StreamId } from "../hub/stream-id.js";
import { names, type RelayEvent, type RelayEvents, type RelayInfo } from "./relay-info.js";

/** What a relay's connections have in common. */
export interface RelayLinkOptions {
  readonly id: string;
  readonly direction: RelayInfo["direction"];
  /** Its name in the configuration. */
  readonly name: string;
  readonly stream: StreamId;
  /** Where it goes to or comes from: a secret. */
  readonly url: string | RtmpUrl;
  readonly open: TransportOpener;
  readonly events: RelayEvents;
  /** Whether to try again, though the server refuses. @defaultValue only for what may be gone next time */
  readonly persistent?: boolean;
}

/** One relay's way to another server: over as many connections as it takes, until it is stopped. */
export class RelayLink {
  readonly #options: RelayLinkOptions;
  readonly #url: RtmpUrl;
  readonly #hide: (text: string) => string;
  readonly #abort = new AbortController();
  #state: RelayInfo["state"] = "connecting";
  #stopReason: string | undefined;
  #attempts = 0;
  #isCounted = false; // the attempt that is under way
  #lastError: string | undefined;
  bytes = 0;
  messages = 0;
  droppedFrames = 0;

  /** @throws ClientError `bad-url`. */
  constructor(options: RelayLinkOptions) {
    this.#options = options;
    this.#url = typeof options.url === "string" ? parseRtmpUrl(options.url) : options.url;
    this.#hide = secretsOf(this.#url);
  }

  get info(): RelayInfo {
    const lastError = this.#lastError === undefined ? {} : { lastError: this.#lastError };
    const { bytes, messages, droppedFrames } = this;
    return {
      ...this.#event(),
      state: this.#state,
      attempts: this.#attempts,
      bytes,
      messages,
      droppedFrames,
      ...lastError,
    };
  }
  /** Aborted when the relay is to end. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /**
   * Works with the other server until `work` returns for good, or the relay is stopped. Never rejects.
   * @returns why it ended.
   */
  async run(work: (session: ClientSession, attempt: Attempt) => Promise<string>): Promise<string> {
    let reason = "stream-ended";
    try {
      await reconnecting(
        (url, options) => {
          // One that the server wants to be authenticated opens several connections.
          if (!this.#isCounted) this.#attempts++;
          this.#isCounted = true;
          return this.#options.open(url, options);
        },
        async (session, attempt) => {
          this.#isCounted = false;
          reason = await work(session, attempt);
        },
        {
          url: this.#url,
          capabilities: CAPABILITIES,
          hmacSha256: nodeHmacSha256,
          retry: (error) => this.#options.persistent === true || isTransient(error),
          onRetry: (error, waitMs) => this.#retry(error, waitMs),
          signal: this.#abort.signal,
        },
      );
    } catch (error) {
      reason = error instanceof ClientError ? error.code : "application-error";
      this.#lastError = this.#describe(error);
    }
    const { bytes, messages, droppedFrames } = this;
    reason = this.#stopReason ?? reason;
    this.#options.events.end({ ...this.#event(), reason, bytes, messages, droppedFrames });
    return reason;
  }

  /** Media flows. */
  live(): void {
    this.#state = "live";
    this.#lastError = undefined;
    this.#options.events.live(this.#event());
  }

  /** Ends the relay; {@link run} resolves with this reason. */
  stop(reason: string): void {
    this.#stopReason ??= reason;
    this.#abort.abort();
  }

  #retry(error: ClientError, waitMs: number): void {
    this.#state = "waiting";
    this.#isCounted = false;
    this.#lastError = this.#describe(error);
    const message = this.#lastError;
    this.#options.events.retry({ ...this.#event(), code: error.code, message, waitMs: Math.round(waitMs) });
  }

  /** What the other server said, without our secrets that it may repeat. */
  #describe(error: unknown): string {
    if (!(error instanceof ClientError)) return this.#hide(error instanceof Error ? error.message : String(error));
    const said = [error.statusCode, error.description].filter((text) => text !== undefined).join(": ");
    return this.#hide(said === "" ? error.message : `${error.message} (${said})`);
  }

  #event(): RelayEvent {
    const { id, direction, name, stream } = this.#options;
    return { id, direction, name, ...names(stream), url: redactRtmpUrl(this.#url) };
  }
}
