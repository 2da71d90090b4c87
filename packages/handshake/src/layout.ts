/** Length of C1, S1, C2 and S2 in bytes (RTMP 5.2.3, 5.2.4). */
export const PACKET_LENGTH = 1536;
/** Length of a digest, a temporary key and a signature in bytes: HMAC-SHA256. */
export const DIGEST_LENGTH = 32;
/** Bytes of C2 and S2 before the signature. */
export const SIGNED_LENGTH = PACKET_LENGTH - DIGEST_LENGTH;
/** Length of the Diffie-Hellman public key in bytes; only encrypted variants give it a meaning. */
export const PUBLIC_KEY_LENGTH = 128;

/** Who sent a packet. */
export type HandshakeRole = "client" | "server";

/**
 * How C1 or S1 is laid out behind its 8-byte head. 0: key block, digest block. 1: digest block, key block.
 * Both blocks have 764 bytes. The digest handshake came with Flash Player 9.0.115 and is not in the RTMP document.
 */
export type DigestSchema = 0 | 1;

const BLOCK_LENGTH = 764;
const FIRST_BLOCK = 8;
const SECOND_BLOCK = FIRST_BLOCK + BLOCK_LENGTH;
const OFFSET_LENGTH = 4;

/** Position of the digest in C1 or S1: 776 to 1503 for schema 0, 12 to 739 for schema 1. */
export function digestPosition(packet: Uint8Array, schema: DigestSchema): number {
  const block = schema === 0 ? SECOND_BLOCK : FIRST_BLOCK;
  // The four offset bytes stand at the begin of a digest block. They are added up, not read as an integer.
  return block + OFFSET_LENGTH + (sumOfFour(packet, block) % (BLOCK_LENGTH - OFFSET_LENGTH - DIGEST_LENGTH));
}

/** Position of the public key in C1 or S1: 8 to 639 for schema 0, 772 to 1403 for schema 1. */
export function publicKeyPosition(packet: Uint8Array, schema: DigestSchema): number {
  const block = schema === 0 ? FIRST_BLOCK : SECOND_BLOCK;
  // Here they stand at the block's end.
  const sum = sumOfFour(packet, block + BLOCK_LENGTH - OFFSET_LENGTH);
  return block + (sum % (BLOCK_LENGTH - OFFSET_LENGTH - PUBLIC_KEY_LENGTH));
}

/** A big-endian u32, as the two time fields at 0 and 4 are. */
export function readU32(packet: Uint8Array, at: number): number {
  return new DataView(packet.buffer, packet.byteOffset, packet.byteLength).getUint32(at);
}

/** Writes a big-endian u32. */
export function writeU32(packet: Uint8Array, at: number, value: number): void {
  new DataView(packet.buffer, packet.byteOffset, packet.byteLength).setUint32(at, value);
}

function sumOfFour(packet: Uint8Array, at: number): number {
  let sum = 0;
  for (let i = at; i < at + OFFSET_LENGTH; i++) sum += packet[i] as number;
  return sum;
}
