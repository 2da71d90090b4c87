import { ChunkError } from "@rtmp/chunk";
import { ClientHandshake, HandshakeError, type HandshakeMode, type HmacSha256 } from "@rtmp/handshake";
import { decodeMessage, MessageError, MessageType, type RawMessage } from "@rtmp/messages";
import type { EndReason, SessionEnd } from "../end.js";
import type { MediaMessage } from "../events.js";
import { ProtocolLink } from "../protocol-link.js";
import { ClientContext, CONNECT } from "./client-context.js";
import { ClientError } from "./client-error.js";
import type { ClientEvent } from "./client-events.js";
import {
  type ClientLimits,
  type ClientTimeouts,
  DEFAULT_CLIENT_LIMITS,
  DEFAULT_CLIENT_TIMEOUTS,
} from "./client-limits.js";
import { type ClientStream, isPending } from "./client-streams.js";
import { type ConnectAnswer, type ConnectParameters, connectCommand } from "./connect-command.js";
import { encodeMedia, type PublishedMessage } from "./published-message.js";
import type { RtmpUrl } from "./rtmp-url.js";
import { obey, onPlayStatus } from "./server-commands.js";

/** What a {@link ClientConnection} is made of. */
export interface ClientConnectionOptions extends Omit<ConnectParameters, "app" | "tcUrl"> {
  /** Where it connects to: `app`, `tcUrl`, and what relative reconnect requests refer to. */
  readonly url: RtmpUrl;
  /** Goes behind `app` and `tcUrl`: what `answerAdobeAuth` gave. */
  readonly authQuery?: string | undefined;
  /** `digest` for servers that want a Flash Player; others answer it too. @defaultValue "simple" */
  readonly handshake?: HandshakeMode | undefined;
  /** Fills an array with random bytes: C1 needs them, unpredictability does not matter. */
  readonly random: (target: Uint8Array<ArrayBuffer>) => void;
  /** HMAC-SHA256 for the digest handshake. @defaultValue the one of `@noble/hashes` */
  readonly hmacSha256?: HmacSha256 | undefined;
  /** Milliseconds of a clock that never goes back: the moment of creation. */
  readonly now: number;
  readonly limits?: Partial<ClientLimits> | undefined;
  readonly timeouts?: Partial<ClientTimeouts> | undefined;
}

/** How a stream is played (RTMP 7.2.2.1). */
export interface PlayOptions {
  /** -2: live, else recorded; -1: live only; from 0 on: seconds into a recording. @defaultValue -2 */
  readonly start?: number;
  /** Seconds; -1: to the end. @defaultValue not sent */
  readonly duration?: number;
  /** Whether it takes the place of what played before. @defaultValue not sent */
  readonly reset?: boolean;
  /** What the client says that it buffers, in ms (Set Buffer Length): servers may send that much at once. @defaultValue 3000 */
  readonly bufferLengthMs?: number;
}

const NEVER = Number.POSITIVE_INFINITY;
/** Data messages by which servers talk about a stream; no part of it. */
const SERVER_DATA = new Set<string | undefined>(["onStatus", "onPlayStatus", "|RtmpSampleAccess"]);

/**
 * The client's side of one RTMP connection as a state machine without I/O: bytes and time go in, events and bytes to
 * write come out. `ClientSession` drives it over a transport.
 *
 * Write what `takeOutput` gives; `receive` bytes, then `read` events until it answers `undefined`, then write again.
 * Call `tick` at `deadline`. Once `end` is set, nothing more is parsed: read the remaining events, write the remaining
 * output.
 */
export class ClientConnection {
  readonly #options: ClientConnectionOptions;
  readonly #limits: ClientLimits;
  readonly #timeouts: ClientTimeouts;
  readonly #link: ProtocolLink;
  readonly #context: ClientContext;
  #aggregate: RawMessage[] = []; // parts still to be handled, in reverse
  #phaseSince: number;
  #receivedAt: number;
  #heldSince: number | undefined;
  #windowFullSince: number | undefined;
  #ignoresWindow = false;

