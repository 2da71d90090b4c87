import type { StreamId } from "../hub/stream-id.js";
import type { RecordingStart, Recordings } from "../recording/recordings.js";
import type { RelayInfo } from "../relay/relay-info.js";
import type { IngestServer } from "../server.js";
import type { Stats } from "../stats/stats.js";
import { packageVersion } from "../version.js";
import type { ServerInfo } from "./api-schemas.js";

/** What the API and the metrics speak for. */
export interface ApiContext {
  readonly stats: Stats;
  readonly recordings: {
    list(): ReturnType<Recordings["list"]>;
    start(id: StreamId): RecordingStart | Promise<RecordingStart>;
    stop(id: StreamId): Promise<boolean>;
  };
  readonly relays: () => readonly RelayInfo[];
  readonly server: () => ServerInfo;
}

/** A server as the API sees it. */
export function apiContext(
  server: IngestServer,
  parts: Pick<ApiContext, "stats" | "recordings"> & { readonly httpConnections: () => number },
): ApiContext {
  const { stats, recordings, httpConnections } = parts;
  const startedAt = new Date();
  return {
    stats,
    recordings,
    relays: () => server.relays(),
    server: () => ({
      version: packageVersion(),
      startedAt: startedAt.toISOString(),
      uptimeMs: Math.max(0, Date.now() - startedAt.getTime()),
      draining: server.draining,
      streams: stats.streamCount,
      sessions: stats.sessions.size,
      connections: { rtmp: server.connections.total, pending: server.connections.pending, http: httpConnections() },
      heldBytes: server.heldBytes,
    }),
  };
}

/** The stream that a path names. */
export function streamIdOf({ app = "", stream = "" }: Readonly<Record<string, string>>): StreamId {
  return { app, name: stream };
}
