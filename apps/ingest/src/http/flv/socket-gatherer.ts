import type { Socket } from "node:net";
import type { Flushable, WriteGatherer } from "../../outputs/write-gatherer.js";

/** From here on a write is worth its system call, in bytes: it is not held back, nor what waits before it. */
const ENOUGH = 32 * 1024;

/** Holds the small writes to one socket back for a moment, so that they go out together. */
export class SocketGatherer implements Flushable {
  readonly #socket: Socket;
  readonly #gatherer: WriteGatherer;
  #holding = false;

  constructor(socket: Socket, gatherer: WriteGatherer) {
    this.#socket = socket;
    this.#gatherer = gatherer;
  }

  /** Call it before a write of so many bytes. @param canWait whether it can wait for a picture; else it has one. */
  hold(length: number, canWait: boolean): void {
    if (this.#socket.writableLength + length >= ENOUGH) {
      this.#release();
      return;
    }
    if (!this.#holding) this.#socket.cork();
    this.#holding = true;
    if (canWait) this.#gatherer.later(this);
    else this.#gatherer.picture(this);
  }
  flush(): void {
    this.#gatherer.forget(this);
    this.#release();
  }

  #release(): void {
    if (!this.#holding) return;
    this.#holding = false;
    this.#socket.uncork();
  }
}
