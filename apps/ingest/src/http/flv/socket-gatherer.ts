import type { Socket } from "node:net";
import type { Flushable, WriteGatherer } from "../../outputs/write-gatherer.js";

/** Holds the writes to one socket back for a moment, so that they go out together. */
export class SocketGatherer implements Flushable {
  readonly #socket: Socket;
  readonly #gatherer: WriteGatherer;
  #holding = false;

  constructor(socket: Socket, gatherer: WriteGatherer) {
    this.#socket = socket;
    this.#gatherer = gatherer;
  }

  /** Call it before a write. */
  hold(): void {
    if (this.#holding) return;
    this.#holding = true;
    this.#socket.cork();
    this.#gatherer.schedule(this);
  }
  flush(): void {
    this.#holding = false;
    this.#socket.uncork();
  }
}
