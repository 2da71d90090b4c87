import type { AccessRequest, FrontGate, Refused } from "./gate.js";

/** What those are told who come while the server is about to stop. */
const CODES = {
  connect: "NetConnection.Connect.AppShutdown",
  publish: "NetStream.Publish.Denied",
  play: "NetStream.Play.Failed",
} as const satisfies Record<AccessRequest["action"], string>;

/** A gate that refuses everybody as soon as the server is about to stop. */
export function untilStopping(gate: FrontGate, isStopping: () => boolean): FrontGate {
  return {
    check: (request, wanted) => (isStopping() ? refusal(request) : gate.check(request, wanted)),
  };
}

function refusal({ action }: AccessRequest): Refused {
  return {
    allowed: false,
    code: CODES[action],
    description: "The server is shutting down.",
    reason: "server-stopping",
    shown: "(hidden)", // nobody looked whether the name is a key
    counts: false,
  };
}
