import type { EventEmitter } from "node:events";
import { Counter, Gauge, Registry } from "prom-client";
import type { ApiContext } from "../api/api-context.js";
import type { IngestEvents } from "../events.js";
import { EventCounters } from "./event-counters.js";
import { StreamGauges } from "./stream-gauges.js";
import { addTo, Totals } from "./totals.js";

/** Bounds of the histograms, in seconds. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * What Prometheus gets of one server. Counts what happens as it happens; everything else is looked up when somebody asks, so that it costs nothing
 * per packet.
 */
export class ServerMetrics {
  readonly #registry = new Registry();
  readonly #context: ApiContext;
  readonly #streams: StreamGauges;
  readonly #connections: Gauge<"protocol">;
  readonly #sessions: Gauge<"protocol" | "state">;
  readonly #gauges: Readonly<Record<"streams" | "queued" | "held" | "pending" | "draining" | "recordings", Gauge>>;
  readonly #relays: Gauge<"direction" | "state">;
  readonly #received: Totals<"protocol">;
  readonly #sent: Totals<"protocol">;
  readonly #dropped: Totals<"protocol">;
  readonly #messagesReceived: Totals<"kind">;
  readonly #messagesSent: Totals<"protocol">;

  /** @param maxStreams so many streams get gauges of their own; 0: none. */
  constructor(context: ApiContext, events: EventEmitter<IngestEvents>, maxStreams: number) {
    this.#context = context;
    const registers = [this.#registry];
    const gauge = (name: string, help: string): Gauge => new Gauge({ name: `rtmp_ingest_${name}`, help, registers });
    const totals = <Label extends string>(name: string, help: string, label: Label): Totals<Label> =>
      new Totals(new Counter({ name: `rtmp_ingest_${name}`, help, labelNames: [label], registers }), label);
    this.#connections = new Gauge({
      name: "rtmp_ingest_connections",
      help: "Open connections",
      labelNames: ["protocol"],
      registers,
    });
    this.#sessions = new Gauge({
      name: "rtmp_ingest_sessions",
      help: "RTMP connections and viewers, by what they do",
      labelNames: ["protocol", "state"],
      registers,
    });
    this.#gauges = {
      streams: gauge("streams", "Live streams"),
      pending: gauge("connections_pending", "RTMP connections that neither publish nor play yet"),
      queued: gauge("queued_bytes", "Bytes of media that wait for viewers"),
      held: gauge("held_bytes", "Bytes held for all peers when they were last added up"),
      draining: gauge("draining", "1 if no new publishers are taken because the server is about to stop"),
      recordings: gauge("recordings", "Files that are being written"),
    };
    this.#relays = new Gauge({
      name: "rtmp_ingest_relays",
      help: "Streams that go to other servers or come from them",
      labelNames: ["direction", "state"],
      registers,
    });
    this.#received = totals("received_bytes_total", "Bytes from peers", "protocol");
    this.#sent = totals("sent_bytes_total", "Bytes to peers", "protocol");
    this.#dropped = totals("dropped_frames_total", "Frames that viewers lost because they were too slow", "protocol");
    this.#messagesReceived = totals("received_messages_total", "Messages from publishers", "kind");
    this.#messagesSent = totals("sent_messages_total", "Messages to viewers", "protocol");
    this.#streams = new StreamGauges(registers, maxStreams);
    new EventCounters(registers, events, BUCKETS);
    context.stats.sessions.observe({
      gone: ({ protocol, bytesReceived, bytesSent, droppedFrames }) => {
        this.#received.add(protocol, bytesReceived);
        this.#sent.add(protocol, bytesSent);
        this.#dropped.add(protocol, droppedFrames);
      },
    });
    events.on("unpublish", ({ audio, video, data }) => {
      this.#messagesReceived.add("audio", audio);
      this.#messagesReceived.add("video", video);
      this.#messagesReceived.add("data", data);
    });
    events.on("stop", ({ protocol, sentMessages }) => this.#messagesSent.add(protocol, sentMessages));
  }

  /** Everything, in Prometheus' text format. */
  async text(): Promise<string> {
    this.#update();
    return this.#registry.metrics();
  }
  /** Media type of {@link text}. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  #update(): void {
    const { stats, server, relays, recordings } = this.#context;
    const { connections, streams, heldBytes, draining } = server();
    this.#connections.set({ protocol: "rtmp" }, connections.rtmp);
    this.#connections.set({ protocol: "http" }, connections.http);
    this.#gauges.pending.set(connections.pending);
    this.#gauges.streams.set(streams);
    this.#gauges.held.set(heldBytes);
    this.#gauges.draining.set(draining ? 1 : 0);
    this.#gauges.recordings.set(recordings.list().running.length);
    this.#relays.reset();
    for (const { direction, state } of relays()) this.#relays.inc({ direction, state });
    this.#updateSessions();
    this.#streams.update(stats.streams(this.#streams.max));
  }

  #updateSessions(): void {
    const [received, sent, dropped] = [new Map<string, number>(), new Map<string, number>(), new Map<string, number>()];
    const [messagesReceived, messagesSent] = [new Map<string, number>(), new Map<string, number>()];
    let queued = 0;
    this.#sessions.reset();
    for (const session of this.#context.stats.sessions.list()) {
      const { protocol, state, bytesReceived, bytesSent, droppedFrames, queuedBytes } = session.info();
      this.#sessions.inc({ protocol, state });
      addTo(received, protocol, bytesReceived);
      addTo(sent, protocol, bytesSent);
      addTo(dropped, protocol, droppedFrames);
      queued += queuedBytes;
      for (const { counts } of session.publishing()) {
        addTo(messagesReceived, "audio", counts?.audioMessages ?? 0);
        addTo(messagesReceived, "video", counts?.videoMessages ?? 0);
        addTo(messagesReceived, "data", counts?.dataMessages ?? 0);
      }
      for (const { sentMessages = 0 } of session.viewing()) addTo(messagesSent, protocol, sentMessages);
    }
    this.#gauges.queued.set(queued);
    this.#received.update(received);
    this.#sent.update(sent);
    this.#dropped.update(dropped);
    this.#messagesReceived.update(messagesReceived);
    this.#messagesSent.update(messagesSent);
  }
}
