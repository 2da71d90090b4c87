import type { Socket } from "node:net";
import type { SessionLimits, SessionTimeouts } from "@rtmp/session";
import type { FrontGate } from "../auth/gate.js";
import type { Emit } from "../events.js";
import type { Hub } from "../hub/hub.js";
import type { LiveStream } from "../hub/live-stream.js";
import type { PlayerGroups } from "../outputs/player-group.js";
import type { SessionDirectory } from "../stats/session-directory.js";
import type { MergedReads } from "./merged-reads.js";
import type { Peer } from "./peer-address.js";

/** What the connections of a server share. */
export interface RtmpConnectionContext {
  readonly hub: Hub;
  readonly gate: FrontGate;
  readonly play: { readonly waitMs: number; readonly queueBytes: number; readonly groups: PlayerGroups };
  readonly mergedReads: MergedReads;
  readonly limits: Partial<SessionLimits>;
  readonly timeouts: Partial<SessionTimeouts>;
  readonly emit: Emit;
  /** Where it is listed while it is there. */
  readonly sessions: SessionDirectory;
  /** Path of the last file that was recorded of a stream. */
  readonly recordingOf: (stream: LiveStream) => string | undefined;
  /** Milliseconds of a clock that never goes back. */
  readonly clock: () => number;
}

/** What one connection is made of. */
export interface RtmpConnectionParts {
  /** Tells connections apart in logs. */
  readonly number: number;
  readonly protocol: "rtmp" | "rtmps";
  /** Ready to be read: behind TLS and a balancer's header. */
  readonly socket: Socket;
  readonly peer: Peer;
  /** Called when a publish or play is accepted. */
  readonly onAccepted: () => void;
}
