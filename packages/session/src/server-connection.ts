import { ChunkError } from "@rtmp/chunk";
import { HandshakeError, type HmacSha256, ServerHandshake } from "@rtmp/handshake";
import {
  type Command,
  type ConnectCommand,
  decodeMessage,
  type Message,
  MessageError,
  MessageType,
  type PublishCommand,
  type RawMessage,
} from "@rtmp/messages";
import type { EndReason, SessionEnd } from "./end.js";
import type { MediaEvent, MediaMessage, Publication, ServerEvent } from "./events.js";
import {
  DEFAULT_SESSION_LIMITS,
  DEFAULT_SESSION_TIMEOUTS,
  type SessionLimits,
  type SessionTimeouts,
} from "./limits.js";
import { type MessageStream, MessageStreams } from "./message-streams.js";
import { normaliseApp, splitName } from "./names.js";
import { ProtocolLink } from "./protocol-link.js";
import { RateLimit } from "./rate-limit.js";
import { command, connectResult, emptyResult, errorResult, onStatus, type Status } from "./replies.js";

/** What a {@link ServerConnection} is made of. */
export interface ServerConnectionOptions {
  /** Fills an array with random bytes: S1 and S2 need them, unpredictability does not matter. */
  readonly random: (target: Uint8Array) => void;
  /** HMAC-SHA256 for the digest handshake. @defaultValue the one of `@noble/hashes`; Node's own is faster */
  readonly hmacSha256?: HmacSha256;
  /** Milliseconds of a clock that never goes back: the moment of creation. */
  readonly now: number;
  readonly limits?: Partial<SessionLimits> | undefined;
  readonly timeouts?: Partial<SessionTimeouts> | undefined;
}

type Pending =
  | {
      readonly id: number;
      readonly since: number;
      readonly kind: "connect";
      readonly app: string;
      readonly command: ConnectCommand;
    }
  | {
      readonly id: number;
      readonly since: number;
      readonly kind: "publish";
      readonly stream: MessageStream;
      readonly publication: Publication;
    };

/**
 * The server's side of one RTMP connection as a state machine without I/O: bytes and time go in, events and bytes to
 * write come out. `ServerSession` drives it over a transport.
 *
 * `receive` bytes, then `read` events until it answers `undefined`, then write what `takeOutput` gives. A request
 * (`connect`, `publish`) stops the machine until `accept` or `reject`; later bytes stay unparsed. Call `tick` at
 * `deadline`. Once `end` is set, nothing more is parsed: read the remaining events, write the remaining output.
 */
export class ServerConnection {
  readonly #limits: SessionLimits;
  readonly #timeouts: SessionTimeouts;
  readonly #link: ProtocolLink;
  readonly #streams = new MessageStreams();
  readonly #commands: RateLimit;
  readonly #events: ServerEvent[] = []; // to be handed out before anything else is parsed
  #aggregate: RawMessage[] = []; // parts still to be handled, in reverse
  #connect: ConnectCommand | undefined; // once accepted
  #app = "";
  #pending: Pending | undefined;
  #lastRequestId = 0;
  #phaseSince: number; // when the handshake, the wait for connect or the wait for publish began
  #receivedAt: number;
  #heldSince: number | undefined;
  #droppedBytes = 0;
  #accepted = false;
  #end: SessionEnd | undefined;

  constructor(options: ServerConnectionOptions) {
    const { random, hmacSha256, now } = options;
    this.#limits = { ...DEFAULT_SESSION_LIMITS, ...options.limits };
    this.#timeouts = { ...DEFAULT_SESSION_TIMEOUTS, ...options.timeouts };
    this.#commands = new RateLimit(this.#limits.commandsPerSecond, this.#limits.commandBurst);
    const handshake = new ServerHandshake({ random, time: Math.floor(now) >>> 0, ...(hmacSha256 && { hmacSha256 }) });
    this.#link = new ProtocolLink(handshake, this.#limits);
    this.#phaseSince = now;
    this.#receivedAt = now;
  }

