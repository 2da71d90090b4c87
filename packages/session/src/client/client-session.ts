import type { HandshakeMode, HmacSha256 } from "@rtmp/handshake";
import type { Message } from "@rtmp/messages";
import { type Deferred, deferred } from "../deferred.js";
import type { EndReason, SessionEnd } from "../end.js";
import { type Clock, createAbort, type SessionSignal, systemClock, systemRandom } from "../platform.js";
import type { Transport } from "../transport.js";
import { answerAdobeAuth, asksForAdobeAuth, type Credentials } from "./adobe-auth.js";
import { ClientConnection, type PlayOptions } from "./client-connection.js";
import { ClientDriver, type ClientListener } from "./client-driver.js";
import { ClientError } from "./client-error.js";
import type { ClientEvent, ReconnectRequest, ServerStatus } from "./client-events.js";
import {
  type ClientLimits,
  type ClientTimeouts,
  DEFAULT_CLIENT_LIMITS,
  DEFAULT_CLIENT_TIMEOUTS,
} from "./client-limits.js";
import type { ConnectAnswer, ConnectParameters } from "./connect-command.js";
import { Player, type PlayerDoor } from "./player.js";
import type { PublishedMessage } from "./published-message.js";
import { Publisher, type PublisherDoor } from "./publisher.js";
import { parseRtmpUrl, type RtmpUrl } from "./rtmp-url.js";

/** Opens a connection to the server of a URL, such as `connectNode` of `@rtmp/session/node`. */
export type TransportOpener = (
  url: RtmpUrl,
  options: { readonly signal: SessionSignal },
) => Transport | Promise<Transport>;

/** What a {@link ClientSession} is made of. */
export interface ClientSessionOptions extends Omit<ConnectParameters, "app" | "tcUrl"> {
  /** Where to connect to. Its stream name is what `publish` and `play` mean without one of their own. */
  readonly url: string | RtmpUrl;
  /** For servers that ask for Adobe's authentication. @defaultValue those of the URL */
  readonly credentials?: Credentials;
  /** `digest` for servers that want a Flash Player; others answer it too. @defaultValue "simple" */
  readonly handshake?: HandshakeMode;
  /** HMAC-SHA256 for the digest handshake, such as `nodeHmacSha256`. @defaultValue the portable one */
  readonly hmacSha256?: HmacSha256;
  readonly limits?: Partial<ClientLimits>;
  readonly timeouts?: Partial<ClientTimeouts>;
  /** @defaultValue the runtime's `crypto.getRandomValues` */
  readonly random?: (target: Uint8Array<ArrayBuffer>) => void;
  /** @defaultValue the runtime's monotonic clock and timers */
  readonly clock?: Clock;
  /** Ends the session with the reason `aborted`, whatever it is at. */
  readonly signal?: SessionSignal;
  /** The server asks to be left for another: see `reconnecting`. Announce `CapsEx.reconnect` to be asked. */
  readonly onReconnectRequest?: (request: ReconnectRequest) => void;
  /** What the server says beside answers. */
  readonly onStatus?: (status: ServerStatus) => void;
  /** A message without a use here. */
  readonly onUnhandled?: (message: Message) => void;
}

/** A publish or play that waits for the server, or runs. */
interface Handle {
  readonly stream: Publisher | Player;
  readonly started: Deferred<void>;
}

/** Adobe's authentication takes two connections more. */
const CONNECTIONS = 3;

