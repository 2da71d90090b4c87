import type { ConnectCommand } from "@rtmp/messages";
import type { EndReason, SessionEnd } from "../end.js";
import type { Playback, Publication, ServerEvent } from "../events.js";
import type { SessionLimits } from "../limits.js";
import type { ProtocolLink } from "../protocol-link.js";
import { type MessageStream, MessageStreams } from "./message-streams.js";
import { emptyResult, errorResult, onStatus, type Status } from "./replies.js";

/** What the peer asks for, without the fields that every request has. */
export type Question =
  | { readonly type: "connect"; readonly app: string; readonly command: ConnectCommand }
  | { readonly type: "publish"; readonly stream: MessageStream; readonly publication: Publication }
  | { readonly type: "play"; readonly stream: MessageStream; readonly playback: Playback };

/** A request that waits for the application. */
export interface Pending {
  readonly question: Question;
  readonly requestId: number;
  readonly since: number;
}

/** What the commands of one server connection work on: its streams, what is asked, what is said, and its end. */
export class ServerContext {
  readonly limits: SessionLimits;
  readonly link: ProtocolLink;
  readonly streams = new MessageStreams();
  /** To be handed out before anything else is parsed. */
  readonly events: ServerEvent[] = [];
  /** The accepted connect. */
  connect: ConnectCommand | undefined;
  app = "";
  pending: Pending | undefined;
  end: SessionEnd | undefined;
  #lastRequestId = 0;

  constructor(limits: SessionLimits, link: ProtocolLink) {
    this.limits = limits;
    this.link = link;
  }

  /** Puts a request to the application; nothing more is parsed until it is answered. */
  ask(question: Question, now: number): void {
    const requestId = ++this.#lastRequestId;
    this.pending = { question, requestId, since: now };
    if (question.type === "connect") {
      this.events.push({ type: "connect", requestId, app: question.app, command: question.command });
    } else if (question.type === "publish") {
      this.events.push({ type: "publish", requestId, publication: question.publication });
    } else this.events.push({ type: "play", requestId, playback: question.playback });
  }

  /** Answers a call that has nothing to say. 0 asks for no answer; GStreamer warns about one. */
  answer(transactionId: number): void {
    if (transactionId > 0) this.link.send(emptyResult(transactionId));
  }
  /** Answers a call with an error, if it wants an answer. */
  answerError(transactionId: number, description: string): void {
    if (transactionId > 0) this.link.send(errorResult(transactionId, "NetConnection.Call.Failed", description));
  }
  /** Says something on a message stream. */
  status(messageStreamId: number, level: Status["level"], code: string, description: string): void {
    this.link.send(onStatus(messageStreamId, { level, code, description }));
  }
  /** Says no on a message stream; the connection ends with it unless other streams are active. */
  refuse(messageStreamId: number, reason: EndReason, code: string, description: string): void {
    this.status(messageStreamId, "error", code, description);
    this.finishUnlessActive({ reason, by: "us" });
  }

  finishUnlessActive(end: Omit<SessionEnd, "clean">): void {
    if (this.streams.activeCount === 0) this.finish(end);
  }

  /**
   * Ends the connection: cancels what is asked, ends what is published and played, parses nothing more.
   * @param clean false if something that was published has been ended before, and not by its publisher.
   */
  finish(end: Omit<SessionEnd, "clean">, clean = true): void {
    if (this.end !== undefined) return;
    const { reason } = end;
    if (this.pending !== undefined) this.events.push({ type: "cancel", requestId: this.pending.requestId, reason });
    this.pending = undefined;
    this.link.stopReading();
    const publishing = this.streams.publishing();
    for (const stream of publishing) {
      const publication = this.streams.unpublish(stream);
      if (publication !== undefined)
        this.events.push({ type: "unpublish", publication, clean: false, reason, by: end.by });
    }
    for (const stream of this.streams.playing()) {
      const playback = this.streams.stop(stream);
      if (playback !== undefined) this.events.push({ type: "stop", playback, reason });
    }
    this.end = { clean: clean && publishing.length === 0, ...end };
  }
}
