import type { HmacSha256 } from "@rtmp/handshake";
import { type Deferred, deferred } from "../deferred.js";
import type { EndReason, SessionEnd } from "../end.js";
import type { ServerEvent } from "../events.js";
import {
  DEFAULT_SESSION_LIMITS,
  DEFAULT_SESSION_TIMEOUTS,
  type SessionLimits,
  type SessionTimeouts,
} from "../limits.js";
import { type Clock, systemClock, systemRandom } from "../platform.js";
import { receiveFrom, type Transport, type TransportFlow } from "../transport.js";
import type { SessionHandler } from "./handler.js";
import { MediaOutlet } from "./media-outlet.js";
import { Output } from "./output.js";
import type { Status } from "./replies.js";
import { type Answers, Requests } from "./requests.js";
import { type OutgoingMedia, ServerConnection } from "./server-connection.js";

/** What a {@link ServerSession} is made of. */
export interface ServerSessionOptions {
  readonly handler: SessionHandler;
  readonly limits?: Partial<SessionLimits>;
  readonly timeouts?: Partial<SessionTimeouts>;
  /**
   * Whose payloads of media are. `own`: each is an array of its own, to be kept. `borrowed`: it is there until `SessionHandler.media`
   * returns, not until its promise settles; who keeps it copies it. That spares an allocation a message, and mostly a copy.
   * @defaultValue "own"
   */
  readonly payloads?: "own" | "borrowed";
  /** HMAC-SHA256 for the digest handshake, such as `nodeHmacSha256`. @defaultValue the portable one */
  readonly hmacSha256?: HmacSha256;
  /** @defaultValue the runtime's `crypto.getRandomValues` */
  readonly random?: (target: Uint8Array) => void;
  /** @defaultValue the runtime's monotonic clock and timers */
  readonly clock?: Clock;
  /**
   * Calls back when there is time: for the end of a connection that publishes and plays nothing, so that a crowd that leaves does
   * not keep those waiting who come. @defaultValue at once
   */
  readonly whenIdle?: (callback: () => void) => void;
}

const NEVER = Number.POSITIVE_INFINITY;

/**
 * Drives a {@link ServerConnection} over a transport: reads, writes, keeps one timer, and asks the handler.
 * One per connection; `run` it once.
 */
export class ServerSession {
  readonly #transport: Transport;
  readonly #handler: SessionHandler;
  readonly #limits: SessionLimits;
  readonly #timeouts: SessionTimeouts;
  readonly #clock: Clock;
  readonly #whenIdle: ServerSessionOptions["whenIdle"];
  readonly #connection: ServerConnection;
  readonly #requests: Requests;
  readonly #output: Output;
  readonly #settled = deferred<SessionEnd>();
  readonly #madeAt: number;
  #started = false;
  #pumping = false;
  #pump: Promise<void> | undefined; // while it waits for the handler
  #stalled: Deferred<void> | undefined; // settles the handler's wait when the connection ends
  #flow: TransportFlow | undefined; // since it runs
  #resting = false; // whether the application wants nothing to be read now
  #held = false; // whether nothing is read now
  #deliverBy = NEVER;
  #closeBy = NEVER;
  #closing = false;
  #peerEnded = false;
  #saidGoodbye = false;
  #finished = false;
  #lateError: unknown;
  #timer: { readonly at: number; cancel(): void } | undefined;

