import type { StreamLimits } from "../hub/stream-limits.js";
import type { Wanted } from "../hub/wanted.js";

/** Somebody wants in. What is said to be secret may not be logged. */
export interface AccessRequest {
  readonly action: "connect" | "publish" | "play";
  readonly protocol: "rtmp" | "rtmps" | "http-flv" | "ws-flv" | "hls";
  /** Application, without its query. */
  readonly app: string;
  /** Stream name up to its first `?`; empty for a connect. Secret if it may be a key: `Verdict.shown` says what to log. */
  readonly stream: string;
  /** What follows the first `?` of the stream name, or of an HTTP request's URL; empty if there is none. Often a secret. */
  readonly query: string;
  /** What follows the first `?` of RTMP's `app`. Often a secret. */
  readonly appQuery?: string | undefined;
  /** As RTMP's connect has it; its query may be a secret. */
  readonly tcUrl?: string | undefined;
  /** As RTMP's connect has it, or an HTTP request's referrer. May be a secret. */
  readonly pageUrl?: string | undefined;
  /** As RTMP's connect has it. May be a secret. */
  readonly swfUrl?: string | undefined;
  /** What the peer says it is: `flashVer` of connect, or an HTTP request's user agent. */
  readonly client?: string | undefined;
  /** `live`, `record` or `append`, as RTMP's publish has it. */
  readonly publishingType?: string | undefined;
  /** Number of the RTMP connection. */
  readonly connection?: number | undefined;
  /** Address of the peer, without its port. */
  readonly address: string;
  /** Address and port of the peer, for logs. */
  readonly peer: string;
}

/** Yes, perhaps under another name and within limits. */
export interface Allowed {
  readonly allowed: true;
  /** The stream's name from here on, such as the public name of a secret key. @defaultValue the name that was asked for */
  readonly stream?: string | undefined;
  /** Of a connect: the application's name from here on. @defaultValue the one that was asked for */
  readonly app?: string | undefined;
  /** Of a publish: what its stream may do. Ignored for others. */
  readonly limits?: StreamLimits | undefined;
  /** What logs call the stream if it is not found; see {@link Refused.shown}. */
  readonly shown?: string | undefined;
}

/** No, and why. */
export interface Refused {
  readonly allowed: false;
  /** For programs: `NetStream.Publish.Denied`, `NetStream.Play.Failed`, `NetConnection.Connect.Rejected`, … */
  readonly code: string;
  /** For people: encoders show it. */
  readonly description: string;
  /** For logs and metrics: a word such as `wrong-key`. @defaultValue `refused` */
  readonly reason?: string | undefined;
  /** What logs call the stream if the name that was asked for may be a key. @defaultValue that name */
  readonly shown?: string | undefined;
  /** Whether it counts among the failed attempts of its address; not if the fault is ours. @defaultValue true */
  readonly counts?: boolean | undefined;
}

/** What a {@link Gate} decided. */
export type Verdict = Allowed | Refused;

/** Decides who may connect, publish and play. */
export interface Gate {
  /**
   * Decides one request. Never rejects: what can not be decided is refused.
   * @param signal aborted when the answer is no longer wanted.
   */
  check(request: AccessRequest, signal: AbortSignal): Verdict | Promise<Verdict>;
  /** Whether it has anything to say on an action. @defaultValue on all */
  asks?(action: AccessRequest["action"]): boolean;
}

/** The gate that whoever wants in comes to; others stand behind it. */
export interface FrontGate {
  /** Decides one request. Never rejects. @param wanted whether the answer is still wanted. */
  check(request: AccessRequest, wanted: Wanted): Verdict | Promise<Verdict>;
}

/** What people are told who may not do something, when there is no better word. */
export const NOT_ALLOWED = "You may not do that here.";

/** The code that clients of each kind know best for a refusal. */
export const DENIED: Readonly<Record<AccessRequest["action"], string>> = {
  connect: "NetConnection.Connect.Rejected",
  publish: "NetStream.Publish.Denied",
  play: "NetStream.Play.Failed",
};