  constructor(options: ClientConnectionOptions) {
    this.#options = options;
    this.#limits = { ...DEFAULT_CLIENT_LIMITS, ...options.limits };
    this.#timeouts = { ...DEFAULT_CLIENT_TIMEOUTS, ...options.timeouts };
    const { url, random, hmacSha256, handshake: mode = "simple", now } = options;
    const handshake = new ClientHandshake({ random, mode, ...(hmacSha256 && { hmacSha256 }) });
    this.#link = new ProtocolLink(handshake, this.#limits, { announcesChunkSize: false });
    this.#context = new ClientContext(url, this.#link);
    this.#phaseSince = now;
    this.#receivedAt = now;
  }

  /** How the connection ended; undefined while it goes on. */
  get end(): SessionEnd | undefined {
    return this.#context.end;
  }
  /** The end as an error, with the server's code and description if it gave any; undefined while it goes on, and if we ended it. */
  get failure(): ClientError | undefined {
    return this.#context.failure;
  }
  /** What the server said to connect; undefined before. */
  get answer(): ConnectAnswer | undefined {
    return this.#context.answer;
  }
  /** `connecting` until connect is answered; `publishing` while a stream is published, else `playing` while one is played. */
  get state(): ClientContext["state"] {
    return this.#context.state;
  }
  /** Whether the server speaks RTMP, so that last words can reach it. */
  get handshaken(): boolean {
    return this.#link.handshaken;
  }
  /** Bytes from the server so far, the handshake included. */
  get bytesReceived(): number {
    return this.#link.bytesReceived;
  }
  /** Bytes held for the server: unparsed input, unfinished messages, output not yet taken. */
  get heldBytes(): number {
    return this.#link.heldBytes;
  }
  /** Bytes that `takeOutput` would give. */
  get queuedOutput(): number {
    return this.#link.queuedOutput;
  }
  /**
   * Whether more than twice the window of the server's Set Peer Bandwidth is on its way without an acknowledgement.
   * Counts only with servers that acknowledge, and whose numbers make sense; `tick` gives up on one that stops.
   */
  get windowFull(): boolean {
    const { unacknowledged, peerBandwidth } = this.#link;
    if (this.#ignoresWindow || unacknowledged === undefined || peerBandwidth === 0) return false;
    // Servers that set their count back to 0 (SRS and nginx-rtmp before 2^32) seem to have missed gigabytes.
    return unacknowledged > 2 * peerBandwidth && unacknowledged < 2 ** 31;
  }

  /** When `tick` is due, on the clock of `now`; `Infinity` if never. */
  get deadline(): number {
    return this.#due().at;
  }

  /** Acts on a deadline that has passed. */
  tick(now: number): void {
    const { at, what } = this.#due();
    if (now < at) return;
    if (what === "answers") this.#giveUpAnswers(now);
    else if (what === "window") {
      this.#ignoresWindow = true;
      this.#windowFullSince = undefined;
    } else this.fail(what, "us");
  }

  /** Takes bytes from the server. Bytes after the end are ignored. */
  receive(bytes: Uint8Array, now: number): void {
    if (this.end !== undefined) return;
    this.#receivedAt = now;
    const shaking = !this.#link.handshaken;
    try {
      this.#link.receive(bytes);
      if (this.#link.owesAcknowledgement) this.#link.acknowledge();
    } catch (error) {
      this.#failWith(error);
    }
    if (shaking && this.#link.handshaken) this.#connect(now);
  }

  /** The server has closed its side, or the connection broke: `reset`. */
  receiveEnd(reason: "closed" | "reset" = "closed", cause?: unknown): void {
    this.#finish({ reason, by: "peer", ...(cause !== undefined && { cause }) });
  }

  /** The next event; undefined until more bytes come, or for ever after the end. */
  read(now: number): ClientEvent | undefined {
    const { events } = this.#context;
    for (;;) {
      const event = events.shift();
      if (event !== undefined) return event;
      if (this.end !== undefined) return undefined;
      try {
        const message = this.#aggregate.pop() ?? this.#link.read(now);
        if (message === undefined) break;
        this.#handle(message);
      } catch (error) {
        if (!(error instanceof MessageError && error.survivable)) this.#failWith(error);
      }
    }
    if (!this.windowFull) this.#windowFullSince = undefined;
    return undefined;
  }

  // ---- requests ----

  /**
   * Asks to publish: releaseStream, FCPublish and createStream, then publish. `started` or `refused` will answer.
   * @param name with its query, if it has one.
   * @param type `live`, `record` or `append` (RTMP 7.2.2.6).
   * @returns what the stream is called here.
   * @throws RangeError if too many streams are open; TypeError if not connected.
   */
  publish(name: string, type: string, now: number): number {
    this.#mayOpen();
    const context = this.#context;
    context.command("releaseStream", 0, name);
    context.command("FCPublish", 0, name);
    return this.#create("publish", name, now + this.#timeouts.publishMs, (transactionId, messageStreamId) => {
      context.send("publish", transactionId, messageStreamId, name, type);
    });
  }

  /**
   * Asks to play: createStream, then play and Set Buffer Length. `started` or `refused` will answer.
   * @param name with its query, if it has one.
   * @returns what the stream is called here.
   * @throws RangeError if too many streams are open; TypeError if not connected.
   */
  play(name: string, options: PlayOptions, now: number): number {
    this.#mayOpen();
    const { start = -2, duration = -1, reset, bufferLengthMs = 3000 } = options;
    const more = reset !== undefined ? [duration, reset] : options.duration !== undefined ? [duration] : [];
    return this.#create("play", name, now + this.#timeouts.playMs, (transactionId, messageStreamId) => {
      this.#link.admitMedia();
      this.#context.send("play", transactionId, messageStreamId, name, start, ...more);
      this.#link.send({ type: "userControl", event: "setBufferLength", streamId: messageStreamId, bufferLengthMs });
    });
  }

  /**
   * Sends a message on a published stream.
   * @throws ClientError `stream-closed` if it has not started or is over; RangeError or TypeError for a message that
   * can not be written.
   */
  send(streamId: number, message: PublishedMessage, now: number): void {
    const stream = this.#context.streams.get(streamId);
    if (stream?.kind !== "publish" || stream.state !== "active" || stream.messageStreamId === undefined) {
      throw new ClientError("stream-closed", "This stream is not published, or no longer.");
    }
    this.#link.sendMedia(encodeMedia(stream.messageStreamId, message));
    if (this.windowFull) this.#windowFullSince ??= now;
  }

  /** Ends a stream: FCUnpublish for a published one, and deleteStream. The connection goes on. */
  closeStream(streamId: number): void {
    const stream = this.#context.streams.get(streamId);
    if (stream !== undefined) this.#context.closeStream(stream);
  }

  // ---- ends ----

  /** Ends all streams properly, then the connection. */
  close(reason: EndReason = "closed"): void {
    for (const stream of this.#context.streams.all()) this.#context.closeStream(stream);
    this.#finish({ reason, by: "application" });
  }

  /** Ends the connection for a reason that the driver found, such as `write-timeout`. */
  fail(reason: EndReason, by: "us" | "application", cause?: unknown): void {
    this.#finish({ reason, by, ...(cause !== undefined && { cause }) });
  }

  /** Nothing is read for now: deadlines that measure the server stand still until {@link release}. */
  hold(now: number): void {
    this.#heldSince ??= now;
  }
  release(now: number): void {
    if (this.#heldSince === undefined) return;
    const ms = now - this.#heldSince;
    this.#heldSince = undefined;
    this.#receivedAt += ms;
    this.#context.streams.postpone(ms);
    if (this.#windowFullSince !== undefined) this.#windowFullSince += ms;
  }

  /** Bytes to write since the last call, in one piece; undefined if there are none. */
  takeOutput(): Uint8Array | undefined {
    return this.#link.takeOutput();
  }

  // ---- deadlines ----

  #due(): { readonly at: number; readonly what: EndReason | "answers" | "window" } {
    if (this.end !== undefined || this.#heldSince !== undefined) return { at: NEVER, what: "answers" };
    const { handshakeMs, connectMs, idleMs, acknowledgementMs } = this.#timeouts;
    if (!this.#link.handshaken) return { at: this.#phaseSince + handshakeMs, what: "handshake-timeout" };
    if (this.answer === undefined) return { at: this.#phaseSince + connectMs, what: "connect-timeout" };
    const { streams } = this.#context;
    const answersAt = streams.answerBy;
    const windowAt = (this.#windowFullSince ?? NEVER) + acknowledgementMs;
    const idleAt = streams.has("play", "active") ? this.#receivedAt + idleMs : NEVER;
    if (answersAt <= windowAt && answersAt <= idleAt) return { at: answersAt, what: "answers" };
    return windowAt <= idleAt ? { at: windowAt, what: "window" } : { at: idleAt, what: "idle-timeout" };
  }

  #giveUpAnswers(now: number): void {
    for (const stream of this.#context.streams.all()) {
      if (!isPending(stream) || stream.answerBy > now) continue;
      const { kind } = stream;
      this.#context.refuse(stream, new ClientError(`${kind}-timeout`, `The server did not answer to ${kind} in time.`));
    }
  }

  // ---- messages ----

  #handle(raw: RawMessage): void {
    if (raw.messageTypeId === MessageType.audio) this.#media(raw, "audio");
    else if (raw.messageTypeId === MessageType.video) this.#media(raw, "video");
    else {
      const message = decodeMessage(raw);
      if (message.type === "command") obey(this.#context, message);
      else if (message.type === "aggregate") this.#aggregate = [...message.parts].reverse();
      else if (message.type === "data" && !SERVER_DATA.has(message.name)) this.#media(raw, "data", message.name);
      else {
        this.#context.events.push({ type: "unhandled", message });
        if (message.type === "data" && message.name === "onPlayStatus") {
          onPlayStatus(this.#context, raw.messageStreamId, message.values[1]);
        }
      }
    }
  }

  #media(raw: RawMessage, type: MediaMessage["type"], name?: string): void {
    const stream = this.#context.streams.playing(raw.messageStreamId);
    if (stream === undefined) return; // on its way when the stream was closed
    if (stream.state === "starting") this.#context.start(stream); // the best of all answers
    const { messageTypeId, messageStreamId, timestamp, payload } = raw;
    const message: MediaMessage =
      name === undefined
        ? { type, messageTypeId, messageStreamId, timestamp, payload }
        : { type, messageTypeId, messageStreamId, timestamp, payload, name };
    this.#context.events.push({ type: "media", streamId: stream.id, message });
  }

  // ---- begin and end ----

  /** Connect goes first: older FFmpegs that listen take nothing else. The chunk size follows at once. */
  #connect(now: number): void {
    this.#phaseSince = now;
    const { url, authQuery = "", flashVer, capabilities, properties } = this.#options;
    const [app, tcUrl] = [url.app + authQuery, url.tcUrl + authQuery];
    this.#link.send(connectCommand(CONNECT, { app, tcUrl, flashVer, capabilities, properties }));
    this.#link.announceChunkSize();
  }

  #mayOpen(): void {
    if (this.answer === undefined || this.end !== undefined) throw new TypeError("Not connected.");
    if (this.#context.streams.count >= this.#limits.maxStreams) {
      throw new RangeError("Too many streams on one connection.");
    }
  }

  #create(kind: ClientStream["kind"], name: string, answerBy: number, begin: ClientStream["begin"]): number {
    const createdBy = this.#context.command("createStream", 0);
    return this.#context.streams.add({ kind, name, createdBy, answerBy, begin }).id;
  }

  #failWith(error: unknown): void {
    if (error instanceof HandshakeError || error instanceof ChunkError || error instanceof MessageError) {
      this.fail(error.code, "us", error);
    } else throw error;
  }

  #finish(end: Omit<SessionEnd, "clean">): void {
    this.#context.finish(end);
    this.#aggregate = [];
  }
}
