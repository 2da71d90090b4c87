import type { Socket } from "node:net";
import { DEFAULT_SESSION_TIMEOUTS } from "@rtmp/session";
import { ChurnMap } from "../churn-map.js";
import type { IngestConfig } from "../config/config.js";
import type { RtmpAddress } from "../config/values.js";
import type { ListeningEvent } from "../events.js";
import { Admission, type AdmissionLimits, type Place, type Stage } from "./admission.js";
import { Arrival } from "./arrival.js";
import { ArrivalError } from "./arrival-error.js";
import type { Holder } from "./memory-budget.js";
import { type Peer, peerLabel, peerOf } from "./peer-address.js";
import { RtmpConnection } from "./rtmp-connection.js";
import type { RtmpConnectionContext } from "./rtmp-connection-parts.js";
import { RtmpListener } from "./rtmp-listener.js";
import { TlsFront } from "./tls-front.js";
import { TrustedProxies } from "./trusted-proxies.js";

/** What a TLS connection costs beside what its session holds, in bytes: OpenSSL's own buffers and tables. */
const TLS_BYTES = 64 * 1024;

/** What of the configuration is about RTMP connections. */
export type RtmpSideConfig = Pick<IngestConfig, "rtmp" | "rtmps" | "tls" | "limits">;

/** What the RTMP side needs of its server. */
export interface RtmpSideParts {
  readonly context: RtmpConnectionContext;
  /** Whether new connections are to be refused for the memory that is held. */
  readonly exhausted: () => boolean;
  /** A number for a new connection. */
  readonly nextNumber: () => number;
}

/** RTMP and RTMPS: listeners, who may come in, and the connections. */
export class RtmpSide {
  readonly #config: RtmpSideConfig;
  readonly #parts: RtmpSideParts;
  readonly #admission: Admission;
  readonly #connections = new ChurnMap<RtmpConnection, Promise<void>>();
  /** Of these, those that came from outside; the others are other processes of this server. */
  readonly #clients = new WeakSet<RtmpConnection>();
  readonly #arrivals = new Map<Arrival, Promise<void>>();
  #context: RtmpConnectionContext;
  #trusted: TrustedProxies;
  readonly #front: TlsFront;
  #listeners: RtmpListener[] = [];

  constructor(config: RtmpSideConfig, parts: RtmpSideParts) {
    this.#config = config;
    this.#parts = parts;
    this.#context = parts.context;
    this.#admission = new Admission(admissionLimits(config));
    this.#trusted = new TrustedProxies(config.rtmp.trustedProxies);
    this.#front = new TlsFront(parts.context.emit);
  }

