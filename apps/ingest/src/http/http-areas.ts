import type { EventEmitter } from "node:events";
import { apiArea } from "../api/api-area.js";
import type { ApiContext } from "../api/api-context.js";
import type { IngestEvents } from "../events.js";
import type { Hls } from "../hls/hls.js";
import { HlsArea } from "../hls/hls-area.js";
import { metricsArea } from "../metrics/metrics-area.js";
import type { ServerMetrics } from "../metrics/server-metrics.js";
import { FlvArea, type FlvAreaContext } from "./flv/flv-area.js";
import { healthArea } from "./health-area.js";
import type { HttpArea } from "./http-area.js";
import { pageArea } from "./page-area.js";

/** What the areas stand on. */
export interface HttpAreaParts {
  readonly api: ApiContext;
  readonly metrics: ServerMetrics;
  readonly events: EventEmitter<IngestEvents>;
  readonly watch: FlvAreaContext;
  /** Whether new streams are welcome. */
  readonly ready: () => boolean;
  /** Undefined without HLS. */
  readonly hls: Hls | undefined;
}

/** The areas of the HTTP side, in the order in which they are asked. Those that watch take any path with their suffix: they come last. */
export function httpAreas({ api, metrics, events, watch, ready, hls }: HttpAreaParts): readonly HttpArea[] {
  const segments = hls === undefined ? [] : [new HlsArea(hls, watch)];
  return [pageArea(), healthArea(ready), metricsArea(metrics), apiArea(api, events), ...segments, new FlvArea(watch)];
}
