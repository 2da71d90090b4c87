import { ChunkDecoder, ChunkEncoder } from "@rtmp/chunk";
import { ServerHandshake } from "@rtmp/handshake";
import { type Command, decodeMessage, encodeMessage, type Message, type OutgoingMessage } from "@rtmp/messages";
import { ClientConnection, type ClientConnectionOptions } from "../client/client-connection.js";
import type { ClientEvent } from "../client/client-events.js";
import { parseRtmpUrl } from "../client/rtmp-url.js";
import { counting } from "./peer.js";

/** A client connection whose server is the test: it says what no well-behaved server would, and what other servers say. */
export class ScriptedServer {
  now = 1000;
  readonly client: ClientConnection;
  readonly events: ClientEvent[] = [];
  /** What the client said since this was emptied. */
  readonly heard: Message[] = [];
  readonly #handshake = new ServerHandshake({ random: counting });
  readonly #encoder = new ChunkEncoder();
  readonly #decoder = new ChunkDecoder();

  constructor(options: Partial<ClientConnectionOptions> = {}) {
    const url = parseRtmpUrl("rtmp://host/live/key");
    this.client = new ClientConnection({ url, random: counting, now: this.now, ...options });
    this.listen();
  }
  /** A client that is connected. */
  static connected(options: Partial<ClientConnectionOptions> = {}): ScriptedServer {
    const server = new ScriptedServer(options);
    server.answer(
      "_result",
      1,
      { fmsVer: "FMS/3,0,1,123" },
      { level: "status", code: "NetConnection.Connect.Success" },
    );
    server.heard.length = 0;
    server.events.length = 0;
    return server;
  }
  /** A client that was told that its createStream made stream 1, and waits for an answer to publish or play. */
  static starting(kind: "publish" | "play", options: Partial<ClientConnectionOptions> = {}): ScriptedServer {
    const server = ScriptedServer.connected(options);
    if (kind === "publish") server.client.publish("key", "live", server.now);
    else server.client.play("key", {}, server.now);
    server.listen();
    server.answer("_result", server.transactionOf("createStream"), null, 1);
    return server;
  }

  /** Hears what the client says. */
  listen(): void {
    const output = this.client.takeOutput();
    if (output !== undefined) {
      if (this.#handshake.done) this.#decoder.push(output);
      else {
        this.#handshake.push(output);
        const reply = this.#handshake.takeOutput();
        if (this.#handshake.done) this.#decoder.push(this.#handshake.takeRest());
        if (reply !== undefined) this.give(reply);
      }
      for (let raw = this.#decoder.read(); raw !== undefined; raw = this.#decoder.read()) {
        this.heard.push(decodeMessage(raw));
      }
    }
  }
  /** Gives the client bytes, and lets it act on them. */
  give(bytes: Uint8Array): void {
    this.client.receive(bytes, this.now);
    for (let event = this.client.read(this.now); event !== undefined; event = this.client.read(this.now)) {
      this.events.push(event);
    }
    this.listen();
  }
  say(message: OutgoingMessage): void {
    this.give(this.#encoder.encode({ ...encodeMessage(message), chunkStreamId: 3 }));
  }
  raw(messageTypeId: number, payload: Uint8Array, messageStreamId = 0): void {
    this.give(this.#encoder.encode({ chunkStreamId: 3, messageTypeId, messageStreamId, timestamp: 0, payload }));
  }
  /** A command on stream 0. */
  answer(name: string, transactionId: number | undefined, ...values: readonly unknown[]): void {
    const [commandObject, ...args] = values as never[];
    this.say({
      type: "command",
      name,
      transactionId,
      ...(commandObject !== undefined && { commandObject }),
      arguments: args,
    });
  }
  status(code: string, { level = "status", description = "", stream = 1, transactionId = 0, ...more } = {}): void {
    const info = { level, code, description, ...more };
    this.say({ type: "command", name: "onStatus", transactionId, messageStreamId: stream, arguments: [info] });
  }

  /** Commands that the client sent. */
  get commands(): Command[] {
    return this.heard.filter((message): message is Command => message.type === "command");
  }
  transactionOf(name: string): number {
    const transactionId = this.commands.filter((command) => command.name === name).at(-1)?.transactionId;
    if (transactionId === undefined) throw new Error(`no ${name} was sent`);
    return transactionId;
  }
  get eventTypes(): string[] {
    return this.events.map(({ type }) => type);
  }
}
