import type { ServerSession } from "@rtmp/session";
import type { PublishFeed } from "../hub/publish-feed.js";
import type { StreamId } from "../hub/stream-id.js";
import type { RtmpPlayer } from "../outputs/rtmp-player.js";
import { plainText } from "../stats/plain-text.js";
import type { SessionInfo, SessionStream } from "../stats/schemas.js";
import type { LiveSession, PublisherEntry, ViewerEntry } from "../stats/session-directory.js";

/** Streams that are remembered of one connection, the last ones. */
const MAX_REMEMBERED = 8;

/** What of an RTMP connection is told in lists; all of it is the connection's own, and looked at when somebody asks. */
export interface RtmpSessionParts {
  readonly number: number;
  readonly protocol: string;
  readonly peer: string;
  readonly session: ServerSession;
  readonly feeds: ReadonlyMap<unknown, PublishFeed>;
  readonly players: ReadonlyMap<unknown, { readonly player: RtmpPlayer; readonly stream: { readonly id: StreamId } }>;
  readonly heldBytes: () => number;
}

/** An RTMP connection as the directory of sessions sees it. */
export class RtmpLiveSession implements LiveSession {
  readonly id: string;
  readonly protocol: string;
  readonly #parts: RtmpSessionParts;
  readonly #since = new Date();
  #app: string | undefined;
  #client: string | undefined;
  readonly #remembered: SessionStream[] = [];
  #droppedFrames = 0; // by players that have stopped

  constructor(parts: RtmpSessionParts) {
    this.#parts = parts;
    this.id = String(parts.number);
    this.protocol = parts.protocol;
  }

  /** What the peer says it is. */
  get client(): string | undefined {
    return this.#client;
  }
  /** What it has published and played, the last few. */
  get streams(): readonly SessionStream[] {
    return this.#remembered;
  }

  /** The peer has said who it is. */
  connected(app: string, client: string | undefined): void {
    this.#app = app;
    this.#client = plainText(client);
  }
  /** A publish or play was accepted. */
  began(action: SessionStream["action"], { app, name: stream }: StreamId): void {
    this.#remembered.push({ action, app, stream });
    if (this.#remembered.length > MAX_REMEMBERED) this.#remembered.shift();
  }
  /** A player has stopped. */
  stopped(droppedFrames: number): void {
    this.#droppedFrames += droppedFrames;
  }

  info(): SessionInfo {
    const { peer, session, feeds, players, heldBytes } = this.#parts;
    const streams: SessionStream[] = [];
    let [droppedFrames, queuedBytes] = [this.#droppedFrames, 0];
    for (const { stream } of feeds.values()) {
      streams.push({ action: "publish", app: stream.id.app, stream: stream.id.name });
    }
    for (const { player, stream } of players.values()) {
      streams.push({ action: "play", app: stream.id.app, stream: stream.id.name });
      droppedFrames += player.counts.droppedFrames;
      queuedBytes += player.queuedBytes;
    }
    const info: SessionInfo = {
      id: this.id,
      protocol: this.protocol,
      peer,
      since: this.#since.toISOString(),
      durationMs: Math.max(0, Date.now() - this.#since.getTime()),
      state: session.state === "closed" ? "closing" : session.state,
      streams,
      bytesReceived: session.bytesReceived,
      bytesSent: session.bytesSent,
      droppedFrames,
      queuedBytes,
      heldBytes: heldBytes(),
    };
    if (this.#app !== undefined) info.app = this.#app;
    if (this.#client !== undefined) info.client = this.#client;
    return info;
  }

  *publishing(): Generator<PublisherEntry> {
    for (const feed of this.#parts.feeds.values()) {
      const { stream, startedAt, counts } = feed;
      if (stream.isFedBy(feed)) yield { id: stream.id, since: startedAt, counts };
    }
  }
  *viewing(): Generator<ViewerEntry> {
    for (const { player, stream } of this.#parts.players.values()) {
      const { queuedBytes, counts } = player;
      const { droppedFrames, sentMessages } = counts;
      yield { id: stream.id, queuedBytes, droppedFrames, sentMessages };
    }
  }

  get shaking(): boolean {
    return this.#parts.session.state === "handshake";
  }

  kick(description: string): void {
    // A code that encoders know for "no": they show the description.
    const code = this.#parts.feeds.size > 0 ? "NetStream.Publish.Rejected" : "NetConnection.Connect.Closed";
    this.#parts.session.close("kicked", { code, description });
  }
}
