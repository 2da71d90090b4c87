import { collectDefaultMetrics, Registry } from "prom-client";

/** How often the event loop's lag is measured, in ms. */
const LAG_PRECISION_MS = 20;

let registry: Registry | undefined;

/**
 * Memory, CPU, garbage collection and event loop lag: of the process, so there is one for all servers in it. Measures from the first
 * call on, and can not be undone.
 */
export function processMetrics(): Registry {
  if (registry === undefined) {
    registry = new Registry();
    collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: LAG_PRECISION_MS });
  }
  return registry;
}
