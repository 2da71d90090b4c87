import { ClientConnection, type ClientConnectionOptions, type PlayOptions } from "../client/client-connection.js";
import type { ClientEvent } from "../client/client-events.js";
import { parseRtmpUrl } from "../client/rtmp-url.js";
import type { ServerEvent } from "../events.js";
import { ServerConnection, type ServerConnectionOptions } from "../server/server-connection.js";
import { counting } from "./peer.js";

/** A `ClientConnection` and a `ServerConnection`, joined without I/O; time is a number that tests change. */
export class Duplex {
  now = 1000;
  readonly client: ClientConnection;
  readonly server: ServerConnection;
  readonly events: ClientEvent[] = [];
  readonly served: ServerEvent[] = [];
  /** Answers the server's requests; accepts all by default. */
  onRequest = (requestId: number): void => void this.server.accept(requestId, this.now);
  /** How many bytes go over at once. */
  readonly pieces: Iterator<number>;

  constructor(
    options: Partial<ClientConnectionOptions> = {},
    server: Partial<ServerConnectionOptions> = {},
    pieces: readonly number[] = [],
  ) {
    const url = parseRtmpUrl("rtmp://host/live/key");
    this.client = new ClientConnection({ url, random: counting, now: this.now, ...options });
    this.server = new ServerConnection({ random: counting, now: this.now, ...server });
    this.pieces = (function* () {
      for (let i = 0; ; i++) yield pieces[i % pieces.length] ?? Number.POSITIVE_INFINITY;
    })();
  }

  /** Carries bytes and answers requests until nothing moves. */
  settle(): this {
    for (let moved = true; moved; ) {
      moved = this.#carry(this.client.takeOutput(), this.server) || this.#carry(this.server.takeOutput(), this.client);
      this.read();
    }
    return this;
  }
  /** Lets both sides hand out their events. */
  read(): void {
    for (let event = this.server.read(this.now); event !== undefined; event = this.server.read(this.now)) {
      this.served.push(event);
      if ("requestId" in event && event.type !== "cancel") this.onRequest(event.requestId);
    }
    for (let event = this.client.read(this.now); event !== undefined; event = this.client.read(this.now)) {
      this.events.push(event);
    }
  }
  /** Lets time pass. */
  wait(ms: number): this {
    this.now += ms;
    this.client.tick(this.now);
    this.server.tick(this.now);
    return this.settle();
  }

  publish(name = "key", type = "live"): number {
    const id = this.client.publish(name, type, this.now);
    this.settle();
    return id;
  }
  play(name = "key", options: PlayOptions = {}): number {
    const id = this.client.play(name, options, this.now);
    this.settle();
    return id;
  }
  /** Events of a type that the client handed out. */
  heard<Type extends ClientEvent["type"]>(type: Type): Extract<ClientEvent, { type: Type }>[] {
    return this.events.filter((event): event is Extract<ClientEvent, { type: Type }> => event.type === type);
  }
  /** Media that reached the server. */
  get media() {
    return this.served.flatMap((event) => (event.type === "media" ? [event.message] : []));
  }

  #carry(bytes: Uint8Array | undefined, to: ClientConnection | ServerConnection): boolean {
    if (bytes === undefined) return false;
    for (let at = 0; at < bytes.length; ) {
      const length = Number(this.pieces.next().value);
      to.receive(bytes.slice(at, at + length), this.now);
      this.read();
      at += length;
    }
    return true;
  }
}
