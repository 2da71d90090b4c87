import type { Command, CommandHeader, CommandOf, StatusFields } from "@rtmp/messages";
import { type ClientContext, CONNECT } from "./client-context.js";
import { ClientError } from "./client-error.js";
import type { StreamEndReason } from "./client-events.js";
import { type ClientStream, isPending } from "./client-streams.js";
import { readConnectAnswer } from "./connect-command.js";
import { quote, type Words } from "./explain.js";
import { resolveTcUrl } from "./rtmp-url.js";

const STARTS: Readonly<Record<ClientStream["kind"], readonly string[]>> = {
  publish: ["NetStream.Publish.Start"],
  play: ["NetStream.Play.Start", "NetStream.Play.PublishNotify"],
};
const PLAY_ENDS = new Map<string, StreamEndReason>([
  ["NetStream.Play.UnpublishNotify", "unpublished"],
  ["NetStream.Play.Stop", "stopped"],
  ["NetStream.Play.Complete", "complete"],
]);

/** Acts on a command of the server's (RTMP 7.2). */
export function obey(context: ClientContext, command: Command): void {
  switch (command.kind) {
    case "result":
      if (context.answer === undefined) onConnectResult(context, command);
      else onResult(context, command);
      break;
    case "error":
      onError(context, command);
      break;
    case "onStatus":
      onStatus(context, command);
      break;
    case "onBWDone": // some servers measure first; one answer contents them
      if (!context.checkedBandwidth) context.command("_checkbw", 0);
      context.checkedBandwidth = true;
      break;
    case "close":
      context.finish({ reason: "closed", by: "peer" });
      break;
    case "deleteStream":
      onDeleteStream(context, command);
      break;
    default:
      context.events.push({ type: "unhandled", message: command });
  }
}

/** `onPlayStatus`, which comes as a data message: a recording has been played to its end. */
export function onPlayStatus(context: ClientContext, messageStreamId: number, info: unknown): void {
  const stream = context.streams.playing(messageStreamId);
  const code = typeof info === "object" && info !== null && "code" in info ? info.code : undefined;
  if (stream?.state === "active" && code === "NetStream.Play.Complete") {
    context.endStream(stream, { reason: "complete" });
  }
}

function onConnectResult(context: ClientContext, command: StatusCommand): void {
  const { transactionId, level, code } = command;
  const refused = level === "error" || (code !== undefined && code !== "NetConnection.Connect.Success");
  if (refused) refuseConnect(context, command);
  else if (transactionId === CONNECT || code !== undefined) {
    context.answer = readConnectAnswer(command);
    context.link.askForAcknowledgements();
    context.events.push({ type: "connected", answer: context.answer });
  }
}

function refuseConnect(context: ClientContext, { code: statusCode, description }: Said): void {
  const words = { statusCode, description };
  context.complaint = new ClientError("connect-rejected", quote("The server refused connect", words), words);
  context.finish({ reason: "connect-rejected", by: "peer" });
}

function onResult(context: ClientContext, { transactionId = 0, arguments: args }: StatusCommand): void {
  const stream = context.streams.byTransaction(transactionId);
  if (stream?.state !== "creating") return; // to releaseStream, FCPublish and their like: of no weight
  const messageStreamId = args[0];
  if (typeof messageStreamId !== "number" || !(messageStreamId >= 0 && messageStreamId <= 0xffffffff)) {
    context.refuse(stream, new ClientError(`${stream.kind}-rejected`, "The server created no stream."));
    return;
  }
  stream.state = "starting";
  stream.messageStreamId = Math.floor(messageStreamId);
  stream.startedBy = context.nextTransaction();
  stream.begin(stream.startedBy, stream.messageStreamId);
}

function onError(context: ClientContext, command: StatusCommand): void {
  if (context.answer === undefined) {
    refuseConnect(context, command);
    return;
  }
  const stream = context.streams.byTransaction(command.transactionId ?? 0);
  if (stream !== undefined && isPending(stream)) refuseStream(context, stream, words(command));
}

function onStatus(context: ClientContext, command: StatusCommand): void {
  const { messageStreamId, transactionId = 0, level, code = "", description } = command;
  if (context.answer === undefined) {
    if (level === "error") refuseConnect(context, command);
    return;
  }
  if (code === "NetConnection.Connect.ReconnectRequest") {
    onReconnectRequest(context, command);
    return;
  }
  const ofConnection = code.startsWith("NetConnection.");
  const stream = ofConnection ? undefined : context.streams.concerned(messageStreamId, transactionId);
  context.events.push({ type: "status", status: { streamId: stream?.id, level, code: command.code, description } });
  if (level === "error" || code === "NetStream.Play.StreamNotFound" || code === "NetConnection.Connect.Closed") {
    complain(context, stream, words(command));
  } else if (stream?.state === "starting") {
    if (STARTS[stream.kind].includes(code)) context.start(stream);
  } else if (stream?.state === "active" && stream.kind === "play") {
    const reason = PLAY_ENDS.get(code);
    if (reason !== undefined) context.endStream(stream, { reason });
  }
}

function complain(context: ClientContext, stream: ClientStream | undefined, said: Words): void {
  context.complaint = new ClientError("closed", quote("The server closed the connection", said), said);
  if (stream === undefined || stream.state === "ended") return;
  if (isPending(stream)) refuseStream(context, stream, said);
  else {
    const error = new ClientError("stream-failed", quote("The server ended the stream", said), said);
    context.endStream(stream, { reason: "failed", error });
  }
}

function refuseStream(context: ClientContext, stream: ClientStream, said: Words): void {
  const message = quote(`The server refused ${stream.kind}`, said);
  context.refuse(stream, new ClientError(`${stream.kind}-rejected`, message, said));
}

function onReconnectRequest(context: ClientContext, message: StatusCommand): void {
  const tcUrl = message.info?.["tcUrl"];
  try {
    const url = resolveTcUrl(context.url, typeof tcUrl === "string" ? tcUrl : undefined);
    context.events.push({ type: "reconnect", request: { url, description: message.description } });
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    context.events.push({ type: "unhandled", message }); // nowhere to go
  }
}

/** FFmpeg as a server takes leave with deleteStream, of stream 0. */
function onDeleteStream(context: ClientContext, { streamId }: CommandOf<"deleteStream">): void {
  for (const stream of context.streams.all()) {
    const meant = streamId === 0 || streamId === stream.messageStreamId;
    if (meant && stream.state === "active") context.endStream(stream, { reason: "deleted" });
  }
}

type StatusCommand = CommandHeader & StatusFields;
type Said = { readonly code: string | undefined; readonly description: string | undefined };

function words({ code, description }: Said): Words {
  return { statusCode: code, description };
}
