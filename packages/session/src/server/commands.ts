import type { Command } from "@rtmp/messages";
import { onConnect } from "./connecting.js";
import type { MessageStream } from "./message-streams.js";
import { onPause, onPlay, onPlay2, onReceive, onSeek, stopPlaying } from "./playing.js";
import { onFcUnpublish, onPublish, unpublish } from "./publishing.js";
import { command } from "./replies.js";
import type { ServerContext } from "./server-context.js";

/** Does what a command asks for (RTMP 7.2). One that is not known, or not the peer's to send, is handed out. */
export function obey(context: ServerContext, message: Command, now: number): void {
  if (context.connect === undefined) beforeConnect(context, message, now);
  else afterConnect(context, message, now);
}

function beforeConnect(context: ServerContext, message: Command, now: number): void {
  switch (message.kind) {
    case "connect":
      onConnect(context, message, now);
      return;
    case "publish":
    case "play":
    case "play2": {
      const code = message.kind === "publish" ? "NetStream.Publish.Rejected" : "NetStream.Play.Failed";
      context.refuse(message.messageStreamId, "publish-before-connect", code, "Connect to an application first.");
      return;
    }
    default:
      context.events.push({ type: "unhandled", message });
      context.answerError(message.transactionId ?? 0, "Connect to an application first.");
  }
}

function afterConnect(context: ServerContext, message: Command, now: number): void {
  const { messageStreamId, transactionId = 0 } = message;
  switch (message.kind) {
    case "connect":
      onConnect(context, message, now);
      break;
    case "createStream":
      createStream(context, transactionId);
      break;
    case "publish":
      onPublish(context, message, now);
      break;
    case "play":
      onPlay(context, message, now);
      break;
    case "play2":
      onPlay2(context, message);
      break;
    case "pause":
      onPause(context, message);
      break;
    case "seek":
      onSeek(context, message);
      break;
    case "receiveAudio":
    case "receiveVideo":
      onReceive(context, message);
      break;
    case "closeStream":
      closeStream(context, context.streams.get(messageStreamId), "closeStream");
      break;
    case "deleteStream":
      deleteStream(context, message.streamId, message.arguments.length > 0);
      break;
    case "fcUnpublish":
      onFcUnpublish(context, message.streamName);
      context.answer(transactionId);
      break;
    case "releaseStream":
    case "fcPublish":
    case "fcSubscribe":
    case "checkBandwidth":
      context.answer(transactionId);
      break;
    case "getStreamLength": // 0 is "unknown or live"; FFmpeg takes an _error for fatal
      if (transactionId > 0) context.link.send(command(0, "_result", transactionId, null, 0));
      break;
    case "result":
    case "error":
    case "onStatus":
      context.events.push({ type: "unhandled", message });
      break;
    default:
      context.events.push({ type: "unhandled", message });
      context.answerError(transactionId, "This server does not know that call.");
  }
}

function createStream(context: ServerContext, transactionId: number): void {
  const { streams } = context;
  if (streams.count >= context.limits.maxStreams) {
    context.answerError(transactionId, "Too many streams on this connection.");
    return;
  }
  const { id } = streams.create();
  context.link.send(command(0, "_result", transactionId, null, id));
}

function closeStream(context: ServerContext, stream: MessageStream | undefined, reason: string): void {
  if (stream === undefined) return;
  unpublish(context, stream, reason);
  stopPlaying(context, stream, reason);
}

function deleteStream(context: ServerContext, id: number | undefined, hasArgument: boolean): void {
  const { streams } = context;
  // GStreamer names the stream instead of numbering it; with one active stream there is no doubt which is meant.
  const stream = id === undefined && hasArgument ? streams.onlyActive() : streams.get(id ?? 0);
  if (stream === undefined) return;
  closeStream(context, stream, "deleteStream");
  streams.delete(stream.id);
}
