import { z } from "zod";
import { historySchema, streamSchema } from "../stats/schemas.js";
import { type ApiContext, streamIdOf } from "./api-context.js";
import { doneSchema, kickSchema, streamListSchema } from "./api-schemas.js";
import { ApiError, page, type Route, route } from "./route.js";

const NOT_FOUND = { "not-found": [404, "There is no such stream."] } as const;

/** Live streams. */
export function streamRoutes({ stats }: ApiContext): Route[] {
  return [
    route({
      method: "GET",
      path: "/streams",
      operationId: "listStreams",
      summary: "Live streams, oldest first",
      query: page,
      answer: streamListSchema,
      handle: ({ query: { limit, offset } }) => {
        return { items: stats.streams(limit, offset), total: stats.streamCount, offset };
      },
    }),
    route({
      method: "GET",
      path: "/streams/{app}/{stream}",
      operationId: "getStream",
      summary: "A live stream",
      answer: streamSchema,
      errors: NOT_FOUND,
      handle: ({ params }) => found(stats.stream(streamIdOf(params))),
    }),
    route({
      method: "GET",
      path: "/streams/{app}/{stream}/history",
      operationId: "getStreamHistory",
      summary: "The last five minutes of a live stream, a point a second",
      query: z.object({
        after: z.coerce.number().min(0).default(0).describe("only points later than this, in ms since 1970"),
      }),
      answer: historySchema,
      errors: NOT_FOUND,
      handle: ({ params, query }) => found(stats.history(streamIdOf(params), query.after)),
    }),
    route({
      method: "POST",
      path: "/streams/{app}/{stream}/kick",
      operationId: "kickPublisher",
      summary: "Ends the session that publishes a stream",
      body: kickSchema,
      answer: doneSchema,
      errors: { ...NOT_FOUND, "no-publisher": [409, "Nobody who could be kicked publishes the stream now."] },
      handle: ({ params, body }) => {
        const { publisher } = found(stats.stream(streamIdOf(params)));
        if (publisher === undefined || !stats.kick(publisher.session, body.description)) {
          throw new ApiError("no-publisher");
        }
        return { done: true };
      },
    }),
  ];
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new ApiError("not-found");
  return value;
}
