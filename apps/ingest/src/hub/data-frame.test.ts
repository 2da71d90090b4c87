import { fromHex } from "@rtmp/bytes-util";
import { describe, expect, test } from "vitest";
import { readDataFrame } from "./data-frame.js";

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
const join = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));
const short = (text: string): Uint8Array => join(Uint8Array.of(2, text.length >> 8, text.length), ascii(text));
const long = (text: string): Uint8Array => join(Uint8Array.of(12, 0, 0, 0, text.length), ascii(text));
const metadata = join(short("onMetaData"), fromHex("03000009"));

describe("readDataFrame", () => {
  test("takes @setDataFrame away", () => {
    expect(readDataFrame(18, join(short("@setDataFrame"), metadata))).toEqual({
      action: "set",
      name: "onMetaData",
      payload: metadata,
    });
  });
  test("also as a long string", () => {
    expect(readDataFrame(18, join(long("@setDataFrame"), metadata)).payload).toEqual(metadata);
  });
  test("keeps the selector byte of AMF3 data", () => {
    const selector = Uint8Array.of(0);
    expect(readDataFrame(15, join(selector, short("@setDataFrame"), metadata))).toEqual({
      action: "set",
      name: "onMetaData",
      payload: join(selector, metadata),
    });
  });
  test("leaves metadata without @setDataFrame as it is", () => {
    expect(readDataFrame(18, metadata)).toEqual({ action: "none", name: "onMetaData", payload: metadata });
  });
  test("knows @clearDataFrame", () => {
    expect(readDataFrame(18, join(short("@clearDataFrame"), short("onMetaData")))).toMatchObject({
      action: "clear",
      name: "onMetaData",
    });
  });
  test.for([
    ["nothing", ""],
    ["no string", "0500"],
    ["a cut length", "0200"],
    ["a length past the end", "0200ff61"],
    ["a huge long string", "0cffffffff61"],
    ["@setDataFrame alone", "02000d40736574446174614672616d65"],
  ])("bears %s", ([, hex]) => {
    const frame = readDataFrame(18, fromHex(hex ?? ""));
    expect(frame.name).toBeUndefined();
  });
});
