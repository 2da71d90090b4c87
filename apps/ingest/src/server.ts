import { EventEmitter } from "node:events";
import { DEFAULT_SESSION_TIMEOUTS } from "@rtmp/session";
import { apiContext } from "./api/api-context.js";
import { Access, type AccessParts } from "./auth/access.js";
import { untilStopping } from "./auth/stopping-gate.js";
import { type IngestOptions, parseConfig } from "./config/config.js";
import type { Emit, IngestEvents, ListeningEvent } from "./events.js";
import { createHls, type Hls } from "./hls/hls.js";
import { httpAreas } from "./http/http-areas.js";
import { HttpSide } from "./http/http-side.js";
import { Hub, type OutputFactory } from "./hub/hub.js";
import type { StreamId } from "./hub/stream-id.js";
import { MemoryStreamRegistry, type StreamRegistry } from "./hub/stream-registry.js";
import { type Holder, MemoryBudget } from "./listeners/memory-budget.js";
import { MergedReads } from "./listeners/merged-reads.js";
import { numbering } from "./listeners/numbering.js";
import type { RtmpConnectionContext } from "./listeners/rtmp-connection-parts.js";
import { RtmpSide } from "./listeners/rtmp-side.js";
import { ServerMetrics } from "./metrics/server-metrics.js";
import { PlayerGroups } from "./outputs/player-group.js";
import { WriteGatherer } from "./outputs/write-gatherer.js";
import { Recordings } from "./recording/recordings.js";
import type { RelayInfo } from "./relay/relay-info.js";
import { Relays } from "./relay/relays.js";
import { type Reloadable, Reloader, type ReloadReport } from "./reload/reloader.js";
import { serverParts } from "./reload/server-parts.js";
import { sessionTimes } from "./session-times.js";
import type { EndedSession, SessionInfo, StreamHistoryInfo, StreamInfo } from "./stats/schemas.js";
import { Stats } from "./stats/stats.js";
import { Crew } from "./workers/crew.js";
import { SiblingDoor, type SiblingParts } from "./workers/sibling-door.js";

/** What the connections that a stop cuts get to say how they ended, in ms. */
const LAST_WORDS_MS = 200;

/** Parts that an application can bring. */
export interface IngestParts extends AccessParts {
  /** Who publishes what. @defaultValue one for this process */
  readonly registry?: StreamRegistry;
  /** What takes the packets of streams beside recordings and players; each is asked for every stream that begins. */
  readonly outputs?: readonly OutputFactory[];
  /** The other processes of this server. @internal */
  readonly siblings?: SiblingParts;
  /** What else can be reloaded, such as the level of a log. */
  readonly reloadables?: readonly Reloadable[];
}

/**
 * Takes RTMP publishes, records them, and serves them to players. Tells what happens as events (`IngestEvents`); writes no log by itself, see
 * `logEvents`.
 *
 * @example
 * const server = new IngestServer({ rtmp: { listen: ["127.0.0.1:0"] }, record: { directory: "./recordings" } });
 * server.on("publish", ({ app, stream }) => console.log(`${app}/${stream} is live`));
 * await server.start();
 */
export class IngestServer extends EventEmitter<IngestEvents> {
  /** Who publishes what. */
  readonly registry: StreamRegistry;
  /** What is recorded, and was. */
  readonly recordings: Recordings;
  readonly #reloader: Reloader;
  readonly #context: RtmpConnectionContext;
  readonly #access: Access;
  readonly #hub: Hub;
  readonly #relays: Relays;
  readonly #rtmp: RtmpSide;
  readonly #budget: MemoryBudget;
  readonly #stats = new Stats((id) => this.recordings.isRecording(id));
  /** What happens, here and in the processes that this one speaks for. */
  readonly #told = new EventEmitter<IngestEvents>();
  readonly #crew: Crew | undefined;
  #onEvent: (name: keyof IngestEvents, values: unknown[]) => void = () => {};
  readonly #metrics: ServerMetrics;
  readonly #hls: Hls | undefined;
  readonly #http: HttpSide;
  readonly #isFront: boolean;
  #state: "new" | "started" | "draining" | "stopped" = "new";
  #stopBy: number | undefined;

