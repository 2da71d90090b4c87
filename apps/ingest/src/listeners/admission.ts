import type { ServerSession } from "@rtmp/session";
import { ChurnMap } from "../churn-map.js";
import { addressGroup } from "./peer-address.js";

/** How many connections a server takes. */
export interface AdmissionLimits {
  /** Connections at once; further ones are refused. */
  readonly maxConnections: number;
  /** Of these, how many may not have had a publish or play accepted yet. */
  readonly maxPending: number;
  /** Of those, how many may come from one address (IPv4) or one /64 (IPv6). */
  readonly maxPendingPerAddress: number;
  /** How many may come from one address in all, pending or not. @defaultValue no bound but the others */
  readonly maxPerAddress?: number | undefined;
}

/** How far a connection has come that neither publishes nor plays yet, least far first. */
const STAGES = ["silent", "handshake", "connecting", "connected"] as const;
export type Stage = (typeof STAGES)[number];

/** C0 and C1, which a client sends at once and without waiting for us. */
const OPENING_BYTES = 1537;

/** The stage of a session. One that is being told why it ends has nothing to lose but that. */
export function stageOf(state: ServerSession["state"], bytesReceived: number): Stage {
  if (state === "closing" || state === "closed" || bytesReceived < OPENING_BYTES) return "silent";
  return state === "handshake" || state === "connecting" ? state : "connected";
}

/** A connection as admission control sees it. */
export interface AdmittedConnection {
  /** Address of the peer, without port. */
  readonly address: string;
  /** Whether many share that address, as behind a balancer that has not said yet whose connection it is: only the totals count. */
  readonly shared?: boolean;
  /** How far it has come; asked when room is to be made. */
  stage(): Stage;
  /** Ends it at once, to make room for a newer one. */
  evict(): void;
}

/** The place of one connection. */
export interface Place {
  /** A publish or play was accepted: it no longer counts among the pending ones. */
  accepted(): void;
  /** The connection is gone. */
  left(): void;
}

/**
 * Decides who may come in. When too many connections are pending, one of the address that holds most of them is ended to
 * make room: a crowd that only connects can not lock out others, nor, at one address, a new encoder.
 *
 * Which one: the oldest of those that have come least far. A slow but honest encoder needs several round trips until its
 * publish is accepted, in which a flood from its own address (a shared one, say) brings hundreds of newcomers; were the
 * oldest of all ended, it would always be among them. It does send C0 and C1 at once, though. From then on it is safe
 * from a crowd that only opens connections, and after each further step from one that goes no further than the step
 * before: to push it out, a crowd must itself do what it does, as fast as it goes on itself.
 *
 * That order alone would let a few that have come far and stay there turn out each newcomer. So a stage keeps its equal share of
 * the places: room is made in the first stage that holds at least that.
 */
export class Admission {
  #limits: AdmissionLimits;
  /** Pending connections by address group. */
  readonly #groups = new Map<string, Group>();
  /** How many were accepted, by address group. */
  readonly #accepted = new Map<string, number>();
  #pending = 0;
  #connections = 0;

  constructor(limits: AdmissionLimits) {
    this.#limits = limits;
  }

  get connections(): number {
    return this.#connections;
  }
  get pending(): number {
    return this.#pending;
  }

  /** Other limits, for those that come from now on. */
  reload(limits: AdmissionLimits): void {
    this.#limits = limits;
  }

  /** Takes a connection in, or answers `undefined`: then it is to be refused. May evict another. */
  admit(connection: AdmittedConnection): Place | undefined {
    const { maxConnections, maxPending, maxPendingPerAddress, maxPerAddress = maxConnections } = this.#limits;
    const group = addressGroup(connection.address);
    const key = connection.shared === true ? `via ${group}` : group;
    const own = Math.min(maxPendingPerAddress, maxPerAddress - (this.#accepted.get(key) ?? 0));
    const share = connection.shared === true ? Number.POSITIVE_INFINITY : own;
    if (this.#connections >= maxConnections || share < 1) return undefined;
    if ((this.#groups.get(key)?.size ?? 0) >= share) this.#makeRoom(key);
    else if (this.#pending >= maxPending) this.#makeRoom(this.#largestGroup());
    const members: Group = this.#groups.get(key) ?? new ChurnMap();
    this.#groups.set(key, members);
    members.set(connection, true);
    this.#pending++;
    this.#connections++;
    let here = true;
    let accepted = false;
    return {
      accepted: () => {
        if (!this.#settle(key, connection)) return; // it was before, or made room
        accepted = true;
        this.#countAccepted(key, 1);
      },
      left: () => {
        this.#settle(key, connection);
        if (here) this.#connections--;
        if (here && accepted) this.#countAccepted(key, -1);
        here = false;
      },
    };
  }

  /** @returns whether it was pending. */
  #settle(key: string, connection: AdmittedConnection): boolean {
    const group = this.#groups.get(key);
    if (group?.delete(connection) !== true) return false;
    this.#pending--;
    if (group.size === 0) this.#groups.delete(key);
    return true;
  }

  #countAccepted(key: string, change: 1 | -1): void {
    const count = (this.#accepted.get(key) ?? 0) + change;
    if (count === 0) this.#accepted.delete(key);
    else this.#accepted.set(key, count);
  }

  /** Ends one pending connection of a group. */
  #makeRoom(key: string): void {
    const group = this.#groups.get(key);
    const chosen = group === undefined ? undefined : chooseOne(group);
    if (chosen === undefined) return;
    this.#settle(key, chosen); // its place among the pending is free at once, whenever its socket closes
    chosen.evict();
  }

  /** Of groups of the same size the one that was there first. */
  #largestGroup(): string {
    let largest = "";
    let size = 0;
    for (const [key, group] of this.#groups) {
      if (group.size > size) {
        largest = key;
        size = group.size;
      }
    }
    return largest;
  }
}

/** In order of arrival. */
type Group = ChurnMap<AdmittedConnection, true>;

/** The oldest of the first stage that holds at least its share; some stage always does. */
function chooseOne(group: Group): AdmittedConnection | undefined {
  const byStage = new Map<Stage, { readonly oldest: AdmittedConnection; count: number }>();
  for (const connection of group.keys()) {
    const stage = connection.stage();
    const entry = byStage.get(stage);
    if (entry === undefined) byStage.set(stage, { oldest: connection, count: 1 });
    else entry.count++;
  }
  for (const stage of STAGES) {
    const entry = byStage.get(stage);
    if (entry !== undefined && entry.count * STAGES.length >= group.size) return entry.oldest;
  }
  return undefined;
}
