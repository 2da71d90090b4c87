export { ChunkDecoder, type ChunkDecoderOptions } from "./chunk-decoder.js";
export { ChunkEncoder, type ChunkEncoderOptions } from "./chunk-encoder.js";
export { ChunkError, type ChunkErrorCode, type ChunkErrorContext } from "./chunk-error.js";
export { type ChunkLimits, DEFAULT_CHUNK_LIMITS } from "./chunk-limits.js";
export type { ChunkMessage } from "./chunk-message.js";
export type { ChunkHead } from "./wire.js";
export { chunksLength, encodeChunkBody, encodeChunkHead, writeChunks } from "./wire-forms.js";
