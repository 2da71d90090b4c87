import { ChunkDecoder, ChunkError, type ChunkMessage } from "@rtmp/chunk";
import { MessageError, MessageType, type RawMessage, splitAggregate } from "@rtmp/messages";
import { hexBytes, hexOf, piecesOf, randomSizes, sha256Hex } from "../bytes.js";
import type { Comparison } from "../comparison.js";
import { chunkVector } from "../shapes/chunk.js";
import type { JsonObject } from "../shapes/shape.js";
import type { Layer, Observation } from "./layer.js";

const INITIAL_CHUNK_SIZE = 128;
/** A chunk is never longer than the longest message: larger sizes mean this one (RTMP 5.4.1). */
const LARGEST_CHUNK_SIZE = 0xffffff;

const FEEDS: readonly { readonly fed: string; readonly size: () => () => number }[] = [
  { fed: "at once", size: () => () => Number.POSITIVE_INFINITY },
  { fed: "byte by byte", size: () => () => 1 },
  { fed: "in pieces of up to 7 bytes", size: () => randomSizes(7, 1) },
  { fed: "in pieces of up to 300 bytes", size: () => randomSizes(300, 2) },
];

/** Chunk streams in, messages out. */
export const chunkLayer: Layer = {
  shape: chunkVector,
  errors: [ChunkError, MessageError], // the latter from the splitter of aggregates

  observe({ input }) {
    const bytes = hexBytes(input, "streamHex");
    return FEEDS.map(({ fed, size }) => feed(bytes, fed, size()));
  },

  compare(outcome, { facts, heldBytes }, comparison) {
    if (outcome["policy"] === "ignored")
      comparison.same("receiving chunk size", facts["announcedChunkSize"], facts["chunkSize"]);
    else if (Object.hasOwn(outcome, "chunkSize"))
      comparison.same("chunkSize", outcome["chunkSize"], facts["chunkSize"]);
    else compareMessages(outcome, facts, comparison);
    if (typeof outcome["maxBufferedBytesBelow"] === "number") {
      const below = outcome["maxBufferedBytesBelow"];
      const held = heldBytes ?? Number.POSITIVE_INFINITY;
      comparison.holds(held < below, "bytes held after the input", `fewer than ${below}`, String(held));
    }
  },
};

function compareMessages(outcome: JsonObject, facts: JsonObject, comparison: Comparison): void {
  const restarted = outcome["policy"] === "discard-partial-and-restart";
  if (Object.hasOwn(outcome, "messages")) comparison.same("messages", outcome["messages"], facts["messages"]);
  else if (restarted) comparison.same("messages", [], facts["messages"]);
  if (Object.hasOwn(outcome, "aggregateOf")) {
    const aggregates = facts["aggregates"];
    const only = Array.isArray(aggregates) && aggregates.length === 1 ? aggregates[0] : aggregates;
    comparison.same("aggregateOf", outcome["aggregateOf"], only);
  }
}

function feed(bytes: Uint8Array, fed: string, size: () => number): Observation {
  const decoder = new ChunkDecoder();
  const messages: JsonObject[] = [];
  const aggregates: JsonObject[] = [];
  let announcedChunkSize = INITIAL_CHUNK_SIZE; // by the well-formed Set Chunk Size messages among them
  let thrown: unknown;
  try {
    for (const piece of piecesOf(bytes, size)) {
      decoder.push(piece);
      for (let message = decoder.read(); message !== undefined; message = decoder.read()) {
        if (message.messageTypeId === MessageType.aggregate) {
          aggregates.push(headerFacts(message));
          for (const part of splitAggregate(message)) messages.push(payloadFacts(part));
          continue;
        }
        messages.push({ ...headerFacts(message), ...payloadFacts(message) });
        announcedChunkSize = chunkSizeAfter(message, announcedChunkSize);
      }
    }
  } catch (error) {
    thrown = error;
  }
  const facts = { messages, aggregates, announcedChunkSize, chunkSize: decoder.maxChunkSize };
  return { fed, thrown, facts, heldBytes: decoder.heldBytes };
}

function headerFacts({ chunkStreamId, timestamp, messageStreamId }: ChunkMessage): JsonObject {
  return { csid: chunkStreamId, timestamp, messageStreamId };
}

/** What is known of parts of an aggregate too: they have no chunk stream of their own. */
function payloadFacts({ timestamp, messageTypeId, payload }: RawMessage): JsonObject {
  const payloadHex = hexOf(payload);
  return { timestamp, typeId: messageTypeId, length: payload.length, payloadHex, payloadSha256: sha256Hex(payload) };
}

function chunkSizeAfter({ messageTypeId, payload }: ChunkMessage, before: number): number {
  if (messageTypeId !== MessageType.setChunkSize || payload.length < 4) return before;
  const size = new DataView(payload.buffer, payload.byteOffset).getUint32(0);
  return size === 0 || size > 0x7fffffff ? before : Math.min(size, LARGEST_CHUNK_SIZE);
}