  /** How the connection ended; undefined while it goes on. */
  get end(): SessionEnd | undefined {
    return this.#end;
  }
  /** `handshake`, then `connecting` until connect is accepted, then `connected`, `publishing` while a stream is; `closed` at the end. */
  get state(): "handshake" | "connecting" | "connected" | "publishing" | "closed" {
    if (this.#end !== undefined) return "closed";
    if (!this.#link.handshaken) return "handshake";
    if (this.#connect === undefined) return "connecting";
    return this.#streams.publishingCount > 0 ? "publishing" : "connected";
  }
  /** Whether a publish was ever accepted. */
  get accepted(): boolean {
    return this.#accepted;
  }
  /** Whether a request waits for `accept` or `reject`. */
  get deciding(): boolean {
    return this.#pending !== undefined;
  }
  /** Whether the peer speaks RTMP, so that last words can reach it. */
  get handshaken(): boolean {
    return this.#link.handshaken;
  }
  /** Bytes from the peer so far, the handshake included. */
  get bytesReceived(): number {
    return this.#link.bytesReceived;
  }
  /** Bytes held for the peer: unparsed input, unfinished messages, output not yet taken. */
  get heldBytes(): number {
    return this.#link.heldBytes;
  }

  /** Bytes that `takeOutput` would give. */
  get queuedOutput(): number {
    return this.#link.queuedOutput;
  }

  /** When `tick` is due, on the clock of `now`; `Infinity` if never. */
  get deadline(): number {
    if (this.#end !== undefined) return Number.POSITIVE_INFINITY;
    if (this.#pending !== undefined) return this.#pending.since + this.#timeouts.decisionMs;
    if (this.#heldSince !== undefined) return Number.POSITIVE_INFINITY;
    switch (this.state) {
      case "handshake":
        return this.#phaseSince + this.#timeouts.handshakeMs;
      case "connecting":
        return this.#phaseSince + this.#timeouts.connectMs;
      case "connected":
        return this.#phaseSince + this.#timeouts.startMs;
      default:
        return this.#receivedAt + this.#timeouts.idleMs;
    }
  }

  /** Acts on a deadline that has passed. */
  tick(now: number): void {
    if (now < this.deadline) return;
    if (this.#pending !== undefined) {
      const pending = this.#pending;
      this.#refuse(pending, now, "decision-timeout", "us", {
        level: "error",
        code: pending.kind === "connect" ? "NetConnection.Connect.Rejected" : "NetStream.Publish.Denied",
        description: "The server could not decide in time.",
      });
      return;
    }
    const waitedFor = {
      handshake: "handshake-timeout",
      connecting: "connect-timeout",
      connected: "start-timeout",
    } as const;
    const { state } = this;
    this.#fail(state in waitedFor ? waitedFor[state as keyof typeof waitedFor] : "idle-timeout", "Timed out.");
  }

  /** Takes bytes from the peer. Bytes after the end are ignored. */
  receive(bytes: Uint8Array, now: number): void {
    if (this.#end !== undefined) return;
    this.#receivedAt = now;
    const shaking = !this.#link.handshaken;
    try {
      this.#link.receive(bytes);
    } catch (error) {
      this.#failWith(error);
    }
    if (shaking && this.#link.handshaken) this.#phaseSince = now;
  }

  /** The peer has closed its side, or the connection broke: `reset`. */
  receiveEnd(reason: "closed" | "reset" = "closed", cause?: unknown): void {
    this.#finish({ reason, by: "peer", ...(cause !== undefined && { cause }) });
  }

  /** The next event; undefined until more bytes come, a request is answered, or for ever after the end. */
  read(now: number): ServerEvent | undefined {
    for (;;) {
      const event = this.#events.shift();
      if (event !== undefined) return event;
      if (this.#end !== undefined || this.#pending !== undefined) return undefined;
      let message: RawMessage | undefined;
      try {
        message = this.#aggregate.pop() ?? this.#link.read(now);
        if (this.#connect === undefined && this.#link.bytesParsed > this.#limits.maxBytesBeforeConnect) {
          this.#fail("pre-auth-overflow", "Too much data before connect.");
          continue;
        }
        if (message === undefined) return undefined;
        const media = this.#handle(message, now);
        if (media !== undefined) return media;
      } catch (error) {
        if (error instanceof MessageError && error.survivable) this.#drop(message?.payload.length ?? 0);
        else this.#failWith(error);
      }
    }
  }

  /** Answers a request with yes. @returns false if it is no longer pending: the peer left, or time ran out. */
  accept(requestId: number, now: number): boolean {
    const pending = this.#resolve(requestId, now);
    if (pending === undefined) return false;
    this.#phaseSince = now;
    if (pending.kind === "connect") {
      this.#connect = pending.command;
      this.#app = pending.app;
      this.#link.announceWindow();
      this.#link.send(connectResult(pending.command));
      return true;
    }
    const { stream, publication } = pending;
    this.#streams.publish(stream, publication);
    this.#accepted = true;
    this.#droppedBytes = 0;
    this.#link.admitMedia();
    this.#link.send({ type: "userControl", event: "streamBegin", streamId: stream.id });
    this.#status(stream.id, "status", "NetStream.Publish.Start", "");
    return true;
  }

  /**
   * Answers a request with no. The peer is told `code` and `description`, then the connection ends, unless other
   * streams publish on it.
   * @returns false if it is no longer pending.
   */
  reject(requestId: number, now: number, code: string, description: string): boolean {
    const pending = this.#pending;
    if (pending?.id !== requestId) return false;
    const reason = pending.kind === "connect" ? "connect-rejected" : "publish-rejected";
    this.#refuse(pending, now, reason, "application", { level: "error", code, description });
    return true;
  }

  /** The application ends the connection. With a `status` the peer is told on each publishing stream, else on the connection. */
  close(reason: EndReason, status?: Status): void {
    if (this.#end !== undefined) return;
    if (status !== undefined) this.#tell(status);
    this.#finish({ reason, by: "application" });
  }

  /** Ends the connection for a reason that the driver found, such as `write-timeout` or `consumer-stalled`. The peer is told. */
  fail(reason: EndReason, by: "us" | "application", description: string, cause?: unknown): void {
    this.#fail(reason, description, cause, by);
  }

  /** The application takes its time over a message: deadlines that measure the peer stand still until {@link release}. */
  hold(now: number): void {
    this.#heldSince ??= now;
  }
  release(now: number): void {
    if (this.#heldSince === undefined) return;
    this.#standStill(now - this.#heldSince, now);
    this.#heldSince = undefined;
  }

  /** Bytes to write since the last call, in one piece; undefined if there are none. */
  takeOutput(): Uint8Array | undefined {
    return this.#link.takeOutput();
  }

  // ---- messages ----

  #handle(raw: RawMessage, now: number): MediaEvent | undefined {
    switch (raw.messageTypeId) {
      case MessageType.audio:
        return this.#media(raw, "audio");
      case MessageType.video:
        return this.#media(raw, "video");
    }
    const message = decodeMessage(raw);
    switch (message.type) {
      case "data":
        return this.#media(raw, "data", message.name);
      case "aggregate":
        this.#aggregate = [...message.parts].reverse();
        return undefined;
      case "command":
        if (this.#commands.take(now)) this.#command(message, now);
        else this.#fail("too-many-commands", "Too many commands.");
        return undefined;
      case "userControl":
        this.#events.push({ type: "unhandled", message });
        return undefined;
      default:
        this.#unhandled(message, raw.payload.length);
        return undefined;
    }
  }

  #media(raw: RawMessage, type: MediaMessage["type"], name?: string): MediaEvent | undefined {
    const publication = this.#streams.get(raw.messageStreamId)?.publication;
    if (publication === undefined) {
      this.#drop(raw.payload.length); // media on its way when the stream was closed, or for no stream at all
      return undefined;
    }
    const { messageTypeId, messageStreamId, timestamp, payload } = raw;
    const message: MediaMessage = {
      type,
      messageTypeId,
      messageStreamId,
      timestamp,
      payload,
      ...(name !== undefined && { name }),
    };
    return { type: "media", publication, message };
  }

  #unhandled(message: Message, length: number): void {
    this.#events.push({ type: "unhandled", message });
    this.#drop(length);
  }

  #drop(length: number): void {
    this.#droppedBytes += length;
    if (this.#droppedBytes > this.#limits.maxDroppedBytes) {
      this.#fail("too-much-dropped", "Too much data that belongs to no published stream.");
    }
  }

  // ---- commands (RTMP 7.2) ----

  #command(message: Command, now: number): void {
    const { kind, messageStreamId } = message;
    const transactionId = message.transactionId ?? 0;
    if (this.#connect === undefined && kind !== "connect") {
      this.#commandBeforeConnect(message, transactionId);
      return;
    }
    switch (kind) {
      case "connect":
        this.#onConnect(message, now);
        return;
      case "createStream":
        this.#createStream(transactionId);
        return;
      case "publish":
        this.#publish(message, now);
        return;
      case "play":
      case "play2":
        this.#status(messageStreamId, "error", "NetStream.Play.Failed", "This server does not offer playback.");
        this.#finishUnlessPublishing({ reason: "play-not-supported", by: "us" });
        return;
      case "fcUnpublish":
        this.#unpublish(this.#publishingAs(message.streamName), "FCUnpublish");
        this.#answer(transactionId);
        return;
      case "closeStream":
        this.#unpublish(this.#streams.get(messageStreamId), "closeStream");
        return;
      case "deleteStream":
        this.#deleteStream(message.streamId, message.arguments.length > 0);
        return;
      case "releaseStream":
      case "fcPublish":
      case "fcSubscribe":
      case "checkBandwidth":
        this.#answer(transactionId);
        return;
      case "getStreamLength": // 0 is "unknown or live"; FFmpeg takes an _error for fatal
        if (transactionId > 0) this.#link.send(command(0, "_result", transactionId, null, 0));
        return;
      case "result":
      case "error":
      case "onStatus":
        this.#events.push({ type: "unhandled", message });
        return;
      default:
        this.#events.push({ type: "unhandled", message });
        if (transactionId > 0) {
          this.#link.send(
            errorResult(transactionId, "NetConnection.Call.Failed", "This server does not know that call."),
          );
        }
    }
  }

  #commandBeforeConnect(message: Command, transactionId: number): void {
    if (message.kind === "publish" || message.kind === "play" || message.kind === "play2") {
      const code = message.kind === "publish" ? "NetStream.Publish.Rejected" : "NetStream.Play.Failed";
      this.#status(message.messageStreamId, "error", code, "Connect to an application first.");
      this.#finish({ reason: "publish-before-connect", by: "us" });
      return;
    }
    this.#events.push({ type: "unhandled", message });
    if (transactionId > 0) {
      this.#link.send(errorResult(transactionId, "NetConnection.Call.Failed", "Connect to an application first."));
    }
  }

  #onConnect(message: ConnectCommand, now: number): void {
    const transactionId = message.transactionId ?? 1;
    if (this.#connect !== undefined) {
      this.#link.send(
        errorResult(transactionId, "NetConnection.Call.Failed", "This connection has its application already."),
      );
      return;
    }
    const complaint = this.#complaintAboutConnect(message);
    if (message.app === undefined || complaint !== undefined) {
      const description = complaint ?? "connect must name an application.";
      this.#link.send(errorResult(transactionId, "NetConnection.Connect.Rejected", description));
      this.#finish({ reason: "bad-argument", by: "us" });
      return;
    }
    const app = normaliseApp(message.app);
    this.#pending = { id: ++this.#lastRequestId, since: now, kind: "connect", app, command: message };
    this.#events.push({ type: "connect", requestId: this.#lastRequestId, app, command: message });
  }

  #complaintAboutConnect(message: ConnectCommand): string | undefined {
    const { maxNameLength, maxConnectStringLength } = this.#limits;
    for (const key of Object.keys(message.properties)) {
      const value = message.properties[key];
      const limit = key === "app" || key.toLowerCase() === "tcurl" ? maxNameLength : maxConnectStringLength;
      if (typeof value === "string" && value.length > limit) return "A string of connect is too long.";
    }
    return undefined;
  }

