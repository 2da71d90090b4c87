import type { ConnectCommand, Message } from "@rtmp/messages";
import type { EndReason, SessionEnd } from "../end.js";
import type { MediaMessage, Playback, Publication } from "../events.js";
import type { SessionSignal } from "../platform.js";
import type { ServerCapabilities } from "./replies.js";

/** A request that the application answers, at once or later, within `SessionTimeouts.decisionMs`. Only the first answer counts. */
export interface SessionRequest {
  /** Aborted when the answer is no longer wanted: the peer left, or time ran out. */
  readonly signal: SessionSignal;
  /** Whether that is so already, without making a signal. */
  readonly aborted: boolean;
  /** Says yes. @returns false if the answer came too late. */
  accept(): boolean;
  /**
   * Says no. The peer is told, then the connection ends, unless other streams are active on it.
   * @param code for programs: OBS knows `NetStream.Publish.BadName`, `.Denied`, `.Rejected` and `NetConnection.Connect.InvalidApp`,
   * players know `NetStream.Play.StreamNotFound` and `.Failed`.
   * @param description for people: FFmpeg, GStreamer and OBS show it.
   * @returns false if the answer came too late.
   */
  reject(code: string, description: string): boolean;
}

/** What the peer said of itself in connect (RTMP 7.2.1.1). */
export interface ConnectInfo {
  /** `app` without its query and without outer slashes. */
  readonly app: string;
  /** As sent; may hold credentials in its query. */
  readonly tcUrl: string | undefined;
  /** All that came, `properties` included. */
  readonly command: ConnectCommand;
}

/** The peer asks to connect to an application. */
export interface ConnectRequest extends SessionRequest, ConnectInfo {
  /**
   * Says yes.
   * @param offered what the answer to a client of Enhanced RTMP says otherwise than `DEFAULT_SERVER_CAPABILITIES`.
   * @returns false if the answer came too late.
   */
  accept(offered?: Partial<ServerCapabilities>): boolean;
}

/** The peer asks to publish. */
export interface PublishRequest extends SessionRequest {
  readonly publication: Publication;
  readonly connect: ConnectInfo;
}

/** The peer asks to play. */
export interface PlayRequest extends SessionRequest {
  readonly playback: Playback;
  readonly connect: ConnectInfo;
}

/** What an application does with a session. Methods are called one at a time, in the order of the wire. */
export interface SessionHandler {
  /** @defaultValue accepts */
  connect?(request: ConnectRequest): void | Promise<void>;
  /** @defaultValue rejects with `NetStream.Publish.Denied` */
  publish?(request: PublishRequest): void | Promise<void>;
  /** Once accepted, send with `ServerSession.sendMedia` or a `mediaOutlet`. @defaultValue rejects with `NetStream.Play.Failed` */
  play?(request: PlayRequest): void | Promise<void>;
  /** Takes a message. While a returned promise is pending nothing more is read, so back-pressure reaches the encoder. */
  media?(message: MediaMessage, publication: Publication): void | Promise<void>;
  /** An accepted publication is over; nothing more comes of it. */
  unpublish?(publication: Publication, end: SessionEnd): void;
  /** An accepted playback is over; nothing more can be sent for it. Not called for one that the application ended. */
  stop?(playback: Playback, end: { readonly reason: EndReason }): void;
  /** A player pauses or goes on; it has been answered. */
  pause?(playback: Playback, paused: boolean): void;
  /** A player wants audio or video, or no longer. */
  receive?(playback: Playback, kind: "audio" | "video", enabled: boolean): void;
  /** The transport takes more after `ServerSession.congested` was true. */
  drain?(): void;
  /** A message that the session has no use for; a call has been answered with an error already. */
  unhandled?(message: Message): void;
}
