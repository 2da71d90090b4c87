import { fromHex } from "@rtmp/bytes-util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeMessage } from "./decode-message.js";
import { MessageError } from "./errors.js";
import { readSharedObject } from "./shared-object.js";

/** A message of that type, laid out as in RTMP 7.1.3. */
function read(messageTypeId: number, payload: Uint8Array) {
  const message = decodeMessage({ messageTypeId, messageStreamId: 0, timestamp: 0, payload });
  if (message.type !== "sharedObject") throw new Error(message.type);
  return readSharedObject(message);
}
const head = "0004 63686174 00000007 00000002 00000000"; // "chat", version 7, persistent

describe("readSharedObject", () => {
  test("name, version, flags and events", () => {
    const change = "04 0000000f 0001 78 00 4000000000000000 02 0000"; // x = 2, then an empty string
    const remove = "09 00000003 0001 79";
    expect(read(19, fromHex(`${head} 01 00000000 ${change} ${remove} 08 00000000`))).toMatchObject({
      name: "chat",
      version: 7,
      persistent: true,
      events: [
        { eventType: 1, property: undefined, values: [] },
        { eventType: 4, property: "x", values: [2, ""] },
        { eventType: 9, property: "y", values: [] },
        { eventType: 8, values: [], data: new Uint8Array(0) },
      ],
    });
  });

  test("type 16: behind its selector, with AMF3 values", () => {
    const send = "06 00000006 11 06 05 6869 05"; // AMF3 "hi", then null in AMF0
    expect(read(16, fromHex(`00 0001 61 00000000 00000000 00000000 ${send}`))).toMatchObject({
      name: "a",
      persistent: false,
      events: [{ eventType: 6, values: ["hi", null] }],
    });
  });

  test.for([
    ["nothing", ""],
    ["a name that is cut", "0004 6368"],
    ["no flags", "0000 00000007"],
    ["an event longer than the message", `${head} 04 ffffffff 00`],
    ["a change without a property", `${head} 04 00000001 00`],
    ["a value that is none", `${head} 06 00000001 ff`],
  ] as const)("%s can be survived", ([, hex]) => {
    expect(() => read(19, fromHex(hex))).toThrow(expect.objectContaining({ code: "malformed-data", survivable: true }));
  });

  test("noise gives nothing but MessageError", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (noise) => {
        for (const bytes of [noise, Uint8Array.from([...fromHex(head), ...noise])]) {
          try {
            read(19, bytes);
          } catch (error) {
            if (!(error instanceof MessageError)) throw error;
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