/** A client's session with a server: connects, publishes, plays. One use: a new one for each connection. */
export class ClientSession {
  readonly #open: TransportOpener | undefined; // undefined: there is one transport, and no other
  readonly #transport: Transport | undefined;
  readonly #url: RtmpUrl;
  readonly #options: ClientSessionOptions;
  readonly #limits: ClientLimits;
  readonly #timeouts: ClientTimeouts;
  readonly #clock: Clock;
  readonly #handles = new Map<number, Handle>();
  readonly #door: PublisherDoor & PlayerDoor = {
    buffered: () => this.buffered,
    send: (streamId, message) => this.#send(streamId, message),
    closeStream: (streamId) => this.#closeStream(streamId),
    resume: () => this.#driver?.resume(),
  };
  readonly #listener: ClientListener = {
    full: () => this.#full(),
    receive: (event) => this.#receive(event),
    ended: () => this.#connected.reject(this.#driver?.connection.failure ?? aborted()),
  };
  readonly #settled: Deferred<SessionEnd> = deferred();
  readonly #opening = createAbort();
  readonly #onAbort = (): void => void this.close("aborted");
  #state: "idle" | "opening" | "running" | "closed" = "idle";
  #driver: ClientDriver | undefined;
  #connected: Deferred<ConnectAnswer> = deferred();
  #closed: { readonly reason: EndReason } | undefined; // by the application, before there was a connection

  /**
   * @param transport what carries the bytes: an opener, or one transport that is open already, with which a server that
   * wants authentication can not be served.
   * @throws ClientError `bad-url`.
   */
  constructor(transport: Transport | TransportOpener, options: ClientSessionOptions) {
    this.#open = typeof transport === "function" ? transport : undefined;
    this.#transport = typeof transport === "function" ? undefined : transport;
    this.#url = typeof options.url === "string" ? parseRtmpUrl(options.url) : options.url;
    this.#options = options;
    this.#limits = { ...DEFAULT_CLIENT_LIMITS, ...options.limits };
    this.#timeouts = { ...DEFAULT_CLIENT_TIMEOUTS, ...options.timeouts };
    this.#clock = options.clock ?? systemClock;
    options.signal?.addEventListener("abort", this.#onAbort, { once: true });
    if (options.signal?.aborted === true) this.#onAbort();
  }

  /** How the session ended, once its transport is closed. Never rejects. */
  get end(): Promise<SessionEnd> {
    return this.#settled.promise;
  }
  /** Where the session stands. */
  get state(): "idle" | "opening" | ClientConnection["state"] | "closing" {
    if (this.#state !== "running") return this.#state;
    const driver = this.#driver;
    return driver === undefined ? "opening" : driver.closing ? "closing" : driver.connection.state;
  }
  /** Where it connects to. */
  get url(): RtmpUrl {
    return this.#url;
  }
  /** What the server said to connect; undefined before. */
  get answer(): ConnectAnswer | undefined {
    return this.#driver?.connection.answer;
  }
  /** Bytes that wait to be written. */
  get buffered(): number {
    return this.#driver?.buffered ?? 0;
  }
  /** Bytes from the server, the handshake included. */
  get bytesReceived(): number {
    return this.#driver?.connection.bytesReceived ?? 0;
  }
  /** Bytes given to the transport. */
  get bytesSent(): number {
    return this.#driver?.bytesSent ?? 0;
  }

  /**
   * Opens the transport, shakes hands and connects; authenticates if the server asks for it.
   * @returns what the server said, its capabilities among it.
   * @throws ClientError why not; the session is over then. TypeError if called twice.
   */
  async connect(): Promise<ConnectAnswer> {
    if (this.#state === "closed") throw aborted();
    if (this.#state !== "idle") throw new TypeError("A session connects once.");
    this.#state = "opening";
    let ended: Promise<SessionEnd> | undefined;
    try {
      let authQuery: string | undefined;
      for (let connection = 1; ; connection++) {
        ended = undefined;
        const transport = await this.#openTransport();
        if (this.#closed !== undefined) {
          transport.close();
          throw aborted();
        }
        const driver = this.#drive(transport, authQuery);
        ended = driver.run();
        try {
          return await this.#connected.promise;
        } catch (error) {
          if (!(error instanceof ClientError && this.#mayAuthenticate(error))) throw error;
          authQuery = this.#authenticate(error.description ?? "", connection);
        }
      }
    } catch (cause) {
      const error = this.#closed === undefined ? cause : aborted();
      ended ??= Promise.resolve(this.#unopened(error));
      throw error;
    } finally {
      void ended?.then((end) => this.#settle(end)); // connected or not, the session is over when its connection is
    }
  }

  /**
   * Publishes a stream.
   * @param name with its query, if it has one. @defaultValue the URL's
   * @param type `live`, `record` or `append` (RTMP 7.2.2.6).
   * @returns the stream, once the server has said Publish.Start.
   * @throws ClientError `publish-rejected` with the server's code and description, `publish-timeout`, or why the session
   * ended. TypeError without a name or before connect, RangeError for too many streams.
   */
  async publish(name = this.#url.streamName, type = "live"): Promise<Publisher> {
    const driver = this.#connectedDriver();
    if (name === undefined) throw new TypeError("Neither the call nor the URL names a stream.");
    const id = driver.connection.publish(name, type, this.#clock.now());
    return this.#start(id, new Publisher(this.#door, id, name), driver);
  }

  /**
   * Plays a stream.
   * @param name with its query, if it has one. @defaultValue the URL's
   * @returns the stream, once the server has said Play.Start or sends media.
   * @throws ClientError `play-rejected` with the server's code and description, `play-timeout`, or why the session ended.
   * TypeError without a name or before connect, RangeError for too many streams.
   */
  async play(name = this.#url.streamName, options: PlayOptions = {}): Promise<Player> {
    const driver = this.#connectedDriver();
    if (name === undefined) throw new TypeError("Neither the call nor the URL names a stream.");
    const id = driver.connection.play(name, options, this.#clock.now());
    return this.#start(id, new Player(this.#door, id, name, this.#limits.maxBufferedInput), driver);
  }

  /**
   * Ends all streams properly, writes what is buffered, and closes the connection.
   * @returns how the session ended.
   */
  close(reason: EndReason = "closed"): Promise<SessionEnd> {
    if (this.#state === "idle") {
      this.#transport?.close();
      this.#settle({ clean: true, reason, by: "application" });
    } else if (this.#state !== "closed") {
      this.#closed ??= { reason };
      this.#opening.abort();
      this.#driver?.connection.close(reason);
      for (const { stream, started } of this.#handles.values()) {
        started.reject(aborted());
        stream.settle({ reason: "closed" });
      }
      this.#handles.clear();
      this.#driver?.process();
    }
    return this.#settled.promise;
  }

  // ---- connecting ----

  async #openTransport(): Promise<Transport> {
    if (this.#closed !== undefined) throw aborted();
    if (this.#open === undefined) {
      if (this.#transport === undefined) throw new TypeError("No transport.");
      return this.#transport;
    }
    const timedOut = deferred<never>();
    const { signal } = this.#opening;
    const onAbort = (): void => timedOut.reject(aborted());
    signal.addEventListener("abort", onAbort, { once: true });
    const cancel = this.#clock.schedule(this.#timeouts.openMs, () => {
      timedOut.reject(new ClientError("connect-failed", "No connection to the server in time."));
      this.#opening.abort();
    });
    const opened = (async (open: TransportOpener) => open(this.#url, { signal }))(this.#open);
    try {
      return await Promise.race([opened, timedOut.promise]);
    } catch (error) {
      opened.then((late) => late.close()).catch(() => {});
      if (error instanceof ClientError) throw error;
      const why = error instanceof Error ? error.message : String(error);
      throw new ClientError("connect-failed", `No connection to the server: ${why}`, { cause: error });
    } finally {
      cancel();
      signal.removeEventListener("abort", onAbort);
    }
  }

  #drive(transport: Transport, authQuery: string | undefined): ClientDriver {
    const { flashVer, capabilities, properties, handshake, hmacSha256, limits, timeouts, random } = this.#options;
    const connection = new ClientConnection({
      url: this.#url,
      authQuery,
      flashVer,
      capabilities,
      properties,
      handshake,
      hmacSha256,
      limits,
      timeouts,
      random: random ?? systemRandom,
      now: this.#clock.now(),
    });
    this.#connected = deferred();
    this.#driver = new ClientDriver(transport, connection, this.#listener, this.#clock, this.#timeouts);
    this.#state = "running";
    return this.#driver;
  }

  #mayAuthenticate({ description }: ClientError): boolean {
    return this.#closed === undefined && this.#open !== undefined && asksForAdobeAuth(description);
  }

  /** @returns the query for the next connection. */
  #authenticate(description: string, connection: number): string {
    const { user, password = "" } = this.#url;
    const credentials = this.#options.credentials ?? (user === undefined ? undefined : { user, password });
    const query = answerAdobeAuth(description, credentials, this.#options.random ?? systemRandom);
    if (connection < CONNECTIONS) return query;
    throw new ClientError("authentication-failed", "The server asks for authentication over and over.", {
      description,
    });
  }

  /** How a session ends that never had a connection. */
  #unopened(cause: unknown): SessionEnd {
    if (this.#closed !== undefined) return { clean: true, reason: this.#closed.reason, by: "application" };
    return { clean: true, reason: cause instanceof ClientError ? cause.code : "application-error", by: "us", cause };
  }

  #settle(end: SessionEnd): void {
    this.#state = "closed";
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
    this.#settled.resolve(end);
  }

  #connectedDriver(): ClientDriver {
    const driver = this.#driver;
    if (driver?.connection.end !== undefined) throw driver.connection.failure ?? aborted();
    if (driver?.connection.answer === undefined) throw new TypeError("Connect first.");
    return driver;
  }

  // ---- streams ----

  async #start<Stream extends Publisher | Player>(id: number, stream: Stream, driver: ClientDriver): Promise<Stream> {
    const started = deferred<void>();
    this.#handles.set(id, { stream, started });
    driver.flush();
    await started.promise;
    return stream;
  }

  /** Whether a player can take no more. */
  #full(): boolean {
    for (const { stream } of this.#handles.values()) if (stream instanceof Player && stream.full) return true;
    return false;
  }

  #send(streamId: number, message: PublishedMessage): void | Promise<void> {
    const driver = this.#connectedDriver();
    if (driver.buffered >= this.#limits.maxBufferedOutput) {
      throw new ClientError("output-overflow", "More was sent than the server takes, and the promises not awaited.");
    }
    driver.connection.send(streamId, message, this.#clock.now());
    driver.flush();
    return driver.room;
  }

  async #closeStream(streamId: number): Promise<void> {
    this.#handles.delete(streamId);
    const driver = this.#driver;
    if (driver === undefined || driver.connection.end !== undefined) return;
    driver.connection.closeStream(streamId);
    driver.flush();
    await driver.room;
  }

  #receive(event: ClientEvent): void {
    switch (event.type) {
      case "connected":
        this.#connected.resolve(event.answer);
        break;
      case "started":
        this.#handles.get(event.streamId)?.started.resolve();
        break;
      case "refused":
        this.#handles.get(event.streamId)?.started.reject(event.error);
        this.#handles.delete(event.streamId);
        break;
      case "media": {
        const stream = this.#handles.get(event.streamId)?.stream;
        if (stream instanceof Player) stream.push(event.message);
        break;
      }
      case "ended":
        this.#handles.get(event.streamId)?.stream.settle(event.end);
        break;
      case "status":
        this.#options.onStatus?.(event.status);
        break;
      case "reconnect":
        this.#options.onReconnectRequest?.(event.request);
        break;
      case "unhandled":
        this.#options.onUnhandled?.(event.message);
        break;
    }
  }
}

function aborted(): ClientError {
  return new ClientError("aborted", "The session was closed here.");
}
