import type { ConnectCommand, Message } from "@rtmp/messages";
import type { EndReason, SessionEnd } from "./end.js";

/** A stream that a peer publishes. */
export interface Publication {
  /** The application it belongs to: `app` of connect, without query and outer slashes. */
  readonly app: string;
  /** Publishing name as sent. What follows its first `?` is often a key: keep it out of logs. */
  readonly name: string;
  /** Publishing name up to its first `?`. */
  readonly streamName: string;
  /** `live`, `record` or `append` as sent; `live` if the peer omits it (RTMP 7.2.2.6). */
  readonly publishingType: string;
  readonly messageStreamId: number;
}

/** A stream that a peer plays. */
export interface Playback {
  /** The application it belongs to: `app` of connect, without query and outer slashes. */
  readonly app: string;
  /** Stream name as sent. What follows its first `?` is often a token: keep it out of logs. */
  readonly name: string;
  /** Stream name up to its first `?`. */
  readonly streamName: string;
  /** As sent (RTMP 7.2.2.1): -2 live or recorded, -1 live; FFmpeg and librtmp send -2000 and -1000. -2 if absent. */
  readonly start: number;
  /** As sent: -1 to the end, which is also what an absent one means. */
  readonly duration: number;
  /** Whether it takes the place of what played before on the stream. */
  readonly reset: boolean;
  readonly messageStreamId: number;
}

/** Audio, video or data of a stream, payload untouched: the body of an FLV tag. */
export interface MediaMessage {
  readonly type: "audio" | "video" | "data";
  /** Message type id: 8, 9, 18, or 15 for AMF3-framed data. */
  readonly messageTypeId: number;
  readonly messageStreamId: number;
  /** Milliseconds modulo 2^32, as sent. */
  readonly timestamp: number;
  readonly payload: Uint8Array;
  /** Data: the first value if it is a string, such as `@setDataFrame`. */
  readonly name?: string;
}

/** The peer asks to connect to an application (RTMP 7.2.1.1). Answer with `accept` or `reject` and this id. */
export interface ConnectEvent {
  readonly type: "connect";
  readonly requestId: number;
  /** `app` without its query and without outer slashes. */
  readonly app: string;
  /** All that came, `properties` included. */
  readonly command: ConnectCommand;
}

/** The peer asks to publish (RTMP 7.2.2.6). Answer with `accept` or `reject` and this id. */
export interface PublishEvent {
  readonly type: "publish";
  readonly requestId: number;
  readonly publication: Publication;
}

/** The peer asks to play (RTMP 7.2.2.1). Answer with `accept` or `reject` and this id. */
export interface PlayEvent {
  readonly type: "play";
  readonly requestId: number;
  readonly playback: Playback;
}

/** A publication's message. */
export interface MediaEvent {
  readonly type: "media";
  readonly publication: Publication;
  readonly message: MediaMessage;
}

/** A publication is over. */
export interface UnpublishEvent {
  readonly type: "unpublish";
  readonly publication: Publication;
  /** Whether its publisher closed it (FCUnpublish, closeStream or deleteStream). */
  readonly clean: boolean;
  /** The command that closed it, or why it or the connection ended. */
  readonly reason: EndReason;
  /** Who ended it: as in `SessionEnd`. */
  readonly by: SessionEnd["by"];
}

/** A playback is over: its player closed it, plays something else there, or the connection ended. */
export interface StopEvent {
  readonly type: "stop";
  readonly playback: Playback;
  /** The command that closed it, or why the connection ended. */
  readonly reason: EndReason;
}

/** A player pauses or goes on (RTMP 7.2.2.8); it has been answered. */
export interface PauseEvent {
  readonly type: "pause";
  readonly playback: Playback;
  readonly paused: boolean;
}

/** A player wants audio or video, or no longer (RTMP 7.2.2.4, 7.2.2.5). */
export interface ReceiveEvent {
  readonly type: "receive";
  readonly playback: Playback;
  readonly kind: "audio" | "video";
  readonly enabled: boolean;
}

/** The peer left, or time ran out, before a request was answered: the answer is no longer wanted. */
export interface CancelEvent {
  readonly type: "cancel";
  readonly requestId: number;
  readonly reason: EndReason;
}

/** A message that the session has no use for, already answered where the protocol asks for it: for logs and extensions. */
export interface UnhandledEvent {
  readonly type: "unhandled";
  readonly message: Message;
}

/** What `ServerConnection.read` hands out. */
export type ServerEvent =
  | ConnectEvent
  | PublishEvent
  | PlayEvent
  | MediaEvent
  | UnpublishEvent
  | StopEvent
  | PauseEvent
  | ReceiveEvent
  | CancelEvent
  | UnhandledEvent;
