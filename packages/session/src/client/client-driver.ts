import { type Deferred, deferred } from "../deferred.js";
import type { SessionEnd } from "../end.js";
import type { Clock } from "../platform.js";
import type { Transport } from "../transport.js";
import type { ClientConnection } from "./client-connection.js";
import type { ClientEvent } from "./client-events.js";
import type { ClientTimeouts } from "./client-limits.js";

const NEVER = Number.POSITIVE_INFINITY;
/** Bytes given to the transport at once: what must get through within `ClientTimeouts.writeMs`. */
const WRITE_LENGTH = 65_536;
const NOTHING = new Uint8Array(0);

/** Who gets what comes in. */
export interface ClientListener {
  /** Whether nothing more may be read for now; `resume` ends that. */
  full(): boolean;
  receive(event: ClientEvent): void;
  /** The connection has ended, its last event was received. Comes once, before the transport is closed. */
  ended(): void;
}

/** Drives one {@link ClientConnection} over one transport to its end: reads, writes, and keeps one timer. */
export class ClientDriver {
  readonly connection: ClientConnection;
  readonly #transport: Transport;
  readonly #listener: ClientListener;
  readonly #clock: Clock;
  readonly #timeouts: ClientTimeouts;
  readonly #settled: Deferred<SessionEnd> = deferred();
  #processing = false;
  #stopped = false; // with events unread, because the listener was full
  #toldEnd = false;
  #room: Deferred<void> | undefined; // what callers wait for that send too much
  #reader: Deferred<void> | undefined; // what the reader waits for while the listener is full
  #unwritten: Uint8Array = NOTHING;
  #writeBy = NEVER;
  #writeError: { readonly error: unknown } | undefined;
  #closeBy = NEVER;
  #saidGoodbye = false;
  #peerEnded = false;
  #finished = false;
  #bytesSent = 0;
  #timer: { readonly at: number; cancel(): void } | undefined;

  constructor(
    transport: Transport,
    connection: ClientConnection,
    listener: ClientListener,
    clock: Clock,
    timeouts: ClientTimeouts,
  ) {
    this.#transport = transport;
    this.connection = connection;
    this.#listener = listener;
    this.#clock = clock;
    this.#timeouts = timeouts;
  }

  /** Begins. @returns how the connection ended, once the transport is closed too. */
  run(): Promise<SessionEnd> {
    this.process();
    void this.#readAll();
    return this.#settled.promise;
  }

  /** Whether last words are on their way, or said. */
  get closing(): boolean {
    return this.connection.end !== undefined && !this.#finished;
  }
  /** Bytes that wait to be written. */
  get buffered(): number {
    return this.connection.queuedOutput + this.#unwritten.length;
  }
  /** Bytes given to the transport. */
  get bytesSent(): number {
    return this.#bytesSent;
  }

