import { type AccessRequest, DENIED, type Gate, NOT_ALLOWED, type Verdict } from "./gate.js";

/** What a function decides: yes or no, or a whole verdict. */
export type AccessAnswer = boolean | Verdict;
/**
 * Decides one request. What it throws or rejects with refuses the request, and is a `fault` of the server.
 * @param signal aborted when the answer is no longer wanted: the peer has left, or time is over.
 */
export type AccessFunction = (request: AccessRequest, signal: AbortSignal) => AccessAnswer | Promise<AccessAnswer>;

/** Functions of an application that decide; who has none may. */
export interface AccessFunctions {
  readonly onConnect?: AccessFunction;
  readonly onPublish?: AccessFunction;
  readonly onPlay?: AccessFunction;
}

/** A gate made of functions. */
export function functionGate({ onConnect, onPublish, onPlay }: AccessFunctions): Gate {
  const functions = { connect: onConnect, publish: onPublish, play: onPlay };
  return {
    asks: (action) => functions[action] !== undefined,
    check: async (request, signal) => {
      const { action } = request;
      const answer = (await functions[action]?.(request, signal)) ?? undefined;
      if (answer === true) return { allowed: true };
      if (answer === false) return { allowed: false, code: DENIED[action], description: NOT_ALLOWED };
      // Nothing at all is no yes: somebody forgot to return.
      if (answer === undefined) throw new TypeError(`The function for ${action} answered nothing.`);
      return answer;
    },
  };
}
