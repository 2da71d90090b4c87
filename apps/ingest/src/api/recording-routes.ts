import { z } from "zod";
import type { RecordingClosedEvent } from "../events.js";
import type { RunningRecording } from "../recording/recordings.js";
import { type ApiContext, streamIdOf } from "./api-context.js";
import { doneSchema, type RecordingItem, recordingListSchema } from "./api-schemas.js";
import { ApiError, page, type Route, route } from "./route.js";

/** Files that are written, and that were. */
export function recordingRoutes({ recordings }: ApiContext): Route[] {
  return [
    route({
      method: "GET",
      path: "/recordings",
      operationId: "listRecordings",
      summary: "Files that are being written, and the last hundred that are finished, latest first",
      query: page.extend({ state: z.enum(["running", "finished"]).optional() }),
      answer: recordingListSchema,
      handle: ({ query: { limit, offset, state } }) => {
        const { running, finished } = recordings.list();
        const all = [...running.map(runningItem), ...[...finished].reverse().map(finishedItem)];
        const wanted = all.filter((item) => (state ?? item.state) === item.state);
        return { items: wanted.slice(offset, offset + limit), total: wanted.length, offset };
      },
    }),
    route({
      method: "POST",
      path: "/streams/{app}/{stream}/record/start",
      operationId: "startRecording",
      summary: "Begins to record a live stream",
      answer: doneSchema,
      errors: {
        "stream-not-found": [404, "There is no such stream."],
        "already-recording": [409, "It is being recorded already."],
        "recording-off": [409, "The server has no folder for recordings."],
      },
      handle: async ({ params }) => {
        const outcome = await recordings.start(streamIdOf(params));
        if (outcome !== "started") throw new ApiError(outcome);
        return { done: true };
      },
    }),
    route({
      method: "POST",
      path: "/streams/{app}/{stream}/record/stop",
      operationId: "stopRecording",
      summary: "Ends the recording of a stream, not the stream; answered when its files are closed",
      answer: doneSchema,
      errors: { "not-recording": [409, "It is not being recorded."] },
      handle: async ({ params }) => {
        if (!(await recordings.stop(streamIdOf(params)))) throw new ApiError("not-recording");
        return { done: true };
      },
    }),
  ];
}

function runningItem(recording: RunningRecording): RecordingItem {
  return { state: "running", ...recording };
}

function finishedItem(recording: RecordingClosedEvent): RecordingItem {
  const { app, stream, format, path, startedAt, endedAt, bytes, mediaMs, durationMs, reason, sha256 } = recording;
  const item = { app, stream, format, path, startedAt, endedAt, bytes, mediaMs, durationMs, reason };
  return { state: "finished", ...item, ...(sha256 !== undefined && { sha256 }) };
}
