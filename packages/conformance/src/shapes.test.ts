import { describe, expect, test } from "vitest";
import { runVector } from "./index.js";
import { amf0, chunk, flv, handshake, message, vector } from "./testing/vectors.js";

const hex = (byteLength: number): string => "00".repeat(byteLength);

/** What the runner says of a vector, as text. */
async function reported(file: string, draft: unknown): Promise<string> {
  return (await runVector(file, draft)).map(({ what }) => what).join("; ");
}

describe("a vector of the wrong shape fails by name", () => {
  const session = vector({ input: { clientToServerFile: "x" }, expected: { cleanEnd: true } });
  const rest = { values: [["number", 0]] };

  test.for<[file: string, draft: unknown, what: string]>([
    // keys
    ["amf0.json", amf0("05", { values: [["null"]], foo: 1 }), "unknown key `expected.foo`"],
    ["amf0.json", vector({ input: { hex: "", foo: 1 }, expected: rest }), "unknown key `input.foo`"],
    ["amf0.json", vector({ ...amf0("05", rest), foo: 1 }), "unknown key `foo`"],
    ["amf0.json", vector({ ...amf0("05", rest), kind: "c1" }), "unknown key `kind`"],
    ["amf0.json", JSON.parse('{"name":"x","input":{"hex":"05"},"expected":{"__proto__":1}}'), "`expected.__proto__`"],
    ["amf0.json", amf0("05", { constructor: 1 }), "unknown key `expected.constructor`"],
    ["amf0.json", amf0("05", { messages: [] }), "unknown key `expected.messages`"],
    ["amf0.json", amf0("05", { note: "x" }), "unknown key `expected.note`"],
    ["chunk.json", chunk("", { messages: [{ foo: 1 }] }), "unknown key `expected.messages[0].foo`"],
    ["chunk.json", chunk("", { aggregateOf: { foo: 1 } }), "unknown key `expected.aggregateOf.foo`"],
    ["chunk.json", vector({ input: { streamHex: "", note: "" }, expected: { messages: [] } }), "`input.note`"],
    ["messages.json", message(1, "00000080", { eventName: "x" }), "unknown key `expected.eventName`"],
    ["flv-enhanced.json", flv("audio", "", { modEx: [{ foo: 1 }] }), "unknown key `expected.modEx[0].foo`"],
    ["flv-enhanced.json", flv("audio", "", { tracks: [{ foo: 1 }] }), "unknown key `expected.tracks[0].foo`"],
    ["flv-enhanced.json", flv("audio", "", { frameType: 1 }), "unknown key `expected.frameType`"],
    ["flv-enhanced.json", flv("video", "", { soundFormat: 1 }), "unknown key `expected.soundFormat`"],
    ["handshake.json", handshake("c0", { c0c1Hex: "" }, { time: 1 }), "unknown key `expected.time`"],
    ["handshake.json", handshake("over-read", { readsHex: [], eof: true }, {}), "unknown key `input.eof`"],
    ["sessions.json", vector({ ...session, expected: { publish: { foo: 1 } } }), "unknown key `expected.publish.foo`"],
    ["sessions.json", vector({ ...session, expected: { play: { type: "" } } }), "unknown key `expected.play.type`"],
    // what is missing
    ["amf0.json", {}, "missing key `name`; missing key `input`; missing key `expected`"],
    ["amf0.json", vector({ input: {}, expected: rest }), "missing key `input.hex`"],
    ["handshake.json", handshake("over-read", { bytesHex: "" }, { finished: false }), "missing key `input.feed`"],
    ["handshake.json", handshake("eof", { readsHex: [] }, { finished: false }), "missing key `input.eof`"],
    // no objects at all
    ["amf0.json", null, "``"],
    ["amf0.json", [], "``"],
    ["amf0.json", amf0("05", [] as never), "`expected`"],
    // listed strings and numbers
    ["handshake.json", handshake("c3", {}, {}), 'unknown kind "c3"'],
    ["handshake.json", vector({ input: { c0c1Hex: "" }, expected: {} }), "unknown kind absent"],
    ["handshake.json", handshake("c0", { c0c1Hex: "" }, { action: "wave" }), 'unknown action "wave"'],
    ["handshake.json", handshake("c1", { c0c1Hex: hex(1537) }, { mode: "complex" }), 'unknown mode "complex"'],
    ["handshake.json", handshake("c1", { c0c1Hex: hex(1537) }, { mode: ["simple", "none"] }), 'unknown mode "none"'],
    ["handshake.json", handshake("over-read", { bytesHex: "", feed: "2" }, {}), 'unknown feed "2"'],
    ["chunk.json", vector({ input: { streamHex: "", splitAt: "2" }, expected: { messages: [] } }), "unknown splitAt"],
    ["chunk.json", chunk("", { policy: "pray" }), 'unknown policy "pray"'],
    ["flv-enhanced.json", flv("text", "", { kind: "text" }), 'unknown kind "text" in `input.kind`'],
    ["flv-enhanced.json", flv("video", "", { packetType: "MultichannelConfig" }), "unknown packetType"],
    ["flv-enhanced.json", flv("audio", "", { packetType: "Metadata" }), 'unknown packetType "Metadata"'],
    ["flv-enhanced.json", flv("audio", "", { multitrackType: "TwoTracks" }), 'unknown multitrackType "TwoTracks"'],
    ["messages.json", message(6, "", { limitType: 3 }), "unknown limitType 3"],
    ["messages.json", message(20, "", { capsExFlags: ["warp"] }), 'unknown capsExFlags name "warp"'],
    ["amf0.json", vector({ ...amf0("05", rest), layer: "amf4" }), 'unknown layer "amf4"'],
    // error labels belong to files
    ["amf0.json", amf0("05", { error: "amf-width" }), 'unknown error label "amf-width"'],
    ["amf0.json", amf0("05", { error: "message-too-large" }), 'unknown error label "message-too-large"'],
    ["chunk.json", chunk("", { error: "*" }), 'unknown error label "*"'],
    ["handshake.json", handshake("eof", { readsHex: [], eof: true }, { error: "*" }), 'unknown error label "*"'],
    ["messages.json", message(20, "", { error: "amf-depth" }), 'unknown error label "amf-depth"'],
    ["flv-enhanced.json", flv("audio", "", { error: "unexpected-eof" }), 'unknown error label "unexpected-eof"'],
    ["sessions.json", vector({ ...session, expected: { error: "*" } }), 'unknown error label "*"'],
    // tags
    ["amf0.json", amf0("05", { values: [["movieClip"]] }), 'unknown tag "movieClip"'],
    ["amf0.json", amf0("05", { values: [["object", [["k", ["nil"]]]]] }), 'unknown tag "nil"'],
    ["amf0.json", amf0("05", { values: [["strictArray", [["nil"]]]] }), "`expected.values[0][1][0][0]`"],
    ["amf0.json", amf0("05", { values: [["integer", 1]] }), 'unknown tag "integer"'],
    ["amf0.json", amf0("05", { values: [["avmplus", ["number", 1]]] }), 'unknown AMF3 tag "number"'],
    ["amf0.json", amf0("05", { values: [["null", 0]] }), "`expected.values[0].length`"],
    ["amf0.json", amf0("05", { values: [["date", 0]] }), "`expected.values[0].length`"],
    ["amf0.json", amf0("05", { values: [[]] }), "`expected.values[0]`"],
    ["amf0.json", amf0("05", { values: [["number", "nan"]] }), 'unknown number "nan"'],
    ["amf0.json", amf0("05", { values: [["boolean", 1]] }), "`expected.values[0][1]`"],
    ["amf0.json", amf0("05", { values: [["object", [["k"]]]] }), "`expected.values[0][1][0]`"],
    ["messages.json", message(20, "", { arguments: [["nil"]] }), 'unknown tag "nil"'],
    ["messages.json", message(18, "", { values: [["nil"]] }), 'unknown tag "nil"'],
    // types and ranges
    ["amf0.json", amf0("0", rest), "`input.hex`"],
    ["amf0.json", amf0("0A", rest), "`input.hex`"],
    ["amf0.json", amf0("05", { bitsHex: "00" }), "`expected.bitsHex`"],
    ["amf0.json", amf0("05", { depth: "3" }), "`expected.depth`"],
    ["chunk.json", chunk("", { messages: [{ csid: 1 }] }), "`expected.messages[0].csid`"],
    ["chunk.json", chunk("", { messages: [{ timestamp: 2 ** 32 }] }), "`expected.messages[0].timestamp`"],
    ["chunk.json", chunk("", { messages: [{ payloadSha256: "00" }] }), "`expected.messages[0].payloadSha256`"],
    ["handshake.json", handshake("c1", { c0c1Hex: "03" }, { c0Version: 3 }), "`input.c0c1Hex`"],
    ["handshake.json", handshake("over-read", { readsHex: [] }, { finished: true }), "`expected.finished`"],
    ["handshake.json", handshake("over-read", { readsHex: [] }, { finishedAfterRead: 0 }), "finishedAfterRead"],
    ["handshake.json", handshake("c1", { c0c1Hex: hex(1537) }, { mode: [] }), "`expected.mode`"],
    ["handshake.json", handshake("c1", { c0c1Hex: hex(1537) }, { schema: 2 }), "`expected.schema`"],
    ["messages.json", message(1, "", { ignored: false }), "`expected.ignored`"],
    ["messages.json", message(20, "", { videoFourCcInfoMap: { vvc1: "5" } }), "`expected.videoFourCcInfoMap.vvc1`"],
    ["messages.json", message(20, "", { fourCcList: "*" }), "`expected.fourCcList`"],
    ["flv-enhanced.json", flv("audio", "", { empty: false }), "`expected.empty`"],
    ["flv-enhanced.json", flv("video", "", { fourCc: "avc" }), "`expected.fourCc`"],
    ["sessions.json", vector({ ...session, expected: { cleanEnd: 1 } }), "`expected.cleanEnd`"],
    // anyOf
    ["amf0.json", amf0("05", { anyOf: [] }), "`expected.anyOf`"],
    ["amf0.json", amf0("05", { anyOf: [{ values: [["null"]] }, { foo: 1 }] }), "unknown key `expected.anyOf[1].foo`"],
    ["amf0.json", amf0("05", { anyOf: [{ values: [["null"]] }, { error: "x" }] }), 'unknown error label "x"'],
    ["amf0.json", amf0("05", { anyOf: [{ values: [["null"]] }, { values: [["nil"]] }] }), 'unknown tag "nil"'],
    ["amf0.json", amf0("05", { anyOf: [{ anyOf: [] }] }), "unknown key `expected.anyOf[0].anyOf`"],
    ["chunk.json", chunk("", { anyOf: [{ messages: [] }, { policy: "pray" }] }), 'unknown policy "pray"'],
    // the file itself
    ["amf1.json", amf0("05", rest), "unknown vector file"],
  ])("%s: %j", async ([file, draft, what]) => {
    expect(await reported(file, draft)).toContain(what);
  });

  test("a vector nested without end", async () => {
    let value: unknown = ["null"];
    for (let depth = 0; depth < 100_000; depth++) value = ["strictArray", [value]];
    expect(await reported("amf0.json", amf0("05", { values: [value] }))).toBe("the run");
  });
});

describe("a vector without a verdict fails", () => {
  test.for<[file: string, draft: unknown]>([
    ["amf0.json", amf0("05", {})],
    ["chunk.json", chunk("", { unconsumedBytes: 0 })],
    ["messages.json", message(20, "02000161", { csid: 3, messageStreamId: 1, timestamp: 0 })],
    ["flv-enhanced.json", flv("audio", "", {})],
    ["handshake.json", handshake("c0", { c0c1Hex: "03" }, { action: "reject" })],
    ["handshake.json", handshake("over-read", { readsHex: ["03"] }, {})],
  ])("%s: %j", async ([file, draft]) => {
    expect(await reported(file, draft)).toContain("verdict");
  });
});
