import type { MediaMessage, ServerEvent } from "../events.js";
import { ServerConnection, type ServerConnectionOptions } from "../server/server-connection.js";
import { counting, Peer } from "./peer.js";

/** A `ServerConnection` and a scripted peer, joined without I/O; time is a number that tests change. */
export class Harness {
  now = 1000;
  readonly peer = new Peer();
  readonly connection: ServerConnection;
  readonly events: ServerEvent[] = [];
  /** Which requests are accepted as they come. */
  accepting: "all" | "connect" | "none" = "all";

  constructor(options: Partial<ServerConnectionOptions> = {}) {
    this.connection = new ServerConnection({ random: counting, now: this.now, ...options });
  }

  /** A connection that has shaken hands, with what the server then said still unread. */
  static open(options: Partial<ServerConnectionOptions> = {}): Harness {
    const harness = new Harness(options);
    harness.send(harness.peer.hello());
    return harness;
  }
  /** A connection that publishes `key` on stream 1, with nothing of that left in `events` or the peer's ears. */
  static publishing(options: Partial<ServerConnectionOptions> = {}): Harness {
    const harness = Harness.open(options);
    harness.send(harness.peer.startPublishing());
    harness.events.length = 0;
    harness.peer.heard();
    return harness;
  }

  /** Gives the server bytes, one read each, and lets both sides act on what comes of it. */
  send(...reads: readonly Uint8Array[]): this {
    for (const bytes of reads) {
      this.connection.receive(bytes, this.now);
      this.settle();
    }
    return this;
  }
  /** Lets time pass, and the connection act on it. */
  wait(ms: number): this {
    this.now += ms;
    this.connection.tick(this.now);
    return this.settle();
  }
  /** Hands out events, answers requests, carries output to the peer and its answer back. */
  settle(): this {
    for (let event = this.connection.read(this.now); event !== undefined; event = this.connection.read(this.now)) {
      this.events.push(event);
      const asked = event.type === "connect" || ("requestId" in event && this.accepting === "all");
      if (asked && "requestId" in event && this.accepting !== "none") this.connection.accept(event.requestId, this.now);
    }
    const output = this.connection.takeOutput();
    const reply = output && this.peer.hear(output);
    if (reply !== undefined) this.send(reply);
    return this;
  }

  /** Id of the request that waits. */
  get requestId(): number {
    const request = this.events.filter((event) => "requestId" in event).at(-1);
    if (request === undefined || !("requestId" in request)) throw new Error("no request came");
    return request.requestId;
  }
  /** Types of the events so far. */
  get eventTypes(): string[] {
    return this.events.map(({ type }) => type);
  }
  /** Media so far. */
  get media(): MediaMessage[] {
    return this.events.flatMap((event) => (event.type === "media" ? [event.message] : []));
  }
}