  /** Connections at this moment, and of these those that neither publish nor play yet. */
  get counts(): { readonly total: number; readonly pending: number } {
    return { total: this.#admission.connections, pending: this.#admission.pending };
  }

  /** Whether it takes connections. */
  get listening(): boolean {
    return this.#listeners.length > 0;
  }

  /**
   * Listens on all addresses, or on none.
   * @throws the system's error, with its `protocol`, if an address can not be had; an Error if the certificate can not be used.
   */
  async start(): Promise<ListeningEvent[]> {
    const { rtmp, rtmps, tls } = this.#config;
    if (rtmps.listen.length > 0) await this.#front.start(tls);
    const events: ListeningEvent[] = [];
    for (const address of rtmp.listen) events.push(await this.#listen("rtmp", address));
    for (const address of rtmps.listen) events.push(await this.#listen("rtmps", address));
    return events;
  }

  /** Reads another certificate. @returns what puts it to use. @throws Error if it can not be used. */
  async prepareTls(tls: IngestConfig["tls"]): Promise<() => void> {
    const isUsed = this.listening && this.#config.rtmps.listen.length > 0;
    return isUsed ? this.#front.prepare(tls) : () => {};
  }
  /** Other limits and proxies, and another context for sessions, for those that come from now on. */
  reload(config: Pick<RtmpSideConfig, "rtmp" | "limits">, context: Partial<RtmpConnectionContext>): void {
    this.#admission.reload(admissionLimits(config));
    this.#trusted = new TrustedProxies(config.rtmp.trustedProxies);
    this.#context = { ...this.#context, ...context };
  }

  /** Takes no more connections. */
  async closeListeners(): Promise<void> {
    const listeners = this.#listeners;
    this.#listeners = [];
    this.#front.stop();
    await Promise.all(listeners.map((listener) => listener.close()));
  }
  /** The connections whose sessions have begun, each with its end. */
  get connections(): ReadonlyMap<RtmpConnection, Promise<void>> {
    return this.#connections;
  }
  /** Asks clients to connect anew, and ends those that have no session yet. @returns the ends of those that know of such requests. */
  requestReconnects(description: string): Promise<void>[] {
    this.#endArrivals();
    const asked = [...this.#connections].filter(
      ([connection]) => this.#clients.has(connection) && connection.requestReconnect(description),
    );
    return asked.map(([, done]) => done);
  }
  /** Ends those that have no session yet; nobody has said anything to them. Resolves when all connections are over. */
  async finish(): Promise<void> {
    this.#endArrivals();
    await Promise.all([...this.#arrivals.values(), ...this.#connections.values()]);
  }
  #endArrivals(): void {
    for (const arrival of this.#arrivals.keys()) arrival.destroy("server-stopping");
  }
  /** Ends all connections at once. */
  destroy(): void {
    for (const connection of this.#connections.keys()) connection.destroy("server-stopping");
  }

  /** Who holds memory. */
  *holders(): Generator<Holder> {
    for (const connection of this.#connections.keys()) {
      const { heldBytes, publishing, protocol } = connection;
      const evict = (): void => connection.destroy("memory-budget");
      yield { heldBytes: heldBytes + (protocol === "rtmps" ? TLS_BYTES : 0), publishing, evict };
    }
    for (const arrival of this.#arrivals.keys()) {
      yield { heldBytes: TLS_BYTES, publishing: false, evict: () => arrival.destroy("memory-budget") };
    }
  }

  /** Serves a connection that needs no admission. @param onOver called when it is over. */
  serve(connection: RtmpConnection, onOver: () => void = () => {}): void {
    const done = connection.run().finally(() => {
      onOver();
      this.#connections.delete(connection);
    });
    this.#connections.set(connection, done);
  }

  async #listen(protocol: Protocol, address: RtmpAddress): Promise<ListeningEvent> {
    const proxied = address.proxyProtocol ?? this.#config.rtmp.proxyProtocol;
    const listener = new RtmpListener(
      address,
      (socket) => this.#accept(socket, protocol, proxied),
      (error) => this.#context.emit("fault", { where: "listener", error }),
    );
    try {
      const bound = await listener.listen();
      this.#listeners.push(listener);
      return { protocol, ...bound };
    } catch (error) {
      throw error instanceof Error ? Object.assign(error, { protocol }) : error;
    }
  }

  #accept(socket: Socket, protocol: Protocol, proxied: boolean): void {
    socket.on("error", () => {}); // the session hears of it too; a socket that is refused here has nobody else
    const peer = peerOf(socket);
    const viaProxy = proxied && this.#trusted.has(peer.address);
    const visitor = new Visitor();
    const place = this.#admit(socket, peer, visitor, viaProxy);
    if (place === undefined) return;
    if (protocol === "rtmp" && !viaProxy) {
      this.#begin(visitor, { socket, protocol, peer }, place);
      return;
    }
    const deadlineMs = this.#context.timeouts.handshakeMs ?? DEFAULT_SESSION_TIMEOUTS.handshakeMs;
    const arrival = new Arrival(socket, deadlineMs);
    visitor.arrival = arrival;
    const done = this.#receive(visitor, arrival, { socket, protocol, peer }, viaProxy, place);
    this.#arrivals.set(
      arrival,
      done.finally(() => this.#arrivals.delete(arrival)),
    );
  }

  /** Leads a connection through the balancer's header and TLS to its session. Never rejects. */
  async #receive(visitor: Visitor, arrival: Arrival, came: Came, viaProxy: boolean, first: Place): Promise<void> {
    const { socket, protocol } = came;
    const startedAt = this.#context.clock();
    let { peer } = came;
    let place: Place | undefined = first;
    try {
      if (viaProxy) {
        peer = (await arrival.readHeader()).source ?? peer;
        place.left(); // it counts among those of its own address from here on
        place = this.#admit(socket, peer, visitor);
        if (place === undefined) return arrival.done();
      }
      const ready = protocol === "rtmps" ? await arrival.secure(this.#front) : socket;
      ready.on("error", () => {});
      arrival.done();
      this.#begin(visitor, { socket: ready, protocol, peer }, place);
    } catch (error) {
      place?.left();
      this.#report(error, { ...came, peer }, this.#context.clock() - startedAt);
    }
  }

  /** @returns undefined if it was refused. */
  #admit(socket: Socket, peer: Peer, visitor: Visitor, shared = false): Place | undefined {
    const { address, port } = peer;
    const exhausted = this.#parts.exhausted();
    const admitted = {
      address,
      shared,
      stage: () => visitor.stage,
      evict: () => visitor.evict(),
    };
    const place = exhausted ? undefined : this.#admission.admit(admitted);
    if (place !== undefined) return place;
    socket.destroy();
    const reason = exhausted ? "memory-budget" : "too-many-connections";
    this.#context.emit("connectionRefused", { peer: peerLabel(address, port), reason });
    return undefined;
  }

  #begin(visitor: Visitor, { socket, protocol, peer }: Came, place: Place): void {
    const number = this.#parts.nextNumber();
    const parts = { socket, protocol, peer, number, onAccepted: place.accepted };
    const connection = new RtmpConnection(parts, this.#context);
    visitor.connection = connection;
    this.#clients.add(connection);
    this.#context.emit("connection", { connection: number, protocol, peer: connection.peer });
    this.serve(connection, place.left);
  }

  /** Tells of a connection that ended before its session began. */
  #report(error: unknown, { socket, protocol, peer: { address, port } }: Came, durationMs: number): void {
    const connection = this.#parts.nextNumber();
    const peer = peerLabel(address, port);
    const { reason, cause } = error instanceof ArrivalError ? error : new ArrivalError("tls-handshake", error);
    this.#context.emit("connection", { connection, protocol, peer });
    this.#context.emit("sessionEnd", {
      ...{ connection, protocol, peer, clean: true, reason, by: byWhom(reason), durationMs: Math.round(durationMs) },
      ...{ bytesReceived: socket.bytesRead, bytesSent: socket.bytesWritten },
      ...(cause === undefined ? {} : { error: cause }),
    });
  }
}

