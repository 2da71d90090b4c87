import type { StreamId } from "../hub/stream-id.js";

/** What one relay does at this moment. Holds no secret: the URL is shown without its keys. */
export interface RelayInfo {
  /** Tells relays apart while they run. */
  readonly id: string;
  readonly direction: "push" | "pull";
  /** Its name in the configuration. */
  readonly name: string;
  readonly app: string;
  readonly stream: string;
  /** Where it goes to or comes from; stream name, password and queries are `***`. */
  readonly url: string;
  /** `live` while media flows; `waiting` between two attempts. */
  readonly state: "connecting" | "live" | "waiting";
  /** How often it was tried to connect, the attempt under way included. */
  readonly attempts: number;
  /** Payload bytes and messages that went over. */
  readonly bytes: number;
  readonly messages: number;
  /** Frames that a push left out because the other server was too slow. */
  readonly droppedFrames: number;
  /** Why the last connection ended, if one did. */
  readonly lastError?: string;
}

/** A relay began, or got its connection (again). */
export interface RelayEvent {
  readonly id: string;
  readonly direction: "push" | "pull";
  readonly name: string;
  readonly app: string;
  readonly stream: string;
  readonly url: string;
}
/** A relay lost its connection or got none, and waits before it tries again. */
export interface RelayRetryEvent extends RelayEvent {
  /** Such as `connect-failed`, `publish-rejected`, `closed`: see `ClientErrorCode` of @rtmp/session. */
  readonly code: string;
  readonly message: string;
  readonly waitMs: number;
}
/** A relay is over. */
export interface RelayEndEvent extends RelayEvent {
  /** `stream-ended`, `unwatched`, `stopped`, `reconfigured`, or the code of the error that ended it. */
  readonly reason: string;
  readonly bytes: number;
  readonly messages: number;
  readonly droppedFrames: number;
}

/** Told what becomes of relays. */
export interface RelayEvents {
  live(event: RelayEvent): void;
  retry(event: RelayRetryEvent): void;
  end(event: RelayEndEvent): void;
}

/** The stream's names as events have them. */
export function names({ app, name }: StreamId): { app: string; stream: string } {
  return { app, stream: name };
}
