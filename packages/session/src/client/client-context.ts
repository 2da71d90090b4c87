import type { Amf0Encodable } from "@rtmp/amf0";
import type { SessionEnd } from "../end.js";
import type { ProtocolLink } from "../protocol-link.js";
import { ClientError } from "./client-error.js";
import type { ClientEvent, StreamEnd } from "./client-events.js";
import { type ClientStream, ClientStreams, isPending } from "./client-streams.js";
import type { ConnectAnswer } from "./connect-command.js";
import { explain } from "./explain.js";
import type { RtmpUrl } from "./rtmp-url.js";

/** Transaction id of connect (RTMP 7.2.1.1). */
export const CONNECT = 1;

/** What the commands of one client connection work on: its streams, what the server said, and its end. */
export class ClientContext {
  readonly url: RtmpUrl;
  readonly link: ProtocolLink;
  readonly streams = new ClientStreams();
  /** To be handed out before anything else is parsed. */
  readonly events: ClientEvent[] = [];
  /** What the server said to connect. */
  answer: ConnectAnswer | undefined;
  /** What the server complained of last: often why it then leaves. */
  complaint: ClientError | undefined;
  checkedBandwidth = false;
  end: SessionEnd | undefined;
  /** The end as an error, unless we ended it. */
  failure: ClientError | undefined;
  #lastTransaction = CONNECT;

  constructor(url: RtmpUrl, link: ProtocolLink) {
    this.url = url;
    this.link = link;
  }

  /** `connecting` until connect is answered; `publishing` while a stream is published, else `playing` while one is played. */
  get state(): "handshake" | "connecting" | "connected" | "publishing" | "playing" | "closed" {
    if (this.end !== undefined) return "closed";
    if (!this.link.handshaken) return "handshake";
    if (this.answer === undefined) return "connecting";
    if (this.streams.has("publish", "active")) return "publishing";
    return this.streams.has("play", "active") ? "playing" : "connected";
  }

  /** A transaction id that was not used before. */
  nextTransaction(): number {
    return ++this.#lastTransaction;
  }
  /** Sends a command. @returns its transaction id. */
  command(name: string, messageStreamId: number, ...args: readonly Amf0Encodable[]): number {
    const transactionId = this.nextTransaction();
    this.send(name, transactionId, messageStreamId, ...args);
    return transactionId;
  }
  send(name: string, transactionId: number, messageStreamId: number, ...args: readonly Amf0Encodable[]): void {
    this.link.send({ type: "command", name, transactionId, messageStreamId, commandObject: null, arguments: args });
  }

  start(stream: ClientStream): void {
    stream.state = "active";
    this.events.push({ type: "started", streamId: stream.id });
  }
  refuse(stream: ClientStream, error: ClientError): void {
    this.streams.delete(stream);
    this.events.push({ type: "refused", streamId: stream.id, error });
  }
  endStream(stream: ClientStream, end: StreamEnd): void {
    stream.state = "ended";
    this.events.push({ type: "ended", streamId: stream.id, end });
  }
  /** FCUnpublish for a published stream, and deleteStream. */
  closeStream(stream: ClientStream): void {
    this.streams.delete(stream);
    if (this.end !== undefined || stream.messageStreamId === undefined) return;
    if (stream.kind === "publish") this.command("FCUnpublish", 0, stream.name);
    this.command("deleteStream", 0, stream.messageStreamId);
  }

  /** Ends the connection: what runs has failed, what is asked is refused, nothing more is parsed. */
  finish(end: Omit<SessionEnd, "clean">): void {
    if (this.end !== undefined) return;
    const { reason, by } = end;
    const complaint = by === "peer" ? this.complaint : undefined;
    const cause = end.cause ?? complaint;
    if (by !== "application" || cause !== undefined) {
      const { statusCode, description } = complaint ?? {};
      const message = complaint?.message ?? explain(reason, this.state);
      this.failure = new ClientError(reason, message, { statusCode, description, cause: end.cause });
    }
    const error = this.failure ?? new ClientError("aborted", "The connection was closed here.");
    let clean = true;
    for (const stream of this.streams.all()) {
      if (isPending(stream)) this.refuse(stream, error);
      else if (stream.state === "active") {
        clean = false;
        this.endStream(stream, { reason: "failed", error });
      }
    }
    this.end = { clean, reason, by, ...(cause !== undefined && { cause }) };
    this.link.stopReading();
  }
}
