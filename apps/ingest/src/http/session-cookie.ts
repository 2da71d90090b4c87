import { createHmac } from "node:crypto";
import { sameSecret } from "./same-secret.js";

const NAME = "rtmp_ingest";
/** How long a browser stays logged in, in s. */
const MAX_AGE_S = 7 * 86_400;

/**
 * The `Set-Cookie` of a browser that knew the token. It holds no token: an expiry and a signature that only who has the token can
 * make, so that it is worth nothing after a change of the token.
 * @param secure whether the browser came by HTTPS.
 */
export function makeSessionCookie(token: string, nowMs: number, secure: boolean): string {
  const expires = String(Math.floor(nowMs / 1000) + MAX_AGE_S);
  return attributes(`${expires}.${sign(token, expires)}`, MAX_AGE_S, secure);
}

/** The `Set-Cookie` that ends it. */
export function clearSessionCookie(secure: boolean): string {
  return attributes("", 0, secure);
}

/** Whether a `Cookie` header holds a cookie of that token which is still good. */
export function hasSessionCookie(header: string, token: string, nowMs: number): boolean {
  for (const pair of header.split(";")) {
    const [name, value = ""] = pair.trim().split("=", 2);
    if (name !== NAME) continue;
    const [expires = "", signature = ""] = value.split(".", 2);
    if (/^\d{1,12}$/.test(expires) && Number(expires) * 1000 > nowMs && sameSecret(signature, sign(token, expires))) {
      return true;
    }
  }
  return false;
}

function sign(token: string, expires: string): string {
  return createHmac("sha256", token).update(`session ${expires}`).digest("base64url");
}

function attributes(value: string, maxAge: number, secure: boolean): string {
  return `${NAME}=${value}; Path=/; Max-Age=${maxAge}; HttpOnly; SameSite=Strict${secure ? "; Secure" : ""}`;
}