type Protocol = "rtmp" | "rtmps";

/** A connection that came. */
interface Came {
  readonly socket: Socket;
  readonly protocol: Protocol;
  readonly peer: Peer;
}

/** Who has a place: first a connection on its way, then its session. */
class Visitor {
  arrival: Arrival | undefined;
  connection: RtmpConnection | undefined;

  get stage(): Stage {
    const { arrival, connection } = this;
    if (connection === undefined) return arrival?.stage ?? "silent";
    const { protocol, stage } = connection;
    // Who has shaken hands over TLS is not behind those who only opened a connection.
    return protocol === "rtmps" && stage === "silent" ? "handshake" : stage;
  }
  evict(): void {
    if (this.connection !== undefined) this.connection.destroy("evicted");
    else this.arrival?.destroy("evicted");
  }
}

function byWhom(reason: ArrivalError["reason"]): "peer" | "us" | "application" {
  if (reason === "closed") return "peer";
  return reason === "evicted" || reason === "memory-budget" || reason === "server-stopping" ? "application" : "us";
}

function admissionLimits({ limits }: Pick<RtmpSideConfig, "limits">): AdmissionLimits {
  const { connections, pending, pendingPerAddress, perAddress } = limits;
  return {
    maxConnections: connections,
    maxPending: pending,
    maxPendingPerAddress: pendingPerAddress,
    maxPerAddress: perAddress,
  };
}
