import { stringify } from "yaml";
import { configSchema, type IngestConfig } from "./config.js";
import { layersOf, mapMarked } from "./schema-walk.js";

/** A configuration for people: a YAML file that means the same, but for secrets, which are hidden. */
export function showConfig(config: IngestConfig): string {
  const shown = mapMarked(layersOf(configSchema), config, ({ show }, value) =>
    show === undefined || value === undefined ? value : show(value),
  );
  return stringify(shown, { keepUndefined: false });
}
