/**
 * A connection's bytes, whatever carries them: TCP, TLS, WebSocket, a test's array. `@rtmp/session/node` makes one of a
 * Node socket, `webTransport` one of web streams.
 */
export interface Transport {
  /**
   * What the peer sends. Ends at its FIN, throws when the connection breaks. Nothing more is read from the network than
   * a small buffer while nobody iterates: that is how back-pressure reaches the peer.
   */
  readonly readable: AsyncIterable<Uint8Array>;
  /** Whether each array it reads is a fresh one that nobody else will use. @defaultValue false */
  readonly givesReadsAway?: boolean;
  /** Queues bytes to be written. A promise asks the caller to wait until there is room; it rejects if the connection breaks. */
  write(bytes: Uint8Array): void | Promise<void>;
  /** Closes our side once all is written (FIN); the peer may go on sending. */
  end(): void | Promise<void>;
  /** Destroys the connection at once. */
  close(): void;
  /** Address of the peer, for logs. */
  readonly remoteAddress?: string | undefined;
}
