export type { EndReason, SessionEnd } from "./end.js";
export type {
  CancelEvent,
  ConnectEvent,
  MediaEvent,
  MediaMessage,
  Publication,
  PublishEvent,
  ServerEvent,
  UnhandledEvent,
  UnpublishEvent,
} from "./events.js";
export type { ConnectInfo, ConnectRequest, PublishRequest, SessionHandler, SessionRequest } from "./handler.js";
export {
  DEFAULT_SESSION_LIMITS,
  DEFAULT_SESSION_TIMEOUTS,
  type SessionLimits,
  type SessionTimeouts,
} from "./limits.js";
export { normaliseApp, type SplitName, splitName } from "./names.js";
export { type AbortSignalLike, type Clock, type SessionSignal, systemClock } from "./platform.js";
export type { Status } from "./replies.js";
export { ServerConnection, type ServerConnectionOptions } from "./server-connection.js";
export { ServerSession, type ServerSessionOptions } from "./server-session.js";
export type { Transport } from "./transport.js";
export { type WebReadable, type WebWritable, webTransport } from "./web-transport.js";
