import type { Socket } from "node:net";
import type { ApiContext } from "../api/api-context.js";
import type { FrontGate } from "../auth/gate.js";
import type { Emit, IngestEvents } from "../events.js";
import type { Hub } from "../hub/hub.js";
import type { StreamId } from "../hub/stream-id.js";
import { peerOf } from "../listeners/peer-address.js";
import { RtmpConnection } from "../listeners/rtmp-connection.js";
import type { RtmpConnectionContext } from "../listeners/rtmp-connection-parts.js";
import type { RtmpSide } from "../listeners/rtmp-side.js";
import type { RelayInfo } from "../relay/relay-info.js";
import type { Locate, Relays } from "../relay/relays.js";
import { reportOf, type SessionReport } from "../stats/remote-session.js";
import type { EndedSession, StreamInfo } from "../stats/schemas.js";
import { SessionDirectory } from "../stats/session-directory.js";
import type { Stats } from "../stats/stats.js";
import type { Crew } from "./crew.js";

/** What a server needs that is one of several processes. */
export interface SiblingParts {
  /** Where another process has a stream. */
  readonly locate: Locate;
  /** Number of this process, from 0, and how many there are: connections are numbered so that no two have the same number. */
  readonly index: number;
  readonly count: number;
  /** Whether this one speaks by HTTP for all of them; then it serves no RTMP itself. */
  readonly isFront?: boolean;
}

/** What a worker has and does at one moment. */
export interface WorkerReport {
  readonly streams: readonly StreamInfo[];
  readonly sessions: readonly SessionReport[];
  readonly recordings: ReturnType<ApiContext["recordings"]["list"]>;
  readonly relays: readonly RelayInfo[];
  readonly connections: { readonly total: number; readonly pending: number };
  readonly heldBytes: number;
}

/** Hears what happens in a process. */
export interface SiblingListener {
  event(name: keyof IngestEvents, values: unknown[]): void;
  ended(session: EndedSession): void;
}

/** The rooms of a server that its siblings have to do with. */
export interface SiblingDoorParts {
  readonly rtmp: RtmpSide;
  readonly context: RtmpConnectionContext;
  readonly hub: Hub;
  readonly relays: Relays;
  readonly stats: Stats;
  readonly recordings: Pick<ApiContext["recordings"], "list">;
  readonly totals: () => Pick<WorkerReport, "connections" | "heldBytes">;
  /** Has its listener told of each event from then on. */
  readonly onEvent: (listener: SiblingListener["event"]) => void;
  readonly crew: Crew | undefined;
}

/** For other processes of this server: they have asked already. */
const OPEN_GATE: FrontGate = { check: () => ({ allowed: true }) };

/** What the other processes of a server ask of one of them. */
export class SiblingDoor {
  /** In the process that speaks for all: the others. */
  readonly crew: Crew | undefined;
  readonly #parts: SiblingDoorParts;
  readonly #context: RtmpConnectionContext;
  #count = 0;

  constructor(parts: SiblingDoorParts) {
    this.crew = parts.crew;
    this.#parts = parts;
    const { context } = parts;
    const quiet: Emit = (name, ...event) => {
      if (name === "fault") context.emit(name, ...event); // they are no peers: nobody is told of them
    };
    const play = { ...context.play, waitMs: 0 }; // what is not here is not looked for elsewhere
    this.#context = { ...context, gate: OPEN_GATE, emit: quiet, sessions: new SessionDirectory(), play };
  }

  /** Serves another process that plays a stream of this one. */
  serve(socket: Socket): void {
    socket.on("error", () => {}); // its close follows
    const number = --this.#count; // below those of peers
    const came = { number, protocol: "rtmp", socket, peer: peerOf(socket), onAccepted: () => {} } as const;
    this.#parts.rtmp.serve(new RtmpConnection(came, this.#context));
  }
  /** Something is wrong with the door itself; it stays open. */
  failed(error: unknown): void {
    this.#context.emit("fault", { where: "listener", error });
  }

  /** Another process wants the name of a stream. @param force also if it is being published. @returns whether it is free now. */
  giveUp(id: StreamId, force: boolean): boolean {
    return this.#parts.hub.giveUp(id, force);
  }
  /** Another process has a stream now: a player may wait for it here. */
  appeared(id: StreamId): void {
    const { hub, relays } = this.#parts;
    if (hub.isAwaited(id)) relays.missing(id);
  }

  /** What this process has and does, for the one that speaks for all. */
  report(): WorkerReport {
    const { stats, recordings, relays, totals } = this.#parts;
    return {
      streams: stats.streams(),
      sessions: Array.from(stats.sessions.list(), reportOf),
      recordings: recordings.list(),
      relays: relays.list(),
      ...totals(),
    };
  }
  /** Tells that one in between. */
  listen({ event, ended }: SiblingListener): void {
    this.#parts.onEvent(event);
    this.#parts.stats.sessions.observe({ gone: ended });
  }
}
