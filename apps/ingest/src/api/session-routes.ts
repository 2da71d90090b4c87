import { z } from "zod";
import { SESSION_STATES, sessionSchema } from "../stats/schemas.js";
import type { ApiContext } from "./api-context.js";
import { doneSchema, endedSessionListSchema, kickSchema, sessionListSchema } from "./api-schemas.js";
import { ApiError, page, type Route, route } from "./route.js";

const NOT_FOUND = { "not-found": [404, "There is no such session."] } as const;

/** Connections and viewers, those of the past too. */
export function sessionRoutes({ stats }: ApiContext): Route[] {
  return [
    route({
      method: "GET",
      path: "/sessions",
      operationId: "listSessions",
      summary: "Connections and viewers, in the order in which they came",
      query: page.extend({
        state: z.enum(SESSION_STATES).optional().describe("only those in this state"),
        protocol: z.string().optional().describe("only those of this protocol"),
      }),
      answer: sessionListSchema,
      handle: ({ query: { limit, offset, state, protocol } }) => {
        const { sessions } = stats;
        if (state === undefined && protocol === undefined) {
          return { items: sessions.page(limit, offset), total: sessions.size, offset };
        }
        const wanted = sessions
          .page()
          .filter((each) => (state ?? each.state) === each.state && (protocol ?? each.protocol) === each.protocol);
        return { items: wanted.slice(offset, offset + limit), total: wanted.length, offset };
      },
    }),
    route({
      method: "GET",
      path: "/sessions/{id}",
      operationId: "getSession",
      summary: "A connection or viewer",
      answer: sessionSchema,
      errors: NOT_FOUND,
      handle: ({ params: { id = "" } }) => {
        const session = stats.sessions.get(id);
        if (session === undefined) throw new ApiError("not-found");
        return session.info();
      },
    }),
    route({
      method: "POST",
      path: "/sessions/{id}/kick",
      operationId: "kickSession",
      summary: "Ends a session: the peer is told, and the reason is `kicked`",
      body: kickSchema,
      answer: doneSchema,
      errors: NOT_FOUND,
      handle: ({ params: { id = "" }, body }) => {
        if (!stats.kick(id, body.description)) throw new ApiError("not-found");
        return { done: true };
      },
    }),
    route({
      method: "GET",
      path: "/ended-sessions",
      operationId: "listEndedSessions",
      summary: "The last sessions that are over, latest first, and why: 125 at most",
      query: page,
      answer: endedSessionListSchema,
      handle: ({ query: { limit, offset } }) => {
        const ended = stats.sessions.ended();
        return { items: ended.slice(offset, offset + limit), total: ended.length, offset };
      },
    }),
  ];
}
