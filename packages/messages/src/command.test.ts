import { fromHex, toHex } from "@rtmp/bytes-util";
import { describe, expect, test } from "vitest";
import type { Command } from "./command.js";
import type { CommandKind } from "./command-fields.js";
import { decodeMessage } from "./decode-message.js";
import { encodeMessage } from "./encode-message.js";
import type { DecodeOptions } from "./options.js";
import { NULL, nested, num, obj, raw, str } from "./vectors/build.js";
import { failure } from "./vectors/failure.js";

function decode(payload: string | Uint8Array, options?: DecodeOptions, messageTypeId = 20): Command {
  const message = decodeMessage(raw(messageTypeId, payload), options);
  if (message.type !== "command") throw new Error(`a ${message.type} message`);
  return message;
}
function call(name: string, ...args: string[]): string {
  return str(name) + num(4) + NULL + args.join("");
}
const TRUE = "0101";
const FALSE = "0100";
const UNDEFINED = "06";

describe("typed fields", () => {
  const status = obj(
    ["level", str("error")],
    ["code", str("NetStream.Publish.BadName")],
    ["description", str("taken")],
  );
  const typed: readonly (readonly [CommandKind, string, Record<string, unknown>])[] = [
    ["createStream", call("createStream"), {}],
    ["closeStream", call("closeStream"), {}],
    ["checkBandwidth", call("_checkbw"), {}],
    ["checkBandwidth", call("checkBandwidth"), {}],
    ["releaseStream", call("releaseStream", str("k?a=1")), { streamName: "k?a=1" }],
    ["releaseStream", call("releaseStream"), { streamName: undefined }],
    ["fcPublish", call("FCPublish", str("k")), { streamName: "k" }],
    ["fcUnpublish", call("FCUnpublish", str("")), { streamName: "" }],
    ["fcSubscribe", call("FCSubscribe", num(1)), { streamName: undefined }],
    ["getStreamLength", call("getStreamLength", str("k")), { streamName: "k" }],
    ["publish", call("publish", str("k"), str("record")), { publishingName: "k", publishingType: "record" }],
    ["publish", call("publish", str("k")), { publishingName: "k", publishingType: "live" }],
    ["publish", call("publish", NULL, NULL), { publishingName: undefined, publishingType: "live" }],
    ["publish", call("publish"), { publishingName: undefined, publishingType: "live" }],
    ["play", call("play", str("k")), { streamName: "k", start: -2, duration: -1, reset: true }],
    [
      "play",
      call("play", str("k"), num(-1000), num(30), FALSE),
      { streamName: "k", start: -1000, duration: 30, reset: false },
    ],
    ["play", call("play", str("k"), num(0), num(Number.NaN), num(0)), { start: 0, duration: -1, reset: false }],
    ["play2", call("play2", obj(["streamName", str("k")])), { parameters: { streamName: "k" } }],
    ["play2", call("play2", str("k")), { parameters: undefined }],
    ["deleteStream", call("deleteStream", num(1)), { streamId: 1 }],
    ["deleteStream", call("deleteStream", num(2.9)), { streamId: 2 }],
    ["deleteStream", call("deleteStream", num(-3)), { streamId: 0 }],
    ["deleteStream", call("deleteStream", num(Number.NaN)), { streamId: 0 }],
    ["deleteStream", call("deleteStream", num(1e20)), { streamId: 0xffffffff }],
    ["deleteStream", call("deleteStream", num(Number.POSITIVE_INFINITY)), { streamId: 0xffffffff }],
    ["deleteStream", call("deleteStream", str("gst")), { streamId: undefined, arguments: ["gst"] }], // GStreamer rtmp2sink
    ["deleteStream", call("deleteStream"), { streamId: undefined, arguments: [] }],
    ["receiveAudio", call("receiveAudio", FALSE), { enabled: false }],
    ["receiveAudio", call("receiveAudio"), { enabled: true }],
    ["receiveVideo", call("receiveVideo", TRUE), { enabled: true }],
    ["seek", call("seek", num(1500)), { ms: 1500 }],
    ["seek", call("seek", str("1500")), { ms: undefined }],
    ["pause", call("pause", TRUE, num(20)), { paused: true, ms: 20 }],
    ["pause", call("pause", FALSE), { paused: false, ms: undefined }],
    ["result", str("_result") + num(2) + NULL + num(1), { arguments: [1], info: undefined, code: undefined }],
    ["error", str("_error") + num(1) + NULL + status, { level: "error", description: "taken" }],
    ["onStatus", call("onStatus", status), { level: "error", code: "NetStream.Publish.BadName" }],
    ["onStatus", str("onStatus") + num(0) + status, { code: "NetStream.Publish.BadName", arguments: [] }],
    ["onStatus", call("onStatus", NULL), { level: undefined, code: undefined, info: undefined }],
    ["onBWDone", call("onBWDone"), {}],
    ["onFCPublish", call("onFCPublish", status), { code: "NetStream.Publish.BadName" }],
    ["onFCPublish", str("onFCPublish"), { transactionId: undefined, code: undefined }], // FFmpeg as a server
    ["onFCUnpublish", call("onFCUnpublish", status), { description: "taken" }],
    ["onFCSubscribe", call("onFCSubscribe"), { info: undefined }],
    ["close", str("close") + num(0), { transactionId: 0 }],
    ["unknown", call("myCall", num(1), TRUE), { name: "myCall", arguments: [1, true] }],
  ];
  test.for(typed)("%s of %s", ([kind, hex, fields]) => {
    const command = decode(hex);
    expect(command.kind).toBe(kind);
    expect(command.warning).toBeUndefined();
    for (const [field, value] of Object.entries(fields)) {
      expect(Object.entries(command).find(([name]) => name === field)?.[1]).toEqual(value);
    }
  });

  test.for(["", "__proto__", "constructor", "toString", "Publish", "fcpublish"])("'%s' is only a name", (name) => {
    expect(decode(call(name))).toMatchObject({ name, kind: "unknown", commandObject: null });
  });
});