  constructor(transport: Transport, options: ServerSessionOptions) {
    this.#transport = transport;
    this.#handler = options.handler;
    this.#requests = new Requests(options.handler, (requestId) => this.#answersTo(requestId));
    this.#limits = { ...DEFAULT_SESSION_LIMITS, ...options.limits };
    this.#timeouts = { ...DEFAULT_SESSION_TIMEOUTS, ...options.timeouts };
    this.#clock = options.clock ?? systemClock;
    this.#whenIdle = options.whenIdle;
    this.#madeAt = this.#clock.now();
    this.#connection = new ServerConnection({
      random: options.random ?? systemRandom,
      now: this.#madeAt,
      payloads: options.payloads ?? "own",
      limits: options.limits,
      timeouts: options.timeouts,
      ...(options.hmacSha256 && { hmacSha256: options.hmacSha256 }),
    });
    this.#output = new Output(transport, this.#connection, this.#timeouts.writeMs, () => this.#clock.now(), {
      congested: () => this.#arm(),
      moved: () => {
        if (!this.#output.congested) this.#drained();
        this.#arm();
      },
      broken: (error) => {
        this.#connection.receiveEnd("reset", error);
        this.#process();
      },
    });
  }

  /** Where the connection stands; `closing` while last words are on their way. */
  get state(): ServerConnection["state"] | "closing" {
    const { state } = this.#connection;
    return state === "closed" && !this.#finished ? "closing" : state;
  }
  /** Whether a publish or play was ever accepted. */
  get accepted(): boolean {
    return this.#connection.accepted;
  }
  /** Bytes held for the peer: unparsed input, unfinished messages, output not yet taken by the transport. */
  get heldBytes(): number {
    return this.#connection.heldBytes + this.#output.heldBytes;
  }
  /** Bytes from the peer, the handshake included. */
  get bytesReceived(): number {
    return this.#connection.bytesReceived;
  }
  /** Bytes given to the transport. */
  get bytesSent(): number {
    return this.#output.bytesSent;
  }
  /** How long the handshake took, from the session's making on, in ms; undefined while it is not done. */
  get handshakeMs(): number | undefined {
    const { handshakenAt } = this.#connection;
    return handshakenAt === undefined ? undefined : handshakenAt - this.#madeAt;
  }
  /** Address of the peer, as the transport has it. */
  get remoteAddress(): string | undefined {
    return this.#transport.remoteAddress;
  }

  /**
   * Serves the connection to its end. Never rejects: what went wrong is the reason, and its error the cause.
   * @throws TypeError if called twice.
   */
  run(): Promise<SessionEnd> {
    if (this.#started) throw new TypeError("A session runs once.");
    this.#started = true;
    this.#arm();
    this.#flow = receiveFrom(this.#transport, {
      data: (bytes, length) => this.#receive(bytes, length),
      end: () => this.#leave(),
      broken: (error) => this.#readEnd("reset", error),
    });
    return this.#settled.promise;
  }

  /**
   * Ends the session for the application. With a `status` the peer is told first, on each publishing stream or else on
   * the connection. `run` resolves with `by: "application"` and this reason.
   */
  close(reason: EndReason, status?: { readonly code: string; readonly description: string }): void {
    this.#connection.close(reason, status && { level: "error", ...status });
    this.#process();
  }

  /**
   * Asks the client to leave: to connect anew, and to close this connection when it is ready to (Enhanced RTMP v2). It is served
   * until then.
   * @param tcUrl where to go: an application's URL, or a part of one, which the client resolves against its own. @defaultValue the same place
   * @param description for people.
   * @returns whether the client was asked: it must be connected, and have said that it knows of such requests (`CapsEx.reconnect`).
   */
  requestReconnect(tcUrl?: string, description?: string): boolean {
    const asked = this.#connection.requestReconnect(tcUrl, description);
    this.flush();
    return asked;
  }

  /**
   * Reads nothing more until {@link resumeReading}; what was read is dealt with, also the rest of the read that is under way. What the
   * peer sends meanwhile waits in the system's buffers, so that a rest of some dozens of milliseconds makes one read of several, which
   * costs less than each by itself. For moments: the peer's deadlines go on, and its leaving is seen afterwards.
   * @returns false, and reads on, if the transport does not gather what comes (`TransportFlow.gathers`), if the session does not run yet,
   * or for some milliseconds when the peer is to be acknowledged, to see that it is silent.
   */
  holdReading(): boolean {
    if (this.#flow?.gathers !== true || this.#connection.owesAcknowledgement) return false;
    this.#resting = true;
    this.#regulate();
    return true;
  }
  /** Reads on after {@link holdReading}. */
  resumeReading(): void {
    this.#resting = false;
    this.#regulate();
  }

  // ---- to a player ----

  /** Own chunk size, in bytes: the one for which chunks given to a {@link MediaOutlet} must be cut. */
  get chunkSize(): number {
    return this.#connection.chunkSize;
  }
  /** Whether the transport still has enough to write. What is sent now waits in memory; better wait for `SessionHandler.drain`. */
  get congested(): boolean {
    return this.#output.congested;
  }
  /** Sends a message on a stream that plays, with the next {@link flush}. Ignored on one that does not, or no longer. */
  sendMedia(messageStreamId: number, message: OutgoingMedia): void {
    this.#connection.sendMedia(messageStreamId, message);
  }
  /** The way for media that is made once for many players, to a stream that plays now. @throws RangeError if it does not. */
  mediaOutlet(messageStreamId: number): MediaOutlet {
    return new MediaOutlet({
      ...this.#connection.playing(messageStreamId),
      output: this.#output,
      flush: () => this.flush(),
    });
  }
  /** Writes what was sent, in one piece, unless {@link congested}. */
  flush(): void {
    if (this.#connection.end !== undefined) this.#close();
    else this.#write();
  }
  /** Says something to a player, such as `NetStream.Play.PublishNotify`. Ignored on a stream that does not play. */
  notify(messageStreamId: number, status: Status): void {
    this.#connection.notify(messageStreamId, status);
    this.flush();
  }
  /** Tells a player that its stream begins (again), or has run dry for now. Ignored on a stream that does not play. */
  signal(messageStreamId: number, event: "streamBegin" | "streamDry"): void {
    this.#connection.signal(messageStreamId, event);
    this.flush();
  }
  /**
   * Ends what a stream publishes, and tells its publisher why; other streams of the connection go on, without any it ends
   * with this reason. Ignored on a stream that does not publish.
   */
  endPublication(
    messageStreamId: number,
    reason: EndReason,
    status: { readonly code: string; readonly description: string },
  ): void {
    this.#connection.endPublication(messageStreamId, reason, { level: "error", ...status });
    this.#process();
  }
  /** Ends a playback: StreamEOF, `UnpublishNotify`, `Play.Stop`. The connection goes on; players leave by themselves. */
  endPlayback(messageStreamId: number): void {
    this.#connection.endPlayback(messageStreamId, this.#clock.now());
    this.#afterProcessing();
  }

  // ---- reading ----

  #receive(bytes: Uint8Array, length?: number): void {
    if (this.#connection.end !== undefined) return; // the peer may still be talking while it reads our last words
    const now = this.#clock.now(); // once for all of it: asking costs as much as a small message
    try {
      this.#connection.receive(bytes, now, length);
    } catch (error) {
      this.#fail(error); // a mistake of ours ends this connection and nothing else
    }
    this.#process(now);
    this.#connection.detachInput(); // the transport may use the array again
  }

  /** The peer has closed its side. */
  #leave(): void {
    if (this.#whenIdle === undefined || this.#connection.state !== "connected") this.#readEnd("closed");
    else this.#whenIdle(() => this.#readEnd("closed"));
  }

  #readEnd(reason: "closed" | "reset", error?: unknown): void {
    if (this.#pump !== undefined) {
      void this.#pump.then(() => this.#readEnd(reason, error)); // first what was read before
      return;
    }
    this.#connection.receiveEnd(reason, error);
    this.#peerEnded = true;
    this.#process();
    this.#finishIfDrained();
  }

  /** Reads on, unless the application wants to rest or to be waited for, or enough waits for a decision. */
  #regulate(): void {
    const connection = this.#connection;
    const held =
      connection.end === undefined &&
      (this.#resting ||
        this.#pump !== undefined ||
        (connection.deciding && connection.heldBytes >= this.#limits.maxReadAhead));
    if (held === this.#held) return;
    this.#held = held;
    if (held) this.#flow?.pause();
    else this.#flow?.resume();
  }

  /** Hands out all events that are there; stops where a handler wants to be waited for. */
  #process(now = this.#clock.now()): void {
    if (this.#pumping) {
      // Called from within a handler, or while one is waited for: the loop that is under way goes on by itself.
      if (this.#connection.end !== undefined) this.#stalled?.resolve();
      return;
    }
    this.#pumping = true;
    const wait = this.#deliverAll(now);
    if (wait === undefined) this.#pumping = false;
    else {
      this.#pump = this.#deliverSlowly(wait).finally(() => {
        this.#pump = undefined;
        this.#pumping = false;
        this.#afterProcessing();
      });
    }
    this.#afterProcessing();
  }

  #afterProcessing(): void {
    this.#regulate();
    if (this.#connection.end !== undefined) this.#close();
    else this.#write();
    this.#arm();
  }

  #deliverAll(now: number): Promise<void> | undefined {
    for (;;) {
      let event: ServerEvent | undefined;
      try {
        event = this.#connection.read(now);
        if (event === undefined) return undefined;
        const wait = this.#deliver(event);
        if (wait !== undefined) return wait;
      } catch (error) {
        // An error of the handler, or of ours: either way it ends this connection and nothing else.
        this.#fail(error);
      }
    }
  }

  async #deliverSlowly(first: Promise<void>): Promise<void> {
    for (let wait: Promise<void> | undefined = first; wait !== undefined; wait = this.#deliverAll(this.#clock.now())) {
      this.#connection.hold(this.#clock.now());
      this.#deliverBy = this.#clock.now() + this.#timeouts.deliveryMs;
      this.#stalled = deferred();
      this.#arm();
      try {
        await Promise.race([wait, this.#stalled.promise]);
      } catch (error) {
        this.#fail(error);
      }
      this.#stalled = undefined;
      this.#deliverBy = NEVER;
      this.#connection.release(this.#clock.now());
    }
  }

  #deliver(event: ServerEvent): Promise<void> | undefined {
    switch (event.type) {
      case "media":
        return this.#handler.media?.(event.message, event.publication) ?? undefined;
      case "connect":
        this.#watch(this.#requests.connect(event));
        return undefined;
      case "publish":
        this.#watch(this.#requests.publish(event));
        return undefined;
      case "play":
        this.#watch(this.#requests.play(event));
        return undefined;
      case "cancel":
        this.#requests.cancel(event.reason);
        return undefined;
      case "unpublish": {
        const { clean, reason, by } = event;
        this.#watch(this.#handler.unpublish?.(event.publication, { clean, reason, by }));
        return undefined;
      }
      case "stop":
        this.#watch(this.#handler.stop?.(event.playback, { reason: event.reason }));
        return undefined;
      case "pause":
        this.#watch(this.#handler.pause?.(event.playback, event.paused));
        return undefined;
      case "receive":
        this.#watch(this.#handler.receive?.(event.playback, event.kind, event.enabled));
        return undefined;
      case "unhandled":
        this.#watch(this.#handler.unhandled?.(event.message));
        return undefined;
    }
  }

  // ---- requests ----

  #answersTo(requestId: number): Answers {
    const answered = (inTime: boolean): boolean => {
      if (inTime) this.#process();
      return inTime;
    };
    return {
      accept: (offered) => answered(this.#connection.accept(requestId, this.#clock.now(), offered)),
      reject: (code, description) => answered(this.#connection.reject(requestId, this.#clock.now(), code, description)),
    };
  }

  /** A handler that answers later may fail later: that ends the connection like one that throws. */
  #watch(answer: unknown): void {
    if (answer === undefined) return;
    Promise.resolve(answer).catch((error: unknown) => {
      this.#fail(error);
      this.#process();
    });
  }

  #fail(error: unknown): void {
    if (this.#connection.end !== undefined) this.#lateError ??= error;
    else this.#connection.fail("application-error", "application", "The server failed.", error);
  }

  // ---- writing ----

  /** Writes what is there, unless the transport still has enough. */
  #write(): void {
    this.#output.write();
    if (this.#connection.queuedOutput <= this.#limits.maxQueuedOutput) return;
    this.#connection.fail("output-overflow", "us", "The peer does not read what it asked for.");
    this.#process();
  }

  #drained(): void {
    try {
      this.#watch(this.#handler.drain?.());
    } catch (error) {
      this.#fail(error);
    }
    this.#process();
  }

  // ---- time ----

  #arm(): void {
    if (this.#finished) return;
    const at = Math.min(this.#connection.deadline, this.#deliverBy, this.#output.deadline, this.#closeBy);
    // A timer that comes too early costs one look; moving it with every read would cost more.
    if (at === NEVER || (this.#timer !== undefined && this.#timer.at <= at)) return;
    this.#timer?.cancel();
    this.#timer = { at, cancel: this.#clock.schedule(at - this.#clock.now(), (readUntil) => this.#tick(readUntil)) };
  }

  #tick(now = this.#clock.now()): void {
    this.#timer = undefined;
    if (now >= this.#closeBy) {
      this.#destroy();
      return;
    }
    if (now >= this.#output.deadline) {
      this.#connection.fail("write-timeout", "us", "The peer reads nothing.");
    } else if (now >= this.#deliverBy) {
      this.#connection.fail("consumer-stalled", "application", "The server could not take the stream in time.");
    } else this.#connection.tick(now);
    this.#process();
    this.#arm();
  }

  // ---- ending ----

  /**
   * Last words, FIN, then the peer's FIN or the end of our patience. Destroying a socket that has unread input would
   * reset the connection, and the peer would never see why it ended.
   */
  #close(): void {
    if (this.#closing) return;
    this.#closing = true;
    const end = this.#connection.end;
    const mute = !this.#connection.handshaken || end?.reason === "reset" || end?.reason === "write-timeout";
    if (mute) {
      this.#destroy();
      return;
    }
    this.#closeBy = this.#clock.now() + this.#timeouts.drainMs;
    void this.#sayGoodbye();
  }

  async #sayGoodbye(): Promise<void> {
    try {
      await this.#output.finish();
    } catch {
      this.#peerEnded = true; // it is gone; the reason is known already
    }
    this.#saidGoodbye = true;
    this.#finishIfDrained();
  }

  #finishIfDrained(): void {
    if (this.#peerEnded && this.#saidGoodbye) this.#destroy();
  }

  #destroy(): void {
    if (this.#finished) return;
    const end = this.#connection.end;
    if (end === undefined) return;
    this.#finished = true;
    this.#output.stop();
    this.#timer?.cancel();
    this.#timer = undefined;
    try {
      this.#transport.close();
    } catch (error) {
      this.#lateError ??= error;
    }
    const settle = (): void =>
      this.#settled.resolve(
        this.#lateError !== undefined && end.cause === undefined ? { ...end, cause: this.#lateError } : end,
      );
    // A handler that is still at a message gets the unpublish before the session is over.
    this.#stalled?.resolve();
    if (this.#pump === undefined) settle();
    else void this.#pump.then(settle);
  }
}
