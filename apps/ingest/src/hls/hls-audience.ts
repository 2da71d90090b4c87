import type { Emit } from "../events.js";
import type { Viewer } from "../http/watch.js";
import type { LiveStream } from "../hub/live-stream.js";
import type { SessionDirectory } from "../stats/session-directory.js";
import { HlsViewer } from "./hls-viewer.js";
import { ViewerPasses } from "./viewer-pass.js";

/** What counting viewers needs of the server. */
export interface HlsAudienceContext {
  readonly emit: Emit;
  readonly sessions: SessionDirectory;
  /** Milliseconds of a clock that never goes back. */
  readonly clock: () => number;
}

/** Everybody who watches by HLS. A viewer is whoever asks for a playlist with a pass, and is gone when it asks no more. */
export class HlsAudience {
  readonly passes = new ViewerPasses();
  readonly #context: HlsAudienceContext;
  readonly #max: number;
  readonly #viewers = new Map<string, HlsViewer>(); // by their passes

  /** @param max viewers at once. */
  constructor(max: number, context: HlsAudienceContext) {
    this.#max = max;
    this.#context = context;
  }

  /**
   * Somebody asks for a playlist with a pass that was accepted.
   * @param who tells of a viewer that is new. @returns undefined if there are too many, here or of this stream.
   */
  seen(pass: string, run: string, stream: LiveStream, who: () => Viewer): HlsViewer | undefined {
    const now = this.#context.clock();
    const known = this.#viewers.get(pass);
    if (known !== undefined) {
      known.lastSeen = now;
      return known;
    }
    const leave = this.#viewers.size < this.#max ? stream.seats.take() : undefined;
    if (leave === undefined) return undefined;
    const viewer = new HlsViewer(who(), { pass, run, stream, now, leave }, (kicked) => {
      this.passes.revoke(kicked.pass, kicked.run);
      this.#end(kicked, "kicked", "application");
    });
    this.#viewers.set(pass, viewer);
    this.#context.sessions.add(viewer);
    this.#context.emit("play", viewer.source);
    return viewer;
  }

  /** Those who have asked for nothing for so long are gone. */
  expire(silentMs: number): void {
    const before = this.#context.clock() - silentMs;
    for (const viewer of this.#viewers.values()) {
      if (viewer.lastSeen < before) this.#end(viewer, "viewer-timeout", "peer");
    }
  }
  /** A run is over. */
  leave(run: string, reason: string): void {
    for (const viewer of this.#viewers.values()) if (viewer.run === run) this.#end(viewer, reason, "application");
    this.passes.forget(run);
  }

  #end(viewer: HlsViewer, reason: string, by: "peer" | "application"): void {
    if (!this.#viewers.delete(viewer.pass)) return;
    viewer.leave();
    const { source, counts, durationMs } = viewer;
    const { app, stream } = source;
    this.#context.sessions.end(viewer, { reason, by, clean: true }, [{ action: "play", app, stream }]);
    this.#context.emit("stop", { ...source, reason, durationMs, ...counts });
  }
}
