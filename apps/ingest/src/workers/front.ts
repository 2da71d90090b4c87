import type { IngestConfig } from "../config/config.js";
import { logEvents } from "../event-log.js";
import type { StreamId } from "../hub/stream-id.js";
import type { Logger } from "../log.js";
import type { ReloadReport } from "../reload/reloader.js";
import { IngestServer } from "../server.js";
import type { Location } from "./calls.js";
import type { Crew } from "./crew.js";
import { SharedRegistry } from "./shared-registry.js";
import type { SiblingDoor } from "./sibling-door.js";
import { connectSibling } from "./sibling-socket.js";

/**
 * The primary's own part: it speaks by HTTP for all workers. What somebody watches there it brings from the worker that has it, as workers do for
 * their players.
 */
export class Front {
  readonly server: IngestServer;
  readonly crew: Crew;
  readonly #registry: SharedRegistry;
  readonly #door: SiblingDoor;

  constructor(config: IngestConfig, logger: Logger) {
    // Nobody publishes here.
    this.#registry = new SharedRegistry({ claim: async () => false, release: () => {} });
    const { workers: index } = config;
    const locate = (id: StreamId) => connectSibling(this.#registry.locate(id));
    const siblings = { index, count: index + 1, locate, isFront: true };
    this.server = new IngestServer(frontConfig(config), { registry: this.#registry, siblings });
    this.#door = this.server.siblingDoor();
    const { crew } = this.#door;
    if (crew === undefined) throw new TypeError("Only the front has a crew.");
    this.crew = crew;
    logEvents(this.server, logger);
  }

  /** Takes another configuration. */
  reload(config: IngestConfig): Promise<ReloadReport> {
    return this.server.reload(frontConfig(config));
  }

  appeared(location: Location): void {
    this.#registry.appeared(location);
    this.#door.appeared(location.id);
  }
  disappeared(id: StreamId): void {
    this.#registry.disappeared(id);
  }
}

/** What of a configuration the primary serves by itself: nothing is sent on, brought or recorded here. */
function frontConfig(config: IngestConfig): IngestConfig {
  const { relay, record } = config;
  return { ...config, relay: { ...relay, push: [], pull: [] }, record: { ...record, directory: undefined } };
}
