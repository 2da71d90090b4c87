import type { Command, CommandOf, PlayCommand } from "@rtmp/messages";
import type { Playback } from "../events.js";
import { splitName } from "../names.js";
import type { MessageStream } from "./message-streams.js";
import type { ServerContext } from "./server-context.js";

/** play (RTMP 7.2.2.1): asks the application, unless the protocol already says no. */
export function onPlay(context: ServerContext, command: PlayCommand, now: number): void {
  const { limits, streams, app } = context;
  const { messageStreamId, streamName: name, start, duration, reset } = command;
  const stream = streams.get(messageStreamId);
  const refuse = (reason: "bad-argument" | "play-refused", description: string): void =>
    context.refuse(messageStreamId, reason, "NetStream.Play.Failed", description);
  if (name === undefined || name.length > limits.maxNameLength) {
    refuse("bad-argument", "play needs a stream name of bearable length.");
  } else if (stream === undefined) {
    refuse("play-refused", "That stream was not created.");
  } else if (stream.publication !== undefined) {
    refuse("play-refused", "That stream publishes.");
  } else {
    const { name: streamName } = splitName(name);
    context.ask(
      { type: "play", stream, playback: { app, name, streamName, start, duration, reset, messageStreamId } },
      now,
    );
  }
}

/** The application said yes. The order is the one that FFmpeg, librtmp, VLC and GStreamer all understand. */
export function acceptPlay(context: ServerContext, stream: MessageStream, playback: Playback): void {
  const { id } = stream;
  const { streamName } = playback;
  stopPlaying(context, stream, "play");
  context.streams.play(stream, playback);
  context.link.send({ type: "userControl", event: "streamBegin", streamId: id });
  if (playback.reset) context.status(id, "status", "NetStream.Play.Reset", `Playing and resetting ${streamName}.`);
  context.status(id, "status", "NetStream.Play.Start", `Started playing ${streamName}.`);
  context.link.send({ type: "data", messageStreamId: id, values: ["|RtmpSampleAccess", true, true] });
  context.status(id, "status", "NetStream.Data.Start", "");
}

/** The player has closed its stream with the command `reason`. */
export function stopPlaying(context: ServerContext, stream: MessageStream, reason: string): void {
  const playback = context.streams.stop(stream);
  if (playback !== undefined) context.events.push({ type: "stop", playback, reason });
}

/** The application ends a playback: players leave at the first of these that they know. */
export function endPlaying(context: ServerContext, stream: MessageStream): void {
  const playback = context.streams.stop(stream);
  if (playback === undefined) return;
  const { id } = stream;
  context.link.send({ type: "userControl", event: "streamEof", streamId: id });
  context.status(id, "status", "NetStream.Play.UnpublishNotify", `${playback.streamName} is not published any more.`);
  context.status(id, "status", "NetStream.Play.Stop", `Stopped playing ${playback.streamName}.`);
}

/** pause (RTMP 7.2.2.8). */
export function onPause(context: ServerContext, { messageStreamId, paused }: CommandOf<"pause">): void {
  const playback = context.streams.get(messageStreamId)?.playback;
  if (playback === undefined) return;
  const [code, what] = paused ? ["NetStream.Pause.Notify", "Paused"] : ["NetStream.Unpause.Notify", "Unpaused"];
  context.status(messageStreamId, "status", code, `${what} ${playback.streamName}.`);
  context.events.push({ type: "pause", playback, paused });
}

/** receiveAudio and receiveVideo (RTMP 7.2.2.4, 7.2.2.5): switching on is answered, switching off is not. */
export function onReceive(context: ServerContext, command: CommandOf<"receiveAudio" | "receiveVideo">): void {
  const { messageStreamId, kind, enabled } = command;
  const playback = context.streams.get(messageStreamId)?.playback;
  if (playback === undefined) return;
  if (enabled) {
    context.status(messageStreamId, "status", "NetStream.Seek.Notify", "");
    context.status(messageStreamId, "status", "NetStream.Play.Start", `Started playing ${playback.streamName}.`);
  }
  context.events.push({ type: "receive", playback, kind: kind === "receiveAudio" ? "audio" : "video", enabled });
}

/** seek (RTMP 7.2.2.7). A live stream stays live; FFmpeg discards all media until it is told that the seek is over. */
export function onSeek(context: ServerContext, { messageStreamId }: CommandOf<"seek">): void {
  const playback = context.streams.get(messageStreamId)?.playback;
  if (playback === undefined) return;
  context.status(messageStreamId, "status", "NetStream.Seek.Notify", `${playback.streamName} is live.`);
}

/** play2 (RTMP 7.2.2.2) switches between renditions of a recording, which is not offered; what plays goes on. */
export function onPlay2(context: ServerContext, { messageStreamId }: Command): void {
  context.refuse(messageStreamId, "play-refused", "NetStream.Play.Failed", "Switching streams is not offered.");
}
