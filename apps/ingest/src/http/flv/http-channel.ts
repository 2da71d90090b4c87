import type { ServerResponse } from "node:http";
import type { WriteGatherer } from "../../outputs/write-gatherer.js";
import type { FlvChannel, FlvChannelCut, FlvChannelEnd, FlvChannelEvents } from "./flv-channel.js";
import { SocketGatherer } from "./socket-gatherer.js";

/** A viewer at the other end of an HTTP response without end. */
export class HttpChannel implements FlvChannel {
  readonly #response: ServerResponse;
  readonly #writeMs: number;
  readonly #gathered: SocketGatherer;
  #bytesSent = 0;
  #reason: Parameters<FlvChannelEvents["closed"]>[0] = "closed";

  /** @param writeMs a viewer that takes nothing of what waits for so long is cut. */
  constructor(response: ServerResponse, gatherer: WriteGatherer, writeMs: number, events: FlvChannelEvents) {
    this.#response = response;
    this.#writeMs = writeMs;
    this.#gathered = new SocketGatherer(response.req.socket, gatherer);
    response.setTimeout(0); // a stream may be silent
    response.on("timeout", () => this.cut("write-timeout"));
    response.on("drain", () => {
      response.setTimeout(0);
      events.drained();
    });
    response.on("error", () => {}); // its close follows
    response.once("close", () => events.closed(this.#reason));
  }

  get congested(): boolean {
    return this.#response.writableNeedDrain;
  }
  get bytesSent(): number {
    return this.#bytesSent;
  }

  write(bytes: Buffer, canWait = false): void {
    this.#bytesSent += bytes.length;
    this.#gathered.hold(bytes.length, canWait);
    // Node's timer starts again with whatever part of it the network takes.
    if (!this.#response.write(bytes)) this.#response.setTimeout(this.#writeMs);
  }

  end(reason: FlvChannelEnd): void {
    this.#reason = reason;
    this.#response.setTimeout(this.#writeMs);
    this.#response.end();
  }
  cut(reason: FlvChannelCut): void {
    this.#reason = reason;
    this.#response.destroy();
  }
}
