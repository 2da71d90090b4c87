import { connect, type Socket } from "node:net";
import { vi } from "vitest";
import type { PublishedMessage } from "../hub/publish-feed.js";

/** Gets all bytes that the server sends, from S0 on. */
export type Tap = (bytes: Uint8Array) => void;

/** An RTMP client put together by hand; shares nothing with the server. Never compresses a header. */
export class RawClient {
  readonly socket: Socket;
  #received = "";
  #closed = false;

  private constructor(socket: Socket, tap?: Tap) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (bytes) => {
      if (tap === undefined || this.#received.length < 65_536) this.#received += bytes.toString("latin1");
      tap?.(bytes);
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      this.#closed = true;
    });
  }

  static async connect(port: number, host = "127.0.0.1", tap?: Tap): Promise<RawClient> {
    const socket = connect({ port, host, allowHalfOpen: false });
    const client = new RawClient(socket, tap);
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", () => resolve());
      socket.once("error", reject);
    });
    return client;
  }

  /** A client that publishes over a connection that is there. */
  static async publishOver(socket: Socket, name: string, app = "live"): Promise<RawClient> {
    const client = new RawClient(socket);
    await client.#open(app);
    client.command(1, "publish", 3, null, name, "live");
    await client.sees("NetStream.Publish.Start");
    return client;
  }

  /** A client that has come as far as createStream. */
  static async open(port: number, app = "live", tap?: Tap): Promise<RawClient> {
    const client = await RawClient.connect(port, "127.0.0.1", tap);
    await client.#open(app);
    return client;
  }

  /** A client that publishes. @param more members of connect, such as `capsEx`. */
  static async publish(port: number, name: string, app = "live", more: AmfMembers = {}): Promise<RawClient> {
    const client = await RawClient.connect(port);
    await client.#open(app, more);
    client.command(1, "publish", 3, null, name, "live");
    await client.sees("NetStream.Publish.Start");
    return client;
  }

  async #open(app: string, more: AmfMembers = {}): Promise<void> {
    this.handshake();
    await this.sees("", 3073);
    this.message(2, 1, 0, 0, Buffer.from([0, 1, 0, 0])); // Set Chunk Size 65536
    this.command(0, "connect", 1, { app, tcUrl: `rtmp://127.0.0.1/${app}`, ...more });
    await this.sees("NetConnection.Connect.Success");
    this.command(0, "createStream", 2, null);
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Waits until the server has sent a text, and so many bytes; with a tap, among its first 64 KiB. */
  async sees(text: string, length = 0): Promise<void> {
    await vi.waitFor(
      () => {
        if (this.#received.length < length || !this.#received.includes(text)) throw new Error(`no ${text} yet`);
      },
      { timeout: 10_000, interval: 5 },
    );
  }
  /** Waits for the end of the connection. */
  async ends(): Promise<void> {
    await vi.waitFor(
      () => {
        if (!this.#closed) throw new Error("still open");
      },
      { timeout: 10_000, interval: 5 },
    );
  }

  handshake(): void {
    this.socket.write(Buffer.concat([Buffer.from([3]), Buffer.alloc(1536), Buffer.alloc(1536)]));
  }
  command(streamId: number, name: string, transactionId: number, ...values: Amf[]): void {
    const payload = Buffer.concat([name, transactionId, ...values].map(amf));
    this.message(3, 20, streamId, 0, payload);
  }
  /** Sends media on message stream 1. @returns false if the socket is full. */
  send({ messageTypeId, timestamp, payload }: PublishedMessage): boolean {
    return this.message(messageTypeId === 8 ? 4 : 6, messageTypeId, 1, timestamp, payload);
  }
  /** One message, its body in chunks of 65536 bytes. */
  message(csid: number, typeId: number, streamId: number, timestamp: number, payload: Uint8Array): boolean {
    const extended = timestamp >= 0xffffff ? Buffer.alloc(4) : Buffer.alloc(0);
    if (extended.length > 0) extended.writeUInt32BE(timestamp);
    const head = Buffer.alloc(12);
    head.writeUInt8(csid);
    head.writeUIntBE(Math.min(timestamp, 0xffffff), 1, 3);
    head.writeUIntBE(payload.length, 4, 3);
    head.writeUInt8(typeId, 7);
    head.writeUInt32LE(streamId, 8);
    const parts: Uint8Array[] = [head, extended];
    for (let at = 0; at < payload.length || at === 0; at += 65_536) {
      if (at > 0) parts.push(Buffer.from([0xc0 | csid]), extended);
      parts.push(payload.subarray(at, at + 65_536));
    }
    return this.socket.write(Buffer.concat(parts));
  }
}

type AmfMembers = { readonly [key: string]: string | number };
type Amf = string | number | null | AmfMembers;

function amf(value: Amf): Buffer {
  if (value === null) return Buffer.from([5]);
  if (typeof value === "number") {
    const bytes = Buffer.alloc(9);
    bytes.writeDoubleBE(value, 1);
    return bytes;
  }
  if (typeof value === "string") return Buffer.concat([Buffer.from([2]), text(value)]);
  const members = Object.entries(value).flatMap(([key, member]) => [text(key), amf(member)]);
  return Buffer.concat([Buffer.from([3]), ...members, Buffer.from([0, 0, 9])]);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
}
