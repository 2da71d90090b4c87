import type { StreamSource } from "../events.js";
import { sourceOf, type Viewer } from "../http/watch.js";
import type { LiveStream } from "../hub/live-stream.js";
import type { SessionInfo } from "../stats/schemas.js";
import type { LiveSession, PublisherEntry, ViewerEntry } from "../stats/session-directory.js";

/** Somebody who watches by HLS: who asks for playlists with the same pass. */
export class HlsViewer implements LiveSession {
  readonly id: string;
  readonly protocol = "hls";
  readonly pass: string;
  /** Id of the run that it watches. */
  readonly run: string;
  readonly stream: LiveStream;
  /** Of its latest request, on the clock. */
  lastSeen: number;
  /** Gives its seat back. */
  readonly leave: () => void;
  /** Playlists that it got, and their bytes: segments may come from a cache, so nobody counts them. */
  readonly counts = { sentMessages: 0, sentBytes: 0, droppedFrames: 0, drops: 0 };
  readonly #who: Viewer;
  readonly #startedAt = new Date();
  readonly #onKick: (viewer: HlsViewer) => void;

  constructor(
    who: Viewer,
    {
      pass,
      run,
      stream,
      now,
      leave,
    }: { pass: string; run: string; stream: LiveStream; now: number; leave: () => void },
    onKick: (viewer: HlsViewer) => void,
  ) {
    this.id = String(who.number);
    this.pass = pass;
    this.run = run;
    this.stream = stream;
    this.lastSeen = now;
    this.leave = leave;
    this.#who = who;
    this.#onKick = onKick;
  }

  /** What events tell of it. */
  get source(): StreamSource {
    return sourceOf(this.#who, this.stream.id);
  }
  /** Since its first playlist, in ms. */
  get durationMs(): number {
    return Math.max(0, Date.now() - this.#startedAt.getTime());
  }

  info(): SessionInfo {
    const { app, name } = this.stream.id;
    const { peer, client } = this.#who;
    return {
      id: this.id,
      protocol: this.protocol,
      peer,
      app,
      ...(client !== undefined && { client }),
      since: this.#startedAt.toISOString(),
      durationMs: this.durationMs,
      state: "playing",
      streams: [{ action: "play", app, stream: name }],
      bytesReceived: 0,
      bytesSent: this.counts.sentBytes,
      droppedFrames: 0,
      queuedBytes: 0,
      heldBytes: 0,
    };
  }
  publishing(): Iterable<PublisherEntry> {
    return [];
  }
  viewing(): Iterable<ViewerEntry> {
    return [{ id: this.stream.id, queuedBytes: 0, droppedFrames: 0 }];
  }
  /** It gets no more playlists, and can not guess the names of further segments; a player makes an error of its own of that. */
  kick(): void {
    this.#onKick(this);
  }
}
