import type { EventEmitter } from "node:events";
import type { Context } from "hono";
import type { IngestEvents } from "../events.js";
import type { HttpArea, HttpEnv } from "../http/http-area.js";
import { errorAnswer } from "../http/http-error.js";
import type { ApiContext } from "./api-context.js";
import { EVENT_SCHEMAS } from "./event-schemas.js";
import { openApiDocument } from "./openapi.js";
import { recordingRoutes } from "./recording-routes.js";
import { ApiError, type Route } from "./route.js";
import { ServerChanges } from "./server-changes.js";
import { serverRoutes } from "./server-routes.js";
import { sessionRoutes } from "./session-routes.js";
import { streamRoutes } from "./stream-routes.js";

const BASE = "/api/v1";

/** The API: JSON over HTTP below `/api/v1`, described by `/api/v1/openapi.json`. */
export function apiArea(context: ApiContext, events: EventEmitter<IngestEvents>): HttpArea {
  const changes = new ServerChanges(context, events);
  const routes = [serverRoutes, streamRoutes, recordingRoutes, sessionRoutes].flatMap((make) => make(context));
  const described = [
    { path: "/openapi.json", operation: DOCUMENT_OPERATION },
    { path: "/events", operation: EVENTS_OPERATION },
  ];
  let document: object | undefined;
  return {
    mount(app, guards) {
      app.get(`${BASE}/openapi.json`, guards.admin, (c) => {
        document ??= openApiDocument(routes, described, context.server().version);
        return c.json(document);
      });
      app.get(`${BASE}/events`, guards.adminOrQuery, (c) => listen(c, changes));
      app.all(`${BASE}/*`, guards.admin, (c) => answer(c, routes));
    },
    stop: () => changes.close(),
  };
}

/** Answers with events for as long as the client listens. */
function listen(c: Context<HttpEnv>, changes: ServerChanges): Response {
  c.header("Content-Type", "text/event-stream");
  c.header("X-Accel-Buffering", "no"); // nginx would hold events back
  if (c.req.method === "HEAD") return c.body(null);
  const body = changes.open();
  if (body !== undefined) return c.body(body);
  c.header("Content-Type", "application/json");
  return errorAnswer(c, 503, "too-many-listeners", "Too many listen to the events already.");
}

const DOCUMENT_OPERATION = {
  operationId: "getDescription",
  summary: "This document",
  responses: { "200": { description: "OpenAPI 3.1", content: { "application/json": { schema: { type: "object" } } } } },
};

const EVENTS_OPERATION = {
  operationId: "listenToEvents",
  summary: "Server-sent events: what changes, and rates once a second",
  description:
    "Ask for the lists first when `hello` comes, and again at `resync`. `?token=` will do for the token here: an EventSource can send no header. " +
    `Events, each with the data that the schema of its name describes: ${Object.keys(EVENT_SCHEMAS).join(", ")}.`,
  responses: {
    "200": { description: "Events", content: { "text/event-stream": { schema: { type: "string" } } } },
    "503": {
      description: "`too-many-listeners`: 64 listen already",
      content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } },
    },
  },
};

async function answer(c: Context<HttpEnv>, routes: readonly Route[]): Promise<Response> {
  const segments = segmentsOf(c.env.incoming.url ?? "");
  if (segments === undefined) return errorAnswer(c, 400, "bad-request", "The path is not encoded as it should be.");
  const method = c.req.method === "HEAD" ? "GET" : c.req.method;
  const fitting = routes.flatMap((route) => {
    const params = match(route.path, segments);
    return params === undefined ? [] : [{ route, params }];
  });
  const chosen = fitting.find(({ route }) => route.method === method);
  if (chosen === undefined) {
    if (fitting.length === 0) return errorAnswer(c, 404, "not-found", "There is nothing here.");
    c.header("Allow", fitting.map(({ route }) => route.method).join(", "));
    return errorAnswer(c, 405, "method-not-allowed", `${method} is not for this path.`);
  }
  const { route, params } = chosen;
  try {
    const body = method === "POST" ? await c.req.text() : "";
    return c.json((await route.respond({ params, query: c.req.query(), body })) as object);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.code === "bad-request") return errorAnswer(c, 400, error.code, error.message);
    const known = route.errors[error.code];
    if (known === undefined) throw error;
    return errorAnswer(c, known[0], error.code, error.message === "" ? known[1] : error.message);
  }
}

/**
 * The parts of the path below {@link BASE}, decoded one by one: a name may hold any character, slashes too. Taken from what was sent: a `URL` would
 * already have taken names for relative paths. Undefined if a part can not be decoded.
 */
function segmentsOf(target: string): string[] | undefined {
  const path = target.split("?", 1)[0] ?? "";
  if (!path.startsWith(`${BASE}/`)) return [];
  try {
    return path
      .slice(BASE.length + 1)
      .split("/")
      .map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

function match(path: string, segments: readonly string[]): Record<string, string> | undefined {
  const pattern = path.slice(1).split("/");
  if (pattern.length !== segments.length) return undefined;
  const params: Record<string, string> = {};
  for (const [i, part] of pattern.entries()) {
    const segment = segments[i] ?? "";
    if (part.startsWith("{")) params[part.slice(1, -1)] = segment;
    else if (part !== segment) return undefined;
  }
  return params;
}
