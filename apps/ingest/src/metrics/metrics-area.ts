import type { HttpArea } from "../http/http-area.js";
import { processMetrics } from "./process-metrics.js";
import type { ServerMetrics } from "./server-metrics.js";

/** `/metrics`, for Prometheus: the server's, and those of its process. */
export function metricsArea(metrics: ServerMetrics): HttpArea {
  return {
    mount(app, guards) {
      app.get("/metrics", guards.admin, async (c) => {
        const text = `${await metrics.text()}\n${await processMetrics().metrics()}`;
        return c.body(text, 200, { "Content-Type": metrics.contentType });
      });
    },
  };
}
