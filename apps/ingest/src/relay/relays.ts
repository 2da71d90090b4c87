import { readFileSync } from "node:fs";
import type { RtmpUrl, TransportOpener } from "@rtmp/session";
import { connectNode } from "@rtmp/session/node";
import { ConfigError } from "../config/config.js";
import type { RelayConfig } from "../config/relay.js";
import type { Emit } from "../events.js";
import type { Hub } from "../hub/hub.js";
import type { LiveStream } from "../hub/live-stream.js";
import { type StreamId, streamKey } from "../hub/stream-id.js";
import type { StreamRegistry } from "../hub/stream-registry.js";
import { PullRelay } from "./pull-relay.js";
import { PushRelay } from "./push-relay.js";
import type { RelayEvents, RelayInfo } from "./relay-info.js";
import { RelayLink } from "./relay-link.js";
import { fillUrl, matches } from "./stream-pattern.js";

type PushTarget = RelayConfig["push"][number];
type PullSource = RelayConfig["pull"][number];

/** A push of one stream to one target. */
interface ActivePush {
  readonly relay: PushRelay;
  readonly stream: LiveStream;
  /** What it follows from, as text: what has changed is found by it. */
  readonly target: string;
  leave(): void;
}

/** A stream that is pulled. */
interface ActivePull {
  readonly relay: PullRelay;
  readonly source: string;
}

/** Where another process of this server has a stream; `undefined` if none has it. */
export type Locate = (id: StreamId) => TransportOpener | undefined;

/** How long a mirror of another worker's stream is kept when nobody watches it, in ms. */
const MIRROR_IDLE_MS = 2000;
const UNHEARD: RelayEvents = { live: () => {}, retry: () => {}, end: () => {} };

/** All relays of a server. */
export class Relays {
  readonly #hub: Hub;
  readonly #registry: StreamRegistry;
  readonly #events: RelayEvents;
  readonly #pushes = new Set<ActivePush>();
  readonly #pulls = new Map<string, ActivePull>();
  /** Streams of other workers, by their keys. */
  readonly #mirrors = new Map<string, PullRelay>();
  readonly #locate: Locate;
  #config: RelayConfig;
  #open: TransportOpener;
  #count = 0;
  #stopped = false;

