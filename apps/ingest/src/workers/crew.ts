import type { EventEmitter } from "node:events";
import type { ApiContext } from "../api/api-context.js";
import type { IngestEvents } from "../events.js";
import { type StreamId, streamKey } from "../hub/stream-id.js";
import type { RecordingStart } from "../recording/recordings.js";
import type { RelayInfo } from "../relay/relay-info.js";
import { endReport, RemoteSession, type SessionReport } from "../stats/remote-session.js";
import type { EndedSession } from "../stats/schemas.js";
import type { Stats } from "../stats/stats.js";
import type { WorkerReport } from "./sibling-door.js";

/** What can be asked of a worker. */
export interface CrewMember {
  kick(id: string, description: string): void;
  startRecording(id: StreamId): Promise<RecordingStart>;
  stopRecording(id: StreamId): Promise<boolean>;
}

/** What is known of a worker. */
interface KnownMember {
  /** The last one that came. */
  report?: WorkerReport;
  readonly sessions: Map<string, RemoteSession>;
}

/** The workers as the process knows them that speaks for all by HTTP: by what they report each second, and tell in between. */
export class Crew {
  readonly #stats: Stats;
  readonly #told: EventEmitter<IngestEvents>;
  readonly #members = new Map<CrewMember, KnownMember>();

  /** @param told gets the workers' events. */
  constructor(stats: Stats, told: EventEmitter<IngestEvents>) {
    this.#stats = stats;
    this.#told = told;
  }

  /** All workers together. */
  get connections(): { readonly total: number; readonly pending: number } {
    return {
      total: this.#sum(({ connections }) => connections.total),
      pending: this.#sum(({ connections }) => connections.pending),
    };
  }
  get heldBytes(): number {
    return this.#sum(({ heldBytes }) => heldBytes);
  }
  relays(): RelayInfo[] {
    return this.#reports().flatMap(({ relays }) => relays);
  }
  readonly recordings: ApiContext["recordings"] = {
    list: () => ({
      running: this.#reports().flatMap(({ recordings }) => recordings.running),
      finished: this.#reports()
        .flatMap(({ recordings }) => recordings.finished)
        .sort((a, b) => (a.endedAt < b.endedAt ? -1 : 1)),
    }),
    start: async (id) => (await this.#ownerOf(id)?.startRecording(id)) ?? "stream-not-found",
    stop: async (id) => (await this.#ownerOf(id)?.stopRecording(id)) ?? false,
  };

  /** A worker says how things stand. */
  report(member: CrewMember, report: WorkerReport): void {
    const known = this.#member(member);
    known.report = report;
    for (const each of report.sessions) {
      const { id } = each.info;
      const before = known.sessions.get(id);
      before?.update(each);
      const session = before ?? this.#enter(member, each);
      if (each.info.state !== "handshake") this.#stats.sessions.announce(session);
    }
    this.#stats.takeRemote(member, report.streams);
  }
  /** A worker's session is over. */
  ended(member: CrewMember, ended: EndedSession): void {
    const { sessions } = this.#member(member);
    const report = endReport(ended);
    const session = sessions.get(ended.id) ?? this.#enter(member, report);
    session.update(report);
    sessions.delete(ended.id);
    this.#stats.sessions.end(session, ended, ended.streams);
  }
  /** Something happened in a worker. */
  happened(name: keyof IngestEvents, values: readonly unknown[]): void {
    (this.#told as EventEmitter).emit(name, ...values);
  }
  /** A worker is gone, and all that it had. */
  gone(member: CrewMember): void {
    for (const session of this.#member(member).sessions.values()) {
      const { streams } = session.info();
      this.#stats.sessions.end(session, { reason: "worker-died", by: "us", clean: false }, streams);
    }
    this.#members.delete(member);
    this.#stats.takeRemote(member, []);
  }

  #member(member: CrewMember): KnownMember {
    const known: KnownMember = this.#members.get(member) ?? { sessions: new Map() };
    this.#members.set(member, known);
    return known;
  }

  #enter(member: CrewMember, report: SessionReport): RemoteSession {
    const { id } = report.info;
    const session = new RemoteSession(report, (description) => member.kick(id, description));
    this.#member(member).sessions.set(id, session);
    this.#stats.sessions.add(session);
    return session;
  }

  #ownerOf(id: StreamId): CrewMember | undefined {
    const key = streamKey(id);
    for (const [member, { report }] of this.#members) {
      if (report?.streams.some(({ app, stream }) => streamKey({ app, name: stream }) === key) === true) return member;
    }
    return undefined;
  }

  #reports(): WorkerReport[] {
    return [...this.#members.values()].flatMap(({ report }) => (report === undefined ? [] : [report]));
  }
  #sum(count: (report: WorkerReport) => number): number {
    return this.#reports().reduce((sum, report) => sum + count(report), 0);
  }
}
