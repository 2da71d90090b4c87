import type { Playback, Publication } from "../events.js";
import { LazyAbort, type SessionSignal } from "../platform.js";
import type { ConnectInfo, ConnectRequest, PlayRequest, PublishRequest } from "./handler.js";
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

class AskedPublish extends Request implements PublishRequest {
  readonly publication: Publication;
  readonly connect: ConnectInfo;
  readonly accept: () => boolean;

  constructor(publication: Publication, connect: ConnectInfo, { accept, reject }: Answers, abort: LazyAbort) {
    super(reject, abort);
    this.publication = publication;
    this.connect = connect;
    this.accept = () => accept();
  }
}

class AskedPlay extends Request implements PlayRequest {
  readonly playback: Playback;
  readonly connect: ConnectInfo;
  readonly accept: () => boolean;

  constructor(playback: Playback, connect: ConnectInfo, { accept, reject }: Answers, abort: LazyAbort) {
    super(reject, abort);
    this.playback = playback;
    this.connect = connect;
    this.accept = () => accept();
  }
}

/** What the application is asked, and how it learns that its answer is no longer wanted. */
export class Asked {
  readonly #abort = new LazyAbort();
  readonly #answers: Answers;

  constructor(answers: Answers) {
    this.#answers = answers;
  }

  /** The answer is no longer wanted. */
  cancel(reason: string): void {
    this.#abort.abort(new Error(`The request was cancelled: ${reason}.`));
  }

  connect(info: ConnectInfo): ConnectRequest {
    return new AskedConnect(info, this.#answers, this.#abort);
  }
  publish(publication: Publication, connect: ConnectInfo): PublishRequest {
    return new AskedPublish(publication, connect, this.#answers, this.#abort);
  }
  play(playback: Playback, connect: ConnectInfo): PlayRequest {
    return new AskedPlay(playback, connect, this.#answers, this.#abort);
  }
}
