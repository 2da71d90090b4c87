import { ConfigError, type IngestConfig, parseConfig } from "./config.js";
import { depthOf, merge, newTree, type Tree, valueAt } from "./tree.js";

/** Where options come from. */
export interface Source {
  readonly options: Tree;
  /** What this source calls a path: a flag, a variable, or file, line and key. */
  nameOf(path: readonly PropertyKey[]): string;
}

/**
 * Checks what several sources say together. A mistake is named as its source calls it.
 * @param sources the first that has a key is the one that counts.
 * @throws ConfigError
 */
export function parseSources(sources: readonly Source[]): IngestConfig {
  const options = sources.reduceRight((lower, source) => merge(lower, source.options), newTree());
  return parseConfig(options, (path) => {
    const [first] = sources;
    if (first === undefined) throw new ConfigError("nothing says what to do");
    const given = valueAt(options, path);
    const rank = (source: Source): number =>
      depthOf(source.options, path) + (valueAt(source.options, path) === given ? 0.5 : 0);
    // Of two that follow the path as far, the one with the value that counts, or else the first.
    return sources.reduce((best, source) => (rank(source) > rank(best) ? source : best), first).nameOf(path);
  });
}
