import type { Socket } from "node:net";
import type { Transport } from "../transport.js";

/** Bytes read ahead of the session before the socket is paused. */
const READ_AHEAD = 65_536;

/**
 * A `net.Socket` or `tls.TLSSocket` as a transport. Sets `noDelay`. The socket should be created with
 * `allowHalfOpen: true`, so that last words can be written after the peer's FIN.
 */
export function nodeTransport(socket: Socket): Transport {
  socket.setNoDelay(true);
  const { remoteAddress, remotePort } = socket;
  return {
    readable: new SocketReader(socket),
    givesReadsAway: true, // Node allocates anew for each read
    write(bytes) {
      if (socket.write(bytes)) return undefined;
      return drained(socket);
    },
    end: () =>
      new Promise((resolve) => {
        if (socket.destroyed) resolve();
        else socket.end(() => resolve());
      }),
    close: () => {
      socket.destroy();
    },
    remoteAddress:
      remoteAddress === undefined
        ? undefined
        : `${remoteAddress.includes(":") ? `[${remoteAddress}]` : remoteAddress}:${remotePort}`,
  };
}

/** Settles when the socket takes more, or never will. */
function drained(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      socket.off("drain", settle);
      socket.off("close", settle);
      if (socket.destroyed) reject(socket.errored ?? new Error("The socket was closed."));
      else resolve();
    };
    socket.on("drain", settle);
    socket.on("close", settle);
    if (socket.destroyed) settle();
  });
}

type Read = IteratorResult<Uint8Array, undefined>;

/**
 * Reads a socket by its events. Node's own stream iterator costs several promises a read and destroys the socket when
 * the loop over it is left, which would cut off last words.
 */
class SocketReader implements AsyncIterable<Uint8Array>, AsyncIterator<Uint8Array, undefined> {
  readonly #socket: Socket;
  readonly #queue: Uint8Array[] = [];
  #queued = 0;
  #waiting: { resolve(read: Read): void; reject(error: unknown): void } | undefined;
  #ended = false;
  #error: unknown;

  constructor(socket: Socket) {
    this.#socket = socket;
    // A plain array: a Buffer's own slice and subarray are slower, and its slice does not copy.
    socket.on("data", (bytes: Buffer) => this.#receive(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)));
    socket.on("end", () => this.#finish(undefined));
    socket.on("error", (error) => this.#finish(error));
    socket.on("close", () => this.#finish(undefined));
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<Read> {
    const bytes = this.#queue.shift();
    if (bytes !== undefined) {
      this.#queued -= bytes.length;
      if (this.#queue.length === 0 && this.#socket.isPaused()) this.#socket.resume();
      return Promise.resolve({ done: false, value: bytes });
    }
    if (this.#error !== undefined) return Promise.reject(this.#error);
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  #receive(bytes: Uint8Array): void {
    const waiting = this.#waiting;
    if (waiting !== undefined) {
      this.#waiting = undefined;
      waiting.resolve({ done: false, value: bytes });
      return;
    }
    this.#queue.push(bytes);
    this.#queued += bytes.length;
    if (this.#queued >= READ_AHEAD) this.#socket.pause();
  }

  #finish(error: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) return;
    if (error !== undefined) waiting.reject(error);
    else waiting.resolve({ done: true, value: undefined });
  }
}
