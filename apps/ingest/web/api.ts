import type { RecordingItem, ServerInfo } from "../src/api/api-schemas.js";
import type { RelayInfo } from "../src/relay/relay-info.js";
import type { EndedSession, SessionInfo, StreamHistoryInfo, StreamInfo } from "../src/stats/schemas.js";

/** Part of a list. */
interface List<Item> {
  readonly items: readonly Item[];
  readonly total: number;
}

/** The server wants a token, or another one. */
export class LoginNeeded extends Error {}

/** Names a stream in a path. */
export function streamPath({ app, stream }: { readonly app: string; readonly stream: string }): string {
  return `${encodeURIComponent(app)}/${encodeURIComponent(stream)}`;
}

/** The server's API. Each call rejects with `LoginNeeded` or an `Error` with the server's words. */
export const api = {
  server: () => get<ServerInfo>("server"),
  streams: () => get<List<StreamInfo>>("streams?limit=200"),
  history: (stream: StreamInfo) => get<StreamHistoryInfo>(`streams/${streamPath(stream)}/history`),
  sessions: () => get<List<SessionInfo>>("sessions?limit=200"),
  ended: () => get<List<EndedSession>>("ended-sessions?limit=50"),
  recordings: () => get<List<RecordingItem>>("recordings?limit=50"),
  relays: () => get<List<RelayInfo>>("relays"),
  kick: (session: string) => post(`sessions/${encodeURIComponent(session)}/kick`),
  record: (stream: StreamInfo, action: "start" | "stop") => post(`streams/${streamPath(stream)}/record/${action}`),
  login: (token: string) => send("login", { method: "POST", body: JSON.stringify({ token }), headers: JSON_TYPE }),
  logout: () => send("logout", { method: "POST" }),
};

const JSON_TYPE = { "Content-Type": "application/json" };

async function get<Answer>(path: string): Promise<Answer> {
  const response = await send(`api/v1/${path}`, {});
  return (await response.json()) as Answer;
}

async function post(path: string): Promise<void> {
  await send(`api/v1/${path}`, { method: "POST" });
}

async function send(path: string, options: RequestInit): Promise<Response> {
  const response = await fetch(path, { ...options, signal: AbortSignal.timeout(10_000) });
  if (response.ok) return response;
  const body = (await response.json().catch(() => ({}))) as { readonly error?: { readonly message?: string } };
  const message = body.error?.message ?? `The server answered ${response.status}.`;
  throw response.status === 401 ? new LoginNeeded(message) : new Error(message);
}
