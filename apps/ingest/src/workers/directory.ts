import { type StreamId, streamKey } from "../hub/stream-id.js";

/** A worker as the directory sees it. */
export interface StreamOwner {
  /** Asks it to end a stream whose name another worker wants. @returns whether it did. */
  giveUp(id: StreamId, force: boolean): Promise<boolean>;
}

/** Told of changes, so that every worker can be. */
export interface DirectoryEvents<Owner> {
  appeared(id: StreamId, owner: Owner): void;
  disappeared(id: StreamId, owner: Owner): void;
}

/** Which worker has which stream: one a name. */
export class Directory<Owner extends StreamOwner> {
  readonly #force: boolean;
  readonly #events: DirectoryEvents<Owner>;
  readonly #owners = new Map<string, { readonly id: StreamId; readonly owner: Owner }>();
  /** Names that are being claimed: one claim at a time, in order. */
  readonly #claims = new Map<string, Promise<unknown>>();

  /** @param force whether a new publisher takes the name of one that publishes. */
  constructor(force: boolean, events: DirectoryEvents<Owner>) {
    this.#force = force;
    this.#events = events;
  }

  /** All streams. */
  *entries(): IterableIterator<{ readonly id: StreamId; readonly owner: Owner }> {
    yield* this.#owners.values();
  }

  /** Gives a name to a worker, if it is free or its owner gives it up. @returns whether it is now this worker's. */
  claim(id: StreamId, owner: Owner): Promise<boolean> {
    const key = streamKey(id);
    const before = this.#claims.get(key) ?? Promise.resolve();
    const claim = before.then(() => this.#decide(key, id, owner));
    const settled = claim.then(
      () => {},
      () => {},
    );
    this.#claims.set(key, settled);
    void settled.then(() => {
      if (this.#claims.get(key) === settled) this.#claims.delete(key);
    });
    return claim;
  }

  /** Takes a name back. Without effect for a worker that does not have it. */
  release(id: StreamId, owner: Owner): void {
    const key = streamKey(id);
    if (this.#owners.get(key)?.owner !== owner) return;
    this.#owners.delete(key);
    this.#events.disappeared(id, owner);
  }

  /** A worker is gone, and its streams with it. */
  left(owner: Owner): void {
    for (const { id, owner: has } of [...this.#owners.values()]) if (has === owner) this.release(id, owner);
  }

  async #decide(key: string, id: StreamId, owner: Owner): Promise<boolean> {
    const current = this.#owners.get(key)?.owner;
    if (current !== undefined && current !== owner) {
      const isFree = await current.giveUp(id, this.#force).catch(() => this.#owners.get(key)?.owner !== current);
      if (!isFree) return false;
      this.release(id, current);
    }
    this.#owners.set(key, { id, owner });
    this.#events.appeared(id, owner);
    return true;
  }
}
