import type { PublishCommand } from "@rtmp/messages";
import type { Publication } from "../events.js";
import { splitName } from "../names.js";
import type { MessageStream } from "./message-streams.js";
import type { ServerContext } from "./server-context.js";

/** publish (RTMP 7.2.2.6): asks the application, unless the protocol already says no. */
export function onPublish(context: ServerContext, command: PublishCommand, now: number): void {
  const { limits, streams, app } = context;
  const { messageStreamId, publishingName: name, publishingType } = command;
  const stream = streams.get(messageStreamId);
  const refuse = (
    reason: "bad-argument" | "publish-refused",
    code: "BadName" | "Rejected",
    description: string,
  ): void => context.refuse(messageStreamId, reason, `NetStream.Publish.${code}`, description);
  if (name === undefined || name.length > limits.maxNameLength) {
    refuse("bad-argument", "BadName", "publish needs a stream name of bearable length.");
  } else if (stream === undefined) {
    refuse("publish-refused", "Rejected", "That stream was not created.");
  } else if (stream.publication !== undefined || stream.playback !== undefined) {
    refuse("publish-refused", "BadName", "That stream is in use already.");
  } else if (streams.publishingCount >= limits.maxPublishingStreams) {
    refuse("publish-refused", "Rejected", "Too many streams publish on this connection.");
  } else {
    const { name: streamName } = splitName(name);
    const publication: Publication = { app, name, streamName, publishingType, messageStreamId };
    context.ask({ type: "publish", stream, publication }, now);
  }
}

/** The application said yes. */
export function acceptPublish(context: ServerContext, stream: MessageStream, publication: Publication): void {
  context.streams.publish(stream, publication);
  context.link.admitMedia();
  context.link.send({ type: "userControl", event: "streamBegin", streamId: stream.id });
  context.status(stream.id, "status", "NetStream.Publish.Start", "");
}

/** The publisher has closed its stream with the command `reason`. */
export function unpublish(context: ServerContext, stream: MessageStream, reason: string): void {
  const publication = context.streams.unpublish(stream);
  if (publication === undefined) return;
  context.status(stream.id, "status", "NetStream.Unpublish.Success", "");
  context.events.push({ type: "unpublish", publication, clean: true, reason, by: "peer" });
}

/** FCUnpublish names the stream; without a name it means the only one there is. */
export function onFcUnpublish(context: ServerContext, name: string | undefined): void {
  const { streams } = context;
  const named = streams.publishing().find(({ publication }) => publication?.name === name);
  const stream = name === undefined ? streams.onlyActive() : named;
  if (stream !== undefined) unpublish(context, stream, "FCUnpublish");
}
