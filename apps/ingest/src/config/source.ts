import { ConfigError, type IngestConfig, parseConfig } from "./config.js";
import { depthOf, merge, newTree, type Tree, valueAt } from "./tree.js";

/** Where options come from. */
export interface Source {
  readonly options: Tree;
  /** What this source calls a path: a flag, a variable, or file, line and key. */
  nameOf(path: readonly PropertyKey[]): string;
  /** What in it could be put nowhere, a line each. */
  readonly mistakes?: readonly string[];
}

/**
 * Checks what several sources say together. A mistake is named as its source calls it.
 * @param sources the first that has a key is the one that counts.
 * @throws ConfigError naming all mistakes.
 */
export function parseSources(sources: readonly Source[]): IngestConfig {
  const options = sources.reduceRight((lower, source) => merge(lower, source.options), newTree());
  const nameOf = (path: readonly PropertyKey[]): string => {
    const [first] = sources;
    if (first === undefined) throw new ConfigError("nothing says what to do");
    const given = valueAt(options, path);
    const rank = (source: Source): number =>
      depthOf(source.options, path) + (valueAt(source.options, path) === given ? 0.5 : 0);
    // Of two that follow the path as far, the one with the value that counts, or else the first.
    return sources.reduce((best, source) => (rank(source) > rank(best) ? source : best), first).nameOf(path);
  };
  const mistakes = sources.flatMap((source) => source.mistakes ?? []);
  let config: IngestConfig;
  try {
    config = parseConfig(options, nameOf);
  } catch (error) {
    throw withMistakes(mistakes, error);
  }
  if (mistakes.length > 0) throw new ConfigError(mistakes.join("\n"));
  return config;
}

/** An error that names these mistakes before its own, if it is one of configuration. */
export function withMistakes(mistakes: readonly string[], error: unknown): unknown {
  return error instanceof ConfigError ? new ConfigError([...mistakes, error.message].join("\n")) : error;
}
