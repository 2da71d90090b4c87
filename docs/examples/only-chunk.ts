// The chunk stream without the rest: messages to bytes and back, cut anywhere, and a limit that is reached.
// @rtmp/chunk touches no socket: bytes go in, messages come out.
import { ChunkDecoder, ChunkEncoder, ChunkError, type ChunkMessage } from "@rtmp/chunk";

const encoder = new ChunkEncoder(); // one for each connection and direction
const video = { chunkStreamId: 6, messageTypeId: 9, messageStreamId: 1 };
const wire = [0, 40, 80].map((timestamp) => encoder.encode({ ...video, timestamp, payload: new Uint8Array(1000) }));
console.log(`3 messages of 1000 bytes are ${wire.map(({ length }) => length).join(", ")} bytes in chunks of 128`);

// Sockets cut where they like. Here: after every seventh byte.
const decoder = new ChunkDecoder();
const messages: ChunkMessage[] = [];
const all = Uint8Array.from(wire.flatMap((bytes) => [...bytes]));
for (let at = 0; at < all.length; at += 7) {
  decoder.push(all.subarray(at, at + 7));
  for (let message = decoder.read(); message !== undefined; message = decoder.read()) messages.push(message);
}
const times = messages.map(({ timestamp }) => timestamp);
console.log(`read at ${times} ms`);
if (times.join() !== "0,40,80") throw new Error("messages are missing");

// A length is compared with its limit when it is read: before any of the payload is there.
const strict = new ChunkDecoder({ maxMediaLength: 999 });
try {
  strict.push(all.subarray(0, 12));
  strict.read();
  throw new Error("that should not be");
} catch (error) {
  if (!(error instanceof ChunkError)) throw error;
  console.log(`refused: ${error.code}, ${error.context.actual} is above ${error.context.limit}`);
}
