import { ChunkError } from "@rtmp/chunk";
import { HandshakeError, type HmacSha256, ServerHandshake } from "@rtmp/handshake";
import {
  CapsEx,
  type Command,
  decodeMessage,
  type Message,
  MessageError,
  MessageType,
  type RawMessage,
} from "@rtmp/messages";
import type { EndReason, SessionEnd } from "../end.js";
import type { MediaEvent, MediaMessage, ServerEvent } from "../events.js";
import {
  DEFAULT_SESSION_LIMITS,
  DEFAULT_SESSION_TIMEOUTS,
  type SessionLimits,
  type SessionTimeouts,
} from "../limits.js";
import { ProtocolLink } from "../protocol-link.js";
import { RateLimit } from "../rate-limit.js";
import { obey } from "./commands.js";
import { acceptConnect } from "./connecting.js";
import { dataName } from "./data-name.js";
import { Deadlines, type Phase } from "./deadlines.js";
import type { OutletParts } from "./media-outlet.js";
import { acceptPlay, endPlaying } from "./playing.js";
import { acceptPublish } from "./publishing.js";
import { errorResult, onStatus, reconnectRequest, type ServerCapabilities, type Status } from "./replies.js";
import { type Pending, ServerContext } from "./server-context.js";

/** What a {@link ServerConnection} is made of. */
export interface ServerConnectionOptions {
  /** Fills an array with random bytes: S1 and S2 need them, unpredictability does not matter. */
  readonly random: (target: Uint8Array) => void;
  /** HMAC-SHA256 for the digest handshake. @defaultValue the one of `@noble/hashes`; Node's own is faster */
  readonly hmacSha256?: HmacSha256;
  /**
   * Whose payloads of media are. `own`: each is an array of its own. `borrowed`: it is there until the next `read` or `receive`, and may be
   * a part of what `receive` was given, which is written to. Spares a copy and an allocation a message.
   * @defaultValue "own"
   */
  readonly payloads?: "own" | "borrowed";
  /** Milliseconds of a clock that never goes back: the moment of creation. */
  readonly now: number;
  readonly limits?: Partial<SessionLimits> | undefined;
  readonly timeouts?: Partial<SessionTimeouts> | undefined;
}

/** What a connect command takes in memory once it is decoded, a byte of its payload. */
const CONNECT_COST = 5;

/** A message for a player. */
export type OutgoingMedia = Pick<MediaMessage, "messageTypeId" | "timestamp" | "payload">;

/**
 * The server's side of one RTMP connection as a state machine without I/O: bytes and time go in, events and bytes to
 * write come out. `ServerSession` drives it over a transport.
 *
 * `receive` bytes, then `read` events until it answers `undefined`, then write what `takeOutput` gives. A request
 * (`connect`, `publish`, `play`) stops the machine until `accept` or `reject`; later bytes stay unparsed. Call `tick` at
 * `deadline`. Once `end` is set, nothing more is parsed: read the remaining events, write the remaining output.
 */
export class ServerConnection {
  readonly #limits: SessionLimits;
  readonly #timeouts: SessionTimeouts;
  readonly #link: ProtocolLink;
  readonly #context: ServerContext;
  readonly #deadlines: Deadlines;
  readonly #commands: RateLimit;
  readonly #borrows: boolean;
  #aggregate: RawMessage[] = []; // parts still to be handled, in reverse
  #droppedBytes = 0;
  #accepted = false;
  #handshakenAt: number | undefined;

  constructor(options: ServerConnectionOptions) {
    const { random, hmacSha256, now, payloads = "own" } = options;
    this.#limits = { ...DEFAULT_SESSION_LIMITS, ...options.limits };
    this.#timeouts = { ...DEFAULT_SESSION_TIMEOUTS, ...options.timeouts };
    this.#commands = new RateLimit(this.#limits.commandsPerSecond, this.#limits.commandBurst);
    const handshake = new ServerHandshake({ random, ...(hmacSha256 && { hmacSha256 }) });
    this.#link = new ProtocolLink(handshake, this.#limits, { payloads });
    this.#borrows = payloads === "borrowed";
    this.#context = new ServerContext(this.#limits, this.#link);
    this.#deadlines = new Deadlines(this.#timeouts, now);
  }

