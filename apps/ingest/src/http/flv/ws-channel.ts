import type { Socket } from "node:net";
import type { WebSocket } from "ws";
import type { WriteGatherer } from "../../outputs/write-gatherer.js";
import type { FlvChannel, FlvChannelCut, FlvChannelEnd, FlvChannelEvents } from "./flv-channel.js";
import { SocketGatherer } from "./socket-gatherer.js";

/** Close codes of the WebSocket protocol (RFC 6455 7.4): fulfilled, going away, against our rules. */
const CLOSE_CODES = { unpublish: 1000, "server-stopping": 1001, kicked: 1008 } as const;
/** The longest reason that a close frame can hold is 123 bytes. */
const MAX_REASON = 123;

/** A viewer at the other end of a WebSocket: binary messages, each of whole tags. What it sends is not looked at. */
export class WsChannel implements FlvChannel {
  readonly #ws: WebSocket;
  readonly #socket: Socket;
  readonly #writeMs: number;
  readonly #gathered: SocketGatherer;
  #bytesSent = 0;
  #alive = true;
  #reason: Parameters<FlvChannelEvents["closed"]>[0] = "closed";

  /** @param writeMs a viewer that takes nothing of what waits for so long is cut. */
  constructor(ws: WebSocket, socket: Socket, gatherer: WriteGatherer, writeMs: number, events: FlvChannelEvents) {
    this.#ws = ws;
    this.#socket = socket;
    this.#writeMs = writeMs;
    this.#gathered = new SocketGatherer(socket, gatherer);
    socket.on("timeout", () => this.cut("write-timeout"));
    socket.on("drain", () => {
      socket.setTimeout(0);
      events.drained();
    });
    ws.on("pong", () => {
      this.#alive = true;
    });
    ws.on("error", () => {}); // its close follows
    ws.once("close", () => events.closed(this.#reason));
  }

  get congested(): boolean {
    return this.#socket.writableNeedDrain;
  }
  get bytesSent(): number {
    return this.#bytesSent;
  }

  write(bytes: Buffer, canWait = false): void {
    this.#bytesSent += bytes.length;
    this.#gathered.hold(bytes.length, canWait);
    this.#ws.send(bytes, () => {}); // an error ends in a close
    if (this.congested) this.#socket.setTimeout(this.#writeMs);
  }

  end(reason: FlvChannelEnd, words: string): void {
    this.#reason = reason;
    closeWebSocket(this.#ws, CLOSE_CODES[reason], words);
  }

  /** Keeps proxies from closing a silent one, and finds out who is gone without a word. Call it now and then. */
  ping(): void {
    if (!this.#alive && !this.congested) {
      this.cut("ping-timeout");
      return;
    }
    this.#alive = false;
    this.#ws.ping();
  }

  cut(reason: FlvChannelCut): void {
    this.#reason = reason;
    this.#ws.terminate();
  }
}

/** Closes a WebSocket with a reason, cut to what a close frame can hold. */
export function closeWebSocket(ws: WebSocket, code: number, words: string): void {
  const bytes = Buffer.from(words);
  // A character that is cut in half is left out.
  const reason = bytes
    .subarray(0, MAX_REASON)
    .toString("utf8")
    .replace(/\uFFFD$/, "");
  ws.close(code, reason);
}
