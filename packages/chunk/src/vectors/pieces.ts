import { ChunkDecoder, type ChunkDecoderOptions } from "../chunk-decoder.js";
import { ChunkError } from "../chunk-error.js";
import type { ChunkLimits } from "../chunk-limits.js";
import type { ChunkMessage } from "../chunk-message.js";
import type { Outcome } from "./naive-decoder.js";

/**
 * Feeds `bytes` to a decoder in pieces of the given sizes, over and over, and reads after every push, or only after
 * so many of them. Borrowed payloads are spoilt as soon as they were looked at, and pieces once they were pushed.
 */
export function decodeInPieces(
  bytes: Uint8Array,
  sizes: readonly number[],
  limits: Partial<ChunkLimits> = {},
  readEvery = 1,
  options: ChunkDecoderOptions = {},
): Outcome {
  const decoder = new ChunkDecoder(limits, options);
  const borrowed = options.payloads === "borrowed";
  const messages: ChunkMessage[] = [];
  let end: Outcome["end"] = "waiting";
  try {
    for (let at = 0, turn = 0; at < bytes.length; turn++) {
      const size = sizes[turn % sizes.length] ?? bytes.length;
      const piece = bytes.slice(at, at + size);
      decoder.push(piece);
      at = Math.min(at + size, bytes.length);
      if (at === bytes.length || turn % readEvery === 0) {
        if (borrowed) readBorrowed(decoder, messages);
        else readAll(decoder, messages);
      }
      if (borrowed) {
        decoder.detach();
        piece.fill(SPOILT);
      }
    }
  } catch (error) {
    if (!(error instanceof ChunkError)) throw error;
    end = error.code;
  }
  return { messages, end, maxChunkSize: decoder.maxChunkSize };
}

const SPOILT = 0xee;

function readBorrowed(decoder: ChunkDecoder, messages: ChunkMessage[]): void {
  for (let message = decoder.read(); message !== undefined; message = decoder.read()) {
    messages.push({ ...message, payload: message.payload.slice() });
    message.payload.fill(SPOILT);
  }
}

/** Reads until the decoder waits. */
export function readAll(decoder: ChunkDecoder, messages: ChunkMessage[] = []): ChunkMessage[] {
  for (let message = decoder.read(); message !== undefined; message = decoder.read()) messages.push(message);
  return messages;
}
