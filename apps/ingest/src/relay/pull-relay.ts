import { type Attempt, ClientError, type ClientSession } from "@rtmp/session";
import type { Hub } from "../hub/hub.js";
import type { StreamOrigin } from "../hub/live-stream.js";
import type { PublishFeed } from "../hub/publish-feed.js";
import type { StreamId } from "../hub/stream-id.js";
import { wantedUntil } from "../hub/wanted.js";
import type { RelayLink } from "./relay-link.js";

/** How a pulled stream behaves. */
export interface PullOptions {
  readonly hub: Hub;
  readonly origin: StreamOrigin;
  /** Ends when nobody has watched for so long, in ms; `undefined`: goes on for ever, also when the other server's stream ends. */
  readonly idleMs: number | undefined;
  /** How long viewers and recordings wait for the other server to come back, in ms. */
  readonly graceMs: number;
}

/** How often it is looked whether somebody watches, in ms. */
const LOOK_MS = 500;

/** Plays a stream of another server and publishes it here. */
export class PullRelay {
  readonly link: RelayLink;
  readonly id: StreamId;
  readonly finished: Promise<unknown>;
  readonly #options: PullOptions;
  #feed: PublishFeed | undefined;

  constructor(id: StreamId, link: RelayLink, options: PullOptions) {
    this.id = id;
    this.link = link;
    this.#options = options;
    this.finished = this.#run();
  }

  async #run(): Promise<void> {
    const watch = this.#watch();
    await this.link.run((session, attempt) => this.#play(session, attempt));
    clearInterval(watch);
  }

  async #play(session: ClientSession, { signal }: Attempt): Promise<string> {
    const player = await session.play();
    const { hub, origin, graceMs, idleMs } = this.#options;
    const taken = (): void => {
      this.#feed = undefined;
      this.link.stop("replaced");
    };
    const feed = await hub.publish(this.id, wantedUntil(this.link.signal), taken, { origin });
    if (feed === undefined) {
      await player.close();
      throw new ClientError("stream-failed", "The name is being published here already.");
    }
    this.#feed = feed;
    this.link.live();
    let over = false;
    const leave = (): void => void player.close();
    signal.addEventListener("abort", leave, { once: true });
    try {
      for await (const message of player) {
        this.link.bytes += message.payload.length;
        this.link.messages++;
        const wait = feed.write(message);
        if (wait !== undefined) await wait;
      }
      over = idleMs !== undefined && !signal.aborted;
    } finally {
      signal.removeEventListener("abort", leave);
      this.#feed = undefined;
      const isLast = over || this.link.signal.aborted;
      await hub.unpublish(feed, { clean: over, reason: "relay-ended" }, isLast ? 0 : graceMs);
    }
    if (idleMs === undefined) throw new ClientError("closed", "The other server has ended the stream.");
    return "stream-ended";
  }

  /** Ends it when nobody watches any more. */
  #watch(): NodeJS.Timeout | undefined {
    const { idleMs } = this.#options;
    if (idleMs === undefined) return undefined;
    let since = performance.now();
    return setInterval(
      () => {
        if (this.#feed?.stream.watched === true) since = performance.now();
        else if (performance.now() - since >= idleMs) this.link.stop("unwatched");
      },
      Math.min(LOOK_MS, idleMs),
    );
  }
}