  /** @throws ConfigError if the options can not be used. */
  constructor(options: IngestOptions = {}, parts: IngestParts = {}) {
    super();
    const config = parseConfig(options);
    this.registry = parts.registry ?? new MemoryStreamRegistry();
    this.#budget = new MemoryBudget(config.limits.heldBytes);
    const emit: Emit = (name, ...event) => {
      this.#access.observe(name, ...event);
      this.#onEvent(name, event);
      try {
        (this.#told as EventEmitter).emit(name, ...event);
        (this as EventEmitter).emit(name, ...event);
      } catch (error) {
        // A listener's own mistake: reported as Node does, and not in the midst of a session.
        queueMicrotask(() => {
          throw error;
        });
      }
    };
    this.recordings = new Recordings({ config: config.record, registry: this.registry, emit });
    this.#hub = new Hub({
      registry: this.registry,
      outputs: [
        // The worker that owns a stream counts and records it.
        (stream) => (stream.origin === "worker" ? undefined : this.#stats.meter(stream)),
        (stream) => (stream.origin === "worker" ? undefined : this.recordings.begin(stream)),
        (stream) => this.#hls?.output(stream),
        (stream) => void this.#relays.began(stream),
        ...(parts.outputs ?? []),
      ],
      onMissing: (id) => this.#relays.missing(id),
      gop: { maxBytes: config.play.gopBytes, maxMs: config.play.gopMs },
      publisherGraceMs: config.publish.graceMs,
      takeover: config.publish.takeover,
      onError: (error) => emit("fault", { where: "hub", error }),
      now: () => new Date(),
    });
    this.#relays = new Relays(config.relay, this.#hub, this.registry, emit, parts.siblings?.locate);
    const onPlayerError = (error: unknown): void => emit("fault", { where: "player", error });
    const gatherer = new WriteGatherer(config.play.gatherMs, config.play.mergedWriteMs, onPlayerError);
    const groups = new PlayerGroups(gatherer, onPlayerError);
    this.#access = new Access(config, parts, emit, config.session.timeouts.decisionMs);
    const { idleMs = DEFAULT_SESSION_TIMEOUTS.idleMs } = config.session.timeouts;
    this.#context = {
      hub: this.#hub,
      gate: untilStopping(this.#access, () => this.draining),
      play: { ...config.play, groups },
      mergedReads: new MergedReads(Math.min(config.publish.mergedReadMs, idleMs / 4)),
      ...sessionTimes(config),
      emit,
      sessions: this.#stats.sessions,
      recordingOf: (stream) => this.recordings.latestPath(stream),
      clock: () => performance.now(),
    };
    const exhausted = (): boolean => this.#budget.exhausted;
    const { clock } = this.#context;
    const nextNumber = numbering(parts.siblings?.index, parts.siblings?.count);
    this.#rtmp = new RtmpSide(config, { context: this.#context, exhausted, nextNumber });
    const watch = {
      ...this.#context,
      ...config.play,
      writeMs: config.session.timeouts.writeMs ?? DEFAULT_SESSION_TIMEOUTS.writeMs,
      gatherer,
      nextNumber,
    };
    this.#isFront = parts.siblings?.isFront === true;
    this.#crew = this.#isFront ? new Crew(this.#stats, this.#told) : undefined;
    const recordings = this.#crew?.recordings ?? this.recordings;
    const api = apiContext(this, { stats: this.#stats, recordings, httpConnections: () => this.#http.connections });
    this.#metrics = new ServerMetrics(api, this.#told, config.http.metricsStreams);
    this.#hls = createHls(config, this.#context);
    const ready = (): boolean => this.ready;
    const areas = httpAreas({ api, metrics: this.#metrics, events: this.#told, watch, ready, hls: this.#hls });
    this.#http = new HttpSide(config.http, { emit, clock, exhausted }, areas);
    const [rtmp, budget, access, relays, http] = [this.#rtmp, this.#budget, this.#access, this.#relays, this.#http];
    const rooms = serverParts({ rtmp, budget, access, relays, http });
    this.#reloader = new Reloader(config, [...rooms, ...(parts.reloadables ?? [])]);
  }

  /** Connections at this moment, and of these those that neither publish nor play yet. */
  get connections(): { readonly total: number; readonly pending: number } {
    const { total = 0, pending = 0 } = this.#crew?.connections ?? {};
    const own = this.#rtmp.counts;
    return { total: own.total + total, pending: own.pending + pending };
  }
  /** Bytes held for all peers together when they were last added up. */
  get heldBytes(): number {
    return this.#budget.heldBytes + (this.#crew?.heldBytes ?? 0);
  }

  /** Streams that go to other servers or come from them at this moment. */
  relays(): RelayInfo[] {
    return [...this.#relays.list(), ...(this.#crew?.relays() ?? [])];
  }

  /**
   * Takes another configuration: all of it that can change without touching what is under way, or nothing.
   * @throws ConfigError if it can not be used; an Error if a file that it names can not.
   */
  async reload(options: IngestOptions): Promise<ReloadReport> {
    return this.#reloader.reload(parseConfig(options));
  }

  /** Whether new streams are welcome: it listens, and is not about to stop. */
  get ready(): boolean {
    return (this.#rtmp.listening || this.#isFront) && !this.draining;
  }
  /** Whether it takes nothing new, because it is about to stop. */
  get draining(): boolean {
    return this.#state === "draining" || this.#state === "stopped";
  }
  /** What Prometheus is to get of this server, as text; `/metrics` has those of the process too. */
  metrics(): Promise<string> {
    return this.#metrics.text();
  }

  /** What is known of the streams that are live, oldest first. */
  streams(): StreamInfo[] {
    return this.#stats.streams();
  }
  /** What is known of one stream; undefined if it is not live. */
  stream(id: StreamId): StreamInfo | undefined {
    return this.#stats.stream(id);
  }
  /** Bitrates and the like of the last five minutes of a stream, a point a second; undefined if it is not live. */
  streamHistory(id: StreamId): StreamHistoryInfo | undefined {
    return this.#stats.history(id);
  }
  /** All peers that are served at this moment, in the order in which they came. */
  sessions(): SessionInfo[] {
    return this.#stats.sessions.page();
  }
  /** The last sessions that are over, latest first, and why: 100 at most that published or played, and 25 that did neither. */
  endedSessions(): EndedSession[] {
    return this.#stats.sessions.ended();
  }
  /**
   * Ends a session, for the reason `kicked`.
   * @param id as {@link sessions} has it. @param description what the peer is told, where its protocol can.
   * @returns false if there is no such session.
   */
  kick(id: string, description?: string): boolean {
    return this.#stats.kick(id, description);
  }

  /**
   * Listens on all configured addresses, or on none.
   * @throws the system's error if one can not be had, such as EADDRINUSE; an Error if recordings can not be written; a TypeError if it was started before.
   */
  async start(): Promise<void> {
    if (this.#state !== "new") throw new TypeError("A server starts once.");
    this.#state = "started";
    await this.recordings.prepare();
    await this.#hls?.start();
    const listening: ListeningEvent[] = [];
    try {
      if (!this.#isFront) listening.push(...(await this.#rtmp.start()));
      for (const address of await this.#http.start()) listening.push({ protocol: "http", ...address });
    } catch (error) {
      this.#state = "stopped";
      const closed = this.#rtmp.closeListeners(); // waits for the connections
      this.#rtmp.destroy();
      await Promise.all([closed, this.#rtmp.finish()]);
      throw error;
    }
    this.#budget.start(() => this.#holders());
    this.#relays.start();
    this.#stats.start(this);
    for (const event of listening) this.#context.emit("listening", event);
  }

  /**
   * Makes ready for a stop: takes no more connections and streams, and asks clients that know of such requests (Enhanced RTMP) to connect
   * anew. Resolves when these have left, at the latest after half of the grace time: the other half is for `stop`. The others go on till
   * then; if there is nobody to ask, there is nothing to wait for.
   */
  async drain(): Promise<void> {
    if (this.#state !== "started") return;
    this.#state = "draining";
    const { graceMs } = this.#reloader.config;
    this.#stopBy = performance.now() + graceMs;
    void this.#rtmp.closeListeners();
    const asked = this.#rtmp.requestReconnects("The server is about to stop.");
    if (asked.length === 0) return;
    let left = 0;
    for (const gone of asked) void gone.then(() => left++);
    this.#context.emit("draining", { asked: asked.length, others: this.connections.total - asked.length });
    await Promise.race([Promise.all(asked), after(graceMs / 2)]);
    this.#context.emit("drained", { left, stayed: asked.length - left });
  }

  /**
   * Takes no more connections, tells all peers, finishes streams and recordings.
   * @returns whether all was finished within the grace time; what was not is cut.
   */
  async stop(): Promise<boolean> {
    this.#state = "stopped";
    this.#stopBy ??= performance.now() + this.#reloader.config.graceMs;
    this.#budget.stop();
    this.#stats.stop();
    const closed = this.#rtmp.closeListeners();
    const relayed = this.#relays.stop();
    const status = { code: "NetConnection.Connect.AppShutdown", description: "The server is shutting down." };
    for (const connection of this.#rtmp.connections.keys()) connection.close("server-stopping", status);
    const finished = Promise.all([closed, this.#rtmp.finish()])
      .then(() => Promise.all([this.#hub.close(), relayed]))
      .then(() => this.recordings.idle())
      .then(() => this.#hls?.stop())
      .then(() => this.#http.stop()) // last, so that viewers get the end of their streams
      .then(() => this.#access.finish())
      .then(() => true);
    const inTime = await Promise.race([finished, after(this.#stopBy - performance.now())]);
    this.#access.stop();
    if (inTime) return true;
    this.recordings.hurry();
    this.#rtmp.destroy();
    this.#http.destroy();
    await Promise.race([finished, after(LAST_WORDS_MS)]);
    return false;
  }

  /** What the other processes of this server ask of this one: made once. @internal */
  siblingDoor(): SiblingDoor {
    return new SiblingDoor({
      rtmp: this.#rtmp,
      context: this.#context,
      hub: this.#hub,
      relays: this.#relays,
      stats: this.#stats,
      recordings: this.recordings,
      totals: () => ({ connections: this.connections, heldBytes: this.heldBytes }),
      onEvent: (listener) => {
        this.#onEvent = listener;
      },
      crew: this.#crew,
    });
  }

  /** Who holds memory for peers. */
  *#holders(): Generator<Holder> {
    yield* this.#rtmp.holders();
    yield* this.#http.holders();
  }
}

/** Resolves with false after a time; keeps no process alive. */
function after(ms: number): Promise<false> {
  return new Promise((resolve) => setTimeout(() => resolve(false), ms).unref());
}
