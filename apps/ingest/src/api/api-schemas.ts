import { z } from "zod";
import {
  audioTrackSchema,
  endedSessionSchema,
  historySchema,
  sessionSchema,
  sessionStreamSchema,
  streamSchema,
  videoTrackSchema,
  viewersSchema,
} from "../stats/schemas.js";

const count = z.int().min(0);

/** Every answer that is an error. */
export const errorSchema = z.object({
  error: z.object({
    code: z.string().describe("for programs"),
    message: z.string().describe("for people"),
  }),
});

/** See {@link ServerInfo}. */
export const serverSchema = z.object({
  version: z.string(),
  startedAt: z.string().meta({ format: "date-time" }),
  uptimeMs: count,
  draining: z.boolean().describe("whether it takes no new publishers because it is about to stop"),
  streams: count,
  sessions: count,
  connections: z.object({
    rtmp: count,
    pending: count.describe("of rtmp, those that neither publish nor play yet"),
    http: count,
  }),
  heldBytes: count.describe("bytes held for all peers when they were last added up"),
});

/** A stream that goes to another server or comes from it. */
export const relaySchema = z.object({
  id: z.string(),
  direction: z.enum(["push", "pull"]),
  name: z.string().describe("as in the configuration"),
  app: z.string(),
  stream: z.string(),
  url: z.string().describe("without its keys"),
  state: z.enum(["connecting", "live", "waiting"]),
  attempts: count,
  bytes: count,
  messages: count,
  droppedFrames: count,
  lastError: z.string().optional(),
});

/** See {@link RecordingItem}. */
export const recordingSchema = z.object({
  state: z.enum(["running", "finished"]),
  app: z.string(),
  stream: z.string(),
  format: z.enum(["flv", "mp4"]),
  path: z.string().optional().describe("absent while there was nothing to write"),
  startedAt: z.string().meta({ format: "date-time" }).optional(),
  endedAt: z.string().meta({ format: "date-time" }).optional(),
  bytes: count,
  mediaMs: z.number().describe("latest timestamp in the file, in ms"),
  durationMs: z.number().optional().describe("from its first frame to its last"),
  reason: z.string().optional().describe("why the file ended"),
  sha256: z.string().optional().describe("of the whole file, if files are hashed"),
});

/** What comes with a kick. */
export const kickSchema = z.object({
  description: z.string().min(1).max(200).optional().describe("what the peer is told, where its protocol can"),
});
/** The answer to what only does something. */
export const doneSchema = z.object({ done: z.boolean() });

/** A part of a list. */
function listOf<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), total: count.describe("how many there are in all"), offset: count });
}

/** Streams, a part of all. */
export const streamListSchema = listOf(streamSchema);
/** Sessions, a part of all. */
export const sessionListSchema = listOf(sessionSchema);
/** Sessions that are over, a part of all. */
export const endedSessionListSchema = listOf(endedSessionSchema);
/** Recordings, a part of all. */
export const recordingListSchema = listOf(recordingSchema);
/** Relays, a part of all. */
export const relayListSchema = listOf(relaySchema);

/** Schemas that have a name in the OpenAPI document, beside those of events. */
export const NAMED_SCHEMAS: Readonly<Record<string, z.ZodType>> = {
  Error: errorSchema,
  Server: serverSchema,
  VideoTrack: videoTrackSchema,
  AudioTrack: audioTrackSchema,
  Viewers: viewersSchema,
  Stream: streamSchema,
  StreamList: streamListSchema,
  History: historySchema,
  SessionStream: sessionStreamSchema,
  Session: sessionSchema,
  SessionList: sessionListSchema,
  EndedSession: endedSessionSchema,
  EndedSessionList: endedSessionListSchema,
  Recording: recordingSchema,
  RecordingList: recordingListSchema,
  Relay: relaySchema,
  RelayList: relayListSchema,
  Kick: kickSchema,
  Done: doneSchema,
};

/** A file that is being written, or was. */
export type RecordingItem = z.infer<typeof recordingSchema>;
/** What the server says of itself. */
export type ServerInfo = z.infer<typeof serverSchema>;
