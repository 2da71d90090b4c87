import { ByteWriter, concatBytes } from "@rtmp/bytes-util";
import { ChunkDecoder, ChunkEncoder, type ChunkMessage } from "@rtmp/chunk";
import { decodeMessage, encodeMessage, MessageType, type OutgoingMessage, type RawMessage } from "@rtmp/messages";
import type { SessionLimits } from "./limits.js";
import { RateLimit } from "./rate-limit.js";

/** Chunk stream of protocol control and user control messages (RTMP 5.4). */
const CONTROL_CHUNK_STREAM = 2;
/** Chunk stream of commands, by the custom of Adobe's servers. */
const COMMAND_CHUNK_STREAM = 3;

/** A peer that waits for windows of this size loses little if it has to be silent first, in bytes. */
const LARGE_WINDOW = 1_000_000;

/** Room for the answers to one read of commands, in bytes; it grows. */
const REPLIES = 512;

/** Chunk streams of what players get, apart from each other so that headers compress. */
const MEDIA_CHUNK_STREAMS = { audio: 4, data: 5, video: 6 } as const;

/** The chunk stream on which a player gets messages of a type: audio 4, video 6, all else 5. */
export function mediaChunkStream(messageTypeId: number): number {
  if (messageTypeId === MessageType.audio) return MEDIA_CHUNK_STREAMS.audio;
  return messageTypeId === MessageType.video ? MEDIA_CHUNK_STREAMS.video : MEDIA_CHUNK_STREAMS.data;
}

/** One side of the handshake, as a link drives it. */
export interface Handshake {
  readonly done: boolean;
  push(bytes: Uint8Array): void;
  takeOutput(): Uint8Array | undefined;
  takeRest(): Uint8Array;
}

/** The bounds that a link keeps. */
export type LinkLimits = Pick<
  SessionLimits,
  | "chunkSize"
  | "windowAcknowledgementSize"
  | "maxMediaLength"
  | "maxDataLength"
  | "maxCommandLength"
  | "minPeerChunkSize"
  | "maxChunkStreams"
  | "maxPartials"
  | "maxPartialBytes"
  | "pingsPerSecond"
  | "controlsPerSecond"
>;

/** How a link behaves. */
export interface LinkOptions {
  /** Whether Set Chunk Size goes out as soon as hands are shaken; else when it is asked for. @defaultValue true */
  readonly announcesChunkSize?: boolean;
  /** As in `ChunkDecoderOptions`. @defaultValue "own" */
  readonly payloads?: "own" | "borrowed";
}

/**
 * What both roles share below commands and media: handshake, chunk streams both ways, acknowledgements, window and
 * bandwidth, answers to pings. Sans-I/O: bytes and time in, messages and bytes out.
 */
export class ProtocolLink {
  readonly #limits: LinkLimits;
  #decoder: ChunkDecoder;
  readonly #encoder = new ChunkEncoder();
  readonly #pings: RateLimit;
  readonly #controls: RateLimit;
  #flooded = false;
  #sentChunks = false; // of which the encoder does not know
  readonly #announcesChunkSize: boolean;
  #handshake: Handshake | undefined;
  #output: Uint8Array[] = [];
  readonly #replies = new ByteWriter(REPLIES); // behind them: small messages, which are taken out together
  #outputLength = 0;
  #bytesReceived = 0;
  #acknowledged = 0; // of those
  #peerWindow: number; // how often the peer wants an acknowledgement, in bytes
  #announcedWindow = 0;
  #bytesSent = 0;
  #acknowledgedByPeer: number | undefined; // as it counts, modulo 2^32
  #peerBandwidth = 0;
  #checkedAt = 0; // bytes parsed when partials were last checked

  constructor(handshake: Handshake, limits: LinkLimits, options: LinkOptions = {}) {
    const { announcesChunkSize = true, payloads = "own" } = options;
    this.#handshake = handshake;
    this.#announcesChunkSize = announcesChunkSize;
    this.#limits = limits;
    this.#peerWindow = limits.windowAcknowledgementSize;
    this.#pings = new RateLimit(limits.pingsPerSecond, limits.pingsPerSecond);
    this.#controls = new RateLimit(limits.controlsPerSecond, 2 * limits.controlsPerSecond);
    const { maxCommandLength } = limits;
    const chunkLimits = {
      maxMediaLength: maxCommandLength, // until a publish is accepted
      maxDataLength: maxCommandLength,
      maxCommandLength,
      minChunkSize: limits.minPeerChunkSize,
      maxChunkStreams: limits.maxChunkStreams,
      maxPartials: limits.maxPartials,
      maxPartialBytes: limits.maxPartialBytes,
    };
    this.#decoder = new ChunkDecoder(chunkLimits, { payloads });
    this.#collect(handshake.takeOutput());
  }

