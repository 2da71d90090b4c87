import { z } from "zod";

// What the server says of itself, as schemas: the types for programs that embed it, the answers of the API and their description
// all come from here.

const time = z.string().meta({ format: "date-time", description: "ISO 8601, UTC" });
const count = z.int().min(0);
const bitrate = count.describe("bits a second, over the last 3 to 4 seconds");
const app = z.string().describe("application, as in rtmp://host/<app>/<stream>");
const stream = z.string().describe("stream name, without its query");

/** See {@link VideoTrackInfo}. */
export const videoTrackSchema = z.object({
  id: count.describe("0 unless the encoder numbers its tracks"),
  codec: z.string().optional().describe("FourCC, such as avc1, or the name of an old codec"),
  codecString: z.string().optional().describe("RFC 6381, such as avc1.64001f"),
  profile: z.string().optional(),
  level: z.string().optional(),
  width: z.number().optional(),
  height: z.number().optional(),
  bitDepth: z.number().optional(),
  chroma: z.string().optional().describe("4:2:0 and so on"),
  frameRate: z.number().min(0).describe("frames a second that came, over the last 3 to 4 seconds"),
  declaredFrameRate: z.number().optional().describe("frames a second, as configuration or metadata have it"),
  bitrate,
  frames: count,
  bytes: count,
  gaps: count.describe("steps of the clock of more than 1 s that left something out"),
  backwards: count.describe("steps of the clock back"),
});

/** See {@link AudioTrackInfo}. */
export const audioTrackSchema = z.object({
  id: count.describe("0 unless the encoder numbers its tracks"),
  codec: z.string().optional().describe("FourCC, such as mp4a, or the name of an old codec"),
  codecString: z.string().optional().describe("RFC 6381, such as mp4a.40.2"),
  profile: z.string().optional(),
  sampleRate: z.number().optional().describe("Hz"),
  channels: z.number().optional(),
  bitrate,
  frames: count,
  bytes: count,
  gaps: count.describe("steps of the clock of more than 1 s that left something out"),
  backwards: count.describe("steps of the clock back"),
});

/** See {@link ViewersInfo}. */
export const viewersSchema = z.object({
  total: count,
  byProtocol: z.record(z.string(), count).describe("those of each protocol that has any"),
  droppedFrames: count.describe("frames that viewers lost because they were too slow, those that left included"),
  queuedBytes: count.describe("bytes that wait for viewers"),
});

/** See {@link StreamInfo}. */
export const streamSchema = z.object({
  app,
  stream,
  startedAt: time,
  durationMs: count,
  live: z.boolean().describe("whether somebody publishes at this moment; false while it waits for its publisher"),
  publisher: z
    .object({
      session: z.string().describe("id of the session that publishes"),
      protocol: z.string(),
      peer: z.string().describe("address and port"),
      client: z.string().optional().describe("what the peer says it is"),
      since: time,
    })
    .optional()
    .describe("absent while nobody publishes, and of streams that are pulled from another server"),
  encoder: z.string().optional().describe("what metadata says made the stream"),
  video: z.array(videoTrackSchema).describe("by their ids: the first is what most players show"),
  audio: z.array(audioTrackSchema),
  bitrate: bitrate.describe("bits a second of all tracks, over the last 3 to 4 seconds"),
  bytes: count.describe("bytes of payload, all kinds together"),
  dataMessages: count,
  gop: z
    .object({
      frames: count.describe("frames from keyframe to keyframe"),
      ms: count.describe("ms from keyframe to keyframe"),
    })
    .optional()
    .describe("the last group of pictures that is over, of the track at whose keyframes players start"),
  keyframeAgeMs: count.optional().describe("since the last keyframe came"),
  viewers: viewersSchema,
  recording: z.boolean().describe("whether it is being recorded"),
  heldBytes: count.describe("bytes of media kept in memory for late joiners and outputs"),
});

/** See {@link StreamHistoryInfo}. */
export const historySchema = z
  .object({
    intervalMs: count.describe("from one point to the next, about"),
    at: z.array(z.number()).describe("ms since 1970"),
    videoBitrate: z.array(z.number()).describe("bits a second"),
    audioBitrate: z.array(z.number()).describe("bits a second"),
    frameRate: z.array(z.number()).describe("frames a second of the first video track"),
    gopMs: z.array(z.number()).describe("ms, of the last group of pictures that was over; 0: none yet"),
    viewers: z.array(z.number()),
    droppedFrames: z.array(z.number()).describe("frames that viewers lost so far"),
  })
  .describe("one column a measure, oldest first: the last five minutes");

/** See {@link SessionStream}. */
export const sessionStreamSchema = z.object({ action: z.enum(["publish", "play"]), app, stream });

const sessionMembers = {
  id: z.string(),
  protocol: z.string().describe("rtmp, rtmps, http-flv, ws-flv, hls, …"),
  peer: z.string().describe("address and port"),
  app: app.optional(),
  client: z.string().optional().describe("what the peer says it is"),
  since: time,
  durationMs: count,
  bytesReceived: count,
  bytesSent: count,
  droppedFrames: count.describe("frames lost because the peer was too slow"),
};

/** What a session does, from its begin to its end. */
export const SESSION_STATES = ["handshake", "connecting", "connected", "publishing", "playing", "closing"] as const;

/** See {@link SessionInfo}. */
export const sessionSchema = z.object({
  ...sessionMembers,
  state: z.enum(SESSION_STATES),
  streams: z.array(sessionStreamSchema).describe("what it publishes and plays now"),
  queuedBytes: count.describe("bytes of media that wait for the peer"),
  heldBytes: count.describe("bytes of memory held for the peer, what waits for it included"),
});

/** See {@link EndedSession}. */
export const endedSessionSchema = z.object({
  ...sessionMembers,
  streams: z.array(sessionStreamSchema).describe("what it published and played, the last few"),
  endedAt: time,
  reason: z.string().describe("why: see the table of reasons"),
  by: z.enum(["peer", "us", "application"]).describe("who ended it"),
  clean: z.boolean().describe("whether everything it published had been closed before"),
});

/** A video track of a live stream. */
export type VideoTrackInfo = z.infer<typeof videoTrackSchema>;
/** An audio track of a live stream. */
export type AudioTrackInfo = z.infer<typeof audioTrackSchema>;
/** Who watches a stream. */
export type ViewersInfo = z.infer<typeof viewersSchema>;
/** A live stream: `IngestServer.streams()`. Rates are per second, sizes bytes, times ISO 8601 in UTC. */
export type StreamInfo = z.infer<typeof streamSchema>;
/** The last minutes of a stream, for charts: one column a measure. */
export type StreamHistoryInfo = z.infer<typeof historySchema>;
/** What a session publishes or plays. */
export type SessionStream = z.infer<typeof sessionStreamSchema>;
/** A connection or viewer: `IngestServer.sessions()`. Sizes are bytes, times ISO 8601 in UTC. */
export type SessionInfo = z.infer<typeof sessionSchema>;
/** A session that is over, and why: `IngestServer.endedSessions()`. */
export type EndedSession = z.infer<typeof endedSessionSchema>;
