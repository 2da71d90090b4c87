import type { SessionInfo } from "../../stats/schemas.js";
import type { LiveSession, PublisherEntry, ViewerEntry } from "../../stats/session-directory.js";
import type { Viewer } from "../watch.js";
import type { FlvViewer } from "./flv-viewer.js";

/** A viewer as the directory of sessions sees it. */
export class ViewerSession implements LiveSession {
  readonly id: string;
  readonly protocol: string;
  readonly #who: Viewer;
  readonly #viewer: FlvViewer;
  readonly #since = new Date();

  constructor(who: Viewer, viewer: FlvViewer) {
    this.id = String(who.number);
    this.protocol = who.protocol;
    this.#who = who;
    this.#viewer = viewer;
  }

  info(): SessionInfo {
    const { stream, counts, queuedBytes, bytesSent } = this.#viewer;
    const { app, name } = stream.id;
    const { peer, client } = this.#who;
    return {
      id: this.id,
      protocol: this.protocol,
      peer,
      app,
      ...(client !== undefined && { client }),
      since: this.#since.toISOString(),
      durationMs: Math.max(0, Date.now() - this.#since.getTime()),
      state: "playing",
      streams: [{ action: "play", app, stream: name }],
      bytesReceived: 0,
      bytesSent,
      droppedFrames: counts.droppedFrames,
      queuedBytes,
      heldBytes: queuedBytes,
    };
  }
  publishing(): Iterable<PublisherEntry> {
    return [];
  }
  viewing(): Iterable<ViewerEntry> {
    const { stream, queuedBytes, counts } = this.#viewer;
    const { droppedFrames, sentMessages } = counts;
    return [{ id: stream.id, queuedBytes, droppedFrames, sentMessages }];
  }
  kick(description: string): void {
    this.#viewer.stop("kicked", description);
  }
}
