import type { Access } from "../auth/access.js";
import { readSmallFile } from "../config/read-file.js";
import type { HttpSide } from "../http/http-side.js";
import type { MemoryBudget } from "../listeners/memory-budget.js";
import type { RtmpSide } from "../listeners/rtmp-side.js";
import type { Relays } from "../relay/relays.js";
import { sessionTimes } from "../session-times.js";
import type { Reloadable } from "./reloader.js";

/** Longest file of trusted certificates, in bytes. */
const MAX_CA_FILE = 4 * 1024 * 1024;

/** The rooms of a server that can take other values. */
export interface ReloadableRooms {
  readonly rtmp: RtmpSide;
  readonly budget: MemoryBudget;
  readonly access: Access;
  readonly relays: Relays;
  readonly http: HttpSide;
}

/** What of a server's configuration can be reloaded, and by whom. */
export function serverParts({ rtmp, budget, access, relays, http }: ReloadableRooms): Reloadable[] {
  return [
    {
      keys: [
        ...["limits.connections", "limits.pending", "limits.pendingPerAddress", "limits.perAddress"],
        ...["rtmp.trustedProxies", "session"],
      ],
      prepare: (config) => () => rtmp.reload(config, sessionTimes(config)),
    },
    {
      keys: ["limits.heldBytes"],
      prepare:
        ({ limits }) =>
        () =>
          budget.reload(limits.heldBytes),
    },
    { keys: ["tls"], prepare: ({ tls }) => rtmp.prepareTls(tls) },
    { keys: ["auth", "hooks"], prepare: (config) => () => access.reload(config) },
    {
      keys: ["relay"],
      prepare: async ({ relay }) => {
        if (relay.ca !== undefined) await readSmallFile(relay.ca, MAX_CA_FILE);
        return () => relays.reload(relay);
      },
    },
    {
      // Without a token and a host it listens on loopback alone: what is open to all must not lose its token.
      keys: (before, after) => {
        const token = (before.http.token === undefined) === (after.http.token === undefined) ? ["http.token"] : [];
        return [...token, "http.cors", "http.connections", "http.perAddress"];
      },
      prepare: (config) => () => http.reload(config.http),
    },
    { keys: ["graceMs"], prepare: () => () => {} }, // looked up when it is needed
  ];
}
