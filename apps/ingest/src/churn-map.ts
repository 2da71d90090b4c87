/** As many have gone before it is time for a new map, at least; or as many as there are. */
const MIN_GONE = 32;

/**
 * A map for what comes and goes as long as the server runs: connections, sessions, streams.
 *
 * When entries of a `Map` have gone, V8 moves the others to another table now and then, and leaves in the old table a pointer to the new
 * one, for iterators that are under way. Once a table has come to the old generation, all that follow are kept through this chain, and
 * with each those that were in it, until the whole heap is collected: sessions that lived for milliseconds are moved to the
 * old generation, one and all. This one takes a new map before a chain is long.
 *
 * Iterators see what goes while they are under way, and what comes as long as no new map is taken.
 */
export class ChurnMap<K, V> implements ReadonlyMap<K, V> {
  #map = new Map<K, V>();
  #gone = 0; // since it is in use

  get size(): number {
    return this.#map.size;
  }
  get(key: K): V | undefined {
    return this.#map.get(key);
  }
  has(key: K): boolean {
    return this.#map.has(key);
  }
  set(key: K, value: V): this {
    // Here, and not where something goes: who iterates and deletes must not meet what is gone.
    if (this.#gone >= MIN_GONE && this.#gone >= this.#map.size) {
      this.#map = new Map(this.#map);
      this.#gone = 0;
    }
    this.#map.set(key, value);
    return this;
  }
  delete(key: K): boolean {
    if (!this.#map.delete(key)) return false;
    this.#gone++;
    return true;
  }
  forEach(callback: (value: V, key: K, map: ReadonlyMap<K, V>) => void): void {
    for (const [key, value] of this.#map) callback(value, key, this);
  }
  keys(): MapIterator<K> {
    return this.#map.keys();
  }
  values(): MapIterator<V> {
    return this.#map.values();
  }
  entries(): MapIterator<[K, V]> {
    return this.#map.entries();
  }
  [Symbol.iterator](): MapIterator<[K, V]> {
    return this.#map.entries();
  }
}
