import type { Socket } from "node:net";
import { createServer, type Server, type TLSSocket } from "node:tls";
import type { TlsConfig } from "../config/rtmps.js";
import type { Emit } from "../events.js";
import { ArrivalError } from "./arrival-error.js";
import { type Certificate, CertificateWatch, loadCertificate } from "./certificate.js";

/** Node's own deadline for handshakes, in ms. We keep a shorter one, with the socket in our hands. */
const NODE_DEADLINE_MS = 600_000;

/** Makes TLS connections of sockets, with a certificate that follows its files. */
export class TlsFront {
  readonly #emit: Emit;
  readonly #waiting = new Map<string, { done(socket: TLSSocket): void; failed(error: unknown): void }>();
  /** It never listens: it is given its sockets. */
  #server: Server | undefined;
  #watch: CertificateWatch | undefined;

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  /** Reads the certificate, and looks for changes from now on. @throws Error if it can not be used. */
  async start(config: TlsConfig): Promise<void> {
    const begin = await this.prepare(config);
    begin();
  }
  stop(): void {
    this.#watch?.stop();
  }

  /**
   * Reads the certificate of another configuration.
   * @returns what puts it to use: new connections get it, those that are there keep theirs. @throws Error if it can not be used.
   */
  async prepare(config: TlsConfig): Promise<() => void> {
    const watch = new CertificateWatch(config, {
      changed: (certificate) => {
        this.#use(certificate);
        const { path, validTo } = certificate;
        this.#emit("certificateLoaded", { path, validTo: validTo.toISOString() });
      },
      failed: (error) => this.#emit("certificateFailed", { path: config.cert ?? "", error }),
    });
    await watch.look(); // before it is read: what changes meanwhile is not missed
    const certificate = await loadCertificate(config);
    return () => {
      this.#use(certificate);
      this.#watch?.stop();
      this.#watch = watch;
      watch.start();
    };
  }

  /**
   * Shakes hands. What the socket has read ahead counts as received.
   * @throws what is wrong with the handshake, or ArrivalError `closed` if the peer leaves before its end. The socket is the caller's to destroy.
   */
  secure(socket: Socket): Promise<TLSSocket> {
    const place = placeOf(socket);
    return new Promise<TLSSocket>((resolve, reject) => {
      this.#waiting.set(place, { done: resolve, failed: reject });
      socket.once("close", () => reject(new ArrivalError("closed")));
      this.#server?.emit("connection", socket);
    }).finally(() => this.#waiting.delete(place));
  }

  #use({ context }: Certificate): void {
    if (this.#server !== undefined) {
      this.#server.setSecureContext(context);
      return;
    }
    this.#server = createServer({ ...context, handshakeTimeout: NODE_DEADLINE_MS });
    this.#server.on("secureConnection", (socket) => {
      const waiting = this.#waiting.get(placeOf(socket));
      if (waiting === undefined) socket.destroy();
      else waiting.done(socket);
    });
    this.#server.on("tlsClientError", (error, socket) => this.#waiting.get(placeOf(socket))?.failed(error));
  }
}

/** Tells the connections that are open at one time apart: Node does not say which socket a TLS connection is made of. */
function placeOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return [remoteAddress, remotePort, localAddress, localPort].join();
}
