import { addressGroup } from "./peer-address.js";

/** How many connections a server takes. */
export interface AdmissionLimits {
  /** Connections at once; further ones are refused. */
  readonly maxConnections: number;
  /** Of these, how many may not have had a publish or play accepted yet. */
  readonly maxPending: number;
  /** Of those, how many may come from one address (IPv4) or one /64 (IPv6). */
  readonly maxPendingPerAddress: number;
}

/** A connection as admission control sees it. */
export interface AdmittedConnection {
  /** Address of the peer, without port. */
  readonly address: string;
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
 * Decides who may come in. When too many connections are pending, the oldest of the address that holds most of them is
 * ended to make room: a crowd that only connects can not lock out others, nor, at one address, a new encoder.
 */
export class Admission {
  readonly #limits: AdmissionLimits;
  /** Pending connections by address group, each set in order of arrival. */
  readonly #groups = new Map<string, Set<AdmittedConnection>>();
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

  /** Takes a connection in, or answers `undefined`: then it is to be refused. May evict another. */
  admit(connection: AdmittedConnection): Place | undefined {
    if (this.#connections >= this.#limits.maxConnections) return undefined;
    const key = addressGroup(connection.address);
    if ((this.#groups.get(key)?.size ?? 0) >= this.#limits.maxPendingPerAddress) this.#evictOldest(key);
    else if (this.#pending >= this.#limits.maxPending) this.#evictOldest(this.#largestGroup());
    const group = this.#groups.get(key) ?? new Set();
    this.#groups.set(key, group);
    group.add(connection);
    this.#pending++;
    this.#connections++;
    let here = true;
    return {
      accepted: () => this.#settle(key, connection),
      left: () => {
        this.#settle(key, connection);
        if (here) this.#connections--;
        here = false;
      },
    };
  }

  #settle(key: string, connection: AdmittedConnection): void {
    const group = this.#groups.get(key);
    if (group?.delete(connection) !== true) return;
    this.#pending--;
    if (group.size === 0) this.#groups.delete(key);
  }

  #evictOldest(key: string): void {
    const [oldest] = this.#groups.get(key) ?? [];
    if (oldest === undefined) return;
    this.#settle(key, oldest); // its place among the pending is free at once, whenever its socket closes
    oldest.evict();
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
