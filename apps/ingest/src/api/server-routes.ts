import { z } from "zod";
import type { ApiContext } from "./api-context.js";
import { relayListSchema, serverSchema } from "./api-schemas.js";
import { page, type Route, route } from "./route.js";

/** The server itself, and what it has to do with other servers. */
export function serverRoutes({ server, relays }: ApiContext): Route[] {
  return [
    route({
      method: "GET",
      path: "/server",
      operationId: "getServer",
      summary: "The server",
      answer: serverSchema,
      handle: () => server(),
    }),
    route({
      method: "GET",
      path: "/relays",
      operationId: "listRelays",
      summary: "Streams that go to other servers or come from them",
      query: page.extend({ direction: z.enum(["push", "pull"]).optional() }),
      answer: relayListSchema,
      handle: ({ query: { limit, offset, direction } }) => {
        const wanted = relays().filter((relay) => (direction ?? relay.direction) === relay.direction);
        return { items: wanted.slice(offset, offset + limit), total: wanted.length, offset };
      },
    }),
  ];
}
