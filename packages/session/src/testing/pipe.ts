import type { Transport } from "../transport.js";

/** Two transports, each the other's peer, without a network. Writes arrive at once, unless they are stalled. */
export interface Pipe {
  readonly client: Transport;
  readonly server: Transport;
  readonly clientClosed: boolean;
  /** Bytes written by the server that the client has not read. */
  readonly unreadByClient: number;
  /**
   * What the client writes is taken, but does not arrive. It is told to wait, as when the server's receive window is
   * full, or `silently` not, as in a long network.
   */
  stall(on: boolean | "silently"): void;
  /** The connection breaks under the client. */
  break(error: unknown): void;
  /** The client's writes fail from now on; it can still read. */
  failWrites(error: unknown): void;
}

/** One direction. */
class Lane implements AsyncIterable<Uint8Array> {
  readonly queue: Uint8Array[] = [];
  ended = false;
  error: { readonly error: unknown } | undefined;
  wake: () => void = () => {};

  push(bytes: Uint8Array): void {
    this.queue.push(bytes.slice());
    this.wake();
  }
  end(): void {
    this.ended = true;
    this.wake();
  }
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      if (this.error !== undefined) throw this.error.error;
      const bytes = this.queue.shift();
      if (bytes !== undefined) yield bytes;
      else if (this.ended) return;
      else {
        await new Promise<void>((resolve) => {
          this.wake = resolve;
        });
      }
    }
  }
}

export function pipe(): Pipe {
  const up = new Lane();
  const down = new Lane();
  let clientClosed = false;
  let stalled: { silently: boolean; bytes: Uint8Array[]; promise: Promise<void>; resolve(): void } | undefined;
  let writeError: { readonly error: unknown } | undefined;
  const close = (): void => {
    up.end();
    down.end();
  };
  return {
    client: {
      readable: down,
      write(bytes) {
        if (writeError !== undefined) return Promise.reject(writeError.error);
        if (stalled === undefined) up.push(bytes);
        else stalled.bytes.push(bytes.slice());
        return stalled?.silently === false ? stalled.promise : undefined;
      },
      end: () => up.end(),
      close() {
        clientClosed = true;
        close();
      },
    },
    server: { readable: up, write: (bytes) => down.push(bytes), end: () => down.end(), close },
    get clientClosed() {
      return clientClosed;
    },
    get unreadByClient() {
      return down.queue.reduce((sum, { length }) => sum + length, 0);
    },
    stall(on) {
      if (on !== false) {
        let resolve = (): void => {};
        const promise = new Promise<void>((settle) => {
          resolve = settle;
        });
        stalled = { silently: on === "silently", bytes: [], promise, resolve };
      } else if (stalled !== undefined) {
        for (const bytes of stalled.bytes) up.push(bytes);
        stalled.resolve();
        stalled = undefined;
      }
    },
    break(error) {
      down.error = { error };
      down.wake();
      up.end();
    },
    failWrites(error) {
      writeError = { error };
    },
  };
}
