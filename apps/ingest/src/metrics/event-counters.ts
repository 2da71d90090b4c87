import type { EventEmitter } from "node:events";
import { Histogram, type Registry } from "prom-client";
import type { IngestEvents } from "../events.js";
import { LabelSet } from "./label-set.js";
import { Tally } from "./tally.js";

/** Different values of one label. */
const MAX_REASONS = 64;

/** Counts what a server tells. */
export class EventCounters {
  readonly #registers: Registry[];

  /** @param buckets upper bounds of the histograms, in seconds. */
  constructor(registers: Registry[], events: EventEmitter<IngestEvents>, buckets: readonly number[]) {
    this.#registers = registers;
    this.#countConnections(events, [...buckets]);
    this.#countStreams(events);
    this.#countHooks(events, [...buckets]);
    this.#countOthers(events);
  }

  #countConnections(events: EventEmitter<IngestEvents>, buckets: number[]): void {
    const registers = this.#registers;
    const reasons = new LabelSet(MAX_REASONS);
    const accepted = this.#counter("connections_total", "RTMP connections that came in", []);
    const refused = this.#counter("connections_refused_total", "Connections that were refused at once", ["reason"]);
    const ended = this.#counter("connections_ended_total", "RTMP connections that are over", ["reason", "by"]);
    const handshake = new Histogram({
      name: "rtmp_ingest_handshake_seconds",
      help: "From a connection's begin to the end of its handshake, of those that connected",
      buckets,
      registers,
    });
    const connect = new Histogram({
      name: "rtmp_ingest_connect_seconds",
      help: "From a connection's begin until it was accepted to its application",
      buckets,
      registers,
    });
    events.on("connection", () => accepted.inc());
    events.on("connectionRefused", ({ reason }) => refused.inc({ reason }));
    events.on("sessionEnd", ({ reason, by }) => ended.inc({ reason: reasons.of(reason), by }));
    events.on("connect", ({ handshakeMs, connectMs }) => {
      handshake.observe(handshakeMs / 1000);
      connect.observe(connectMs / 1000);
    });
  }

  #countStreams(events: EventEmitter<IngestEvents>): void {
    const [unpublishReasons, stopReasons] = [new LabelSet(MAX_REASONS), new LabelSet(MAX_REASONS)];
    const [publishRefusals, playRefusals] = [new LabelSet(MAX_REASONS), new LabelSet(MAX_REASONS)];
    const publishes = this.#counter("publishes_total", "Publishes that were accepted", []);
    const publishRefused = this.#counter("publishes_refused_total", "Publishes that were refused", ["reason"]);
    const unpublished = this.#counter("publishes_ended_total", "Publishes that are over", ["reason", "by"]);
    const plays = this.#counter("plays_total", "Viewers that got a stream", ["protocol"]);
    const playRefused = this.#counter("plays_refused_total", "Viewers that were refused", ["protocol", "reason"]);
    const stopped = this.#counter("plays_ended_total", "Viewers that have a stream no longer", ["protocol", "reason"]);
    events.on("publish", () => publishes.inc());
    events.on("publishRefused", ({ reason }) => publishRefused.inc({ reason: publishRefusals.of(reason) }));
    events.on("unpublish", ({ reason, by }) => unpublished.inc({ reason: unpublishReasons.of(reason), by }));
    events.on("play", ({ protocol }) => plays.inc({ protocol }));
    events.on("playRefused", ({ protocol, reason }) => playRefused.inc({ protocol, reason: playRefusals.of(reason) }));
    events.on("stop", ({ protocol, reason }) => stopped.inc({ protocol, reason: stopReasons.of(reason) }));
  }

  #countHooks(events: EventEmitter<IngestEvents>, buckets: number[]): void {
    const reasons = new LabelSet(MAX_REASONS);
    const failed = this.#counter("hooks_failed_total", "Hooks that could not be asked or told", ["hook", "reason"]);
    const seconds = new Histogram({
      name: "rtmp_ingest_hook_seconds",
      help: "From the wish to call a hook to the end of its last try",
      labelNames: ["hook", "outcome"],
      buckets,
      registers: this.#registers,
    });
    events.on("hook", ({ hook, outcome, reason = "unknown", durationMs }) => {
      seconds.observe({ hook, outcome }, durationMs / 1000);
      if (outcome === "failed") failed.inc({ hook, reason: reasons.of(reason) });
    });
  }

  #countOthers(events: EventEmitter<IngestEvents>): void {
    const [failures, retries] = [new LabelSet(MAX_REASONS), new LabelSet(MAX_REASONS)];
    const recorded = this.#counter("recorded_files_total", "Files that were finished", ["format"]);
    const recordedBytes = this.#counter("recorded_bytes_total", "Bytes of the files that were finished", ["format"]);
    const failed = this.#counter("recordings_failed_total", "Recordings that ended early", ["reason"]);
    const retried = this.#counter("relay_retries_total", "Connections to other servers that were lost or not had", [
      "direction",
      "code",
    ]);
    const requests = this.#counter("http_requests_total", "HTTP requests that were answered", ["status"]);
    const faults = this.#counter("faults_total", "What went wrong in the server itself", ["where"]);
    events.on("recordingClosed", ({ format, bytes }) => {
      recorded.inc({ format });
      recordedBytes.inc({ format }, bytes);
    });
    events.on("recordingFailed", ({ reason }) => failed.inc({ reason: failures.of(reason) }));
    events.on("relayRetry", ({ direction, code }) => retried.inc({ direction, code: retries.of(code) }));
    events.on("httpRequest", ({ status }) => requests.inc({ status: `${Math.floor(status / 100)}xx` }));
    events.on("fault", ({ where }) => faults.inc({ where }));
  }

  #counter<Label extends string>(name: string, help: string, labelNames: Label[]): Tally<Label> {
    return new Tally(name, help, labelNames, this.#registers);
  }
}
