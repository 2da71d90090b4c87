import type { IngestConfig } from "./config.js";
import { configFileOf, type Environment, readEnvironment } from "./env.js";
import { readConfigFile } from "./file.js";
import { parseSources, type Source, withMistakes } from "./source.js";

/** Where the configuration of a command comes from, so that it can be read again. */
export interface ConfigSources {
  readonly flags: Source;
  /** What `--config` names. */
  readonly file?: string | undefined;
  readonly environment: Environment;
}

/**
 * Reads the configuration: flags go before the environment, the environment before the file.
 * @throws ConfigError naming each mistake as its source calls it.
 */
export async function loadConfig({ flags, file, environment }: ConfigSources): Promise<IngestConfig> {
  const variables = readEnvironment(environment);
  const path = file ?? configFileOf(environment);
  if (path === undefined) return parseSources([flags, variables]);
  const contents = await readConfigFile(path).catch((error: unknown) => {
    throw withMistakes(variables.mistakes ?? [], error); // nothing else can be checked without the file
  });
  return parseSources([flags, variables, contents]);
}
