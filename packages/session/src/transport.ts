import { type Deferred, deferred } from "./deferred.js";

/** Is called with what a transport reads. */
export interface TransportReceiver {
  /**
   * Bytes came: the first `length` of an array, if that is given. They are there until the call is over, and may be written to;
   * then the transport may use the array again.
   */
  data(bytes: Uint8Array, length?: number): void;
  /** The peer has closed its side; nothing more comes. */
  end(): void;
  /** The connection is broken; nothing more comes. */
  broken(error: unknown): void;
}

/** Holds back what a transport reads, and lets it go on. */
export interface TransportFlow {
  /** From now on no {@link TransportReceiver.data} until `resume`, but for what was read already: a TLS socket has up to 64 KiB under way. */
  pause(): void;
  resume(): void;
  /** Whether what comes during a pause waits in the network, and comes together afterwards. @defaultValue false */
  readonly gathers?: boolean;
}

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
  /**
   * Reads by calls instead of {@link readable}, which spares a promise a read; one or the other is used, once. The first call
   * comes later, never from within. Optional: what has only `readable` is read that way.
   */
  receive?(receiver: TransportReceiver): TransportFlow;
  /** Queues bytes to be written. A promise asks the caller to wait until there is room; it rejects if the connection breaks. */
  write(bytes: Uint8Array): void | Promise<void>;
  /** Closes our side once all is written (FIN); the peer may go on sending. */
  end(): void | Promise<void>;
  /** Destroys the connection at once. */
  close(): void;
  /** Address of the peer, for logs. */
  readonly remoteAddress?: string | undefined;
}

/** Reads a transport by calls, also one that can only be iterated. */
export function receiveFrom(transport: Transport, receiver: TransportReceiver): TransportFlow {
  if (transport.receive !== undefined) return transport.receive(receiver);
  let paused: Deferred<void> | undefined;
  const readAll = async (): Promise<void> => {
    try {
      for await (const bytes of transport.readable) {
        receiver.data(bytes);
        while (paused !== undefined) await paused.promise;
      }
    } catch (error) {
      receiver.broken(error);
      return;
    }
    receiver.end();
  };
  void readAll();
  return {
    pause: () => {
      paused ??= deferred();
    },
    resume: () => {
      paused?.resolve();
      paused = undefined;
    },
  };
}
