import type { Flag } from "./flag.js";
import { wholeNumber } from "./values.js";

/** Processes that share the work; only the command starts them, a server in a program is one of its own. */
export const workersValue = wholeNumber(1, 64).default(1);

export const workersFlags: readonly Flag[] = [
  { name: "workers", value: "N", key: "workers", help: "serve from N processes, to use N cores (1)" },
];
