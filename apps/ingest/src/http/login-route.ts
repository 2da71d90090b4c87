import { z } from "zod";
import type { AdminGuard } from "./admin-guard.js";
import type { HttpArea } from "./http-area.js";
import { errorAnswer } from "./http-error.js";
import { clearSessionCookie, makeSessionCookie } from "./session-cookie.js";

const loginBody = z.object({ token: z.string().min(1).max(1024) });

/**
 * `POST /login` with the token, as JSON (`{ "token": … }`, answered 204) or from a form (answered with a redirect to `/`), sets the cookie that the
 * guard takes; `POST /logout` ends it. A cross-site page can do neither.
 */
export function loginRoutes(guard: AdminGuard, token: () => string | undefined): HttpArea {
  return {
    mount(app) {
      app.post("/login", async (c) => {
        const isForm = !(c.req.header("Content-Type") ?? "").startsWith("application/json");
        const body: unknown = await (isForm ? c.req.parseBody() : c.req.json()).catch(() => undefined);
        const parsed = loginBody.safeParse(body);
        if (!parsed.success) return errorAnswer(c, 400, "bad-request", "Send the token as JSON or as a form.");
        const admittance = guard.try(c.env.incoming, parsed.data.token);
        if (admittance !== "granted") return guard.refuse(c, admittance);
        const secret = token();
        const secure = isSecure(c.req.header("X-Forwarded-Proto"));
        if (secret !== undefined) c.header("Set-Cookie", makeSessionCookie(secret, Date.now(), secure));
        return isForm ? c.redirect("/", 303) : c.body(null, 204);
      });
      app.post("/logout", (c) => {
        c.header("Set-Cookie", clearSessionCookie(isSecure(c.req.header("X-Forwarded-Proto"))));
        return c.body(null, 204);
      });
    },
  };
}

/** Whether the browser speaks HTTPS with a proxy before us: it keeps the cookie to itself otherwise. */
function isSecure(forwardedProto: string | undefined): boolean {
  return forwardedProto?.trim().toLowerCase() === "https";
}
