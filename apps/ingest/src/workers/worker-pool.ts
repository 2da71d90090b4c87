import cluster, { type Worker } from "node:cluster";
import { EventEmitter } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { IngestConfig } from "../config/config.js";
import type { ListeningEvent } from "../events.js";
import type { StreamId } from "../hub/stream-id.js";
import type { LeveledLogger } from "../log.js";
import type { RecordingStart } from "../recording/recordings.js";
import type { ReloadReport } from "../reload/reloader.js";
import type { PrimaryCalls, StartFailure, WorkerCalls } from "./calls.js";
import { Channel } from "./channel.js";
import type { CrewMember } from "./crew.js";
import { Directory, type StreamOwner } from "./directory.js";
import { Front } from "./front.js";
import { socketPath, WORKER_INDEX, WORKER_SOCKETS } from "./worker.js";

/** How long to wait before a worker that has died is replaced, in ms: doubled each time, up to the most. */
const FIRST_WAIT_MS = 500;
const MAX_WAIT_MS = 30_000;
/** A worker that has lived so long has not died of its start, in ms. */
const STABLE_MS = 60_000;
/** What a stop of the workers takes beside their grace, in ms. */
const ANSWER_MS = 2000;

/** One worker, from the primary's side. */
class PoolMember implements StreamOwner, CrewMember {
  readonly index: number;
  readonly worker: Worker;
  readonly channel: Channel<WorkerCalls>;
  readonly since = performance.now();

  constructor(index: number, worker: Worker, offered: (member: PoolMember) => PrimaryCalls) {
    this.index = index;
    this.worker = worker;
    this.channel = new Channel<WorkerCalls>(worker, offered(this));
  }

  giveUp(id: StreamId, force: boolean): Promise<boolean> {
    return this.channel.call("giveUp", id, force);
  }
  kick(id: string, description: string): void {
    this.channel.tell("kick", id, description);
  }
  startRecording(id: StreamId): Promise<RecordingStart> {
    return this.channel.call("startRecording", id);
  }
  stopRecording(id: StreamId): Promise<boolean> {
    return this.channel.call("stopRecording", id);
  }
}

/**
 * Several processes that serve as one: they share the listeners, and one directory of streams. A stream lives in the worker that
 * its publisher came to; the others bring it over a Unix socket while somebody plays it there.
 */
export class WorkerPool extends EventEmitter<{ listening: [ListeningEvent] }> {
  readonly #config: IngestConfig;
  readonly #logger: LeveledLogger;
  readonly #directory: Directory<PoolMember>;
  readonly #members = new Map<number, PoolMember>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #addresses = new Map<string, ListeningEvent>();
  #sockets = "";
  readonly #front: Front | undefined;
  #stopping = false;

  constructor(config: IngestConfig, logger: LeveledLogger) {
    super();
    this.#config = config;
    this.#logger = logger;
    this.#directory = new Directory(config.publish.takeover === "replace", {
      appeared: (id, owner) => {
        const location = { id, path: socketPath(this.#sockets, owner.index) };
        this.#tell(owner, "appeared", location);
        this.#front?.appeared(location);
      },
      disappeared: (id, owner) => {
        this.#tell(owner, "disappeared", id);
        this.#front?.disappeared(id);
      },
    });
    if (config.http.listen !== undefined) this.#front = new Front(config, logger);
  }

