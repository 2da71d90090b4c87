import { encodeUtf8, toHex } from "@rtmp/bytes-util";
import { encodeBase64 } from "./base64.js";
import { ClientError } from "./client-error.js";
import { md5 } from "./md5.js";

/** Who a client says it is. */
export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** Whether a refused connect asks for Adobe's user and password: `[ code=403 need auth; authmod=adobe ]` and the like. */
export function asksForAdobeAuth(description: string | undefined): boolean {
  return description?.includes("authmod=adobe") === true;
}

/**
 * The query that the next connect, on a connection of its own, adds to `app` and `tcUrl`. The first refusal asks who we
 * are, the second, `?reason=needauth&user=…&salt=…&challenge=…`, wants proof:
 * base64(MD5(base64(MD5(user + salt + password)) + (opaque or challenge) + our challenge)). The formula is the one of
 * FFmpeg (`libavformat/rtmpproto.c`), librtmp and OBS.
 * @param description the server's, of the refused connect.
 * @param random fills an array for our own challenge.
 * @throws ClientError `authentication-required` without credentials, `authentication-failed` if the server refuses them.
 */
export function answerAdobeAuth(
  description: string,
  credentials: Credentials | undefined,
  random: (target: Uint8Array<ArrayBuffer>) => void,
): string {
  if (credentials === undefined) {
    throw new ClientError("authentication-required", "The server wants a user and password.", { description });
  }
  const { user, password } = credentials;
  const said = new Map(fields(description));
  const reason = said.get("reason");
  if (reason === "needauth") {
    const salt = said.get("salt") ?? "";
    const opaque = said.get("opaque");
    const seed = new Uint8Array(4);
    random(seed);
    const challenge = toHex(seed);
    const secret = hash(user + salt + password);
    const response = hash(secret + (opaque ?? said.get("challenge") ?? "") + challenge);
    const answer = `?authmod=adobe&user=${user}&challenge=${challenge}&response=${response}`;
    return opaque === undefined ? answer : `${answer}&opaque=${opaque}`;
  }
  if (reason === undefined && description.includes("code=403 need auth")) return `?authmod=adobe&user=${user}`;
  throw new ClientError("authentication-failed", "The server does not take this user and password.", { description });
}

/** What stands behind the description's `?`, as names and values. */
function fields(description: string): [name: string, value: string][] {
  const mark = description.indexOf("?");
  if (mark < 0) return [];
  const [query = ""] = description.slice(mark + 1).split(/[\s\]]/, 1);
  return query.split("&").map((field) => {
    const equals = field.indexOf("=");
    return equals < 0 ? [field, ""] : [field.slice(0, equals), field.slice(equals + 1)];
  });
}

function hash(text: string): string {
  return encodeBase64(md5(encodeUtf8(text)));
}
