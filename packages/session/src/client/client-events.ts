import type { Message } from "@rtmp/messages";
import type { MediaMessage } from "../events.js";
import type { ClientError } from "./client-error.js";
import type { ConnectAnswer } from "./connect-command.js";
import type { RtmpUrl } from "./rtmp-url.js";

/**
 * Why a stream is over: `unpublished` (its publisher left), `stopped` or `complete` (the server has no more of it),
 * `deleted` (the server took it away), `failed` (an error of the server's, or the connection broke), `closed` (by us).
 */
export type StreamEndReason = "unpublished" | "stopped" | "complete" | "deleted" | "failed" | "closed";

/** How a published or played stream ended. */
export interface StreamEnd {
  readonly reason: StreamEndReason;
  /** What went wrong, for `failed`. */
  readonly error?: ClientError;
}

/** The server asks to be left for another, or for itself again (Enhanced RTMP v2). It serves on until the client leaves. */
export interface ReconnectRequest {
  /** Where to go: the server's `tcUrl`, resolved; stream name and credentials are those of now. */
  readonly url: RtmpUrl;
  readonly description: string | undefined;
}

/** What a server says beside answers (RTMP 7.2.2). */
export interface ServerStatus {
  /** Of the stream that it is about; `undefined`: the connection. */
  readonly streamId: number | undefined;
  readonly level: string | undefined;
  /** Such as `NetStream.Play.PublishNotify`. */
  readonly code: string | undefined;
  readonly description: string | undefined;
}

/** What `ClientConnection.read` hands out. `streamId` is what `publish` or `play` returned. */
export type ClientEvent =
  | { readonly type: "connected"; readonly answer: ConnectAnswer }
  /** Media may be sent now, or will come. */
  | { readonly type: "started"; readonly streamId: number }
  /** A publish or play was refused, or not answered in time. */
  | { readonly type: "refused"; readonly streamId: number; readonly error: ClientError }
  | { readonly type: "media"; readonly streamId: number; readonly message: MediaMessage }
  /** A started stream is over; not for those that were closed here. */
  | { readonly type: "ended"; readonly streamId: number; readonly end: StreamEnd }
  | { readonly type: "status"; readonly status: ServerStatus }
  | { readonly type: "reconnect"; readonly request: ReconnectRequest }
  /** A message without a use here: for logs and extensions. */
  | { readonly type: "unhandled"; readonly message: Message };
