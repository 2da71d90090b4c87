import type { IngestConfig } from "./config.js";
import { configFileOf, type Environment, readEnvironment } from "./env.js";
import { readConfigFile } from "./file.js";
import type { Source } from "./source.js";
import { parseSources } from "./source.js";

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
  return parseSources([flags, variables, ...(path === undefined ? [] : [await readConfigFile(path)])]);
}
