import type { EventEmitter } from "node:events";
import { ChurnMap } from "../churn-map.js";
import type { IngestEvents } from "../events.js";
import type { LiveStream } from "../hub/live-stream.js";
import { type StreamId, streamKey } from "../hub/stream-id.js";
import { type Audience, surveyAudience } from "./audience.js";
import { RemoteStreams, withAudience } from "./remote-streams.js";
import type { StreamHistoryInfo, StreamInfo } from "./schemas.js";
import { SessionDirectory } from "./session-directory.js";
import { streamInfo } from "./stream-info.js";
import { StreamMeter } from "./stream-meter.js";

/** How often counters are read for rates and history, in ms. */
const SAMPLE_MS = 1000;

/** Told of what changes. */
export interface StatsObserver {
  /** Rates and histories are new. @param at milliseconds since 1970. */
  sampled(at: number): void;
  streamEnded(id: StreamId): void;
}

/** What is known of the streams and peers of a server. */
export class Stats {
  readonly sessions = new SessionDirectory();
  readonly #meters = new ChurnMap<string, StreamMeter>();
  readonly #remote = new RemoteStreams();
  readonly #isRecording: (id: StreamId) => boolean;
  readonly #observers: StatsObserver[] = [];
  readonly #clock: () => number;
  #timer: NodeJS.Timeout | undefined;

  /** @param clock milliseconds; never goes back. */
  constructor(isRecording: (id: StreamId) => boolean, clock: () => number = () => performance.now()) {
    this.#isRecording = isRecording;
    this.#clock = clock;
  }

  /** Begins to sample, and to follow what the server tells. Keeps no process alive. */
  start(events: EventEmitter<IngestEvents>): void {
    events.on("stop", ({ app, stream, droppedFrames }) => {
      const meter = this.#meters.get(streamKey({ app, name: stream }));
      if (meter !== undefined) meter.droppedFrames += droppedFrames;
    });
    this.#timer = setInterval(() => this.#sample(), SAMPLE_MS);
    this.#timer.unref();
  }
  /** Tells of what changes from here on. */
  observe(observer: StatsObserver): void {
    this.#observers.push(observer);
  }
  stop(): void {
    clearInterval(this.#timer);
  }

  /** Counts a stream from its begin to its end: an output of the hub. */
  meter(stream: LiveStream): StreamMeter {
    const key = streamKey(stream.id);
    const meter = new StreamMeter(stream, this.#clock, () => {
      if (this.#meters.get(key) !== meter) return;
      this.#meters.delete(key);
      for (const observer of this.#observers) observer.streamEnded(stream.id);
    });
    this.#meters.set(key, meter);
    return meter;
  }

  /** How many streams there are. */
  get streamCount(): number {
    return this.#meters.size + this.#remote.size;
  }
  /** All streams, oldest first. @param limit of these so many, from `offset` on. */
  streams(limit = Number.POSITIVE_INFINITY, offset = 0): StreamInfo[] {
    if (this.streamCount === 0) return [];
    const audiences = surveyAudience(this.sessions);
    const own = [...this.#meters.values()];
    const page = own.slice(offset, offset + limit).map((meter) => this.#info(meter, audiences));
    if (this.#remote.size === 0) return page;
    const all = [...own.map((meter) => this.#info(meter, audiences)), ...this.#remote.infos(audiences)];
    return all.sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1)).slice(offset, offset + limit);
  }
  stream(id: StreamId): StreamInfo | undefined {
    const key = streamKey(id);
    const audiences = surveyAudience(this.sessions);
    const meter = this.#meters.get(key);
    if (meter !== undefined) return this.#info(meter, audiences);
    const remote = this.#remote.get(key);
    return remote && withAudience(remote.info, audiences.get(key));
  }
  /** The last minutes of a stream. @param after only what is later than this, in ms since 1970. */
  history(id: StreamId, after = 0): StreamHistoryInfo | undefined {
    const key = streamKey(id);
    const history = this.#meters.get(key)?.history ?? this.#remote.get(key)?.history;
    return history && { intervalMs: SAMPLE_MS, ...history.columns(after) };
  }

  /** Takes the streams that another process of this server has at this moment. */
  takeRemote(owner: object, streams: readonly StreamInfo[]): void {
    for (const id of this.#remote.take(owner, streams, Date.now(), surveyAudience(this.sessions))) {
      for (const observer of this.#observers) observer.streamEnded(id);
    }
  }

  /** Ends a session. @param description what the peer is told. @returns false if there is no such session. */
  kick(id: string, description = "Disconnected by the operator."): boolean {
    const session = this.sessions.get(id);
    session?.kick(description);
    return session !== undefined;
  }

  #info(meter: StreamMeter, audiences: ReadonlyMap<string, Audience>): StreamInfo {
    const { id } = meter.stream;
    const audience = audiences.get(streamKey(id));
    return streamInfo(meter, { audience, recording: this.#isRecording(id), clock: this.#clock(), now: new Date() });
  }

  #sample(): void {
    const at = Date.now();
    if (this.#meters.size > 0) this.#sampleStreams(at);
    for (const observer of this.#observers) observer.sampled(at);
  }

  #sampleStreams(at: number): void {
    const audiences = surveyAudience(this.sessions);
    const clock = this.#clock();
    for (const [key, meter] of this.#meters) {
      meter.sample();
      const audience = audiences.get(key);
      let videoBitrate = 0;
      let audioBitrate = 0;
      for (const track of meter.video) videoBitrate += track.rates(clock).bitrate;
      for (const track of meter.audio) audioBitrate += track.rates(clock).bitrate;
      meter.history.add(at, {
        videoBitrate,
        audioBitrate,
        frameRate: meter.video[0]?.rates(clock).frameRate ?? 0,
        gopMs: meter.gop?.ms ?? 0,
        viewers: audience?.viewers ?? 0,
        droppedFrames: meter.droppedFrames + (audience?.droppedFrames ?? 0),
      });
    }
  }
}
