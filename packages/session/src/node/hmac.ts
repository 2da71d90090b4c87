import { createHmac } from "node:crypto";
import type { HmacSha256 } from "@rtmp/handshake";

/** HMAC-SHA256 by Node's own crypto, several times as fast as the portable default: the `hmacSha256` of a session. */
export const nodeHmacSha256: HmacSha256 = (key, parts) => {
  const hmac = createHmac("sha256", key);
  for (const part of parts) hmac.update(part);
  return hmac.digest();
};
