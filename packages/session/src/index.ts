export { answerAdobeAuth, asksForAdobeAuth, type Credentials } from "./client/adobe-auth.js";
export type { BackOffOptions } from "./client/back-off.js";
export { ClientConnection, type ClientConnectionOptions, type PlayOptions } from "./client/client-connection.js";
export { ClientError, type ClientErrorCode, type ClientErrorDetails } from "./client/client-error.js";
export type {
  ClientEvent,
  ReconnectRequest,
  ServerStatus,
  StreamEnd,
  StreamEndReason,
} from "./client/client-events.js";
export {
  type ClientLimits,
  type ClientTimeouts,
  DEFAULT_CLIENT_LIMITS,
  DEFAULT_CLIENT_TIMEOUTS,
} from "./client/client-limits.js";
export { ClientSession, type ClientSessionOptions, type TransportOpener } from "./client/client-session.js";
export type { ClientCapabilities, ConnectAnswer, ConnectParameters } from "./client/connect-command.js";
export type { Player } from "./client/player.js";
export { type PublishedMessage, withSetDataFrame } from "./client/published-message.js";
export type { Publisher } from "./client/publisher.js";
export {
  type Attempt,
  isTransient,
  type ReconnectingOptions,
  type ReconnectingWork,
  reconnecting,
} from "./client/reconnecting.js";
export { parseRtmpUrl, type RtmpUrl, redactRtmpUrl, resolveTcUrl } from "./client/rtmp-url.js";
export type { EndReason, SessionEnd } from "./end.js";
export type {
  CancelEvent,
  ConnectEvent,
  MediaEvent,
  MediaMessage,
  PauseEvent,
  Playback,
  PlayEvent,
  Publication,
  PublishEvent,
  ReceiveEvent,
  ServerEvent,
  StopEvent,
  UnhandledEvent,
  UnpublishEvent,
} from "./events.js";
export {
  DEFAULT_SESSION_LIMITS,
  DEFAULT_SESSION_TIMEOUTS,
  type SessionLimits,
  type SessionTimeouts,
} from "./limits.js";
export { normaliseApp, type SplitName, splitName } from "./names.js";
export { type AbortSignalLike, type Clock, type SessionSignal, systemClock } from "./platform.js";
export { type LinkLimits, mediaChunkStream } from "./protocol-link.js";
export type {
  ConnectInfo,
  ConnectRequest,
  PlayRequest,
  PublishRequest,
  SessionHandler,
  SessionRequest,
} from "./server/handler.js";
export type { MediaOutlet } from "./server/media-outlet.js";
export { DEFAULT_SERVER_CAPABILITIES, type ServerCapabilities, type Status } from "./server/replies.js";
export { type OutgoingMedia, ServerConnection, type ServerConnectionOptions } from "./server/server-connection.js";
export { ServerSession, type ServerSessionOptions } from "./server/server-session.js";
export type { Transport, TransportFlow, TransportReceiver } from "./transport.js";
export { type WebReadable, type WebWritable, webTransport } from "./web-transport.js";