describe("name and transaction id", () => {
  const closes = { code: "malformed-command", id: 20, survivable: false };
  test("a payload may end after the name", () => {
    const command = decode(str("FCUnpublish"));
    expect(command).toMatchObject({ name: "FCUnpublish", arguments: [] });
    expect(command.transactionId).toBeUndefined();
    expect(command.commandObject).toBeUndefined();
  });
  test("or after the transaction id", () => {
    expect(decode(str("createStream") + num(4))).toMatchObject({ transactionId: 4, arguments: [] });
  });
  test.for([0, 1, -1, 1.5, 2 ** 40, Number.NaN, Number.POSITIVE_INFINITY])(
    "transaction id %d comes as sent",
    (value) => {
      expect(decode(str("x") + num(value)).transactionId).toBe(value);
    },
  );
  test("a name may be a long string, or AMF3 behind the switch", () => {
    expect(decode(`0c0000000178${num(1)}`).name).toBe("x");
    expect(decode(`11060378${num(1)}`).name).toBe("x");
  });
  test.for(["", NULL, num(1), obj(), "0a00000000", "0f0000000178", "0200", "020005616263", "ff"])(
    "name %s ends it",
    (hex) => {
      expect(failure(() => decode(hex))).toEqual(closes);
    },
  );
  test.for([NULL, UNDEFINED, str("1"), TRUE, obj(), "0000", "07ff", "12"])("transaction id %s ends it", (hex) => {
    expect(failure(() => decode(str("publish") + hex))).toEqual(closes);
  });
  test("a name of 128 bytes is taken, a longer one can be dropped", () => {
    expect(decode(call("n".repeat(128))).name).toHaveLength(128);
    const dropped = { code: "bad-argument", id: 20, survivable: true };
    expect(failure(() => decode(call("n".repeat(129))))).toEqual(dropped);
    expect(failure(() => decode(call("connect"), { limits: { maxCommandNameLength: 6 } }))).toEqual(dropped);
    const accents = fromHex(`0200${(2 * 65).toString(16)}${"c3a9".repeat(65)}`); // 65 characters, 130 bytes
    expect(failure(() => decode(accents))).toEqual(dropped);
  });
});