  /** @throws ConfigError if the file of certificates can not be read. */
  constructor(config: RelayConfig, hub: Hub, registry: StreamRegistry, emit: Emit, locate: Locate = () => undefined) {
    this.#locate = locate;
    this.#config = config;
    this.#registry = registry;
    this.#open = opener(config);
    this.#hub = hub;
    this.#events = {
      live: (event) => emit("relayLive", event),
      retry: (event) => emit("relayRetry", event),
      end: (event) => emit("relayEnd", event),
    };
  }

  /** What runs at this moment. */
  list(): RelayInfo[] {
    return [...this.#pushes, ...this.#pulls.values()].map(({ relay }) => relay.link.info);
  }

  /** Begins to pull what is to be there all the time. */
  start(): void {
    for (const source of this.#config.pull) if (source.when === "always") this.#pull(source, idOf(source.stream));
  }

  /** Ends all pulls, and begins nothing more. Resolves when the pushes have ended with their streams, too. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const pulls = [...this.#mirrors.values(), ...Array.from(this.#pulls.values(), ({ relay }) => relay)];
    for (const { link } of pulls) link.stop("stopped");
    await Promise.all([...pulls, ...Array.from(this.#pushes, ({ relay }) => relay)].map(({ finished }) => finished));
  }

  /**
   * Takes a new configuration: relays that it no longer has end, new ones begin, all others go on.
   * @throws ConfigError if the file of certificates can not be read; then nothing changes.
   */
  reload(config: RelayConfig): void {
    this.#open = opener(config);
    this.#config = config;
    const targets = new Set(config.push.map(textOf));
    for (const push of this.#pushes) {
      if (targets.has(push.target)) continue;
      push.leave();
      push.relay.link.stop("reconfigured");
    }
    const sources = new Set(config.pull.map(textOf));
    for (const { relay, source } of this.#pulls.values()) {
      if (!sources.has(source)) relay.link.stop("reconfigured");
    }
    for (const stream of this.#registry.list()) this.began(stream);
    this.start();
  }

  /** A stream has begun: it is sent on where the configuration says so, and is not yet. */
  began(stream: LiveStream): void {
    // The worker that owns a stream sends it on.
    if (this.#stopped || stream.ended || stream.origin === "worker") return;
    const active = [...this.#pushes].filter((push) => push.stream === stream).map(({ target }) => target);
    this.#config.push.forEach((target, index) => {
      if (matches(target.match, stream.id) && !active.includes(textOf(target))) this.#push(stream, target, index);
    });
  }

  /** Somebody asks for a stream that is not there: it is pulled if the configuration says where from. */
  missing(id: StreamId): void {
    const open = this.#locate(id);
    if (open !== undefined) {
      this.#mirror(id, open);
      return;
    }
    const source = this.#config.pull.find((candidate) => candidate.when === "demand" && matches(candidate.stream, id));
    if (source === undefined || this.#pulls.size >= this.#config.maxPulls) return;
    this.#pull(source, id);
  }

  #push(stream: LiveStream, target: PushTarget, index: number): void {
    const url = fillUrl(target.url, stream.id);
    if (url === undefined) return;
    const link = this.#link("push", target.name ?? `push-${index + 1}`, stream.id, url, true);
    const relay = new PushRelay(stream, link, this.#config.queueBytes);
    const leave = stream.subscribe(relay);
    const active = { relay, stream, target: textOf(target), leave };
    this.#pushes.add(active);
    void relay.finished.then(() => {
      leave();
      this.#pushes.delete(active);
    });
  }

  #pull(source: PullSource, id: StreamId): void {
    const key = streamKey(id);
    const url = fillUrl(source.url, id);
    if (this.#stopped || url === undefined || this.#pulls.has(key)) return;
    const isDemand = source.when === "demand";
    const name = source.name ?? `pull-${this.#config.pull.indexOf(source) + 1}`;
    const { idleMs, graceMs } = this.#config;
    const relay = new PullRelay(id, this.#link("pull", name, id, url, !isDemand), {
      hub: this.#hub,
      origin: "pull",
      idleMs: isDemand ? idleMs : undefined,
      graceMs,
    });
    this.#pulls.set(key, { relay, source: textOf(source) });
    void relay.finished.then(() => {
      this.#pulls.delete(key);
      // Replaced by a publisher of our own, or configured anew meanwhile.
      const again = this.#config.pull.find(({ when, stream }) => when === "always" && stream === source.stream);
      if (again !== undefined && textOf(again) !== textOf(source)) this.#pull(again, id);
    });
  }

  /** Another worker's stream, for players that are connected to this one. */
  #mirror(id: StreamId, open: TransportOpener): void {
    const key = streamKey(id);
    if (this.#stopped || this.#mirrors.has(key)) return;
    const { app, name } = id;
    const nobody = { user: undefined, password: undefined };
    const where = { protocol: "rtmp", host: "worker", port: 1935, app, streamName: name } as const;
    const url: RtmpUrl = { ...where, tcUrl: `rtmp://worker/${app}`, ...nobody };
    const route = { id: "mirror", direction: "pull", name: "mirror", stream: id, url, open, events: UNHEARD } as const;
    const relay = new PullRelay(id, new RelayLink(route), {
      hub: this.#hub,
      origin: "worker",
      idleMs: MIRROR_IDLE_MS,
      graceMs: 0,
    });
    this.#mirrors.set(key, relay);
    void relay.finished.then(() => this.#mirrors.delete(key));
  }

  #link(
    direction: RelayInfo["direction"],
    name: string,
    stream: StreamId,
    url: string,
    persistent: boolean,
  ): RelayLink {
    const id = `relay-${++this.#count}`;
    return new RelayLink({ id, direction, name, stream, url, open: this.#open, events: this.#events, persistent });
  }
}

/** A configured relay as text: equal for equal ones. */
function textOf(route: PushTarget | PullSource): string {
  return JSON.stringify(Object.entries(route).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** `app/stream`, split at its first slash: the application of most servers is one word. */
function idOf(label: string): StreamId {
  const at = label.indexOf("/");
  return { app: label.slice(0, at), name: label.slice(at + 1) };
}

/** @throws ConfigError if the file of certificates can not be read. */
export function opener({ ca: path, insecure }: RelayConfig): TransportOpener {
  const trusted = path === undefined ? {} : { ca: readCertificates(path) };
  return (url, { signal }) => connectNode(url, { ...trusted, rejectUnauthorized: !insecure, signal });
}

function readCertificates(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new ConfigError(
      `relay.ca: ${path} can not be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