  /** Hands out what has come, writes what there is, and looks when to look again. */
  process(): void {
    if (this.#processing) return;
    this.#processing = true;
    try {
      const now = this.#clock.now();
      this.#stopped = false;
      for (;;) {
        if (this.connection.end === undefined && this.#listener.full()) {
          this.#stopped = true;
          break;
        }
        const event = this.connection.read(now);
        if (event === undefined) break;
        this.#listener.receive(event);
      }
    } catch (error) {
      this.connection.fail("application-error", "application", error);
      this.#drainEvents();
    } finally {
      this.#processing = false;
    }
    if (this.connection.end !== undefined && !this.#toldEnd) {
      this.#toldEnd = true;
      this.#listener.ended();
    }
    this.flush();
  }

  /** Writes what there is, unless the transport still has enough. */
  flush(): void {
    this.#write();
    if (this.connection.end !== undefined) this.#close();
    this.#makeRoom();
    this.#arm();
  }

  /** The listener takes more. */
  resume(): void {
    this.#reader?.resolve();
    this.#reader = undefined;
  }

  /** What to wait for before sending more; `undefined` if there is room. */
  get room(): Promise<void> | undefined {
    if (this.#hasRoom()) return undefined;
    this.#room ??= deferred();
    return this.#room.promise;
  }

  // ---- reading ----

  async #readAll(): Promise<void> {
    const { connection } = this;
    try {
      for await (const bytes of this.#transport.readable) {
        if (connection.end !== undefined) continue; // until the server's FIN
        connection.receive(bytes, this.#clock.now());
        this.process();
        while (this.#stopped && connection.end === undefined) {
          this.#reader = deferred();
          connection.hold(this.#clock.now());
          await this.#reader.promise;
          connection.release(this.#clock.now());
          this.process();
        }
      }
      connection.receiveEnd("closed", this.#writeError?.error);
    } catch (error) {
      connection.receiveEnd("reset", error);
    }
    this.#peerEnded = true;
    this.process();
    this.#finishIfDrained();
  }

  /** After an error of the listener's: it hears of the ends of its streams, and may fail at that too. */
  #drainEvents(): void {
    for (;;) {
      const event = this.connection.read(this.#clock.now());
      if (event === undefined) return;
      try {
        this.#listener.receive(event);
      } catch {
        // the first error is the one to tell
      }
    }
  }

  // ---- writing ----

  #write(): void {
    while (this.#writeBy === NEVER && this.#writeError === undefined && !this.#saidGoodbye && !this.#finished) {
      if (this.#unwritten.length === 0) this.#unwritten = this.connection.takeOutput() ?? NOTHING;
      if (this.#unwritten.length === 0) return;
      const piece = this.#unwritten.subarray(0, WRITE_LENGTH);
      this.#unwritten = this.#unwritten.subarray(piece.length);
      this.#bytesSent += piece.length;
      this.#give(piece);
    }
  }

  #give(bytes: Uint8Array): void {
    let wait: void | Promise<void>;
    try {
      wait = this.#transport.write(bytes);
    } catch (error) {
      this.#writeFailed(error);
      return;
    }
    if (wait === undefined) return;
    this.#writeBy = this.#clock.now() + this.#timeouts.writeMs;
    wait.then(
      () => {
        this.#writeBy = NEVER;
        this.flush();
      },
      (error: unknown) => {
        this.#writeFailed(error);
        this.flush();
      },
    );
  }

  /** What the server said before may still be unread, and may tell why: the reader has until `drainMs` to get to it. */
  #writeFailed(error: unknown): void {
    this.#writeBy = NEVER;
    this.#writeError = { error };
    this.#unwritten = NOTHING;
    this.#closeBy = Math.min(this.#closeBy, this.#clock.now() + this.#timeouts.drainMs);
  }

  #hasRoom(): boolean {
    if (this.#finished || this.connection.end !== undefined) return true;
    return this.#writeBy === NEVER && this.buffered === 0 && !this.connection.windowFull;
  }
  #makeRoom(): void {
    if (this.#room === undefined || !this.#hasRoom()) return;
    this.#room.resolve();
    this.#room = undefined;
  }

  // ---- time ----

  #arm(): void {
    if (this.#finished) return;
    const at = Math.min(this.connection.deadline, this.#writeBy, this.#closeBy);
    // A timer that comes too early costs one look; moving it with every read would cost more.
    if (at === NEVER || (this.#timer !== undefined && this.#timer.at <= at)) return;
    this.#timer?.cancel();
    this.#timer = { at, cancel: this.#clock.schedule(at - this.#clock.now(), (readUntil) => this.#tick(readUntil)) };
  }

  #tick(now = this.#clock.now()): void {
    this.#timer = undefined;
    if (now >= this.#closeBy) {
      this.connection.receiveEnd("reset", this.#writeError?.error);
      this.process();
      this.#destroy();
    } else if (now >= this.#writeBy) {
      this.connection.fail("write-timeout", "us");
      this.process();
      this.#destroy();
    } else {
      this.connection.tick(now);
      this.process();
    }
  }

  // ---- ending ----

  /** Last words, FIN, then the server's FIN or the end of our patience. */
  #close(): void {
    this.resume();
    if (this.#saidGoodbye || this.#finished) return;
    const reason = this.connection.end?.reason;
    if (!this.connection.handshaken || reason === "reset" || reason === "write-timeout") {
      this.#destroy();
      return;
    }
    if (this.#writeError !== undefined) this.#saidGoodbye = true;
    else if (this.#writeBy === NEVER && this.buffered === 0) void this.#sayGoodbye();
    this.#finishIfDrained();
  }

  async #sayGoodbye(): Promise<void> {
    this.#saidGoodbye = true;
    this.#closeBy = this.#clock.now() + this.#timeouts.drainMs;
    try {
      await this.#transport.end();
    } catch {
      this.#peerEnded = true; // it is gone; the reason is known already
    }
    this.#finishIfDrained();
  }

  #finishIfDrained(): void {
    if (this.#peerEnded && this.#saidGoodbye) this.#destroy();
  }

  #destroy(): void {
    const { end } = this.connection;
    if (this.#finished || end === undefined) return;
    this.#finished = true;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#unwritten = NOTHING;
    this.#transport.close();
    this.resume();
    this.#makeRoom();
    this.#settled.resolve(end);
  }
}
