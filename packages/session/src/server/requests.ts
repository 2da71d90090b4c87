import type { ConnectEvent, Playback, PlayEvent, Publication, PublishEvent } from "../events.js";
import { LazyAbort, type SessionSignal } from "../platform.js";
import type { ConnectInfo, ConnectRequest, PlayRequest, PublishRequest, SessionHandler } from "./handler.js";
import type { ServerCapabilities } from "./replies.js";

/** How a request can be answered. Each says whether that was in time. */
export interface Answers {
  accept(offered?: Partial<ServerCapabilities>): boolean;
  reject(code: string, description: string): boolean;
}

/** A request as the application gets it. A class for its accessors: an object made with its own costs as much as decoding a command. */
class Request {
  readonly reject: Answers["reject"];
  readonly #abort: LazyAbort;

  constructor(reject: Answers["reject"], abort: LazyAbort) {
    this.reject = reject;
    this.#abort = abort;
  }

  get signal(): SessionSignal {
    return this.#abort.signal;
  }
  get aborted(): boolean {
    return this.#abort.aborted;
  }
}

class AskedConnect extends Request implements ConnectRequest {
  readonly app: string;
  readonly tcUrl: string | undefined;
  readonly command: ConnectInfo["command"];
  readonly accept: Answers["accept"];

  constructor({ app, tcUrl, command }: ConnectInfo, { accept, reject }: Answers, abort: LazyAbort) {
    super(reject, abort);
    this.app = app;
    this.tcUrl = tcUrl;
    this.command = command;
    this.accept = accept;
  }
}

class AskedStream extends Request {
  readonly connect: ConnectInfo;
  readonly accept: () => boolean;

  constructor(connect: ConnectInfo, { accept, reject }: Answers, abort: LazyAbort) {
    super(reject, abort);
    this.connect = connect;
    // Not an arrow function written here: V8 makes what is assigned to a property as a literal in the old generation, where it holds on to
    // the whole session until a full collection.
    this.accept = accept;
  }
}

class AskedPublish extends AskedStream implements PublishRequest {
  readonly publication: Publication;

  constructor(publication: Publication, connect: ConnectInfo, answers: Answers, abort: LazyAbort) {
    super(connect, answers, abort);
    this.publication = publication;
  }
}

class AskedPlay extends AskedStream implements PlayRequest {
  readonly playback: Playback;

  constructor(playback: Playback, connect: ConnectInfo, answers: Answers, abort: LazyAbort) {
    super(connect, answers, abort);
    this.playback = playback;
  }
}

/** Asks the application what the peer asks, one request at a time; what it does not care for has an answer here. */
export class Requests {
  readonly #handler: SessionHandler;
  readonly #answersTo: (requestId: number) => Answers;
  #connect: ConnectInfo | undefined;
  #pending = new LazyAbort();

  /** @param answersTo how a request can be answered. */
  constructor(handler: SessionHandler, answersTo: (requestId: number) => Answers) {
    this.#handler = handler;
    this.#answersTo = answersTo;
  }

  /** @returns what the handler does; an answer may come before or after that. */
  connect({ requestId, app, command }: ConnectEvent): void | Promise<void> {
    this.#connect = { app, tcUrl: command.tcUrl, command };
    const request = new AskedConnect(this.#connect, this.#answersTo(requestId), this.#begin());
    if (this.#handler.connect !== undefined) return this.#handler.connect(request);
    request.accept();
  }

  /** As {@link connect}. */
  publish({ requestId, publication }: PublishEvent): void | Promise<void> {
    const request = new AskedPublish(publication, this.#connected(), this.#answersTo(requestId), this.#begin());
    if (this.#handler.publish !== undefined) return this.#handler.publish(request);
    request.reject("NetStream.Publish.Denied", "This server takes no streams.");
  }

  /** As {@link connect}. */
  play({ requestId, playback }: PlayEvent): void | Promise<void> {
    const request = new AskedPlay(playback, this.#connected(), this.#answersTo(requestId), this.#begin());
    if (this.#handler.play !== undefined) return this.#handler.play(request);
    request.reject("NetStream.Play.Failed", "This server does not offer playback.");
  }

  /** The answer to the latest request is no longer wanted. */
  cancel(reason: string): void {
    this.#pending.abort(new Error(`The request was cancelled: ${reason}.`));
  }

  #begin(): LazyAbort {
    this.#pending = new LazyAbort();
    return this.#pending;
  }

  #connected(): ConnectInfo {
    if (this.#connect === undefined) throw new Error("A request before connect.");
    return this.#connect;
  }
}
