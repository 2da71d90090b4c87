import type { Playback } from "../events.js";
import type { ProtocolLink } from "../protocol-link.js";
import type { MessageStream } from "./message-streams.js";
import type { Output } from "./output.js";

/** What an outlet is tied to. */
export interface OutletParts {
  readonly stream: MessageStream;
  readonly link: ProtocolLink;
  readonly output: Output;
  /** Writes what the link has queued. */
  readonly flush: () => void;
}

/**
 * The short way for one playback's media, made beforehand for many players: straight to the transport, unless something
 * of the session's own still waits. With thousands of players each object on this way is a miss of the processor's cache.
 */
export class MediaOutlet {
  readonly #stream: MessageStream;
  readonly #playback: Playback | undefined;
  readonly #link: ProtocolLink;
  readonly #output: Output;
  readonly #flush: () => void;

  constructor({ stream, link, output, flush }: OutletParts) {
    this.#stream = stream;
    this.#playback = stream.playback;
    this.#link = link;
    this.#output = output;
    this.#flush = flush;
  }

  /**
   * Writes whole messages as chunks made before (`writeChunks`), for this playback's message stream id and the session's
   * `chunkSize`, each on its `mediaChunkStream`. They are not copied: leave them as they are. Ignored once the playback is over.
   * @returns false, and nothing is written, if the transport still has enough: wait for `SessionHandler.drain`.
   */
  write(chunks: Uint8Array): boolean {
    if (this.#output.congested) return false;
    if (this.#stream.playback !== this.#playback || this.#playback === undefined) return true;
    if (this.#link.queuedOutput === 0) {
      this.#link.countChunks(chunks);
      this.#output.writeAtOnce(chunks);
    } else {
      this.#link.sendChunks(chunks);
      this.#flush();
    }
    return true;
  }
}
