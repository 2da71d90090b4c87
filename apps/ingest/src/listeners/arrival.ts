import type { Socket } from "node:net";
import type { Stage } from "./admission.js";
import { type ArrivalEnd, ArrivalError } from "./arrival-error.js";
import { type ProxyHeader, ProxyHeaderError, parseProxyHeader } from "./proxy-header.js";
import type { TlsFront } from "./tls-front.js";

/**
 * A connection on its way to its session: perhaps a balancer's header, perhaps a TLS handshake. It has one deadline for all of that,
 * and can be ended at any moment.
 */
export class Arrival {
  readonly #socket: Socket;
  readonly #timer: NodeJS.Timeout;
  readonly #ended: Promise<never>;
  #end: (error: ArrivalError) => void = () => {};

  /** @param deadlineMs for all that comes before the session, in ms. */
  constructor(socket: Socket, deadlineMs: number) {
    this.#socket = socket;
    this.#ended = new Promise<never>((_, reject) => {
      this.#end = reject;
    });
    this.#ended.catch(() => {}); // whoever waits for a step hears of it
    this.#timer = setTimeout(() => this.destroy("handshake-timeout"), deadlineMs);
  }

  /** How far it has come: one that has sent nothing is nobody yet. */
  get stage(): Stage {
    return this.#socket.bytesRead > 0 ? "handshake" : "silent";
  }

  /** Reads the balancer's header. What follows it stays in the socket. @throws ArrivalError; the socket is destroyed then. */
  readHeader(): Promise<ProxyHeader> {
    return this.#step(readHeader(this.#socket), "proxy-protocol");
  }
  /** Shakes hands. @throws ArrivalError; the socket is destroyed then. */
  secure(front: TlsFront): Promise<Socket> {
    return this.#step(front.secure(this.#socket), "tls-handshake");
  }
  /** The session begins: from here on it keeps the time. */
  done(): void {
    clearTimeout(this.#timer);
  }
  /** Ends it at once. */
  destroy(reason: ArrivalEnd, cause?: unknown): ArrivalError {
    const error = new ArrivalError(reason, cause);
    clearTimeout(this.#timer);
    this.#end(error);
    this.#socket.destroy();
    return error;
  }

  async #step<T>(step: Promise<T>, failure: ArrivalEnd): Promise<T> {
    try {
      return await Promise.race([step, this.#ended]);
    } catch (error) {
      if (error instanceof ArrivalError) throw this.destroy(error.reason, error.cause);
      throw this.destroy(failure, error);
    }
  }
}

/** @throws ProxyHeaderError, or ArrivalError `closed` if the peer leaves before its end. */
function readHeader(socket: Socket): Promise<ProxyHeader> {
  return new Promise((resolve, reject) => {
    let held: Buffer = Buffer.alloc(0); // never longer than a header and one read
    const settle = (): void => {
      socket.off("readable", read);
      socket.off("end", left);
      socket.off("close", left);
    };
    const left = (): void => {
      settle();
      reject(new ArrivalError("closed"));
    };
    const read = (): void => {
      for (let bytes: Buffer | null = socket.read(); bytes !== null; bytes = socket.read()) {
        held = held.length === 0 ? bytes : Buffer.concat([held, bytes]);
        try {
          const header = parseProxyHeader(held);
          if (header === undefined) continue;
          settle();
          if (held.length > header.length) socket.unshift(held.subarray(header.length));
          resolve(header);
        } catch (error) {
          settle();
          reject(error instanceof ProxyHeaderError ? error : new ProxyHeaderError("can not be read", { cause: error }));
        }
        return;
      }
    };
    socket.on("readable", read);
    socket.on("end", left);
    socket.on("close", left);
  });
}
