/**
 * What one peer may make a session hold or do. Every number has a bound; reaching one ends that connection with the
 * reason named here, unless the description says otherwise.
 */
export interface SessionLimits {
  /** Own chunk size, in bytes, announced right after the handshake (RTMP 5.4.1). @defaultValue 65 536 */
  readonly chunkSize: number;
  /**
   * Window Acknowledgement Size and peer bandwidth announced to the peer, in bytes (RTMP 5.4.4, 5.4.5), and its own window if it
   * announces none. A server acknowledges windows of a megabyte and more when nothing has come for 10 ms. @defaultValue 2 500 000
   */
  readonly windowAcknowledgementSize: number;
  /** Longest audio, video or aggregate message of an accepted publisher, in bytes: `message-too-large`. @defaultValue 8 MiB */
  readonly maxMediaLength: number;
  /** Longest data message of an accepted publisher, in bytes: `message-too-large`. @defaultValue 1 MiB */
  readonly maxDataLength: number;
  /** Longest command, and longest message of any type before a publish is accepted, in bytes: `message-too-large`. @defaultValue 64 KiB */
  readonly maxCommandLength: number;
  /** Bytes parsed after the handshake before connect is accepted: `pre-auth-overflow`. @defaultValue 64 KiB */
  readonly maxBytesBeforeConnect: number;
  /** Smallest chunk size a peer may choose: `invalid-chunk-size`. @defaultValue 1 */
  readonly minPeerChunkSize: number;
  /** Chunk streams a peer may use: `too-many-chunk-streams`. @defaultValue 64 */
  readonly maxChunkStreams: number;
  /** Messages a peer may have begun and not finished: `too-many-partials`. @defaultValue 16 */
  readonly maxPartials: number;
  /** Bytes of those, in all: `memory-limit`. @defaultValue 16 MiB */
  readonly maxPartialBytes: number;
  /** Bytes read ahead while a decision of the application is pending; then reading pauses. @defaultValue 64 KiB */
  readonly maxReadAhead: number;
  /** Message streams open at once; createStream beyond gets `_error`, the connection goes on. @defaultValue 16 */
  readonly maxStreams: number;
  /** Streams publishing at once; publish beyond is refused with a status. @defaultValue 8 */
  readonly maxPublishingStreams: number;
  /** Commands a second, sustained: `too-many-commands`. @defaultValue 100 */
  readonly commandsPerSecond: number;
  /** Commands that may come at once before that rate counts. @defaultValue 200 */
  readonly commandBurst: number;
  /** Control and user control messages a second, sustained; twice as many at once: `too-many-commands`. @defaultValue 1000 */
  readonly controlsPerSecond: number;
  /** Ping requests answered a second; more stay unanswered. @defaultValue 10 */
  readonly pingsPerSecond: number;
  /** Bytes of unknown messages, and of media for streams that do not publish: `too-much-dropped`. @defaultValue 1 MiB */
  readonly maxDroppedBytes: number;
  /** Bytes queued for a peer that does not read: `output-overflow`. @defaultValue 1 MiB */
  readonly maxQueuedOutput: number;
  /** Longest `app`, `tcUrl` and stream name with its query, in UTF-16 units: `bad-argument`. @defaultValue 4096 */
  readonly maxNameLength: number;
  /** Longest of the other strings of connect, in UTF-16 units: `bad-argument`. @defaultValue 1024 */
  readonly maxConnectStringLength: number;
}

/** The defaults of {@link SessionLimits}. */
export const DEFAULT_SESSION_LIMITS: SessionLimits = {
  chunkSize: 65_536,
  windowAcknowledgementSize: 2_500_000,
  maxMediaLength: 8 * 1024 * 1024,
  maxDataLength: 1024 * 1024,
  maxCommandLength: 64 * 1024,
  maxBytesBeforeConnect: 64 * 1024,
  minPeerChunkSize: 1,
  maxChunkStreams: 64,
  maxPartials: 16,
  maxPartialBytes: 16 * 1024 * 1024,
  maxReadAhead: 64 * 1024,
  maxStreams: 16,
  maxPublishingStreams: 8,
  commandsPerSecond: 100,
  commandBurst: 200,
  controlsPerSecond: 1000,
  pingsPerSecond: 10,
  maxDroppedBytes: 1024 * 1024,
  maxQueuedOutput: 1024 * 1024,
  maxNameLength: 4096,
  maxConnectStringLength: 1024,
};

/** How long a session waits, in milliseconds. `Infinity` turns a deadline off. Those that measure the peer stand still while the application decides. */
export interface SessionTimeouts {
  /** From the start to the last byte of C2, however the bytes drip: `handshake-timeout`. @defaultValue 10 000 */
  readonly handshakeMs: number;
  /** From there to an accepted connect: `connect-timeout`. @defaultValue 10 000 */
  readonly connectMs: number;
  /** From there, or from the end of its last stream, to an accepted publish or play: `start-timeout`. @defaultValue 20 000 */
  readonly startMs: number;
  /** For the application to decide on a connect, publish or play: `decision-timeout`. @defaultValue 10 000 */
  readonly decisionMs: number;
  /** Without a byte from a publisher, or with a message that it begins and does not finish: `idle-timeout`. @defaultValue 30 000 */
  readonly idleMs: number;
  /** Without a byte from a player, until it is pinged. @defaultValue 60 000 */
  readonly pingMs: number;
  /** For a player to send anything after that: `ping-timeout`. @defaultValue 30 000 */
  readonly pingTimeoutMs: number;
  /** Without progress in writing to the peer: `write-timeout`. @defaultValue 10 000 */
  readonly writeMs: number;
  /** For the application to take one message: `consumer-stalled`. @defaultValue 2000 */
  readonly deliveryMs: number;
  /** After our last word and FIN, for the peer's FIN; what it still sends is discarded. @defaultValue 2000 */
  readonly drainMs: number;
}

/** The defaults of {@link SessionTimeouts}. */
export const DEFAULT_SESSION_TIMEOUTS: SessionTimeouts = {
  handshakeMs: 10_000,
  connectMs: 10_000,
  startMs: 20_000,
  decisionMs: 10_000,
  idleMs: 30_000,
  pingMs: 60_000,
  pingTimeoutMs: 30_000,
  writeMs: 10_000,
  deliveryMs: 2000,
  drainMs: 2000,
};
