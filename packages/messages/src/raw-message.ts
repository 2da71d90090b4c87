/** A whole message out of its chunks, untyped. A message of the chunk layer fits as it is. */
export interface RawMessage {
  /** Type id, 0 to 255 (RTMP 6.1.1). */
  readonly messageTypeId: number;
  /** Message stream id, u32; 0 is the connection itself. */
  readonly messageStreamId: number;
  /** Milliseconds, u32, modulo 2^32. Without meaning on control messages. */
  readonly timestamp: number;
  /** The whole payload. */
  readonly payload: Uint8Array;
}

/** What every decoded message carries. */
export interface MessageHeader {
  /** Type id as received. */
  readonly messageTypeId: number;
  /** Message stream id, u32; 0 is the connection itself. */
  readonly messageStreamId: number;
  /** Milliseconds, u32, modulo 2^32. */
  readonly timestamp: number;
}

/** What every message to be encoded may carry. */
export interface OutgoingHeader {
  /**
   * Message stream id, u32.
   * @defaultValue 0
   */
  readonly messageStreamId?: number;
  /**
   * Milliseconds, u32.
   * @defaultValue 0
   */
  readonly timestamp?: number;
}

/**
 * Builds a raw message around a payload, which is not copied.
 * @throws RangeError for a stream id or timestamp that is not a u32.
 */
export function rawMessage(messageTypeId: number, header: OutgoingHeader, payload: Uint8Array): RawMessage {
  const { messageStreamId = 0, timestamp = 0 } = header;
  requireU32("message stream id", messageStreamId);
  requireU32("timestamp", timestamp);
  return { messageTypeId, messageStreamId, timestamp, payload };
}

/** @throws RangeError unless `value` is an integer in 0..2^32-1. */
export function requireU32(what: string, value: number): void {
  if (!(Number.isInteger(value) && value >= 0 && value <= 0xffffffff))
    throw new RangeError(`${what} ${value} is not a u32`);
}
