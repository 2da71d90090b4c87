import type { AccessRequest } from "./auth/gate.js";
import type { HookName } from "./config/hooks.js";
import type { HlsFailure } from "./hls/hls-run.js";
import type {
  RecordingEndReason,
  RecordingFailure,
  RecordingFormat,
  RecordingTrack,
} from "./recording/recording-info.js";
import type { RelayEndEvent, RelayEvent, RelayRetryEvent } from "./relay/relay-info.js";

/** Where a stream comes from and what it is called; nothing of this is secret. */
export interface StreamSource {
  /** Application, without query. */
  readonly app: string;
  /** Stream name: the publishing name up to its first `?`, or the public name of a key. In refusals `(hidden-…)` if it may be a key. */
  readonly stream: string;
  /** How it is sent or watched. */
  readonly protocol: AccessRequest["protocol"];
  /** Number of the connection, counted from 1 since the start; a viewer by HTTP has one for itself. */
  readonly connection: number;
  /** Address and port of the peer. */
  readonly peer: string;
}

/** A listener is ready. */
export interface ListeningEvent {
  readonly protocol: "rtmp" | "rtmps" | "http";
  readonly address: string;
  readonly port: number;
}

/** New connections get another certificate: its files have changed. */
export interface CertificateLoadedEvent {
  /** File of the certificate. */
  readonly path: string;
  /** When it ends, ISO 8601. */
  readonly validTo: string;
}

/** The files of the certificate have changed, but can not be used; the one before goes on. */
export interface CertificateFailedEvent {
  readonly path: string;
  readonly error: unknown;
}

/** A connection came in. */
export interface ConnectionEvent {
  readonly connection: number;
  readonly protocol: "rtmp" | "rtmps";
  readonly peer: string;
}

/** A connection was refused before a byte was read. */
export interface ConnectionRefusedEvent {
  readonly peer: string;
  /** All connections are taken, or the memory budget is spent. */
  readonly reason: "too-many-connections" | "memory-budget";
}

/** A peer connected to an application: the handshake is done, and it may go on. */
export interface ConnectEvent extends ConnectionEvent {
  /** Application, without query. */
  readonly app: string;
  /** What the peer says it is, shortened. */
  readonly client?: string;
  /** From the connection's begin to the end of the handshake, in ms. */
  readonly handshakeMs: number;
  /** From the connection's begin until it was accepted to the application, in ms. */
  readonly connectMs: number;
}

/** A connect was refused; the peer was told code and description. */
export interface ConnectRefusedEvent {
  readonly app: string;
  readonly connection: number;
  readonly peer: string;
  readonly code: string;
  readonly description: string;
  /** For programs: see {@link PublishRefusedEvent.reason}. */
  readonly reason: string;
}

/** A player got a stream. */
export interface PlayEvent extends StreamSource {}

/** A play was refused; the peer was told code and description. */
export interface PlayRefusedEvent extends StreamSource {
  readonly code: string;
  readonly description: string;
  /** `not-found`, `too-many-viewers`, or as in {@link PublishRefusedEvent.reason}. */
  readonly reason: string;
}

/** A player has a stream no longer. */
export interface StopEvent extends StreamSource {
  /** The command that closed it, why the connection ended, or `unpublish`: the stream is over. */
  readonly reason: string;
  readonly durationMs: number;
  readonly sentMessages: number;
  readonly sentBytes: number;
  /** Frames that the player lost because it was too slow, and how often that began. */
  readonly droppedFrames: number;
  readonly drops: number;
}

/** A publish was refused; the peer was told code and description. */
export interface PublishRefusedEvent extends StreamSource {
  readonly code: string;
  readonly description: string;
  /** `bad-name`, `name-taken`, `wrong-key`, `link-expired`, `too-many-failures`, `gate-failed`, `hook-refused`, `hook-` and the reason of {@link HookEvent}, or what a gate of the application says. */
  readonly reason: string;
}

/** A publish is over, and its recording closed. */
export interface UnpublishEvent extends StreamSource {
  /** Whether the publisher closed the stream itself. */
  readonly clean: boolean;
  /** The command that closed the stream, or why the connection ended. */
  readonly reason: string;
  readonly by: "peer" | "us" | "application";
  readonly durationMs: number;
  /** Payload bytes, all kinds together. */
  readonly bytes: number;
  /** Messages. */
  readonly audio: number;
  readonly video: number;
  readonly data: number;
  /** Payload bytes by kind. */
  readonly audioBytes: number;
  readonly videoBytes: number;
  readonly dataBytes: number;
  /** Path of the recording, of its last file if there were several. */
  readonly recording?: string;
}

/** A connection is over. */
export interface SessionEndEvent {
  readonly connection: number;
  readonly protocol: "rtmp" | "rtmps";
  readonly peer: string;
  /** Whether every published stream had been closed by its publisher before. */
  readonly clean: boolean;
  /** Such as `closed`, `handshake-timeout`, `http-probe`, `evicted`: see the table of reasons. */
  readonly reason: string;
  readonly by: "peer" | "us" | "application";
  readonly durationMs: number;
  readonly bytesReceived: number;
  readonly bytesSent: number;
  /** The error behind the reason, where there is one. */
  readonly error?: unknown;
}

