import { concatBytes, fromHex } from "@rtmp/bytes-util";
import { ServerHandshake } from "@rtmp/handshake";
import { hexBytes, hexOf, piecesOf } from "../bytes.js";
import type { Comparison } from "../comparison.js";
import type { JsonObject } from "../shapes/shape.js";
import type { Observation } from "./layer.js";

/** S0, S1 and S2. */
const REPLY_LENGTH = 1 + 2 * 1536;

/** How far a server handshake was after one read. */
interface Step {
  /** Bytes fed so far, those of this read included. */
  readonly fed: number;
  readonly done: boolean;
  /** Bytes of the answer so far. */
  readonly replied: number;
}

/** Feeds the reads of a vector to a fresh server handshake, and the end of input if the vector says so. */
export function feedHandshake(input: JsonObject): Observation {
  const handshake = new ServerHandshake({ random: () => {} });
  const steps: Step[] = [];
  const rest: Uint8Array[] = [];
  let fed = 0;
  let replied = 0;
  let thrown: unknown;
  try {
    for (const read of readsOf(input)) {
      handshake.push(read);
      fed += read.length;
      replied += handshake.takeOutput()?.length ?? 0;
      if (handshake.done) rest.push(handshake.takeRest());
      steps.push({ fed, done: handshake.done, replied });
    }
    if (input["eof"] === true) handshake.end();
  } catch (error) {
    thrown = error;
  }
  const first = readsOf(input).find((read) => read.length > 0)?.[0];
  const overRead = concatBytes(rest);
  const facts = { c0Version: first, steps, overReadLength: overRead.length, overReadHex: hexOf(overRead) };
  return { fed: "read by read", thrown, facts };
}

/** Compares the progress keys of an outcome. */
export function compareProgress(outcome: JsonObject, facts: JsonObject, comparison: Comparison): void {
  const steps = facts["steps"] as readonly Step[];
  const doneAt = steps.findIndex(({ done }) => done);
  const completed =
    doneAt < 0 ? undefined : { read: doneAt + 1, from: steps[doneAt - 1]?.fed ?? 0, to: steps[doneAt]?.fed };
  const shown = completed === undefined ? "never" : `with read ${completed.read}, after ${completed.to} bytes`;

  if (outcome["finished"] === false) comparison.holds(completed === undefined, "finished", "never", shown);
  const { finishedAfterRead, finishedAfterByte, serverReplyLength, serverReplyAfterByte } = outcome;
  if (typeof finishedAfterRead === "number")
    comparison.holds(completed?.read === finishedAfterRead, "finished", `with read ${finishedAfterRead}`, shown);
  if (typeof finishedAfterByte === "number") {
    // The byte may stand inside a read: then it is this read that completes the handshake.
    const within =
      completed?.to !== undefined && completed.from < finishedAfterByte && finishedAfterByte <= completed.to;
    comparison.holds(within, "finished", `with byte ${finishedAfterByte}`, shown);
  }
  if (typeof serverReplyLength === "number")
    comparison.same("serverReplyLength", serverReplyLength, steps.at(-1)?.replied ?? 0);
  if (typeof serverReplyAfterByte === "number") {
    const whole = typeof serverReplyLength === "number" ? serverReplyLength : REPLY_LENGTH;
    const due = steps.find(({ fed }) => fed >= serverReplyAfterByte);
    const replied = due?.replied ?? 0;
    const expected = `${whole} bytes once ${serverReplyAfterByte} were fed`;
    comparison.holds(replied >= whole, "serverReplyAfterByte", expected, `${replied} bytes`);
  }
  comparison.sameKeys(outcome, facts, ["overReadLength", "overReadHex"]);
}

function readsOf(input: JsonObject): Uint8Array[] {
  const { readsHex } = input;
  if (Array.isArray(readsHex)) return readsHex.map((read) => fromHex(String(read)));
  const whole = [hexBytes(input, "c0c1Hex")];
  return input["feed"] === "1" ? [...piecesOf(hexBytes(input, "bytesHex"), () => 1)] : whole;
}
