/**
 * Why a chunk stream can not go on.
 *
 * - `message-too-large`: a header announces a message above the limit for its type.
 * - `invalid-chunk-size`: Set Chunk Size of 0, with bit 31 set, or below {@link ChunkLimits.minChunkSize}.
 * - `malformed-control`: a protocol control message too short for its fields.
 * - `missing-previous-header`: a type 2 or 3 header on a chunk stream that never had a header.
 * - `unexpected-header`: a type 0, 1 or 2 header on a chunk stream whose message is incomplete (`context.fmt` says which).
 * - `too-many-chunk-streams`: more chunk stream ids than {@link ChunkLimits.maxChunkStreams}.
 * - `too-many-partials`: more incomplete messages than {@link ChunkLimits.maxPartials}.
 * - `memory-limit`: more bytes of incomplete messages than {@link ChunkLimits.maxPartialBytes}.
 */
export type ChunkErrorCode =
  | "message-too-large"
  | "invalid-chunk-size"
  | "malformed-control"
  | "missing-previous-header"
  | "unexpected-header"
  | "too-many-chunk-streams"
  | "too-many-partials"
  | "memory-limit";

/** Where it happened, and what was compared with what. */
export interface ChunkErrorContext {
  /** Bytes between the begin of the chunk stream and the chunk at fault. */
  readonly offset: number;
  readonly chunkStreamId?: number;
  /** Format of the chunk's header, 0–3. */
  readonly fmt?: number;
  /** The value that the peer sent or caused. */
  readonly actual?: number;
  /** The value that it was compared with. */
  readonly limit?: number;
}

/** The peer broke the chunk protocol (RTMP 5.3) or a limit. A chunk stream can not resynchronise: close the connection. */
export class ChunkError extends Error {
  override readonly name = "ChunkError";
  readonly code: ChunkErrorCode;
  readonly context: ChunkErrorContext;
  constructor(code: ChunkErrorCode, message: string, context: ChunkErrorContext, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.context = context;
  }
}
