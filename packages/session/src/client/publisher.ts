import { type Amf0Encodable, EcmaArray } from "@rtmp/amf0";
import { type Deferred, deferred } from "../deferred.js";
import { ClientError } from "./client-error.js";
import type { StreamEnd } from "./client-events.js";
import type { PublishedMessage } from "./published-message.js";

/** What a publisher needs of its session. */
export interface PublisherDoor {
  buffered(): number;
  send(streamId: number, message: PublishedMessage): void | Promise<void>;
  closeStream(streamId: number): Promise<void>;
}

/** A stream that is published: what `ClientSession.publish` resolves to. */
export class Publisher {
  /** Name of the stream, with its query: often a secret. */
  readonly name: string;
  readonly #session: PublisherDoor;
  readonly #streamId: number;
  readonly #ended: Deferred<StreamEnd> = deferred();
  #end: StreamEnd | undefined;

  /** @internal */
  constructor(session: PublisherDoor, streamId: number, name: string) {
    this.#session = session;
    this.#streamId = streamId;
    this.name = name;
  }

  /** How the stream ended. Never rejects: what went wrong is its `error`. */
  get end(): Promise<StreamEnd> {
    return this.#ended.promise;
  }
  /** Bytes of the whole session that wait to be written. */
  get buffered(): number {
    return this.#session.buffered();
  }

  /**
   * Sends a message. A promise means that the network, or the server by its acknowledgement window, has enough for now:
   * await it before you send more. It settles also when the stream ends.
   * @throws ClientError after the end: what went wrong, or `stream-closed`; `output-overflow` if promises were not awaited and
   * `ClientLimits.maxBufferedOutput` is reached: this message was not sent.
   * @throws RangeError or TypeError for a message that can not be written.
   */
  send(message: PublishedMessage): void | Promise<void> {
    if (this.#end !== undefined) throw this.#end.error ?? new ClientError("stream-closed", "This stream is over.");
    return this.#session.send(this.#streamId, message);
  }

  /** Sends `@setDataFrame`, `onMetaData` and the metadata as an ECMA array: what players get first. */
  sendMetadata(metadata: Readonly<Record<string, Amf0Encodable>>, timestamp = 0): void | Promise<void> {
    return this.send({ type: "data", timestamp, values: ["@setDataFrame", "onMetaData", new EcmaArray(metadata)] });
  }

  /** Ends the stream as encoders do, FCUnpublish and deleteStream, and waits until all is written. The session goes on. */
  close(): Promise<void> {
    this.settle({ reason: "closed" });
    return this.#session.closeStream(this.#streamId);
  }

  /** @internal */
  settle(end: StreamEnd): void {
    this.#end ??= end;
    this.#ended.resolve(end);
  }
}
