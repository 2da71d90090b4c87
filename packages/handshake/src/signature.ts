import { equalBytes } from "@rtmp/bytes-util";
import { type HmacSha256, mac, portableHmacSha256 } from "./hmac.js";
import { CLIENT_FULL_KEY, SERVER_FULL_KEY } from "./keys.js";
import { DIGEST_LENGTH, type HandshakeRole, SIGNED_LENGTH } from "./layout.js";

/** What signs a second packet. */
export interface PacketSignature {
  /** HMAC of the other side's digest under the signer's full key, 32 bytes: the key of the signature. */
  readonly tempKey: Uint8Array;
  /** The last 32 bytes of the packet. */
  readonly signature: Uint8Array;
}

/**
 * Signs S2 for a client whose C1 carried a digest.
 * @param c1Digest the digest of C1, 32 bytes.
 * @param first1504 S2 up to the signature, 1504 bytes, freely chosen.
 * @throws RangeError for other lengths.
 */
export function signS2(c1Digest: Uint8Array, first1504: Uint8Array, hmacSha256?: HmacSha256): PacketSignature {
  return sign("server", c1Digest, first1504, hmacSha256);
}

/**
 * Signs C2 for a server whose S1 carried a digest.
 * @param s1Digest the digest of S1, 32 bytes.
 * @param first1504 C2 up to the signature, 1504 bytes, freely chosen.
 * @throws RangeError for other lengths.
 */
export function signC2(s1Digest: Uint8Array, first1504: Uint8Array, hmacSha256?: HmacSha256): PacketSignature {
  return sign("client", s1Digest, first1504, hmacSha256);
}

/** Signs S2 or C2 in place: the last 32 of its 1536 bytes. */
export function writeSignature(
  packet: Uint8Array,
  signer: HandshakeRole,
  peerDigest: Uint8Array,
  hmacSha256: HmacSha256,
): void {
  packet.set(sign(signer, peerDigest, packet.subarray(0, SIGNED_LENGTH), hmacSha256).signature, SIGNED_LENGTH);
}

/** Whether S2 or C2 is signed for the holder of `peerDigest`. */
export function isSigned(
  packet: Uint8Array,
  signer: HandshakeRole,
  peerDigest: Uint8Array,
  hmacSha256: HmacSha256,
): boolean {
  const { signature } = sign(signer, peerDigest, packet.subarray(0, SIGNED_LENGTH), hmacSha256);
  return equalBytes(packet.subarray(SIGNED_LENGTH), signature);
}

function sign(
  signer: HandshakeRole,
  peerDigest: Uint8Array,
  first1504: Uint8Array,
  hmacSha256: HmacSha256 = portableHmacSha256,
): PacketSignature {
  if (peerDigest.length !== DIGEST_LENGTH) throw new RangeError(`a digest of ${peerDigest.length} bytes, not 32`);
  if (first1504.length !== SIGNED_LENGTH) throw new RangeError(`${first1504.length} bytes to sign, not 1504`);
  const tempKey = mac(hmacSha256, signer === "client" ? CLIENT_FULL_KEY : SERVER_FULL_KEY, [peerDigest]);
  return { tempKey, signature: mac(hmacSha256, tempKey, [first1504]) };
}
