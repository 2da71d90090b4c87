import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import type { ListenAddress } from "../config/values.js";

/** Bytes that a socket takes beyond what the network has room for, before its session must wait: a large frame. */
const WRITE_AHEAD = 128 * 1024;

/** A TCP listener. Connections keep their own time: they stay when it is closed. */
export class RtmpListener {
  readonly #server: Server;
  readonly #address: ListenAddress;
  readonly #onError: (error: unknown) => void;
  #closed: Promise<void> | undefined;

  /**
   * @param onConnection given each socket, with `noDelay` and `allowHalfOpen` set.
   * @param onError told what goes wrong while listening; the listener goes on.
   */
  constructor(address: ListenAddress, onConnection: (socket: Socket) => void, onError: (error: unknown) => void) {
    this.#address = address;
    this.#server = createServer({ allowHalfOpen: true, noDelay: true, highWaterMark: WRITE_AHEAD }, onConnection);
    this.#onError = onError;
  }

  /**
   * Begins to listen, without a host on IPv4 and IPv6.
   * @returns the address in use. @throws the system's error, such as EADDRINUSE.
   */
  listen(): Promise<{ address: string; port: number }> {
    return new Promise((resolve, reject) => {
      const { host, port } = this.#address;
      this.#server.once("error", reject);
      this.#server.listen({ port, ...(host !== undefined && { host }) }, () => {
        this.#server.off("error", reject);
        this.#server.on("error", this.#onError);
        const { address, port: bound } = this.#server.address() as AddressInfo;
        resolve({ address, port: bound });
      });
    });
  }

  /** Takes no more connections. */
  close(): Promise<void> {
    this.#closed ??= new Promise((resolve) => this.#server.close(() => resolve()));
    return this.#closed;
  }
}