describe("the rest is taken as far as it goes", () => {
  const broken = [
    ["a command object cut off", "0300036170", 0, undefined, []],
    ["an unknown marker as command object", "ff", 0, undefined, []],
    ["an argument cut off", `${NULL}${str("key")}0200`, 2, null, ["key"]],
    ["a bare object end", `${NULL}${str("key")}${str("live")}09`, 3, null, ["key", "live"]],
    ["a reserved marker", `${NULL}04`, 1, null, []],
    ["an AMF3 value that is none", `${NULL}${str("key")}11ff`, 2, null, ["key"]],
    ["an array longer than the payload", `${NULL}${str("key")}0affffffff`, 2, null, ["key"]],
  ] as const;
  test.for(broken)("%s", ([, rest, , commandObject, args]) => {
    const head = str("publish") + num(5);
    const command = decode(head + rest);
    expect(command).toMatchObject({ kind: "publish", transactionId: 5, arguments: args });
    expect(command.commandObject).toBe(commandObject);
    expect(command.warning).toMatchObject({ code: "malformed-command", survivable: true });
    expect(command.warning?.offset).toBe(command.amfBytes.length);
    expect((head + rest).startsWith(toHex(command.amfBytes))).toBe(true);
    expect(command.amfBytes.length).toBeLessThan(command.payload.length);
    expect(failure(() => decode(head + rest, { lenient: false }))).toEqual({
      code: "malformed-command",
      id: 20,
      survivable: true,
    });
  });
  test("the typed fields are those of what was read", () => {
    expect(decode(`${call("publish", str("key"))}ff`)).toMatchObject({ publishingName: "key", publishingType: "live" });
  });
  test("odd but known values are no fault", () => {
    const odd = [
      UNDEFINED,
      "0d",
      "0b40000000000000000000",
      "0a0000000105",
      "0f0000000178",
      "070001",
      "100001610000090000".slice(0, 14),
    ];
    const command = decode(call("odd", ...odd));
    expect(command.warning).toBeUndefined();
    expect(command.arguments).toHaveLength(odd.length);
    expect(command.arguments[2]).toEqual(new Date(2));
    expect(command.amfBytes).toEqual(command.payload);
  });
  test("the command object may be an ECMA array or a typed object", () => {
    const members = obj(["app", str("live")]).slice(2);
    for (const head of ["03", "0800000000", "08ffffffff", "10000161"]) {
      expect(decode(str("connect") + num(1) + head + members)).toMatchObject({ kind: "connect", app: "live" });
    }
  });
});

describe("limits", () => {
  test.for([
    ["the command object", Uint8Array.from([...fromHex(str("x") + num(1)), ...nested(33)])],
    ["an argument", Uint8Array.from([...fromHex(call("x")), ...nested(5000)])],
    ["the transaction id", Uint8Array.from([...fromHex(str("x")), ...nested(8000)])],
  ] as const)("deep nesting in %s", ([, payload]) => {
    expect(failure(() => decode(payload))).toEqual({ code: "amf-depth", id: 20, survivable: false });
  });
  test("32 levels are not too deep", () => {
    expect(decode(Uint8Array.from([...fromHex(call("x")), ...nested(32)])).warning).toBeUndefined();
  });
  test("64 values in a command, not more", () => {
    const many = { code: "amf-too-many", id: 20, survivable: false };
    expect(decode(call("x", NULL.repeat(61))).arguments).toHaveLength(61);
    expect(failure(() => decode(call("x", NULL.repeat(62))))).toEqual(many);
    expect(failure(() => decode(call("x", NULL), { limits: { maxCommandValues: 3 } }))).toEqual(many);
  });
  test("1024 values on all levels", () => {
    const array = `0a00000400${NULL.repeat(1024)}`;
    expect(failure(() => decode(call("x", array)))).toEqual({ code: "amf-too-many", id: 20, survivable: false });
    const commandAmf = { maxDepth: 2, maxMembers: 2000, maxValues: 2000 };
    expect(decode(call("x", array), { limits: { commandAmf } }).arguments).toHaveLength(1);
  });
});

