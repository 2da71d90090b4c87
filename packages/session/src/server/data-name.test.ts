import { fromHex } from "@rtmp/bytes-util";
import { expect, test } from "vitest";
import { dataName } from "./data-name.js";

test.for([
  ["a string", 18, "02000a6f6e4d6574614461746105", "onMetaData"],
  ["behind the selector of type 15", 15, "0002000a6f6e4d6574614461746105", "onMetaData"],
  ["type 15 without a selector", 15, "02000161", "a"],
  ["the selector is no part of type 18", 18, "0002000161", undefined],
  ["an empty string", 18, "020000", ""],
  ["a number", 18, "00400000000000000002000161", undefined],
  ["cut in its length", 18, "0200", undefined],
  ["cut in its text", 18, "02000361", undefined],
  ["nothing", 18, "", undefined],
  ["longer than any event's name", 18, `020081${"61".repeat(129)}`, undefined],
] as const)("%s", ([, messageTypeId, hex, name]) => {
  expect(dataName({ messageTypeId, messageStreamId: 1, timestamp: 0, payload: fromHex(hex) })).toBe(name);
});