/** A file of a recording. */
export interface RecordingEvent {
  readonly app: string;
  readonly stream: string;
  readonly path: string;
}
/** A file was created. */
export interface RecordingStartedEvent extends RecordingEvent {
  readonly format: RecordingFormat;
}
/** A file is complete; the same is in the manifest. */
export interface RecordingClosedEvent extends RecordingStartedEvent {
  readonly bytes: number;
  /** Latest timestamp in the file, in ms. */
  readonly mediaMs: number;
  /** When the file was begun and closed, ISO 8601. */
  readonly startedAt: string;
  readonly endedAt: string;
  /** From its first frame to its last. */
  readonly durationMs: number;
  /** What has to be added to the file's timestamps to have the stream's. */
  readonly offsetMs: number;
  readonly tracks: readonly RecordingTrack[];
  /** Always true here; in the manifest false for a file that failed. */
  readonly clean: boolean;
  /** Why the file ended. */
  readonly reason: RecordingEndReason;
  /** Of the whole file, as hex; absent if files are not hashed, or there was no time. */
  readonly sha256?: string;
}
/** A container does not take a track: the recording goes without it. */
export interface RecordingTrackLeftOutEvent {
  readonly app: string;
  readonly stream: string;
  readonly format: RecordingFormat;
  readonly kind: "audio" | "video";
  readonly trackId: number;
  /** FourCC or name of a legacy codec. */
  readonly codec?: string;
  /** For people. */
  readonly reason: string;
}
/** A recording ended early; the stream goes on. */
export interface RecordingFailedEvent {
  readonly app: string;
  readonly stream: string;
  readonly reason: RecordingFailure;
  /** The file that was being written, if one was open; it holds whole tags or fragments. */
  readonly path?: string;
  readonly bytes?: number;
  readonly error?: unknown;
}

/** An HTTP request was answered, or broken off. */
export interface HttpRequestEvent {
  readonly peer: string;
  readonly method: string;
  /** Without its query, and without what may name a stream: `/live/….flv`. */
  readonly path: string;
  readonly status: number;
  readonly durationMs: number;
}

/** Somebody came to the HTTP side with a wrong token. */
export interface AdminRefusedEvent {
  readonly peer: string;
}

/** The HTTP side can be reached from other machines, and there is no token. */
export interface HttpOpenEvent {
  readonly address: string;
  readonly port: number;
}

/** An HTTP hook was called. */
export interface HookEvent {
  readonly hook: HookName;
  /** Of this call; the hook got it too. */
  readonly id: string;
  /** What a hook decided, or whether it was told; `failed` if neither came about. */
  readonly outcome: "allowed" | "refused" | "delivered" | "failed";
  /** Why it failed: `network`, `timeout`, `status`, `redirect`, `answer-too-large`, `wrong-content-type`, `invalid-answer`, `overloaded`, `cancelled`, `stopped`. */
  readonly reason?: string;
  /** More on that, for people. */
  readonly detail?: string;
  /** HTTP status of the last answer. */
  readonly status?: number;
  /** How often it was called. */
  readonly tries: number;
  /** From the wish to call it to the end of the last try. */
  readonly durationMs: number;
  /** The connection that waited for it, or what it is about. */
  readonly connection?: number;
}

/** A stream is made into HLS from now on, or no longer: nobody asks, or the stream is over and its playlists have been removed. */
export interface HlsEvent {
  readonly app: string;
  readonly stream: string;
}
/** A track of a stream is not in its HLS. */
export interface HlsTrackLeftOutEvent extends HlsEvent {
  /** `v` or `a`, and the number that the encoder gave it. */
  readonly track: string;
  readonly codec: string;
  /** Why its header could not be made; absent for a codec that HLS does not carry. */
  readonly error?: unknown;
}
/** HLS output of a stream ended; the stream goes on. */
export interface HlsFailedEvent extends HlsEvent {
  readonly reason: HlsFailure;
  readonly error?: unknown;
}

/** The server is about to stop, and has asked clients to connect elsewhere. */
export interface DrainingEvent {
  /** Connections that were asked. */
  readonly asked: number;
  /** Connections that do not know of such requests. */
  readonly others: number;
}

/** The wait for those who were asked is over. */
export interface DrainedEvent {
  readonly left: number;
  /** Of those who were asked. */
  readonly stayed: number;
}

/** Something is wrong in the server itself; it goes on. */
export interface FaultEvent {
  readonly where: "listener" | "hub" | "http" | "gate" | "recordings" | "player";
  readonly error: unknown;
}

/** What an `IngestServer` tells, as a map for `EventEmitter`. */
export interface IngestEvents {
  listening: [ListeningEvent];
  certificateLoaded: [CertificateLoadedEvent];
  certificateFailed: [CertificateFailedEvent];
  connection: [ConnectionEvent];
  connectionRefused: [ConnectionRefusedEvent];
  connect: [ConnectEvent];
  connectRefused: [ConnectRefusedEvent];
  publish: [StreamSource];
  publishRefused: [PublishRefusedEvent];
  unpublish: [UnpublishEvent];
  play: [PlayEvent];
  playRefused: [PlayRefusedEvent];
  stop: [StopEvent];
  sessionEnd: [SessionEndEvent];
  recordingStarted: [RecordingStartedEvent];
  recordingClosed: [RecordingClosedEvent];
  recordingTrackLeftOut: [RecordingTrackLeftOutEvent];
  recordingFailed: [RecordingFailedEvent];
  relayLive: [RelayEvent];
  relayRetry: [RelayRetryEvent];
  relayEnd: [RelayEndEvent];
  httpOpen: [HttpOpenEvent];
  httpRequest: [HttpRequestEvent];
  adminRefused: [AdminRefusedEvent];
  hook: [HookEvent];
  hlsStarted: [HlsEvent];
  hlsStopped: [HlsEvent];
  hlsTrackLeftOut: [HlsTrackLeftOutEvent];
  hlsFailed: [HlsFailedEvent];
  draining: [DrainingEvent];
  drained: [DrainedEvent];
  fault: [FaultEvent];
}

/** Tells one event; what the rooms of the server are given to speak with. */
export type Emit = <Name extends keyof IngestEvents>(name: Name, ...event: IngestEvents[Name]) => void;