  /** Whether the handshake is complete. */
  get handshaken(): boolean {
    return this.#handshake === undefined;
  }
  /** Bytes from the peer so far, the handshake included: what acknowledgements count. */
  get bytesReceived(): number {
    return this.#bytesReceived;
  }
  /** Bytes of the chunk stream parsed so far. */
  get bytesParsed(): number {
    return this.#decoder.bytesConsumed;
  }
  /** Bytes held for the peer: unparsed input, unfinished messages, output not yet taken. */
  get heldBytes(): number {
    return this.#decoder.heldBytes + this.#outputLength;
  }

  /** Whether the peer sends more control messages than anybody needs: the connection should end. */
  get flooded(): boolean {
    return this.#flooded;
  }
  /** Bytes that `takeOutput` would give. */
  get queuedOutput(): number {
    return this.#outputLength;
  }

  /** Bytes for the peer so far, output not yet taken included. */
  get bytesSent(): number {
    return this.#bytesSent;
  }
  /** Bytes for the peer that it has not acknowledged; `undefined` if it never acknowledged any. */
  get unacknowledged(): number | undefined {
    if (this.#acknowledgedByPeer === undefined) return undefined;
    return ((this.#bytesSent % 2 ** 32) - this.#acknowledgedByPeer + 2 ** 32) % 2 ** 32;
  }
  /** Bytes that the peer wants to have under way to it at most, by its last Set Peer Bandwidth; 0 if there was none. */
  get peerBandwidth(): number {
    return this.#peerBandwidth;
  }

  /**
   * Whether a window has come since the last {@link acknowledge}: the peer's, or the default if it announced none, since some encoders
   * wait for that nevertheless. Small ones are acknowledged by {@link receive}.
   */
  get owesAcknowledgement(): boolean {
    return this.#handshake === undefined && this.#bytesReceived - this.#acknowledged >= this.#peerWindow;
  }
  /** Tells the peer how much has come (RTMP 5.4.3). */
  acknowledge(): void {
    this.#acknowledged = this.#bytesReceived;
    this.send({ type: "acknowledgement", sequenceNumber: this.#bytesReceived % 2 ** 32 });
  }

  /** Takes bytes from the peer: the first `length` of an array. @throws HandshakeError */
  receive(bytes: Uint8Array, length = bytes.length): void {
    this.#bytesReceived += length;
    if (this.#handshake === undefined) this.#decoder.push(bytes, length);
    else this.#shakeHands(this.#handshake, bytes.subarray(0, length));
    // One a read at most, so that a tiny window costs the peer more than us.
    if (this.#peerWindow < LARGE_WINDOW && this.owesAcknowledgement) this.acknowledge();
  }

  /** Copies what is not parsed yet of received arrays, so that these can be used again. */
  detachInput(): void {
    this.#decoder.detach();
  }

  /**
   * The next message that is not the link's own business.
   * @throws ChunkError, MessageError
   */
  read(now: number): ChunkMessage | undefined {
    for (;;) {
      const message = this.#decoder.read();
      if (message === undefined || message.messageTypeId > MessageType.setPeerBandwidth) return message;
      if (!this.#controls.take(now)) this.#flooded = true;
      if (this.#flooded || !this.#control(message, now)) return message;
    }
  }

  /** Lets the peer send messages as long as a publisher may. */
  admitMedia(): void {
    this.#decoder.setLimits({ maxMediaLength: this.#limits.maxMediaLength, maxDataLength: this.#limits.maxDataLength });
  }

  /** Lets go of all input that is not parsed: nothing more will be. */
  stopReading(): void {
    if (this.#decoder.heldBytes > 0) this.#decoder = new ChunkDecoder();
  }

  /** Sets out a message, control on chunk stream 2 and commands on 3. */
  send(message: OutgoingMessage): void {
    const { messageTypeId, messageStreamId, timestamp, payload } = encodeMessage(message);
    const chunkStreamId = messageTypeId <= MessageType.setPeerBandwidth ? CONTROL_CHUNK_STREAM : COMMAND_CHUNK_STREAM;
    const before = this.#replies.length;
    this.#encoder.write(this.#replies, { chunkStreamId, messageTypeId, messageStreamId, timestamp, payload });
    this.#count(this.#replies.length - before);
  }

  /** Sends a message to a player, each kind on a chunk stream of its own. */
  sendMedia(message: RawMessage): void {
    if (this.#sentChunks) {
      this.#sentChunks = false;
      for (const chunkStreamId of Object.values(MEDIA_CHUNK_STREAMS)) this.#encoder.forget(chunkStreamId);
    }
    this.#collect(this.#encoder.encode({ ...message, chunkStreamId: mediaChunkStream(message.messageTypeId) }));
  }

  /** Sends media as chunks made elsewhere: whole messages, each with a type 0 header on the chunk stream of its kind. */
  sendChunks(bytes: Uint8Array): void {
    this.#sentChunks = true;
    this.#collect(bytes);
  }
  /** Takes note of such chunks that are sent past it, while it has no output of its own. */
  countChunks(bytes: Uint8Array): void {
    this.#sentChunks = true;
    this.#bytesSent += bytes.length;
  }

  /**
   * Whether a message is unfinished that was already begun when this was asked before.
   */
  checkPartials(): boolean {
    const oldest = this.#decoder.oldestPartial;
    const stale = oldest !== undefined && oldest < this.#checkedAt;
    this.#checkedAt = this.#decoder.bytesConsumed;
    return stale;
  }

  /** Announces our window and the bandwidth that the peer may use, which by custom is the same (RTMP 5.4.4, 5.4.5). */
  announceWindow(): void {
    const windowSize = this.#limits.windowAcknowledgementSize;
    this.#announcedWindow = windowSize;
    this.send({ type: "windowAcknowledgementSize", windowSize });
    this.send({ type: "setPeerBandwidth", windowSize, limitType: 2 });
  }

  /** Asks for acknowledgements, unless an answer to Set Peer Bandwidth did already: nginx-rtmp sends none unasked. */
  askForAcknowledgements(): void {
    if (this.#announcedWindow > 0) return;
    this.#announcedWindow = this.#limits.windowAcknowledgementSize;
    this.send({ type: "windowAcknowledgementSize", windowSize: this.#announcedWindow });
  }

  /** Sends our chunk size, which counts from the next message on. */
  announceChunkSize(): void {
    this.send({ type: "setChunkSize", chunkSize: this.#limits.chunkSize });
  }

  /** Bytes to write since the last call, in one piece; undefined if there are none. */
  takeOutput(): Uint8Array | undefined {
    if (this.#outputLength === 0) return undefined;
    this.#closeReplies();
    const output = this.#output.length === 1 ? this.#output[0] : concatBytes(this.#output);
    this.#output = [];
    this.#outputLength = 0;
    return output;
  }

  #shakeHands(handshake: Handshake, bytes: Uint8Array): void {
    handshake.push(bytes);
    this.#collect(handshake.takeOutput());
    if (!handshake.done) return;
    this.#handshake = undefined;
    // Before anything else, so that the long connect result already goes out in one chunk and FFmpeg, which adopts the
    // size it is told, publishes in large chunks.
    if (this.#announcesChunkSize) this.announceChunkSize();
    this.#decoder.push(handshake.takeRest());
  }

  /** Acts on a control message. @returns whether that was all there is to do with it. */
  #control(raw: ChunkMessage, now: number): boolean {
    const message = decodeMessage(raw);
    switch (message.type) {
      case "windowAcknowledgementSize":
        // 0 would ask for an acknowledgement of nothing; encoders that send it mean "whatever you like".
        this.#peerWindow = message.windowSize || this.#limits.windowAcknowledgementSize;
        return true;
      case "acknowledgement":
        this.#acknowledgedByPeer = message.sequenceNumber;
        return true;
      case "setPeerBandwidth":
        this.#peerBandwidth = message.windowSize;
        if (message.windowSize !== this.#announcedWindow && message.windowSize > 0) {
          this.#announcedWindow = message.windowSize;
          this.send({ type: "windowAcknowledgementSize", windowSize: message.windowSize });
        }
        return true;
      case "userControl":
        if (message.event !== "pingRequest") return false;
        if (this.#pings.take(now)) {
          this.send({ type: "userControl", event: "pingResponse", pingTimestamp: message.pingTimestamp ?? 0 });
        }
        return true;
      case "unknown":
        return false; // type 0
      default:
        return true; // Set Chunk Size and Abort have acted in the decoder
    }
  }

  #collect(bytes: Uint8Array | undefined): void {
    if (bytes === undefined || bytes.length === 0) return;
    this.#closeReplies();
    this.#output.push(bytes);
    this.#count(bytes.length);
  }

  #closeReplies(): void {
    if (this.#replies.length === 0) return;
    this.#output.push(this.#replies.toBytes());
    this.#replies.reset();
  }

  #count(length: number): void {
    this.#outputLength += length;
    this.#bytesSent += length;
  }
}
