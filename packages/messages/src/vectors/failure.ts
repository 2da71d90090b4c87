import { MessageError } from "../errors.js";

/** What a call is refused with, short enough to compare. Anything but a MessageError goes through. */
export function failure(call: () => unknown): { code: string; id: number; survivable: boolean } {
  try {
    call();
  } catch (error) {
    if (!(error instanceof MessageError)) throw error;
    return { code: error.code, id: error.messageTypeId, survivable: error.survivable };
  }
  throw new Error("nothing was thrown");
}
