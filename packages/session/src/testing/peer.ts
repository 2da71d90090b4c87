import { concatBytes } from "@rtmp/bytes-util";
import { ChunkDecoder, ChunkEncoder } from "@rtmp/chunk";
import { ClientHandshake } from "@rtmp/handshake";
import { type Command, decodeMessage, encodeMessage, type Message, type OutgoingMessage } from "@rtmp/messages";

/** Deterministic "random" bytes. */
export function counting(target: Uint8Array): void {
  for (let i = 0; i < target.length; i++) target[i] = i & 0xff;
}

/** A scripted RTMP client that works on bytes alone: what it would send, and what it understands of the answer. */
export class Peer {
  readonly #handshake = new ClientHandshake({ random: counting });
  readonly #encoder = new ChunkEncoder();
  readonly #decoder = new ChunkDecoder();
  /** Everything the server has said since the handshake. */
  readonly messages: Message[] = [];

  /** C0 and C1. */
  hello(): Uint8Array {
    return this.#handshake.takeOutput() ?? new Uint8Array(0);
  }

  /** Understands what the server sent. @returns C2 when it is due. */
  hear(bytes: Uint8Array): Uint8Array | undefined {
    let reply: Uint8Array | undefined;
    if (this.#handshake.done) this.#decoder.push(bytes);
    else {
      this.#handshake.push(bytes);
      reply = this.#handshake.takeOutput();
      if (this.#handshake.done) this.#decoder.push(this.#handshake.takeRest());
    }
    for (let raw = this.#decoder.read(); raw !== undefined; raw = this.#decoder.read()) {
      this.messages.push(decodeMessage(raw));
    }
    return reply;
  }

  /** Bytes of one message. */
  say(message: OutgoingMessage, chunkStreamId = 3): Uint8Array {
    const raw = encodeMessage(message);
    return this.#encoder.encode({ ...raw, chunkStreamId });
  }

  /** Bytes of one command. */
  command(name: string, transactionId: number, messageStreamId = 0, ...values: readonly unknown[]): Uint8Array {
    const [commandObject = null, ...args] = values as never[];
    return this.say({ type: "command", name, transactionId, messageStreamId, commandObject, arguments: args });
  }

  connect(app: unknown = "live", more: Record<string, unknown> = {}): Uint8Array {
    return this.command("connect", 1, 0, {
      ...(app !== undefined && { app }),
      tcUrl: "rtmp://localhost/live",
      ...more,
    });
  }
  createStream(transactionId = 4): Uint8Array {
    return this.command("createStream", transactionId);
  }
  publish(name: unknown = "key", messageStreamId = 1): Uint8Array {
    return this.command("publish", 5, messageStreamId, null, name, "live");
  }
  /** An FFmpeg-like way to a running publish, without waiting for answers. */
  startPublishing(name = "key"): Uint8Array {
    return concatBytes([
      this.connect(),
      this.command("releaseStream", 2, 0, null, name),
      this.command("FCPublish", 3, 0, null, name),
      this.createStream(),
      this.publish(name),
    ]);
  }
  audio(timestamp: number, payload: Uint8Array = Uint8Array.of(0xaf, 1, 2, 3), messageStreamId = 1): Uint8Array {
    return this.say({ type: "audio", messageStreamId, timestamp, payload }, 4);
  }
  video(timestamp: number, payload: Uint8Array = Uint8Array.of(0x27, 1, 0, 0, 0, 9), messageStreamId = 1): Uint8Array {
    return this.say({ type: "video", messageStreamId, timestamp, payload }, 6);
  }
  /** Bytes of a message that no well-behaved encoder would make. */
  raw(messageTypeId: number, payload: Uint8Array, messageStreamId = 0, chunkStreamId = 3): Uint8Array {
    return this.#encoder.encode({ chunkStreamId, messageTypeId, messageStreamId, timestamp: 0, payload });
  }

  /** Forgets what was said so far. @returns it. */
  heard(): Message[] {
    return this.messages.splice(0);
  }
  /** Commands heard so far. */
  commands(): Command[] {
    return this.messages.filter((message): message is Command => message.type === "command");
  }
  /** Status codes heard so far, of `onStatus`, `_result` and `_error`, as `onStatus@1 NetStream.Publish.Start`. */
  statuses(): string[] {
    return this.commands().map(({ name, messageStreamId, arguments: args }) => {
      const info = args[0];
      const code =
        typeof info === "object" && info !== null && "code" in info
          ? String(info["code"])
          : JSON.stringify(info ?? null);
      return `${name}@${messageStreamId} ${code}`;
    });
  }
  /** Type ids in the order heard. */
  types(): number[] {
    return this.messages.map(({ messageTypeId }) => messageTypeId);
  }
}
