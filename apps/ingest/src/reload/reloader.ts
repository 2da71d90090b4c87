import { isDeepStrictEqual } from "node:util";
import type { IngestConfig } from "../config/config.js";
import { isTree } from "../config/tree.js";

/** A part of a server that can take other values while it serves. */
export interface Reloadable {
  /** Keys that it takes, each with all below it: `relay`, `limits.heldBytes`. A function, where that depends on the values. */
  readonly keys: readonly string[] | ((before: IngestConfig, after: IngestConfig) => readonly string[]);
  /**
   * Gets ready for other values, and changes nothing yet. Called only if one of its keys has changed.
   * @returns what puts them to use, which must not fail. @throws what is wrong with them: then nothing is changed anywhere.
   */
  prepare(config: IngestConfig): (() => void) | Promise<() => void>;
}

/** What became of another configuration. */
export interface ReloadReport {
  /** Keys that have changed and are in use. */
  readonly applied: readonly string[];
  /** Keys that have changed, but are taken at a start alone; the old values go on. */
  readonly needRestart: readonly string[];
}

/** Brings a server from one configuration to the next: all of it that can be brought there, or nothing. */
export class Reloader {
  readonly #parts: readonly Reloadable[];
  #config: IngestConfig;
  #last: Promise<unknown> = Promise.resolve();

  constructor(config: IngestConfig, parts: readonly Reloadable[]) {
    this.#config = config;
    this.#parts = parts;
  }

  /** What is in use: what needed a restart has its old value in it. */
  get config(): IngestConfig {
    return this.#config;
  }

  /** One at a time, in the order in which they are asked for. @throws what a part throws that can not take its values. */
  reload(next: IngestConfig): Promise<ReloadReport> {
    const reloaded = this.#last.then(() => this.#reload(next));
    this.#last = reloaded.catch(() => {});
    return reloaded;
  }

  async #reload(next: IngestConfig): Promise<ReloadReport> {
    const changed = changedKeys(this.#config, next);
    const applied = new Set<string>();
    const concerned: Reloadable[] = [];
    for (const part of this.#parts) {
      const keys = typeof part.keys === "function" ? part.keys(this.#config, next) : part.keys;
      const own = changed.filter((key) => keys.some((prefix) => key === prefix || key.startsWith(`${prefix}.`)));
      if (own.length > 0) concerned.push(part);
      for (const key of own) applied.add(key);
    }
    const mixed = pick(this.#config, next, applied, []);
    const commits: (() => void)[] = [];
    for (const part of concerned) commits.push(await part.prepare(mixed)); // one that throws leaves all as it is
    this.#config = mixed;
    for (const commit of commits) commit();
    return { applied: [...applied], needRestart: changed.filter((key) => !applied.has(key)) };
  }
}

/** Keys with different values, lists as a whole, in the order of the configuration. */
export function changedKeys(before: unknown, after: unknown, path: readonly string[] = []): string[] {
  if (!isTree(before) || !isTree(after)) return isDeepStrictEqual(before, after) ? [] : [path.join(".")];
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].flatMap((key) => changedKeys(before[key], after[key], [...path, key]));
}

/** The one configuration with the values of the other at some keys. */
function pick<T>(before: T, after: T, keys: ReadonlySet<string>, path: readonly string[]): T {
  if (keys.has(path.join("."))) return after;
  if (!isTree(before) || !isTree(after)) return before;
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const mixed = Object.fromEntries(
    [...names].map((name) => [name, pick<unknown>(before[name], after[name], keys, [...path, name])]),
  );
  return mixed as T;
}
