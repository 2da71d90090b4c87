import type { StreamId } from "../hub/stream-id.js";
import type { Recordings } from "../recording/recordings.js";
import type { RelayInfo } from "../relay/relay-info.js";
import type { Stats } from "../stats/stats.js";
import type { ServerInfo } from "./api-schemas.js";

/** What the API speaks for. */
export interface ApiContext {
  readonly stats: Stats;
  readonly recordings: Pick<Recordings, "list" | "start" | "stop">;
  readonly relays: () => readonly RelayInfo[];
  readonly server: () => ServerInfo;
}

/** The stream that a path names. */
export function streamIdOf({ app = "", stream = "" }: Readonly<Record<string, string>>): StreamId {
  return { app, name: stream };
}
