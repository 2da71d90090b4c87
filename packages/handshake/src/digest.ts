import { equalBytes } from "@rtmp/bytes-util";
import { type HmacSha256, mac, portableHmacSha256 } from "./hmac.js";
import { CLIENT_PART_KEY, SERVER_PART_KEY } from "./keys.js";
import {
  DIGEST_LENGTH,
  type DigestSchema,
  digestPosition,
  type HandshakeRole,
  PACKET_LENGTH,
  PUBLIC_KEY_LENGTH,
  publicKeyPosition,
  readU32,
} from "./layout.js";

/** The digest that C1 or S1 carries. */
export interface PacketDigest {
  /** Which of the two layouts the packet has. */
  readonly schema: DigestSchema;
  /** Position of the digest, in bytes from the begin of the packet. */
  readonly offset: number;
  /** The digest, 32 bytes: a copy. */
  readonly digest: Uint8Array;
  /** The Diffie-Hellman public key, 128 bytes: a copy. Plain RTMP fills it with random bytes. */
  readonly publicKey: Uint8Array;
}

/** What C1 or S1 says. */
export interface PacketAnalysis {
  /** The sender's time, ms since an epoch of its own, u32. */
  readonly time: number;
  /** Bytes 4 to 7: zero in the simple handshake (RTMP 5.2.3), else a version of Flash. A copy. */
  readonly version: Uint8Array;
  /** Absent in a packet of the simple handshake. */
  readonly digest?: PacketDigest;
}

/**
 * Reads C1 or S1, whatever its version field says: a valid digest of schema 0 is looked for, then one of schema 1.
 * @param packet 1536 bytes, without the version byte before them.
 * @param sender whose packet it is: `client` for C1, `server` for S1. Their keys differ.
 * @throws RangeError for another length.
 */
export function analysePacket(
  packet: Uint8Array,
  sender: HandshakeRole,
  hmacSha256: HmacSha256 = portableHmacSha256,
): PacketAnalysis {
  if (packet.length !== PACKET_LENGTH) throw new RangeError(`a packet of ${packet.length} bytes, not ${PACKET_LENGTH}`);
  const time = readU32(packet, 0);
  const version = packet.slice(4, 8);
  const found = findDigest(packet, sender, hmacSha256);
  if (found === undefined) return { time, version };
  const { schema, offset } = found;
  const key = publicKeyPosition(packet, schema);
  const digest = packet.slice(offset, offset + DIGEST_LENGTH);
  return { time, version, digest: { schema, offset, digest, publicKey: packet.slice(key, key + PUBLIC_KEY_LENGTH) } };
}

/** Reads C1: {@link analysePacket} with the client's key. */
export function analyseC1(c1: Uint8Array, hmacSha256?: HmacSha256): PacketAnalysis {
  return analysePacket(c1, "client", hmacSha256);
}

/** Reads S1: {@link analysePacket} with the server's key. */
export function analyseS1(s1: Uint8Array, hmacSha256?: HmacSha256): PacketAnalysis {
  return analysePacket(s1, "server", hmacSha256);
}

/** Where the digest of C1 or S1 is, and the digest as a view of the packet. */
export interface FoundDigest {
  readonly schema: DigestSchema;
  readonly offset: number;
  readonly digest: Uint8Array;
}

/** The first valid digest: of schema `first`, or else of the other one. */
export function findDigest(
  packet: Uint8Array,
  sender: HandshakeRole,
  hmacSha256: HmacSha256,
  first: DigestSchema = 0,
): FoundDigest | undefined {
  return digestAt(packet, first, sender, hmacSha256) ?? digestAt(packet, first === 0 ? 1 : 0, sender, hmacSha256);
}

/** Puts a digest into C1 or S1 whose other bytes are final. @returns the digest. */
export function writeDigest(
  packet: Uint8Array,
  schema: DigestSchema,
  sender: HandshakeRole,
  hmacSha256: HmacSha256,
): Uint8Array {
  const offset = digestPosition(packet, schema);
  const digest = computeDigest(packet, offset, sender, hmacSha256);
  packet.set(digest, offset);
  return digest;
}

function digestAt(
  packet: Uint8Array,
  schema: DigestSchema,
  sender: HandshakeRole,
  hmacSha256: HmacSha256,
): FoundDigest | undefined {
  const offset = digestPosition(packet, schema);
  const digest = packet.subarray(offset, offset + DIGEST_LENGTH);
  // Its keys are public, so there is nothing to learn from how long the comparison takes.
  if (!equalBytes(digest, computeDigest(packet, offset, sender, hmacSha256))) return undefined;
  return { schema, offset, digest };
}

/** The digest covers the packet without the digest's own bytes: 1504 in all. */
function computeDigest(packet: Uint8Array, offset: number, sender: HandshakeRole, hmacSha256: HmacSha256): Uint8Array {
  const key = sender === "client" ? CLIENT_PART_KEY : SERVER_PART_KEY;
  return mac(hmacSha256, key, [packet.subarray(0, offset), packet.subarray(offset + DIGEST_LENGTH)]);
}
