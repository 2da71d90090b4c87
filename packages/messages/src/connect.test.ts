import { describe, expect, test } from "vitest";
import type { ConnectCommand } from "./command.js";
import { CapsEx, capsExFlags } from "./connect.js";
import { decodeMessage } from "./decode-message.js";
import { key, num, obj, raw, str } from "./vectors/build.js";

function connect(...members: readonly (readonly [string, string])[]): ConnectCommand {
  return decode(obj(...members));
}
function decode(commandObject: string): ConnectCommand {
  const message = decodeMessage(raw(20, str("connect") + num(1) + commandObject));
  if (message.type !== "command" || message.kind !== "connect") throw new Error("not a connect command");
  return message;
}
function strictArray(...items: string[]): string {
  return `0a${items.length.toString(16).padStart(8, "0")}${items.join("")}`;
}

describe("ordinary members", () => {
  test("all of them", () => {
    const command = connect(
      ["app", str("live/?key=1")],
      ["flashVer", str("f")],
      ["swfUrl", str("s")],
      ["tcUrl", str("rtmp://h/live")],
      ["pageUrl", str("p")],
      ["type", str("nonprivate")],
      ["objectEncoding", num(3)],
      ["videoFunction", num(15)],
    );
    expect(command).toMatchObject({
      app: "live/?key=1",
      flashVer: "f",
      swfUrl: "s",
      tcUrl: "rtmp://h/live",
      pageUrl: "p",
    });
    expect(command).toMatchObject({ connectType: "nonprivate", objectEncoding: 3, videoFunction: 15 });
  });
  test("none of them", () => {
    for (const commandObject of [obj(), "05", "06", "", str("live"), "0a00000000"]) {
      const command = decode(commandObject);
      expect(command).toMatchObject({ objectEncoding: 0, capsEx: 0 });
      expect(Object.keys(command.properties)).toEqual([]);
      const { app, tcUrl, flashVer, swfUrl, pageUrl, connectType, videoFunction } = command;
      expect([app, tcUrl, flashVer, swfUrl, pageUrl, connectType, videoFunction]).toEqual(Array(7).fill(undefined));
      expect([command.fourCcList, command.videoFourCcInfoMap, command.audioFourCcInfoMap]).toEqual(
        Array(3).fill(undefined),
      );
    }
  });
  test("those of the wrong type count as absent, and stay among the properties", () => {
    const command = connect(
      ["app", num(1)],
      ["objectEncoding", str("3")],
      ["capsEx", num(1.5)],
      ["videoFunction", num(-1)],
    );
    expect(command).toMatchObject({ objectEncoding: 0, capsEx: 0, properties: { app: 1, capsEx: 1.5 } });
    expect([command.app, command.videoFunction]).toEqual([undefined, undefined]);
  });
  test("tcUrl spelled otherwise or in quotes", () => {
    expect(connect(["tcurl", str("rtmp://a/b")]).tcUrl).toBe("rtmp://a/b");
    expect(connect(["tcurl", str("x")], ["tcUrl", str("y")]).tcUrl).toBe("y");
    expect(connect(["tcUrl", str('"rtmp://a/b"')]).tcUrl).toBe("rtmp://a/b");
    expect(connect(["tcUrl", str('"')]).tcUrl).toBe('"');
  });
  test("optional user arguments", () => {
    const message = decodeMessage(raw(20, str("connect") + num(1) + obj() + str("user") + num(7)));
    expect(message).toMatchObject({ kind: "connect", arguments: ["user", 7] });
  });
});

describe("capabilities of Enhanced RTMP", () => {
  test("codec list", () => {
    expect(connect(["fourCcList", strictArray(str("av01"), str("hvc1"), str("*"))]).fourCcList).toEqual([
      "av01",
      "hvc1",
      "*",
    ]);
    expect(connect(["fourCcList", strictArray()]).fourCcList).toEqual([]);
    expect(connect(["fourCcList", strictArray(num(1), str("avc1"), "05")]).fourCcList).toEqual(["avc1"]);
    expect(connect(["fourCcList", str("avc1")]).fourCcList).toBeUndefined();
    const ecma = `0800000002${key("0")}${str("avc1")}${key("1")}${str("Opus")}000009`;
    expect(connect(["fourCcList", ecma]).fourCcList).toEqual(["avc1", "Opus"]);
  });
  test("codec maps", () => {
    const map = obj(["*", num(4)], ["vp09", num(1)], ["hvc1", str("7")], ["av01", num(-1)], ["Opus", num(7)]);
    const command = connect(["videoFourCcInfoMap", map], ["audioFourCcInfoMap", obj()]);
    expect({ ...command.videoFourCcInfoMap }).toEqual({ "*": 4, vp09: 1, Opus: 7 });
    expect({ ...command.audioFourCcInfoMap }).toEqual({});
    expect(connect(["videoFourCcInfoMap", strictArray(str("a"))]).videoFourCcInfoMap).toBeUndefined();
  });
  test("lists and maps stop at 64 entries", () => {
    const codes = Array.from({ length: 65 }, (_, i) => `c${100 + i}`);
    const map = obj(...codes.map((code): [string, string] => [code, num(1)]));
    const command = connect(["fourCcList", strictArray(...codes.map(str))], ["videoFourCcInfoMap", map]);
    expect(command.fourCcList).toEqual(codes.slice(0, 64));
    expect(Object.keys(command.videoFourCcInfoMap ?? {})).toEqual(codes.slice(0, 64));
  });
  test("capsEx under its real name", () => {
    expect(connect(["capsEx", num(15)]).capsEx).toBe(15);
    expect(connect(["caps_ex", num(15)]).capsEx).toBe(0);
  });
  test("names of its bits", () => {
    expect(capsExFlags(0)).toEqual([]);
    expect(capsExFlags(CapsEx.multitrack | CapsEx.timestampNanoOffset)).toEqual(["multitrack", "timestampNanoOffset"]);
    expect(capsExFlags(0xff)).toEqual(["reconnect", "multitrack", "modEx", "timestampNanoOffset"]);
  });
});

test("names of JavaScript's own are only names", () => {
  const evil = obj(["__proto__", obj(["app", str("evil")])], ["constructor", str("c")], ["toString", num(1)]);
  const command = decode(evil);
  expect(command.app).toBeUndefined();
  expect(Object.getPrototypeOf(command.properties)).toBeNull();
  expect(Object.keys(command.properties)).toEqual(["__proto__", "constructor", "toString"]);
  const { videoFourCcInfoMap } = connect(["videoFourCcInfoMap", obj(["__proto__", num(2)], ["vp09", num(1)])]);
  expect(Object.entries(videoFourCcInfoMap ?? {})).toEqual([
    ["__proto__", 2],
    ["vp09", 1],
  ]);
  expect(Object.hasOwn(Object.prototype, "app")).toBe(false);
});

test("AMF3 connect object: the same view", () => {
  // Flash Player with objectEncoding 3: { objectEncoding: 3, app: "live" }, anonymous and dynamic.
  const object = "110a0b01 1d6f626a656374456e636f64696e67 0403 07617070 06096c697665 01".replaceAll(" ", "");
  const message = decodeMessage({ ...raw(17, `00${str("connect")}${num(1)}${object}`), messageStreamId: 0 });
  expect(message).toMatchObject({ kind: "connect", app: "live", objectEncoding: 3 });
});