  #createStream(transactionId: number): void {
    if (this.#streams.count >= this.#limits.maxStreams) {
      this.#link.send(errorResult(transactionId, "NetConnection.Call.Failed", "Too many streams on this connection."));
      return;
    }
    const { id } = this.#streams.create();
    this.#link.send(command(0, "_result", transactionId, null, id));
  }

  #publish(message: PublishCommand, now: number): void {
    const { messageStreamId, publishingName: name, publishingType } = message;
    const stream = this.#streams.get(messageStreamId);
    if (name === undefined || name.length > this.#limits.maxNameLength) {
      this.#refusePublish(
        messageStreamId,
        "bad-argument",
        "BadName",
        "publish needs a stream name of bearable length.",
      );
    } else if (stream === undefined) {
      this.#refusePublish(messageStreamId, "publish-refused", "Rejected", "That stream was not created.");
    } else if (stream.publication !== undefined) {
      this.#refusePublish(messageStreamId, "publish-refused", "BadName", "That stream publishes already.");
    } else if (this.#streams.publishingCount >= this.#limits.maxPublishingStreams) {
      this.#refusePublish(
        messageStreamId,
        "publish-refused",
        "Rejected",
        "Too many streams publish on this connection.",
      );
    } else {
      const { name: streamName } = splitName(name);
      const publication: Publication = { app: this.#app, name, streamName, publishingType, messageStreamId };
      this.#pending = { id: ++this.#lastRequestId, since: now, kind: "publish", stream, publication };
      this.#events.push({ type: "publish", requestId: this.#lastRequestId, publication });
    }
  }

  #refusePublish(messageStreamId: number, reason: EndReason, code: "BadName" | "Rejected", description: string): void {
    this.#status(messageStreamId, "error", `NetStream.Publish.${code}`, description);
    this.#finishUnlessPublishing({ reason, by: "us" });
  }

  #publishingAs(name: string | undefined): MessageStream | undefined {
    if (name === undefined) return this.#streams.onlyPublishing();
    return this.#streams.publishing().find((stream) => stream.publication?.name === name);
  }

  #deleteStream(id: number | undefined, hasArgument: boolean): void {
    // GStreamer names the stream instead of numbering it; with one publishing stream there is no doubt which is meant.
    const stream = id === undefined && hasArgument ? this.#streams.onlyPublishing() : this.#streams.get(id ?? 0);
    if (stream === undefined) return;
    this.#unpublish(stream, "deleteStream");
    this.#streams.delete(stream.id);
  }

  #unpublish(stream: MessageStream | undefined, reason: string): void {
    const publication = stream && this.#streams.unpublish(stream);
    if (stream === undefined || publication === undefined) return;
    this.#phaseSince = this.#receivedAt;
    this.#status(stream.id, "status", "NetStream.Unpublish.Success", "");
    this.#events.push({ type: "unpublish", publication, clean: true, reason });
  }

  // ---- saying things ----

  #answer(transactionId: number): void {
    if (transactionId > 0) this.#link.send(emptyResult(transactionId)); // 0 asks for no answer; GStreamer warns about one
  }

  #status(messageStreamId: number, level: Status["level"], code: string, description: string): void {
    this.#link.send(onStatus(messageStreamId, { level, code, description }));
  }

  /** Says why the connection ends, where the peer will look for it. */
  #tell(status: Status): void {
    if (!this.#link.handshaken) return;
    const publishing = this.#streams.publishing();
    for (const { id } of publishing) this.#link.send(onStatus(id, status));
    if (publishing.length > 0) return;
    if (this.#connect !== undefined) this.#link.send(onStatus(0, status));
    else this.#link.send(errorResult(1, "NetConnection.Connect.Rejected", status.description));
  }

  // ---- decisions and ends ----

  #resolve(requestId: number, now: number): Pending | undefined {
    const pending = this.#pending;
    if (pending?.id !== requestId) return undefined;
    this.#pending = undefined;
    this.#standStill(now - pending.since, now);
    return pending;
  }

  #standStill(ms: number, now: number): void {
    this.#phaseSince += ms;
    this.#receivedAt = now;
  }

  #refuse(pending: Pending, now: number, reason: EndReason, by: SessionEnd["by"], status: Status): void {
    this.#resolve(pending.id, now);
    if (reason === "decision-timeout") this.#events.push({ type: "cancel", requestId: pending.id, reason });
    if (pending.kind === "connect") {
      this.#link.send(errorResult(pending.command.transactionId ?? 1, status.code, status.description));
      this.#finish({ reason, by });
      return;
    }
    this.#link.send(onStatus(pending.stream.id, status));
    this.#finishUnlessPublishing({ reason, by });
  }

  #failWith(error: unknown): void {
    if (error instanceof HandshakeError || error instanceof ChunkError || error instanceof MessageError) {
      this.#fail(error.code, `Protocol error: ${error.code}.`, error);
    } else throw error;
  }

  #fail(reason: EndReason, description: string, cause?: unknown, by: "us" | "application" = "us"): void {
    if (this.#end !== undefined) return;
    const publishing = this.#streams.publishingCount > 0;
    this.#tell({ level: "error", code: publishing ? "NetStream.Failed" : "NetConnection.Connect.Closed", description });
    this.#finish({ reason, by, ...(cause !== undefined && { cause }) });
  }

  #finishUnlessPublishing(end: Omit<SessionEnd, "clean">): void {
    if (this.#streams.publishingCount === 0) this.#finish(end);
  }

  #finish(end: Omit<SessionEnd, "clean">): void {
    if (this.#end !== undefined) return;
    const { reason } = end;
    if (this.#pending !== undefined) this.#events.push({ type: "cancel", requestId: this.#pending.id, reason });
    this.#pending = undefined;
    this.#aggregate = [];
    this.#link.stopReading();
    const publishing = this.#streams.publishing();
    for (const stream of publishing) {
      const publication = this.#streams.unpublish(stream);
      if (publication !== undefined) this.#events.push({ type: "unpublish", publication, clean: false, reason });
    }
    this.#end = { clean: publishing.length === 0, ...end };
  }
}