  /** How the connection ended; undefined while it goes on. */
  get end(): SessionEnd | undefined {
    return this.#context.end;
  }
  /**
   * `handshake`, then `connecting` until connect is accepted, then `connected`; `publishing` while a stream is published,
   * else `playing` while one is played; `closed` at the end.
   */
  get state(): Phase | "closed" {
    return this.#context.end === undefined ? this.#phase() : "closed";
  }
  /** Whether a publish or play was ever accepted. */
  get accepted(): boolean {
    return this.#accepted;
  }
  /** Whether a request waits for `accept` or `reject`. */
  get deciding(): boolean {
    return this.#context.pending !== undefined;
  }
  /** Whether the peer speaks RTMP, so that last words can reach it. */
  get handshaken(): boolean {
    return this.#link.handshaken;
  }
  /** When the handshake was done, on the clock of `receive`; undefined before. */
  get handshakenAt(): number | undefined {
    return this.#handshakenAt;
  }
  /** Own chunk size: the one for which shared wire forms must be cut. */
  get chunkSize(): number {
    return this.#limits.chunkSize;
  }
  /** Bytes from the peer so far, the handshake included. */
  get bytesReceived(): number {
    return this.#link.bytesReceived;
  }
  /** Bytes held for the peer: unparsed input, unfinished messages, output not yet taken. */
  get heldBytes(): number {
    const { connect, end } = this.#context;
    return this.#link.heldBytes + (end === undefined ? CONNECT_COST * (connect?.payload.length ?? 0) : 0);
  }
  /** Whether an acknowledgement waits for the peer to be silent. */
  get owesAcknowledgement(): boolean {
    return this.#link.owesAcknowledgement;
  }
  /** Bytes that `takeOutput` would give. */
  get queuedOutput(): number {
    return this.#link.queuedOutput;
  }

  /** When `tick` is due, on the clock of `now`; `Infinity` if never. */
  get deadline(): number {
    const { end, pending } = this.#context;
    if (end !== undefined) return Number.POSITIVE_INFINITY;
    if (pending !== undefined) return pending.since + this.#timeouts.decisionMs;
    return this.#deadlines.next(this.#phase(), this.owesAcknowledgement);
  }

