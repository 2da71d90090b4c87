import type { RecordingItem } from "../src/api/api-schemas.js";
import type { RelayInfo } from "../src/relay/relay-info.js";
import type { EndedSession, SessionInfo } from "../src/stats/schemas.js";
import { type Column, h } from "./dom.js";
import { duration, size, time } from "./format.js";

type Streams = SessionInfo["streams"];
const streamsOf = (streams: Streams): string =>
  streams.map(({ action, app, stream }) => `${action === "publish" ? "▲" : "▼"} ${app}/${stream}`).join(", ");

/** Of those who are there. @param kick ends a session. */
export function sessionColumns(
  kick: (session: SessionInfo, button: EventTarget | null) => void,
): readonly Column<SessionInfo>[] {
  return [
    { title: "Peer", cell: ({ peer }) => peer },
    { title: "Protocol", cell: ({ protocol }) => protocol },
    { title: "State", cell: ({ state }) => state },
    { title: "Streams", wide: true, cell: ({ streams }) => streamsOf(streams) },
    { title: "Client", wide: true, cell: ({ client }) => client },
    { title: "For", cell: ({ durationMs }) => duration(durationMs) },
    { title: "In", cell: ({ bytesReceived }) => size(bytesReceived) },
    { title: "Out", cell: ({ bytesSent }) => size(bytesSent) },
    { title: "Waits", cell: ({ queuedBytes }) => size(queuedBytes) },
    { title: "Dropped", cell: ({ droppedFrames }) => String(droppedFrames) },
    {
      title: "",
      cell: (session) => h("button", { class: "danger", click: ({ target }) => kick(session, target) }, "Kick"),
    },
  ];
}

/** Of those who were there. */
export const endedColumns: readonly Column<EndedSession>[] = [
  { title: "Ended", cell: ({ endedAt }) => time(endedAt) },
  { title: "Peer", cell: ({ peer }) => peer },
  { title: "Protocol", cell: ({ protocol }) => protocol },
  { title: "Streams", wide: true, cell: ({ streams }) => streamsOf(streams) },
  { title: "Why", cell: ({ reason, clean }) => h("span", { class: clean ? undefined : "bad" }, reason) },
  { title: "By", cell: ({ by }) => ({ peer: "peer", us: "limit", application: "server" })[by] },
  { title: "Lasted", cell: ({ durationMs }) => duration(durationMs) },
  { title: "In", cell: ({ bytesReceived }) => size(bytesReceived) },
  { title: "Out", cell: ({ bytesSent }) => size(bytesSent) },
];

/** Of files that are written, and that were. */
export const recordingColumns: readonly Column<RecordingItem>[] = [
  { title: "State", cell: ({ state }) => (state === "running" ? h("span", { class: "tag" }, "REC") : "finished") },
  { title: "Stream", wide: true, cell: ({ app, stream }) => `${app}/${stream}` },
  { title: "Began", cell: ({ startedAt }) => (startedAt === undefined ? "" : time(startedAt)) },
  { title: "Length", cell: ({ durationMs, mediaMs }) => duration(durationMs ?? mediaMs) },
  { title: "Size", cell: ({ bytes }) => size(bytes) },
  { title: "File", wide: true, cell: ({ path }) => path },
];

/** Of streams that go to other servers or come from them. */
export const relayColumns: readonly Column<RelayInfo>[] = [
  { title: "Relay", cell: ({ direction, name }) => `${direction} ${name}` },
  { title: "Stream", wide: true, cell: ({ app, stream }) => `${app}/${stream}` },
  { title: "URL", wide: true, cell: ({ url }) => url },
  { title: "State", cell: ({ state }) => state },
  { title: "Bytes", cell: ({ bytes }) => size(bytes) },
  { title: "Dropped", cell: ({ droppedFrames }) => String(droppedFrames) },
  { title: "Last error", wide: true, cell: ({ lastError }) => lastError },
];
