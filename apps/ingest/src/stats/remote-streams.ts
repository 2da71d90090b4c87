import { type StreamId, streamKey } from "../hub/stream-id.js";
import type { Audience } from "./audience.js";
import { historyPoint } from "./history-point.js";
import type { StreamInfo } from "./schemas.js";
import { StreamHistory } from "./stream-history.js";

/** A stream of another process, as that one reported it, and what it was like before. */
interface RemoteStream {
  readonly owner: object;
  readonly history: StreamHistory;
  info: StreamInfo;
}

/** The streams that other processes of this server have. */
export class RemoteStreams {
  readonly #streams = new Map<string, RemoteStream>();

  get size(): number {
    return this.#streams.size;
  }

  /** Takes what one process has at this moment, all of it. @returns what it has no longer. */
  take(
    owner: object,
    streams: readonly StreamInfo[],
    at: number,
    audiences: ReadonlyMap<string, Audience>,
  ): StreamId[] {
    const seen = new Set<string>();
    for (const info of streams) {
      const key = streamKey({ app: info.app, name: info.stream });
      seen.add(key);
      const known = this.#streams.get(key);
      const stream = known?.owner === owner ? known : { owner, history: new StreamHistory(), info };
      stream.info = info;
      this.#streams.set(key, stream);
      stream.history.add(at, historyPoint(withAudience(info, audiences.get(key))));
    }
    const gone: StreamId[] = [];
    for (const [key, { owner: has, info }] of this.#streams) {
      if (has !== owner || seen.has(key)) continue;
      this.#streams.delete(key);
      gone.push({ app: info.app, name: info.stream });
    }
    return gone;
  }

  get(key: string): { readonly info: StreamInfo; readonly history: StreamHistory } | undefined {
    return this.#streams.get(key);
  }
  *infos(audiences: ReadonlyMap<string, Audience>): IterableIterator<StreamInfo> {
    for (const [key, { info }] of this.#streams) yield withAudience(info, audiences.get(key));
  }
}

/** Who watches it anywhere: its own process knows only of those that it serves. */
export function withAudience(info: StreamInfo, audience: Audience | undefined): StreamInfo {
  const { viewers: total = 0, byProtocol = new Map<string, number>(), queuedBytes = 0 } = audience ?? {};
  const droppedFrames = Math.max(info.viewers.droppedFrames, audience?.droppedFrames ?? 0);
  return { ...info, viewers: { total, byProtocol: Object.fromEntries(byProtocol), droppedFrames, queuedBytes } };
}