  /** Starts all workers. @throws what one of them could not do; then none runs. */
  async start(): Promise<void> {
    this.#sockets = await mkdtemp(join(tmpdir(), "rtmp-workers-")); // for this user alone
    cluster.setupPrimary({ serialization: "advanced" });
    try {
      await Promise.all(Array.from({ length: this.#config.workers }, (_, index) => this.#startWorker(index)));
      for (const event of this.#addresses.values()) {
        this.#logger.info({ event: "listening", ...event }, "Listening");
        this.emit("listening", event);
      }
      this.#front?.server.on("listening", (event) => this.emit("listening", event));
      await this.#front?.server.start();
    } catch (error) {
      this.kill();
      await rm(this.#sockets, { recursive: true, force: true });
      throw error;
    }
  }

  /**
   * Gives all workers another configuration.
   * @throws what one of them can not take; others that could have it then. A worker that starts later reads it by itself.
   */
  async reload(config: IngestConfig): Promise<ReloadReport> {
    const needRestart = config.workers === this.#config.workers ? [] : ["workers"];
    const next = { ...config, workers: this.#config.workers };
    const members = [...this.#members.values()].map(({ channel }) => channel.call("reload", next));
    const reports = await Promise.all([this.#front?.reload(next) ?? { applied: [], needRestart: [] }, ...members]);
    this.#logger.setLevel(config.log.level);
    const applied = new Set(reports.flatMap((report) => report.applied));
    for (const key of reports.flatMap((report) => report.needRestart)) {
      if (!applied.has(key)) needRestart.push(key); // one part of a server may take what another one can not
    }
    return { applied: [...applied], needRestart: [...new Set(needRestart)] };
  }

  /** Stops all workers. @returns whether all was finished within the grace time. */
  async stop(): Promise<boolean> {
    this.#leave();
    const ms = this.#config.graceMs + ANSWER_MS;
    void this.#front?.server.drain(); // so that who asks is told that nobody new is welcome
    const members = [...this.#members.values()];
    const gone = members.map(({ worker }) => new Promise<void>((resolve) => worker.once("exit", () => resolve())));
    const finished = await Promise.all(members.map(({ channel }) => channel.callWithin(ms, "stop").catch(() => false)));
    await Promise.race([Promise.all(gone), new Promise((resolve) => setTimeout(resolve, ANSWER_MS).unref())]);
    // Last, so that those who watch by HTTP get the end of their streams; what it has on disk is removed.
    finished.push((await this.#front?.server.stop()) ?? true);
    this.kill();
    await rm(this.#sockets, { recursive: true, force: true });
    return !finished.includes(false);
  }

  /** Ends all workers at once. */
  kill(): void {
    this.#leave();
    for (const { worker } of this.#members.values()) worker.process.kill("SIGKILL");
  }

  #leave(): void {
    this.#stopping = true;
    for (const timer of this.#timers) clearTimeout(timer);
  }

  /** Resolves when it serves. */
  #startWorker(index: number, waitMs = FIRST_WAIT_MS): Promise<void> {
    return new Promise((resolve, reject) => {
      const worker = cluster.fork({ [WORKER_INDEX]: String(index), [WORKER_SOCKETS]: this.#sockets });
      const member = new PoolMember(index, worker, (owner) => this.#offered(owner, resolve, reject));
      this.#members.set(index, member);
      worker.once("exit", (code, signal) => {
        reject(new Error(`A worker ended as it started, with ${signal ?? code}.`));
        this.#lost(member, code, signal, waitMs);
      });
      worker.on("error", (error) => {
        if (worker.process.pid !== undefined) return; // its exit follows
        reject(error); // there is no room for another process
        this.#lost(member, null, null, waitMs);
      });
      for (const { id, owner } of this.#directory.entries()) {
        const path = socketPath(this.#sockets, owner.index);
        member.channel.tell("appeared", { id, path });
      }
    });
  }

  #offered(owner: PoolMember, started: () => void, failed: (error: Error) => void): PrimaryCalls {
    return {
      claim: (id) => this.#directory.claim(id, owner),
      release: (id) => this.#directory.release(id, owner),
      listening: (event) => void this.#addresses.set(JSON.stringify(event), event), // all workers listen on the same
      report: (report) => this.#front?.crew.report(owner, report),
      happened: (name, values) => this.#front?.crew.happened(name, values),
      ended: (session) => this.#front?.crew.ended(owner, session),
      started,
      failed: ({ message, ...fields }: StartFailure) => failed(Object.assign(new Error(message), fields)),
    };
  }

  #lost(member: PoolMember, code: number | null, signal: string | null, waitMs: number): void {
    member.channel.close();
    this.#directory.left(member);
    this.#front?.crew.gone(member);
    this.#members.delete(member.index);
    if (this.#stopping) return;
    const { index } = member;
    this.#logger.error({ event: "worker-died", worker: index, code, signal, waitMs }, "A worker died: starts another");
    const isStable = performance.now() - member.since >= STABLE_MS;
    const next = isStable ? FIRST_WAIT_MS : Math.min(2 * waitMs, MAX_WAIT_MS);
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#startWorker(index, next).then(
        () => this.#logger.info({ event: "worker-started", worker: index }, "A worker is back"),
        // It is tried again when it has ended.
        (error: unknown) =>
          this.#logger.error({ event: "worker-failed", worker: index, error }, "A worker can not start"),
      );
    }, waitMs);
    this.#timers.add(timer);
  }

  /** Tells all workers but the one that it comes from; one that is gone is told when it is there again. */
  #tell<Name extends "appeared" | "disappeared">(
    from: PoolMember,
    name: Name,
    ...values: Parameters<WorkerCalls[Name]>
  ) {
    for (const member of this.#members.values()) {
      if (member !== from) member.channel.tell(name, ...values);
    }
  }
}
