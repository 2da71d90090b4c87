/** Somebody wants in. Everything here but `query` and `tcUrl` may be logged. */
export interface AccessRequest {
  readonly action: "connect" | "publish" | "play";
  readonly protocol: "rtmp" | "rtmps" | "http-flv" | "ws-flv" | "hls";
  /** Application, without its query. */
  readonly app: string;
  /** Stream name up to its first `?`; empty for a connect. */
  readonly stream: string;
  /** What follows the first `?` of the stream name, or of an HTTP request's URL; empty if there is none. Often a secret. */
  readonly query: string;
  /** As RTMP's connect has it; its query may be a secret. */
  readonly tcUrl?: string | undefined;
  /** What the peer says it is: `flashVer` of connect, or an HTTP request's user agent. */
  readonly client?: string | undefined;
  /** Number of the RTMP connection. */
  readonly connection?: number | undefined;
  /** Address of the peer, without its port. */
  readonly address: string;
  /** Address and port of the peer, for logs. */
  readonly peer: string;
}

/** Yes, perhaps under another name; or no, and why. */
export type Verdict =
  | {
      readonly allowed: true;
      /** The stream's name from here on, such as the public name of a secret key. @defaultValue the name that was asked for */
      readonly stream?: string;
    }
  | {
      readonly allowed: false;
      /** For programs: `NetStream.Publish.Denied`, `NetStream.Play.Failed`, `NetConnection.Connect.Rejected`, … */
      readonly code: string;
      /** For people: encoders show it. */
      readonly description: string;
    };

/** Decides who may connect, publish and play. */
export interface Gate {
  /**
   * Decides one request. Never rejects: what can not be decided is refused.
   * @param signal aborted when the answer is no longer wanted.
   */
  check(request: AccessRequest, signal: AbortSignal): Verdict | Promise<Verdict>;
}

/** Lets everybody do everything. */
export const openGate: Gate = { check: () => ({ allowed: true }) };
