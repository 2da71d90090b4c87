import type { Socket } from "node:net";
import type { Transport, TransportFlow, TransportReceiver } from "../transport.js";
import { readShared } from "./shared-reads.js";

/** Bytes read ahead of the session before the socket is paused. */
const READ_AHEAD = 65_536;

/**
 * A `net.Socket` or `tls.TLSSocket` as a transport. Sets `noDelay`. The socket should be created with
 * `allowHalfOpen: true`, so that last words can be written after the peer's FIN.
 */
export function nodeTransport(socket: Socket): Transport {
  return new NodeTransport(socket);
}

class NodeTransport implements Transport {
  readonly remoteAddress: string | undefined;
  readonly #socket: Socket;
  #reader: SocketReader | undefined;

  constructor(socket: Socket) {
    socket.setNoDelay(true);
    this.#socket = socket;
    const { remoteAddress: host, remotePort } = socket;
    this.remoteAddress = host === undefined ? undefined : `${host.includes(":") ? `[${host}]` : host}:${remotePort}`;
  }

  get readable(): AsyncIterable<Uint8Array> {
    this.#reader ??= new SocketReader(this.#socket);
    return this.#reader;
  }

  receive(receiver: TransportReceiver): TransportFlow {
    return listen(this.#socket, receiver);
  }

  write(bytes: Uint8Array): undefined | Promise<void> {
    return this.#socket.write(bytes) ? undefined : drained(this.#socket);
  }

  end(): Promise<void> {
    const socket = this.#socket;
    return new Promise((resolve) => {
      if (socket.destroyed) resolve();
      else socket.end(() => resolve());
    });
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** Tells a receiver what a socket reads, and once how that ended. */
function listen(socket: Socket, receiver: TransportReceiver): TransportFlow {
  let over = false;
  let reading = false; // whether the receiver is at something that was read to the shared buffer
  let goesOn = true;
  const finish = (error?: Error): void => {
    if (over) return;
    over = true;
    if (error === undefined) receiver.end();
    else receiver.broken(error);
  };
  // What was read before comes first, and out of the stream's buffer, so that the rest can be read without that.
  if (socket.readableLength > 0 && socket.readableFlowing !== true) {
    let early: Buffer | null = null;
    const give = (): void => {
      if (!over && early !== null) receiver.data(bytesOf(early));
    };
    process.nextTick(give); // before `read`, whose `end` would come first otherwise
    early = socket.read();
  }
  const shared = readShared(socket, (bytes, length) => {
    goesOn = reading = true;
    receiver.data(bytes, length);
    reading = false;
    return goesOn;
  });
  if (shared) socket.resume();
  else socket.on("data", (bytes) => receiver.data(bytesOf(bytes)));
  socket.on("end", finish);
  socket.on("error", finish);
  socket.on("close", () => finish()); // its argument says only whether there was an error
  // Its events may be over.
  if (socket.destroyed || socket.readableEnded) process.nextTick(finish, socket.errored ?? undefined);
  return {
    gathers: shared,
    pause: () => {
      // A stream's own pause is several times as much work.
      if (reading) goesOn = false;
      else socket.pause();
    },
    resume: () => {
      goesOn = true;
      socket.resume();
    },
  };
}

/** A plain array: a Buffer's own slice and subarray are slower, and its slice does not copy. */
function bytesOf({ buffer, byteOffset, length }: Buffer): Uint8Array {
  return new Uint8Array(buffer, byteOffset, length);
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
    listen(socket, {
      data: (bytes, length) => this.#receive(bytes.slice(0, length)), // they wait here beyond the call
      end: () => this.#finish(undefined),
      broken: (error) => this.#finish(error),
    });
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
    this.#ended = true;
    this.#error = error;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) return;
    if (error !== undefined) waiting.reject(error);
    else waiting.resolve({ done: true, value: undefined });
  }
}
