import { encodeChunkBody, encodeChunkHead } from "@rtmp/chunk";
import { mediaChunkStream, type ServerSession } from "@rtmp/session";
import type { MediaPacket, RtmpWire } from "./media-packet.js";

/** The message stream of nearly every player: the first it created. */
const USUAL_STREAM = 1;

/**
 * Sends a packet to a player, without a flush. Its chunks are made once and shared by all players: what each costs is a
 * write, not an encoding. Only the head depends on the message stream.
 * @returns how many bytes were sent.
 */
export function sendPacket(session: ServerSession, messageStreamId: number, packet: MediaPacket): number {
  const { chunkSize } = session;
  let wire = packet.wire;
  if (wire?.chunkSize !== chunkSize) {
    wire = makeWire(packet, chunkSize);
    packet.wire = wire;
  }
  const chunkStreamId = mediaChunkStream(packet.tagType);
  const { bytes, headLength } = wire;
  if (messageStreamId === USUAL_STREAM) session.sendChunks(messageStreamId, chunkStreamId, bytes);
  else {
    const head = encodeChunkHead(headOf(packet, messageStreamId));
    session.sendChunks(messageStreamId, chunkStreamId, head, bytes.subarray(headLength));
  }
  return bytes.length;
}

function makeWire(packet: MediaPacket, chunkSize: number): RtmpWire {
  const fields = headOf(packet, USUAL_STREAM);
  const head = encodeChunkHead(fields);
  const body = encodeChunkBody(packet.payload, fields.chunkStreamId, fields.timestamp, chunkSize);
  const bytes = new Uint8Array(head.length + body.length);
  bytes.set(head);
  bytes.set(body, head.length);
  return { chunkSize, bytes, headLength: head.length };
}

function headOf(packet: MediaPacket, messageStreamId: number) {
  const { tagType: messageTypeId, timestamp, payload } = packet;
  return {
    chunkStreamId: mediaChunkStream(messageTypeId),
    timestamp: timestamp % 2 ** 32,
    messageTypeId,
    messageStreamId,
    payloadLength: payload.length,
  };
}
