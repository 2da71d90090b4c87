import { describe, expect, test } from "vitest";
import { runVector } from "./index.js";
import { AGGREGATE, amf0, C0C1, C2, chunk, flv, fmt0, handshake, message, REJECTED } from "./testing/vectors.js";

describe("what a layer does right passes", () => {
  test.for<[rule: string, file: string, draft: unknown]>([
    ["nothing in, nothing out", "amf0.json", amf0("", { values: [] })],
    ["a number by its value", "amf0.json", amf0("003ff0000000000000", { values: [["number", 1.0]] })],
    ["0 for -0", "amf0.json", amf0("008000000000000000", { values: [["number", 0]] })],
    ["-0 by its bits", "amf0.json", amf0("008000000000000000", { bitsHex: "8000000000000000" })],
    ["a NaN by its bits", "amf0.json", amf0("007ff8000000000001", { bitsHex: "7ff8000000000001" })],
    ["one number inside", "amf0.json", amf0("0a00000001004013000000000000", { bitsHex: "4013000000000000" })],
    ["NaN", "amf0.json", amf0("007ff8000000000000", { values: [["number", "NaN"]] })],
    ["-Infinity", "amf0.json", amf0("00fff0000000000000", { values: [["number", "-Infinity"]] })],
    ["invalid UTF-8", "amf0.json", amf0("020001ff", { values: [["string", "\ufffd"]] })],
    [
      "equal keys",
      "amf0.json",
      amf0("030001610500016106000009", {
        values: [
          [
            "object",
            [
              ["a", ["null"]],
              ["a", ["undefined"]],
            ],
          ],
        ],
      }),
    ],
    [
      "a key that is only a name",
      "amf0.json",
      amf0("0300095f5f70726f746f5f5f05000009", { values: [["object", [["__proto__", ["null"]]]]] }),
    ],
    ["a long string", "amf0.json", amf0("0c0000000161", { values: [["longString", "a"]] })],
    [
      "unsupported, XML, undefined",
      "amf0.json",
      amf0("0d0f000000013c06", { values: [["unsupported"], ["xmlDocument", "<"], ["undefined"]] }),
    ],
    [
      "a typed object",
      "amf0.json",
      amf0("1000014300016b05000009", { values: [["typedObject", "C", [["k", ["null"]]]]] }),
    ],
    ["a date with its zone", "amf0.json", amf0("0b3ff0000000000000ff88", { values: [["date", 1, -120]] })],
    ["a reference", "amf0.json", amf0("070003", { values: [["reference", 3]] })],
    [
      "a wrong announced count",
      "amf0.json",
      amf0("08ffffffff00016105000009", { values: [["ecmaArray", 0xffffffff, [["a", ["null"]]]]] }),
    ],
    [
      "AMF3 values",
      "amf0.json",
      amf0("1100110111021103110481001104ffffffff1105401300000000000011060361", {
        values: [
          ["undefined"],
          ["null"],
          ["false"],
          ["true"],
          ["integer", 128],
          ["integer", -1],
          ["double", 4.75],
          ["string", "a"],
        ].map((value) => ["avmplus", value]),
      }),
    ],
    ["an AMF3 object that contains itself", "amf0.json", amf0("110a0b0103610a0001", { error: "*" })],
    ["an AMF3 marker that does not exist", "amf0.json", amf0("1112", { error: "*" })],
    ["depth", "amf0.json", amf0("0a000000010a000000010300016105000009", { depth: 3 })],
    ["depth 0", "amf0.json", amf0("05", { depth: 0 })],
    ["too deep", "amf0.json", amf0("0a00000001".repeat(5000), { error: "amf-depth" })],
    ["one of several outcomes", "amf0.json", amf0("05", { anyOf: [{ error: "*" }, { values: [["null"]] }] })],
    [
      "keys beside anyOf",
      "messages.json",
      message(5, "00000001", { typeId: 5, anyOf: [{ windowSize: 2 }, { windowSize: 1 }] }),
    ],
    [
      "keys beside an error of anyOf",
      "messages.json",
      message(5, "00", { typeId: 5, anyOf: [{ error: "*" }, { windowSize: 1 }] }),
    ],

    ["messages", "chunk.json", chunk(fmt0(3, 9, "aabb"), { messages: [{ csid: 3, length: 2, payloadHex: "aabb" }] })],
    ["informative keys", "chunk.json", chunk(fmt0(3, 9, "aabb"), { messages: [{ typeId: 9 }], unconsumedBytes: 77 })],
    [
      "an aggregate as its parts",
      "chunk.json",
      chunk(`04000bb8${(AGGREGATE.length / 2).toString(16).padStart(6, "0")}1601000000${AGGREGATE}`, {
        messages: [
          { typeId: 8, timestamp: 3000, payloadHex: "aa" },
          { typeId: 9, timestamp: 3005, length: 1 },
        ],
        aggregateOf: { csid: 4, timestamp: 3000, messageStreamId: 1 },
      }),
    ],
    ["a malformed aggregate", "chunk.json", chunk(fmt0(4, 22, "0800"), { error: "malformed-aggregate" })],
    ["Set Chunk Size", "chunk.json", chunk(fmt0(2, 1, "00001000"), { chunkSize: 4096 })],
    [
      "Set Chunk Size without its messages",
      "chunk.json",
      chunk(fmt0(2, 1, "00001000"), { chunkSize: 4096, messages: [] }),
    ],
    [
      "a bound on memory",
      "chunk.json",
      chunk(fmt0(4, 9, "aa", 4_000_000), { messages: [], maxBufferedBytesBelow: 500_000 }),
    ],
    ["message-too-large", "chunk.json", chunk(`04000000ffffff0901000000`, { error: "message-too-large" })],
    ["missing-previous-header", "chunk.json", chunk("c4", { error: "missing-previous-header" })],
    [
      "unexpected-type0",
      "chunk.json",
      chunk(fmt0(4, 9, "aa".repeat(128), 200) + fmt0(4, 9, "aa"), { error: "unexpected-type0" }),
    ],
    [
      "unexpected-header-in-mid-message",
      "chunk.json",
      chunk(`${fmt0(4, 9, "aa".repeat(128), 200)}84000001`, { error: "unexpected-header-in-mid-message" }),
    ],
    ["invalid-chunk-size", "chunk.json", chunk(fmt0(2, 1, "00000000"), { error: "invalid-chunk-size" })],
    [
      "malformed-control",
      "chunk.json",
      chunk(fmt0(2, 1, "0000"), { anyOf: [{ error: "malformed-control" }, { policy: "ignored" }] }),
    ],

    [
      "a refused version",
      "handshake.json",
      handshake("c0", REJECTED, { c0Version: 6, accepted: false, action: "reject-rtmpe" }),
    ],
    ["an accepted version", "handshake.json", handshake("c0", { c0c1Hex: C0C1 }, { c0Version: 3, accepted: true })],
    [
      "over-read in reads",
      "handshake.json",
      handshake(
        "over-read",
        { readsHex: [C0C1, C2.slice(2), "00c3c4", "c5"] },
        {
          finishedAfterRead: 3,
          finishedAfterByte: 3073,
          serverReplyLength: 3073,
          serverReplyAfterByte: 1537,
          overReadLength: 3,
          overReadHex: "c3c4c5",
        },
      ),
    ],
    [
      "over-read byte by byte",
      "handshake.json",
      handshake(
        "over-read",
        { bytesHex: `${C0C1}${C2}c3`, feed: "1" },
        {
          finishedAfterRead: 3073,
          finishedAfterByte: 3073,
          serverReplyAfterByte: 1537,
          overReadHex: "c3",
        },
      ),
    ],
    [
      "a handshake that is not finished",
      "handshake.json",
      handshake("over-read", { readsHex: [C0C1] }, { finished: false, overReadLength: 0 }),
    ],
    [
      "the end of input",
      "handshake.json",
      handshake(
        "eof",
        { readsHex: [C0C1], eof: true },
        { error: "unexpected-eof", serverReplyLength: 3073, finished: false },
      ),
    ],
    [
      "the end of input, in time",
      "handshake.json",
      handshake("eof", { readsHex: [C0C1, C2], eof: true }, { finishedAfterRead: 2 }),
    ],
    [
      "a mode out of two",
      "handshake.json",
      handshake("c1", { c0c1Hex: C0C1 }, { mode: ["digest", "simple"], digestValid: false }),
    ],

    [
      "a command that ends after its name",
      "messages.json",
      message(20, "02000161", { name: "a", transactionId: null, arguments: [] }),
    ],
    [
      "a command object alone",
      "messages.json",
      message(20, "02000161003ff000000000000005", { transactionId: 1, arguments: [["null"]] }),
    ],
    [
      "a selector byte",
      "messages.json",
      message(17, "0002000161003ff000000000000006", { typeId: 17, arguments: [["undefined"]] }),
    ],
    [
      "a date among arguments",
      "messages.json",
      message(20, "02000161003ff0000000000000050b00000000000000000000", { arguments: [["null"], ["date", 0, 0]] }),
    ],
    [
      "user control",
      "messages.json",
      message(4, "0003000000090000 02ee".replace(" ", ""), { eventType: 3, eventData: [9, 750] }),
    ],
    [
      "an event without a name",
      "messages.json",
      message(4, "006300000007", { ignored: true, eventType: 99, eventData: [7] }),
    ],
    ["a type without a meaning", "messages.json", message(99, "00", { ignored: true, typeId: 99, windowSize: 5 })],
    ["data", "messages.json", message(15, "000200016105", { values: [["string", "a"], ["null"]] })],
    ["any error", "messages.json", message(20, "00", { error: "*" })],

    ["an empty body", "flv-enhanced.json", flv("audio", "", { kind: "audio", empty: true })],
    ["a video command", "flv-enhanced.json", flv("video", "5701", { frameType: 5, codecId: 7, videoCommand: 1 })],
    [
      "a packet type without a name",
      "flv-enhanced.json",
      flv("video", "8976703039aa", { packetType: 9, fourCc: "vp09", dataHex: "aa" }),
    ],
    [
      "ModEx",
      "flv-enhanced.json",
      flv("audio", "97020004d2014f707573aa", {
        modEx: [{ type: 0, dataHex: "0004d2", timestampOffsetNano: 1234 }],
        packetType: "CodedFrames",
        fourCc: "Opus",
        dataHex: "aa",
      }),
    ],
    [
      "a channel mapping",
      "flv-enhanced.json",
      flv("audio", "944f707573020202fe", { channelOrder: 2, channelMapping: [2, 254], dataHex: "" }),
    ],
    [
      "many tracks",
      "flv-enhanced.json",
      flv("video", "96216176633100000004000001aa7670303901000001bb", {
        multitrackType: "ManyTracksManyCodecs",
        tracks: [
          { trackId: 0, fourCc: "avc1", compositionTimeOffset: 1, dataHex: "aa" },
          { trackId: 1, fourCc: "vp09", dataHex: "bb" },
        ],
      }),
    ],
    ["an unknown multitrack type", "flv-enhanced.json", flv("video", "963061766331", { error: "*" })],
  ])("%s: %s", async ([, file, draft]) => {
    expect(await runVector(file, draft)).toEqual([]);
  });
});