  /** Acts on a deadline that has passed. */
  tick(now: number): void {
    if (now < this.deadline) return;
    const { pending } = this.#context;
    if (pending !== undefined) {
      const codes = {
        connect: "NetConnection.Connect.Rejected",
        publish: "NetStream.Publish.Denied",
        play: "NetStream.Play.Failed",
      };
      const description = "The server could not decide in time.";
      this.#context.events.push({ type: "cancel", requestId: pending.requestId, reason: "decision-timeout" });
      this.#refuse(pending, now, "decision-timeout", "us", {
        level: "error",
        code: codes[pending.question.type],
        description,
      });
      return;
    }
    const action = this.#deadlines.due(this.#phase(), this.owesAcknowledgement);
    if (action === "ping") {
      this.#deadlines.pinged(now);
      this.#link.send({ type: "userControl", event: "pingRequest", pingTimestamp: Math.floor(now) >>> 0 });
    } else if (action === "acknowledge") {
      this.#link.acknowledge();
    } else if (action === "check-partials") {
      this.#deadlines.partialsChecked(now);
      if (this.#link.checkPartials()) this.#fail("idle-timeout", "A message was begun and not finished in time.");
      this.tick(now); // something else may be due as well
    } else if (action !== undefined) this.#fail(action, "Timed out.");
  }

  /**
   * Takes bytes from the peer. Bytes after the end are ignored. They are parsed where they lie: leave them unchanged until
   * `read` answers `undefined` with no request pending, or call {@link detachInput}.
   * @param length how many of them count, from the first on.
   */
  receive(bytes: Uint8Array, now: number, length = bytes.length): void {
    if (this.#context.end !== undefined) return;
    this.#deadlines.received(now);
    const shaking = !this.#link.handshaken;
    try {
      this.#link.receive(bytes, length);
    } catch (error) {
      this.#failWith(error);
    }
    if (!shaking || !this.#link.handshaken) return;
    this.#handshakenAt = now;
    this.#deadlines.enter(now);
  }

  /** Copies what is not parsed yet of received arrays, so that these can be used again. */
  detachInput(): void {
    this.#link.detachInput();
  }

  /** The peer has closed its side, or the connection broke: `reset`. */
  receiveEnd(reason: "closed" | "reset" = "closed", cause?: unknown): void {
    this.#finish({ reason, by: "peer", ...(cause !== undefined && { cause }) });
  }

  /** The next event; undefined until more bytes come, a request is answered, or for ever after the end. */
  read(now: number): ServerEvent | undefined {
    const context = this.#context;
    for (;;) {
      if (context.events.length > 0) return context.events.shift();
      if (context.end !== undefined || context.pending !== undefined) return undefined;
      let message: RawMessage | undefined;
      try {
        message = this.#aggregate.length > 0 ? this.#aggregate.pop() : this.#link.read(now);
        if (this.#link.flooded) {
          this.#fail("too-many-commands", "Too many control messages.");
          continue;
        }
        if (context.connect === undefined && this.#link.bytesParsed > this.#limits.maxBytesBeforeConnect) {
          this.#fail("pre-auth-overflow", "Too much data before connect.");
          continue;
        }
        if (message === undefined) return undefined;
        const media = this.#handle(message, now);
        if (media !== undefined) return media;
      } catch (error) {
        if (!(error instanceof MessageError && error.survivable)) this.#failWith(error);
        else if (this.#commands.take(now)) this.#drop(message?.payload.length ?? 0);
        else this.#fail("too-many-commands", "Too many malformed messages."); // each costs more than its bytes
      }
    }
  }

  /**
   * Answers a request with yes.
   * @param offered for a connect: what differs from {@link DEFAULT_SERVER_CAPABILITIES}.
   * @returns false if it is no longer pending: the peer left, or time ran out.
   */
  accept(requestId: number, now: number, offered?: Partial<ServerCapabilities>): boolean {
    const { pending } = this.#context;
    if (pending?.requestId !== requestId) return false;
    this.#resolve(pending, now);
    this.#deadlines.enter(now);
    const { question } = pending;
    if (question.type === "connect") {
      acceptConnect(this.#context, question.app, question.command, offered);
      return true;
    }
    this.#accepted = true;
    this.#droppedBytes = 0;
    if (question.type === "publish") acceptPublish(this.#context, question.stream, question.publication);
    else acceptPlay(this.#context, question.stream, question.playback);
    return true;
  }

  /**
   * Answers a request with no. The peer is told `code` and `description`, then the connection ends, unless other
   * streams are active on it.
   * @returns false if it is no longer pending.
   */
  reject(requestId: number, now: number, code: string, description: string): boolean {
    const { pending } = this.#context;
    if (pending?.requestId !== requestId) return false;
    this.#refuse(pending, now, `${pending.question.type}-rejected`, "application", {
      level: "error",
      code,
      description,
    });
    return true;
  }

  // ---- to a player ----

  /** Sends a message on a stream that plays. Ignored on one that does not, or no longer. */
  sendMedia(messageStreamId: number, message: OutgoingMedia): void {
    if (this.#plays(messageStreamId)) this.#link.sendMedia({ ...message, messageStreamId });
  }

  /**
   * Sends whole messages as chunks made before, by `writeChunks` at {@link chunkSize} for this message stream id, each on its
   * {@link mediaChunkStream}. Ignored on a stream that does not play.
   */
  sendChunks(messageStreamId: number, bytes: Uint8Array): void {
    if (this.#plays(messageStreamId)) this.#link.sendChunks(bytes);
  }

  /** What a way past {@link sendChunks} needs. @throws RangeError for a stream that does not play. */
  playing(messageStreamId: number): Pick<OutletParts, "stream" | "link"> {
    const stream = this.#context.streams.get(messageStreamId);
    if (stream?.playback === undefined) throw new RangeError(`stream ${messageStreamId} does not play`);
    return { stream, link: this.#link };
  }

  /** Says something to a player, such as `NetStream.Play.PublishNotify`. Ignored on a stream that does not play. */
  notify(messageStreamId: number, status: Status): void {
    if (this.#plays(messageStreamId)) this.#link.send(onStatus(messageStreamId, status));
  }

  /** Tells a player that its stream begins (again), or has run dry for now. Ignored on a stream that does not play. */
  signal(messageStreamId: number, event: "streamBegin" | "streamDry"): void {
    if (this.#plays(messageStreamId)) this.#link.send({ type: "userControl", event, streamId: messageStreamId });
  }

  /**
   * Ends what a stream publishes, and tells its publisher why; other streams of the connection go on, without any it ends
   * with this reason. Ignored on a stream that does not publish.
   */
  endPublication(messageStreamId: number, reason: EndReason, status: Status): void {
    const { streams, events } = this.#context;
    const stream = streams.get(messageStreamId);
    const publication = stream && streams.unpublish(stream);
    if (publication === undefined) return;
    this.#link.send(onStatus(messageStreamId, status));
    events.push({ type: "unpublish", publication, clean: false, reason, by: "application" });
    if (streams.activeCount > 0) return;
    this.#context.finish({ reason, by: "application" }, false);
  }

  /** Ends a playback: StreamEOF, `UnpublishNotify`, `Play.Stop`. The connection goes on; players leave by themselves. */
  endPlayback(messageStreamId: number, now: number): void {
    const stream = this.#context.streams.get(messageStreamId);
    if (stream?.playback === undefined) return;
    endPlaying(this.#context, stream);
    this.#deadlines.enter(now);
  }

  // ---- to a client that can move ----

  /**
   * Asks the client to leave: to connect anew, and to close this connection when it is ready to. It is served until then.
   * @param tcUrl where to go: an application's URL, or a part of one, which the client resolves against its own. @defaultValue the same place
   * @param description for people.
   * @returns whether the client was asked: it must be connected, and have said that it knows of such requests (`CapsEx.reconnect`).
   */
  requestReconnect(tcUrl?: string, description = "The server asks you to connect again."): boolean {
    const { connect, end } = this.#context;
    if (end !== undefined || connect === undefined || (connect.capsEx & CapsEx.reconnect) === 0) return false;
    this.#link.send(reconnectRequest(tcUrl, description));
    return true;
  }

  // ---- ends ----

  /** The application ends the connection. With a `status` the peer is told on each active stream, else on the connection. */
  close(reason: EndReason, status?: Status): void {
    if (this.#context.end !== undefined) return;
    if (status !== undefined) this.#tell(status);
    this.#finish({ reason, by: "application" });
  }

  /** Ends the connection for a reason that the driver found, such as `write-timeout` or `consumer-stalled`. The peer is told. */
  fail(reason: EndReason, by: "us" | "application", description: string, cause?: unknown): void {
    this.#fail(reason, description, cause, by);
  }

  /** The application takes its time over a message: deadlines that measure the peer stand still until {@link release}. */
  hold(now: number): void {
    this.#deadlines.hold(now);
  }
  release(now: number): void {
    this.#deadlines.release(now);
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
      case MessageType.dataAmf0:
      case MessageType.dataAmf3:
        return this.#media(raw, "data", dataName(raw));
    }
    // All but media may be kept: commands by us, parts of an aggregate until they are handled, the rest by the application.
    const message = decodeMessage(this.#borrows ? { ...raw, payload: raw.payload.slice() } : raw);
    switch (message.type) {
      case "aggregate":
        this.#aggregate = [...message.parts].reverse();
        return undefined;
      case "command":
        if (this.#commands.take(now)) this.#command(message, now);
        else this.#fail("too-many-commands", "Too many commands.");
        return undefined;
      case "userControl":
        this.#context.events.push({ type: "unhandled", message });
        return undefined;
      default:
        this.#unhandled(message, raw.payload.length);
        return undefined;
    }
  }

  #media(raw: RawMessage, type: MediaMessage["type"], name?: string): MediaEvent | undefined {
    const publication = this.#context.streams.get(raw.messageStreamId)?.publication;
    if (publication === undefined) {
      this.#drop(raw.payload.length); // media on its way when the stream was closed, or for no stream at all
      return undefined;
    }
    const { messageTypeId, messageStreamId, timestamp, payload } = raw;
    const message: MediaMessage =
      name === undefined
        ? { type, messageTypeId, messageStreamId, timestamp, payload }
        : { type, messageTypeId, messageStreamId, timestamp, payload, name };
    return { type: "media", publication, message };
  }

  #unhandled(message: Message, length: number): void {
    this.#context.events.push({ type: "unhandled", message });
    this.#drop(length);
  }

  #drop(length: number): void {
    this.#droppedBytes += length;
    if (this.#droppedBytes > this.#limits.maxDroppedBytes) {
      this.#fail("too-much-dropped", "Too much data that belongs to no published stream.");
    }
  }

  #command(message: Command, now: number): void {
    const { streams } = this.#context;
    const active = streams.activeCount;
    obey(this.#context, message, now);
    // With its last stream closed, a peer has as long to start another as at first.
    if (active > 0 && streams.activeCount === 0) this.#deadlines.enter(now);
  }

  // ---- decisions and ends ----

  #phase(): Phase {
    const { connect, streams } = this.#context;
    if (!this.#link.handshaken) return "handshake";
    if (connect === undefined) return "connecting";
    if (streams.publishingCount > 0) return "publishing";
    return streams.playingCount > 0 ? "playing" : "connected";
  }

  #plays(messageStreamId: number): boolean {
    return this.#context.streams.get(messageStreamId)?.playback !== undefined;
  }

  #resolve(pending: Pending, now: number): void {
    this.#context.pending = undefined;
    this.#deadlines.hold(pending.since);
    this.#deadlines.release(now);
  }

  #refuse(pending: Pending, now: number, reason: EndReason, by: SessionEnd["by"], status: Status): void {
    this.#resolve(pending, now);
    const { question } = pending;
    if (question.type === "connect") {
      this.#link.send(errorResult(question.command.transactionId ?? 1, status.code, status.description));
      this.#finish({ reason, by });
      return;
    }
    this.#link.send(onStatus(question.stream.id, status));
    this.#context.finishUnlessActive({ reason, by });
  }

  /** Says why the connection ends, where the peer will look for it. */
  #tell(status: Status): void {
    const { connect, streams } = this.#context;
    if (!this.#link.handshaken) return;
    const active = [...streams.publishing(), ...streams.playing()];
    for (const { id } of active) this.#link.send(onStatus(id, status));
    if (active.length > 0) return;
    if (connect !== undefined) this.#link.send(onStatus(0, status));
    else this.#link.send(errorResult(1, "NetConnection.Connect.Rejected", status.description));
  }

  #failWith(error: unknown): void {
    if (error instanceof HandshakeError || error instanceof ChunkError || error instanceof MessageError) {
      this.#fail(error.code, `Protocol error: ${error.code}.`, error);
    } else throw error;
  }

  #fail(reason: EndReason, description: string, cause?: unknown, by: "us" | "application" = "us"): void {
    if (this.#context.end !== undefined) return;
    const code = this.#context.streams.activeCount > 0 ? "NetStream.Failed" : "NetConnection.Connect.Closed";
    this.#tell({ level: "error", code, description });
    this.#finish({ reason, by, ...(cause !== undefined && { cause }) });
  }

  #finish(end: Omit<SessionEnd, "clean">): void {
    this.#context.finish(end);
    this.#aggregate = [];
  }
}
