import type { Playback, Publication } from "../events.js";

/** One message stream that the peer created (RTMP 7.2.1.3). It publishes, or plays, or does nothing. */
export interface MessageStream {
  readonly id: number;
  /** What it publishes, from the accepted publish to its end. */
  publication: Publication | undefined;
  /** What it plays, from the accepted play to its end. */
  playback: Playback | undefined;
}

/** The message streams of one connection. Ids count from 1 and are never used twice, so a late message hits nobody else. */
export class MessageStreams {
  readonly #streams = new Map<number, MessageStream>();
  #lastId = 0;
  #publishing = 0;
  #playing = 0;

  /** Streams open. */
  get count(): number {
    return this.#streams.size;
  }
  /** Of these, how many publish. */
  get publishingCount(): number {
    return this.#publishing;
  }
  /** And how many play. */
  get playingCount(): number {
    return this.#playing;
  }
  /** Streams that publish or play. */
  get activeCount(): number {
    return this.#publishing + this.#playing;
  }

  create(): MessageStream {
    const stream: MessageStream = { id: ++this.#lastId, publication: undefined, playback: undefined };
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
    if (publication === undefined) return undefined;
    stream.publication = undefined;
    this.#publishing--;
    return publication;
  }

  play(stream: MessageStream, playback: Playback): void {
    stream.playback = playback;
    this.#playing++;
  }
  /** Ends what a stream plays. @returns it, or undefined if it played nothing. */
  stop(stream: MessageStream): Playback | undefined {
    const { playback } = stream;
    if (playback === undefined) return undefined;
    stream.playback = undefined;
    this.#playing--;
    return playback;
  }

  /** All that publish. */
  publishing(): MessageStream[] {
    return [...this.#streams.values()].filter(({ publication }) => publication !== undefined);
  }
  /** All that play. */
  playing(): MessageStream[] {
    return [...this.#streams.values()].filter(({ playback }) => playback !== undefined);
  }
  /** The one that publishes or plays, if exactly one does. */
  onlyActive(): MessageStream | undefined {
    return this.activeCount === 1 ? (this.publishing()[0] ?? this.playing()[0]) : undefined;
  }
}