describe("framed as AMF3 (type 17)", () => {
  test.for([
    ["with the selector", `00${call("publish", str("key"))}`],
    ["without it", call("publish", str("key"))],
  ] as const)("%s", ([, hex]) => {
    const command = decode(hex, {}, 17);
    expect(command).toMatchObject({
      messageTypeId: 17,
      encoding: "amf3",
      kind: "publish",
      transactionId: 4,
      arguments: ["key"],
    });
    expect(toHex(command.payload)).toBe(hex);
    expect(toHex(command.amfBytes)).toBe(call("publish", str("key")));
  });
  test("values may be AMF3, one by one", () => {
    const object = "110a0b01076170700609 6c697665 01".replaceAll(" ", ""); // { app: "live" }, dynamic, no class name
    const command = decode(`00${str("connect")}${num(1)}${object}${str("arg")}`, {}, 17);
    expect(command).toMatchObject({ kind: "connect", app: "live", arguments: ["arg"] });
    const without = decode(`00${str("connect")}${num(1)}${object}`, { amf3: false }, 17);
    expect(without).toMatchObject({ kind: "connect", app: undefined, warning: { code: "malformed-command" } });
  });
  test("a payload of the selector alone has no name", () => {
    expect(failure(() => decode("00", {}, 17))).toEqual({ code: "malformed-command", id: 17, survivable: false });
  });
  test("offsets count from the payload's begin", () => {
    const head = `00${call("x")}`;
    expect(decode(`${head}ff`, {}, 17).warning?.offset).toBe(head.length / 2);
  });
});

describe("encoding", () => {
  test("ReconnectRequest is an onStatus that names a URL (Enhanced RTMP v2)", () => {
    const info = { level: "status", code: "NetConnection.Connect.ReconnectRequest", tcUrl: "rtmp://b/live" };
    const { payload } = encodeMessage({ type: "command", name: "onStatus", transactionId: 0, arguments: [info] });
    expect(decode(payload)).toMatchObject({ kind: "onStatus", code: info.code, description: undefined, info });
  });
  test("what is left out", () => {
    const bytes = (message: Parameters<typeof encodeMessage>[0]) => toHex(encodeMessage(message).payload);
    expect(bytes({ type: "command", name: "onFCPublish", transactionId: undefined })).toBe(str("onFCPublish"));
    expect(bytes({ type: "command", name: "x", transactionId: 4 })).toBe(call("x"));
    expect(bytes({ type: "command", name: "x", transactionId: 4, commandObject: undefined })).toBe(call("x"));
    const args = [undefined, 1];
    expect(bytes({ type: "command", name: "x", transactionId: 4, arguments: args })).toBe(call("x", UNDEFINED, num(1)));
  });
  test("framed as AMF3", () => {
    const message = encodeMessage({
      type: "command",
      encoding: "amf3",
      name: "x",
      transactionId: 4,
      messageStreamId: 3,
      timestamp: 9,
    });
    expect(message).toEqual({
      messageTypeId: 17,
      messageStreamId: 3,
      timestamp: 9,
      payload: fromHex(`00${call("x")}`),
    });
  });
  test("values need a transaction id", () => {
    const message = { type: "command", name: "x", transactionId: undefined } as const;
    expect(() => encodeMessage({ ...message, commandObject: {} })).toThrow(TypeError);
    expect(() => encodeMessage({ ...message, arguments: [1] })).toThrow(TypeError);
  });
});
