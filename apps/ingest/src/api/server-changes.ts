import type { EventEmitter } from "node:events";
import type { IngestEvents } from "../events.js";
import { type StreamId, streamKey } from "../hub/stream-id.js";
import { historyPoint } from "../stats/history-point.js";
import type { StreamInfo } from "../stats/schemas.js";
import type { ApiContext } from "./api-context.js";
import { EventFeed, eventBytes } from "./event-feed.js";
import type { EventData, EventName } from "./event-schemas.js";

/** Streams of which a tick tells; with more, clients ask for the rest. */
const MAX_TICK_STREAMS = 200;

/** Turns what happens in the server into server-sent events. Does nothing while nobody listens. */
export class ServerChanges {
  readonly #context: ApiContext;
  readonly #feed = new EventFeed();
  /** What was told of each stream, without what changes all the time. */
  readonly #told = new Map<string, string>();

  constructor(context: ApiContext, events: EventEmitter<IngestEvents>) {
    this.#context = context;
    const { stats } = context;
    stats.observe({
      sampled: (at) => this.#tick(at),
      streamEnded: ({ app, name: stream }) => {
        if (this.#told.delete(streamKey({ app, name: stream }))) this.#send("stream-ended", { app, stream });
      },
    });
    stats.sessions.observe({
      started: (session) => {
        if (this.#feed.size > 0) this.#send("session-started", session.info());
      },
      ended: (session) => this.#send("session-ended", session),
    });
    const look = ({ app, stream }: { readonly app: string; readonly stream: string }): void =>
      this.#look({ app, name: stream });
    events.on("publish", look);
    events.on("unpublish", look);
    events.on("recordingStarted", (event) => {
      const { app, stream, path } = event;
      this.#send("recording-started", { app, stream, path });
      look(event);
    });
    events.on("recordingClosed", (event) => {
      const { app, stream, path, bytes, mediaMs } = event;
      this.#send("recording-closed", { app, stream, path, bytes, mediaMs });
      look(event);
    });
    events.on("recordingFailed", (event) => {
      const { app, stream, reason, path } = event;
      this.#send("recording-failed", { app, stream, reason, ...(path !== undefined && { path }) });
      look(event);
    });
    events.on("relayLive", (event) => this.#send("relay-live", relayOf(event)));
    events.on("relayRetry", (event) => {
      const { code, message, waitMs } = event;
      this.#send("relay-retry", { ...relayOf(event), code, message, waitMs });
    });
    events.on("relayEnd", (event) => this.#send("relay-ended", { ...relayOf(event), reason: event.reason }));
  }

  /** Takes a client. @returns the body of its answer; undefined if there are too many. */
  open(): ReadableStream<Uint8Array> | undefined {
    const { stats, server } = this.#context;
    if (this.#feed.size === 0) {
      // It will ask for all streams: they are no news.
      this.#told.clear();
      for (const stream of stats.streams()) this.#told.set(keyOf(stream), signatureOf(stream));
    }
    return this.#feed.open(eventBytes("hello", server()));
  }

  /** Ends all clients. */
  close(): void {
    this.#feed.close();
  }

  #send<Name extends EventName>(name: Name, data: EventData<Name>): void {
    this.#feed.send(name, data);
  }

  #look(id: StreamId): void {
    const stream = this.#feed.size > 0 ? this.#context.stats.stream(id) : undefined;
    if (stream !== undefined) this.#compare(stream);
  }

  #tick(at: number): void {
    if (this.#feed.size === 0) return;
    const { stats, server } = this.#context;
    const streams = stats.streams();
    for (const stream of streams) this.#compare(stream);
    const ticks = streams.slice(0, MAX_TICK_STREAMS).map((info) => {
      const { app, stream } = info;
      return { app, stream, ...historyPoint(info) };
    });
    this.#send("stats", { at, streams: ticks, server: server() });
  }

  #compare(stream: StreamInfo): void {
    const key = keyOf(stream);
    const before = this.#told.get(key);
    const signature = signatureOf(stream);
    if (before === signature) return;
    this.#told.set(key, signature);
    this.#send(before === undefined ? "stream-started" : "stream-changed", stream);
  }
}

function keyOf({ app, stream }: StreamInfo): string {
  return streamKey({ app, name: stream });
}

/** What of a stream is worth an event when it changes. */
function signatureOf({ startedAt, live, recording, encoder, publisher, video, audio }: StreamInfo): string {
  const tracks = [
    video.map(({ id, codec, codecString, width, height }) => [id, codec, codecString, width, height]),
    audio.map(({ id, codec, codecString, sampleRate, channels }) => [id, codec, codecString, sampleRate, channels]),
  ];
  return JSON.stringify([startedAt, live, recording, encoder, publisher?.session, tracks]);
}

function relayOf({ id, direction, name, app, stream, url }: EventData<"relay-live">): EventData<"relay-live"> {
  return { id, direction, name, app, stream, url };
}
