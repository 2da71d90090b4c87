import { ChurnMap } from "../churn-map.js";
import type { StreamCounts } from "../hub/publish-feed.js";
import type { StreamId } from "../hub/stream-id.js";
import type { EndedSession, SessionInfo, SessionStream } from "./schemas.js";

/** Sessions that are over and are remembered, those that published or played. */
const MAX_ENDED = 100;
/** The same of those that never came so far, such as scanners of ports: they shall not push the others out. */
const MAX_ENDED_EARLY = 25;

/** A stream that a session publishes at this moment. */
export interface PublisherEntry {
  readonly id: StreamId;
  readonly since: Date;
  /** What it has sent. */
  readonly counts?: Readonly<StreamCounts>;
}

/** A stream that a session plays, with what waits for it. */
export interface ViewerEntry {
  readonly id: StreamId;
  readonly queuedBytes: number;
  readonly droppedFrames: number;
  /** Messages that it got. */
  readonly sentMessages?: number;
}

/** A connection or viewer, as everybody who serves peers enters it in the directory. Its members are read when somebody asks. */
export interface LiveSession {
  /** Tells it from all others of this server, those of the past included. */
  readonly id: string;
  readonly protocol: string;
  /** Whether it is still shaking hands. @defaultValue false */
  readonly shaking?: boolean;
  /** What is to be told of it at this moment. */
  info(): SessionInfo;
  /** What it publishes. */
  publishing(): Iterable<PublisherEntry>;
  /** What it plays. */
  viewing(): Iterable<ViewerEntry>;
  /** Ends it, for the reason `kicked`. @param description what the peer is told, where its protocol can. */
  kick(description: string): void;
}

/** Told of sessions that come and go. */
export interface SessionObserver {
  /** It has come as far as to be of interest. */
  started?(session: LiveSession): void;
  /** One that was told of is over. */
  ended?(session: EndedSession): void;
  /** Any is over, told of or not. */
  gone?(session: EndedSession): void;
}

/** How a session ended. */
export interface SessionOutcome {
  readonly reason: string;
  readonly by: "peer" | "us" | "application";
  readonly clean: boolean;
}

/** All peers that are served at this moment, whatever their protocol, and why the last of those before are gone. */
export class SessionDirectory {
  readonly #sessions = new ChurnMap<string, LiveSession>();
  readonly #ended: EndedSession[] = [];
  readonly #endedEarly: EndedSession[] = [];
  readonly #announced = new Set<string>();
  readonly #observers: SessionObserver[] = [];
  readonly #now: () => Date;

  constructor(now: () => Date = () => new Date()) {
    this.#now = now;
  }

  get size(): number {
    return this.#sessions.size;
  }
  /** Enters a session. One that has more than a handshake behind it is of interest at once, see {@link announce}. */
  add(session: LiveSession): void {
    this.#sessions.set(session.id, session);
    if (session.shaking !== true) this.announce(session);
  }
  /** A session is of interest from here on: it has connected to an application, or watches. */
  announce(session: LiveSession): void {
    if (this.#announced.has(session.id)) return;
    this.#announced.add(session.id);
    for (const observer of this.#observers) observer.started?.(session);
  }
  /** Tells of sessions from here on. */
  observe(observer: SessionObserver): void {
    this.#observers.push(observer);
  }
  get(id: string): LiveSession | undefined {
    return this.#sessions.get(id);
  }
  /** What is to be told of them. @param limit of so many, from `offset` on. */
  page(limit = Number.POSITIVE_INFINITY, offset = 0): SessionInfo[] {
    return [...this.#sessions.values()].slice(offset, offset + limit).map((session) => session.info());
  }
  /** All, in the order in which they came. */
  list(): IterableIterator<LiveSession> {
    return this.#sessions.values();
  }

  /** A session is over. @param streams what it published and played. */
  end(session: LiveSession, { reason, by, clean }: SessionOutcome, streams: readonly SessionStream[]): void {
    if (!this.#sessions.delete(session.id)) return;
    const { id, protocol, peer, app, client, since, durationMs, bytesReceived, bytesSent, droppedFrames } =
      session.info();
    const ended: EndedSession = {
      id,
      protocol,
      peer,
      since,
      durationMs,
      streams: [...streams],
      bytesReceived,
      bytesSent,
      droppedFrames,
      endedAt: this.#now().toISOString(),
      reason,
      by,
      clean,
    };
    if (app !== undefined) ended.app = app;
    if (client !== undefined) ended.client = client;
    if (streams.length > 0) keepLast(this.#ended, ended, MAX_ENDED);
    else keepLast(this.#endedEarly, ended, MAX_ENDED_EARLY);
    const announced = this.#announced.delete(session.id);
    for (const observer of this.#observers) {
      observer.gone?.(ended);
      if (announced) observer.ended?.(ended);
    }
  }

  /** The last that are over, latest first. */
  ended(): EndedSession[] {
    const [last, early] = [this.#ended.slice(-MAX_ENDED), this.#endedEarly.slice(-MAX_ENDED_EARLY)];
    return [...last, ...early].sort((a, b) => (a.endedAt < b.endedAt ? 1 : -1));
  }
}

/** Adds one to the last so many, and now and then lets go of those before: not each time, which moves all others. */
function keepLast(list: EndedSession[], ended: EndedSession, size: number): void {
  list.push(ended);
  if (list.length >= 2 * size) list.splice(0, list.length - size);
}
