import { z } from "zod";
import { endedSessionSchema, sessionSchema, streamSchema } from "../stats/schemas.js";
import { serverSchema } from "./api-schemas.js";

const app = z.string();
const stream = z.string();
const relay = { id: z.string(), direction: z.enum(["push", "pull"]), name: z.string(), app, stream, url: z.string() };

/** One second of one stream. */
const streamTickSchema = z.object({
  app,
  stream,
  videoBitrate: z.number().describe("bits a second"),
  audioBitrate: z.number().describe("bits a second"),
  frameRate: z.number().describe("frames a second of the first video track"),
  gopMs: z.number().describe("ms, of the last group of pictures that was over; 0: none yet"),
  viewers: z.number(),
  droppedFrames: z.number().describe("frames that viewers lost so far"),
});

/** What the data of each server-sent event is, by the event's name. */
export const EVENT_SCHEMAS = {
  hello: serverSchema.describe("the first event"),
  "stream-started": streamSchema,
  "stream-changed": streamSchema.describe("other tracks, publisher or metadata; live or not; recorded or not"),
  "stream-ended": z.object({ app, stream }),
  "session-started": sessionSchema.describe("a peer has connected to an application, or watches"),
  "session-ended": endedSessionSchema,
  "recording-started": z.object({ app, stream, path: z.string() }),
  "recording-closed": z.object({ app, stream, path: z.string(), bytes: z.number(), mediaMs: z.number() }),
  "recording-failed": z.object({ app, stream, reason: z.string(), path: z.string().optional() }),
  "relay-live": z.object(relay),
  "relay-retry": z.object({ ...relay, code: z.string(), message: z.string(), waitMs: z.number() }),
  "relay-ended": z.object({ ...relay, reason: z.string() }),
  stats: z
    .object({
      at: z.number().describe("ms since 1970"),
      streams: z.array(streamTickSchema).describe("200 at most"),
      server: serverSchema,
    })
    .describe("once a second"),
  resync: z.object({}).describe("this client was too slow and has missed events: ask for what it shows anew"),
} as const;

/** Names of the events. */
export type EventName = keyof typeof EVENT_SCHEMAS;
/** Data of an event. */
export type EventData<Name extends EventName> = z.infer<(typeof EVENT_SCHEMAS)[Name]>;
