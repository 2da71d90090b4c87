import type { EndReason } from "../end.js";

const SENTENCES = new Map<EndReason, string>([
  ["closed", "The server closed the connection"],
  ["reset", "The connection to the server broke"],
  ["handshake-timeout", "The server did not shake hands in time"],
  ["connect-timeout", "The server did not answer to connect in time"],
  ["idle-timeout", "The server sent nothing for too long"],
  ["write-timeout", "The server took nothing for too long"],
  ["application-error", "A callback of the application threw"],
]);

/** A sentence on the end of a connection, for people. */
export function explain(reason: EndReason, state: string): string {
  const sentence = SENTENCES.get(reason) ?? `The server broke the protocol: ${reason}`;
  if (reason !== "closed" && reason !== "reset") return `${sentence}.`;
  if (state === "handshake") return `${sentence} during the handshake.`;
  return state === "connecting" ? `${sentence} without an answer to connect.` : `${sentence}.`;
}

/** What a server said in a status. */
export interface Words {
  readonly statusCode: string | undefined;
  readonly description: string | undefined;
}

/** A sentence with the server's own words behind it. */
export function quote(sentence: string, { statusCode, description }: Words): string {
  if (description) return `${sentence}: ${description}${statusCode ? ` (${statusCode})` : ""}`;
  return statusCode ? `${sentence}: ${statusCode}` : `${sentence}.`;
}
