import type { Playback, Publication } from "../events.js";
import { LazyAbort, type SessionSignal } from "../platform.js";
import type { ConnectInfo, ConnectRequest, PlayRequest, PublishRequest } from "./handler.js";
import type { ServerCapabilities } from "./replies.js";

/** How a request can be answered. Each says whether that was in time. */
export interface Answers {
  accept(offered?: Partial<ServerCapabilities>): boolean;
  reject(code: string, description: string): boolean;
}

/** A request as the application gets it, and how it learns that its answer is no longer wanted. */
export class Asked {
  readonly #abort = new LazyAbort();
  readonly #answers: Answers;

  constructor(answers: Answers) {
    this.#answers = answers;
  }

  get signal(): SessionSignal {
    return this.#abort.signal;
  }
  get aborted(): boolean {
    return this.#abort.aborted;
  }
  /** The answer is no longer wanted. */
  cancel(reason: string): void {
    this.#abort.abort(new Error(`The request was cancelled: ${reason}.`));
  }

  connect({ app, tcUrl, command }: ConnectInfo): ConnectRequest {
    const { accept, reject } = this.#answers;
    const abort = this.#abort;
    return {
      app,
      tcUrl,
      command,
      accept,
      reject,
      get signal() {
        return abort.signal;
      },
      get aborted() {
        return abort.aborted;
      },
    };
  }

  publish(publication: Publication, connect: ConnectInfo): PublishRequest {
    const { accept, reject } = this.#answers;
    const abort = this.#abort;
    return {
      publication,
      connect,
      accept: () => accept(),
      reject,
      get signal() {
        return abort.signal;
      },
      get aborted() {
        return abort.aborted;
      },
    };
  }

  play(playback: Playback, connect: ConnectInfo): PlayRequest {
    const { accept, reject } = this.#answers;
    const abort = this.#abort;
    return {
      playback,
      connect,
      accept: () => accept(),
      reject,
      get signal() {
        return abort.signal;
      },
      get aborted() {
        return abort.aborted;
      },
    };
  }
}
