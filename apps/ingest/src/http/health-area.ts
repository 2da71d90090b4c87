import type { HttpArea } from "./http-area.js";
import { errorAnswer } from "./http-error.js";

/**
 * `/healthz`: the process answers. `/readyz`: new streams may be sent here. For everybody, without a token: they tell nothing else.
 */
export function healthArea(ready: () => boolean): HttpArea {
  return {
    mount(app) {
      app.get("/healthz", (c) => c.json({ status: "ok" }, 200, { "Cache-Control": "no-store" }));
      app.get("/readyz", (c) => {
        c.header("Cache-Control", "no-store");
        if (ready()) return c.json({ status: "ready" });
        return errorAnswer(c, 503, "not-ready", "Send new streams elsewhere: this server begins, or is about to stop.");
      });
    },
  };
}
