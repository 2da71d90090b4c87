export type { AccessParts } from "./auth/access.js";
export type { AccessAnswer, AccessFunction, AccessFunctions } from "./auth/function-gate.js";
export type { AccessRequest, Allowed, Gate, Refused, Verdict } from "./auth/gate.js";
export { type SignedAccess, type SignOptions, signStreamUrl, streamSignature } from "./auth/signed-url.js";
export { ConfigError, configSchema, type IngestConfig, type IngestOptions, parseConfig } from "./config/config.js";
export type { ListenAddress, RtmpAddress } from "./config/values.js";
export { logEvents } from "./event-log.js";
export type {
  AdminRefusedEvent,
  CertificateFailedEvent,
  CertificateLoadedEvent,
  ConnectEvent,
  ConnectionEvent,
  ConnectionRefusedEvent,
  ConnectRefusedEvent,
  DrainedEvent,
  DrainingEvent,
  FaultEvent,
  HlsEvent,
  HlsFailedEvent,
  HlsTrackLeftOutEvent,
  HookEvent,
  HttpOpenEvent,
  HttpRequestEvent,
  IngestEvents,
  ListeningEvent,
  PlayEvent,
  PlayRefusedEvent,
  PublishRefusedEvent,
  RecordingClosedEvent,
  RecordingEvent,
  RecordingFailedEvent,
  RecordingStartedEvent,
  RecordingTrackLeftOutEvent,
  SessionEndEvent,
  StopEvent,
  StreamSource,
  UnpublishEvent,
} from "./events.js";
export type { OutputFactory } from "./hub/hub.js";
export {
  LiveStream,
  type StreamEnd,
  type StreamOrigin,
  type StreamSubscriber,
} from "./hub/live-stream.js";
export type { MediaPacket } from "./hub/media-packet.js";
export type { PublishedMessage, PublishFeed, StreamCounts } from "./hub/publish-feed.js";
export type { StreamId } from "./hub/stream-id.js";
export type { StreamLimits } from "./hub/stream-limits.js";
export { MemoryStreamRegistry, type StreamRegistry } from "./hub/stream-registry.js";
export { createLogger, type LeveledLogger, type Logger, type LogOptions, type LogStream } from "./log.js";
export type {
  RecordingEndReason,
  RecordingFailure,
  RecordingFormat,
  RecordingTrack,
} from "./recording/recording-info.js";
export type { RecordingStart, Recordings, RunningRecording } from "./recording/recordings.js";
export type { RelayEndEvent, RelayEvent, RelayInfo, RelayRetryEvent } from "./relay/relay-info.js";
export type { Reloadable, ReloadReport } from "./reload/reloader.js";
export { type IngestParts, IngestServer } from "./server.js";
export type {
  AudioTrackInfo,
  EndedSession,
  SessionInfo,
  SessionStream,
  StreamHistoryInfo,
  StreamInfo,
  VideoTrackInfo,
  ViewersInfo,
} from "./stats/schemas.js";
