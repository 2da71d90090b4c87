import { describe, expect, test } from "vitest";
import { runVector } from "./index.js";
import { AGGREGATE, amf0, C0C1, C2, chunk, flv, fmt0, handshake, message, REJECTED } from "./testing/vectors.js";

describe("what is not as expected fails, and the report says where", () => {
  test.for<[rule: string, file: string, draft: unknown, what: string]>([
    ["another number", "amf0.json", amf0("003ff0000000000000", { values: [["number", 2]] }), "values[0][1]"],
    ["another type", "amf0.json", amf0("0101", { values: [["number", 1]] }), "values[0][0]"],
    ["a short list", "amf0.json", amf0("0505", { values: [["null"]] }), "values.length"],
    ["a long list", "amf0.json", amf0("05", { values: [["null"], ["null"]] }), "values.length"],
    ["another order", "amf0.json", amf0("0506", { values: [["undefined"], ["null"]] }), "values[0][0]"],
    [
      "members missing",
      "amf0.json",
      amf0("03000009", { values: [["object", [["a", ["null"]]]]] }),
      "values[0][1].length",
    ],
    ["a marker that is kept", "amf0.json", amf0("0c0000000161", { values: [["string", "a"]] }), "values[0][0]"],
    [
      "an announced count that is kept",
      "amf0.json",
      amf0("0800000000000009", { values: [["ecmaArray", 1, []]] }),
      "values[0][1]",
    ],
    [
      "a double for an integer",
      "amf0.json",
      amf0("110405", { values: [["avmplus", ["double", 5]]] }),
      "values[0][1][0]",
    ],
    ["an AMF3 array", "amf0.json", amf0("11090101", { values: [["avmplus", ["undefined"]]] }), "values[0][1][0]"],
    [
      "a time zone that is kept",
      "amf0.json",
      amf0("0b00000000000000000000", { values: [["date", 0, 1]] }),
      "values[0][2]",
    ],
    ["the sign of 0", "amf0.json", amf0("000000000000000000", { bitsHex: "8000000000000000" }), "bitsHex"],
    [
      "two numbers for bitsHex",
      "amf0.json",
      amf0("000000000000000000".repeat(2), { bitsHex: "0000000000000000" }),
      "bitsHex",
    ],
    ["another depth", "amf0.json", amf0("0a00000000", { depth: 2 }), "depth"],
    ["two values for depth", "amf0.json", amf0("0505", { depth: 0 }), "depth"],
    ["an error where none is expected", "amf0.json", amf0("12", { values: [] }), "error"],
    ["no error where one is expected", "amf0.json", amf0("05", { error: "*" }), "error"],
    ["another error", "amf0.json", amf0("12", { error: "amf-depth" }), "error"],
    [
      "no outcome of several",
      "amf0.json",
      amf0("05", { anyOf: [{ error: "*" }, { values: [] }] }),
      "anyOf[1]: values.length",
    ],
    [
      "a key beside anyOf",
      "messages.json",
      message(5, "00000001", { typeId: 6, anyOf: [{ windowSize: 1 }] }),
      "anyOf[0]: typeId",
    ],

    ["another chunk stream", "chunk.json", chunk(fmt0(3, 9, "aa"), { messages: [{ csid: 4 }] }), "messages[0].csid"],
    [
      "another payload",
      "chunk.json",
      chunk(fmt0(3, 9, "aa"), { messages: [{ payloadHex: "ab" }] }),
      "messages[0].payloadHex",
    ],
    [
      "another hash",
      "chunk.json",
      chunk(fmt0(3, 9, "aa"), { messages: [{ payloadSha256: "00".repeat(32) }] }),
      "messages[0].payloadSha256",
    ],
    ["a message more", "chunk.json", chunk(fmt0(3, 9, "aa"), { messages: [] }), "messages.length"],
    [
      "a chunk stream of a part",
      "chunk.json",
      chunk(fmt0(4, 22, AGGREGATE), { messages: [{ csid: 4 }, {}] }),
      "messages[0].csid",
    ],
    [
      "another aggregate",
      "chunk.json",
      chunk(fmt0(4, 22, AGGREGATE), { aggregateOf: { csid: 5 } }),
      "aggregateOf.csid",
    ],
    ["no aggregate", "chunk.json", chunk(fmt0(4, 8, "aa"), { aggregateOf: { csid: 4 } }), "aggregateOf"],
    ["another chunk size", "chunk.json", chunk(fmt0(2, 1, "00001000"), { chunkSize: 4095 }), "chunkSize"],
    ["an error instead of a chunk size", "chunk.json", chunk(fmt0(2, 1, "00000000"), { chunkSize: 128 }), "error"],
    [
      "more memory",
      "chunk.json",
      chunk(fmt0(4, 9, "aa".repeat(100), 4_000), { messages: [], maxBufferedBytesBelow: 99 }),
      "bytes held",
    ],
    ["an error instead of a policy", "chunk.json", chunk(fmt0(2, 1, "0000"), { policy: "ignored" }), "error"],
    [
      "messages that a policy has not",
      "chunk.json",
      chunk(fmt0(3, 9, "aa"), { policy: "discard-partial-and-restart" }),
      "messages.length",
    ],
    [
      "type 0 for type 2",
      "chunk.json",
      chunk(fmt0(4, 9, "aa".repeat(128), 200) + fmt0(4, 9, "aa"), { error: "unexpected-header-in-mid-message" }),
      "error",
    ],
    [
      "type 2 for type 0",
      "chunk.json",
      chunk(`${fmt0(4, 9, "aa".repeat(128), 200)}84000001`, { error: "unexpected-type0" }),
      "error",
    ],

    ["a version that is refused", "handshake.json", handshake("c0", REJECTED, { accepted: true }), "error"],
    [
      "a version that is not refused",
      "handshake.json",
      handshake("c0", { c0c1Hex: C0C1 }, { accepted: false }),
      "accepted",
    ],
    ["a refusal that nobody expects", "handshake.json", handshake("c0", REJECTED, { c0Version: 6 }), "error"],
    [
      "finished too late",
      "handshake.json",
      handshake("over-read", { readsHex: [C0C1, C2] }, { finishedAfterRead: 1 }),
      "finished",
    ],
    [
      "finished too early",
      "handshake.json",
      handshake("over-read", { readsHex: [C0C1, C2, "00"] }, { finishedAfterRead: 3 }),
      "finished",
    ],
    [
      "another byte",
      "handshake.json",
      handshake("over-read", { readsHex: [C0C1, C2, "00"] }, { finishedAfterByte: 3074 }),
      "finished",
    ],
    [
      "finished after all",
      "handshake.json",
      handshake("over-read", { readsHex: [C0C1, C2] }, { finished: false }),
      "finished",
    ],
    [
      "never finished",
      "handshake.json",
      handshake("over-read", { readsHex: [C0C1] }, { finishedAfterRead: 1 }),
      "finished",
    ],
    [
      "another answer",
      "handshake.json",
      handshake("over-read", { readsHex: [C0C1] }, { serverReplyLength: 3072 }),
      "serverReplyLength",
    ],
    [
      "an answer too late",
      "handshake.json",
      handshake("over-read", { bytesHex: C0C1, feed: "1" }, { serverReplyAfterByte: 1536 }),
      "serverReplyAfterByte",
    ],
    [
      "other bytes after C2",
      "handshake.json",
      handshake("over-read", { readsHex: [`${C0C1}${C2}c3`] }, { overReadHex: "c4" }),
      "overReadHex",
    ],
    [
      "an end that is no error",
      "handshake.json",
      handshake("eof", { readsHex: [C0C1, C2], eof: true }, { error: "unexpected-eof" }),
      "error",
    ],
    [
      "progress beside an error",
      "handshake.json",
      handshake("eof", { readsHex: [C0C1], eof: true }, { error: "unexpected-eof", finishedAfterRead: 1 }),
      "finished",
    ],
    [
      "an end that is an error",
      "handshake.json",
      handshake("eof", { readsHex: [C0C1], eof: true }, { finished: false }),
      "error",
    ],
    ["another mode", "handshake.json", handshake("c1", { c0c1Hex: C0C1 }, { mode: "digest" }), "mode"],
    [
      "a digest that is not there",
      "handshake.json",
      handshake("c1", { c0c1Hex: C0C1 }, { mode: "simple", digestValid: true }),
      "digestValid",
    ],
    [
      "another key",
      "handshake.json",
      handshake(
        "s2-sign",
        { c1DigestHex: "00".repeat(32), first1504Hex: "00".repeat(1504) },
        { tempKeyHex: "00".repeat(32) },
      ),
      "tempKeyHex",
    ],

    ["another name", "messages.json", message(20, "02000161", { name: "b" }), "name"],
    [
      "a transaction id that is missing",
      "messages.json",
      message(20, "02000161", { transactionId: 0 }),
      "transactionId",
    ],
    [
      "a transaction id that is there",
      "messages.json",
      message(20, "02000161000000000000000000", { transactionId: null }),
      "transactionId",
    ],
    [
      "an argument more",
      "messages.json",
      message(20, "0200016100000000000000000005", { arguments: [] }),
      "arguments.length",
    ],
    [
      "an object for an ECMA array",
      "messages.json",
      message(18, "0200016103000009", {
        values: [
          ["string", "a"],
          ["ecmaArray", 0, []],
        ],
      }),
      "values[1].length",
    ],
    ["a key of another type", "messages.json", message(5, "00000080", { chunkSize: 128 }), "chunkSize"],
    [
      "an ignored message's key",
      "messages.json",
      message(4, "006300000007", { ignored: true, eventType: 98 }),
      "eventType",
    ],
    ["an error of an ignored message", "messages.json", message(5, "00", { ignored: true }), "error"],
    ["an app that no connect has", "messages.json", message(20, "02000161", { app: "live" }), "app"],

    ["another kind", "flv-enhanced.json", flv("audio", "", { kind: "video", empty: true }), "kind"],
    ["a body that is not empty", "flv-enhanced.json", flv("audio", "2f", { empty: true }), "empty"],
    ["no ModEx", "flv-enhanced.json", flv("audio", "2f", { modEx: [] }), "modEx"],
    ["another offset", "flv-enhanced.json", flv("video", "170100000a", { compositionTime: 11 }), "compositionTime"],
    [
      "a track's key",
      "flv-enhanced.json",
      flv("audio", "950061632d3301", { tracks: [{ trackId: 2 }] }),
      "tracks[0].trackId",
    ],

    [
      "a capture that is not there",
      "sessions.json",
      { name: "x", input: { clientToServerFile: "none.bin" }, expected: { cleanEnd: true } },
      "the run",
    ],
  ])("%s: %s", async ([, file, draft, what]) => {
    const problems = await runVector(file, draft);
    expect(problems.map((problem) => problem.what).join("; ")).toContain(what);
  });
});
