import type { LeveledLogger } from "../log.js";
import type { Reloadable } from "./reloader.js";

/** The level of a log, as what can be reloaded. */
export function levelOf(logger: LeveledLogger): Reloadable {
  return {
    keys: ["log.level"],
    prepare:
      ({ log }) =>
      () =>
        logger.setLevel(log.level),
  };
}
