import { ByteWriter } from "@rtmp/bytes-util";
import { type ChunkHead, chunksLength, writeChunks } from "@rtmp/chunk";
import { mediaChunkStream } from "@rtmp/session";
import type { MediaPacket } from "./media-packet.js";

/**
 * Packets as RTMP chunks in one array, which every player on that message stream may be sent: what each costs is a write,
 * not an encoding. Payloads are copied once.
 * @returns a Buffer, since a socket would make one of any other array, for each player anew.
 */
export function encodePackets(packets: readonly MediaPacket[], messageStreamId: number, chunkSize: number): Buffer {
  let length = 0;
  for (const packet of packets) length += chunksLength(headOf(packet, messageStreamId), chunkSize);
  const out = new ByteWriter(length);
  for (const packet of packets) writeChunks(out, headOf(packet, messageStreamId), packet.payload, chunkSize);
  const bytes = out.view();
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

function headOf({ tagType, timestamp, payload }: MediaPacket, messageStreamId: number): ChunkHead {
  return {
    chunkStreamId: mediaChunkStream(tagType),
    timestamp: timestamp % 2 ** 32,
    messageTypeId: tagType,
    messageStreamId,
    payloadLength: payload.length,
  };
}
