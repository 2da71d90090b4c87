import type { Publication } from "./events.js";

/** One message stream that the peer created (RTMP 7.2.1.3). */
export interface MessageStream {
  readonly id: number;
  /** What it publishes, from the accepted publish to its end. */
  publication: Publication | undefined;
}

/** The message streams of one connection. Ids count from 1 and are never used twice, so a late message hits nobody else. */
export class MessageStreams {
  readonly #streams = new Map<number, MessageStream>();
  #lastId = 0;
  #publishing = 0;

  /** Streams open. */
  get count(): number {
    return this.#streams.size;
  }
  /** Of these, how many publish. */
  get publishingCount(): number {
    return this.#publishing;
  }

  create(): MessageStream {
    const stream: MessageStream = { id: ++this.#lastId, publication: undefined };
    this.#streams.set(stream.id, stream);
    return stream;
  }
  get(id: number): MessageStream | undefined {
    return this.#streams.get(id);
  }
  delete(id: number): void {
    this.#streams.delete(id);
  }
  publish(stream: MessageStream, publication: Publication): void {
    stream.publication = publication;
    this.#publishing++;
  }
  /** Ends what a stream publishes. @returns it, or undefined if it published nothing. */
  unpublish(stream: MessageStream): Publication | undefined {
    const { publication } = stream;
    if (publication !== undefined) {
      stream.publication = undefined;
      this.#publishing--;
    }
    return publication;
  }
  /** All that publish. */
  publishing(): MessageStream[] {
    return [...this.#streams.values()].filter((stream) => stream.publication !== undefined);
  }
  /** The one that publishes, if exactly one does. */
  onlyPublishing(): MessageStream | undefined {
    return this.#publishing === 1 ? this.publishing()[0] : undefined;
  }
}
