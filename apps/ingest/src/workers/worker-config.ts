import type { IngestConfig } from "../config/config.js";

/**
 * The part of a configuration that one of several workers serves: bounds that hold for all of them together are shared out, and what must
 * happen once is the first one's.
 * @param index of the worker, from 0.
 */
export function workerConfig(config: IngestConfig, index: number): IngestConfig {
  const { workers, limits, relay } = config;
  const share = (count: number): number => Math.max(1, Math.ceil(count / workers));
  return {
    ...config,
    http: { ...config.http, listen: undefined },
    hls: { ...config.hls, mode: "off" }, // whoever speaks by HTTP makes it; one process alone may use its folder
    limits: {
      connections: share(limits.connections),
      pending: share(limits.pending),
      pendingPerAddress: share(limits.pendingPerAddress),
      perAddress: limits.perAddress === undefined ? undefined : share(limits.perAddress),
      heldBytes: share(limits.heldBytes),
    },
    relay: index === 0 ? relay : { ...relay, pull: relay.pull.filter(({ when }) => when !== "always") },
  };
}
