import { type Deferred, deferred } from "../deferred.js";
import type { MediaMessage } from "../events.js";
import type { StreamEnd } from "./client-events.js";

/** What a player needs of its session. */
export interface PlayerDoor {
  closeStream(streamId: number): Promise<void>;
  /** A player takes again what it had no room for. */
  resume(): void;
}

/**
 * A stream that is played: what `ClientSession.play` resolves to. Iterate it once, for its media in the order of the
 * wire. The loop ends when the stream does, and throws what went wrong if that is why; leaving it closes the stream.
 *
 * What is not taken is buffered up to a bound; then nothing more is read from the server, for any stream of the session.
 */
export class Player implements AsyncIterableIterator<MediaMessage, undefined> {
  /** Name of the stream, with its query: often a secret. */
  readonly name: string;
  readonly #session: PlayerDoor;
  readonly #streamId: number;
  readonly #maxBuffered: number;
  readonly #ended: Deferred<StreamEnd> = deferred();
  #queue: MediaMessage[] = [];
  #taken = 0; // of the queue's front
  #buffered = 0;
  #end: StreamEnd | undefined;
  #waiting: Deferred<IteratorResult<MediaMessage, undefined>>[] = [];

  /** @internal */
  constructor(session: PlayerDoor, streamId: number, name: string, maxBuffered: number) {
    this.#session = session;
    this.#streamId = streamId;
    this.#maxBuffered = maxBuffered;
    this.name = name;
  }

  /** How the stream ended, at once when it is known; media may still be buffered. Never rejects. */
  get end(): Promise<StreamEnd> {
    return this.#ended.promise;
  }
  /** Bytes of media that wait to be taken. */
  get buffered(): number {
    return this.#buffered;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The next message. @throws ClientError once, behind the last message of a stream that failed. */
  next(): Promise<IteratorResult<MediaMessage, undefined>> {
    const value = this.#shift();
    if (value !== undefined) return Promise.resolve({ done: false, value });
    if (this.#end === undefined) {
      const waiting = deferred<IteratorResult<MediaMessage, undefined>>();
      this.#waiting.push(waiting);
      return waiting.promise;
    }
    const { error } = this.#end;
    void this.#session.closeStream(this.#streamId);
    if (error === undefined) return Promise.resolve({ done: true, value: undefined });
    this.#end = { reason: this.#end.reason };
    return Promise.reject(error);
  }

  /** Ends the loop and the stream. */
  async return(): Promise<IteratorResult<MediaMessage, undefined>> {
    await this.close();
    return { done: true, value: undefined };
  }

  /** Ends the stream, and drops what is buffered. The session goes on. */
  close(): Promise<void> {
    this.settle({ reason: "closed" });
    if (this.#end !== undefined) this.#end = { reason: this.#end.reason };
    this.#queue = [];
    this.#taken = 0;
    this.#buffered = 0;
    this.#session.resume();
    return this.#session.closeStream(this.#streamId);
  }

  /** @internal Whether there is room for more. */
  get full(): boolean {
    return this.#end === undefined && this.#buffered >= this.#maxBuffered;
  }
  /** @internal */
  push(message: MediaMessage): void {
    if (this.#end !== undefined) return;
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) {
      waiting.resolve({ done: false, value: message });
      return;
    }
    this.#queue.push(message);
    this.#buffered += cost(message);
  }
  /** @internal */
  settle(end: StreamEnd): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    this.#ended.resolve(end);
    for (const waiting of this.#waiting.splice(0)) this.next().then(waiting.resolve, waiting.reject);
  }

  #shift(): MediaMessage | undefined {
    const message = this.#queue[this.#taken];
    if (message === undefined) return undefined;
    const wasFull = this.#buffered >= this.#maxBuffered / 2;
    this.#buffered -= cost(message);
    this.#taken++;
    if (this.#taken === this.#queue.length || this.#taken >= 1024) {
      this.#queue = this.#queue.slice(this.#taken);
      this.#taken = 0;
    }
    if (wasFull && this.#buffered < this.#maxBuffered / 2) this.#session.resume();
    return message;
  }
}

/** Bytes that a buffered message holds, so that a flood of empty ones counts too. */
function cost({ payload }: MediaMessage): number {
  return payload.length + 200;
}
