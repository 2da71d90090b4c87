import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, encodeUtf8, fromHex } from "@rtmp/bytes-util";

// Data of the protocol, equal in every implementation; not secret.

/** Key of the C1 digest, 30 bytes. */
export const CLIENT_PART_KEY = encodeUtf8("Genuine Adobe Flash Player 001");
/** Key of the S1 digest, 36 bytes. */
export const SERVER_PART_KEY = encodeUtf8("Genuine Adobe Flash Media Server 001");
const TAIL = fromHex("f0eec24a 8068bee8 2e00d0d1 029e7e57 6eec5d2d 29806fab 93b8e636 cfeb31ae");
/** Key of the temporary key that signs C2, 62 bytes. */
export const CLIENT_FULL_KEY = concatBytes([CLIENT_PART_KEY, TAIL]);
/**
 * Key of the temporary key that signs S2: the SHA-256 of the 68 bytes that are the key. HMAC would hash it each time,
 * for it is longer than a block (RFC 2104 2).
 */
export const SERVER_FULL_KEY = sha256(concatBytes([SERVER_PART_KEY, TAIL]));
