import { encodeUtf8, fromHex } from "@rtmp/bytes-util";
import { describe, expect, test } from "vitest";
import { counting } from "../testing/peer.js";
import { ScriptedServer } from "../testing/scripted-server.js";
import { ClientConnection } from "./client-connection.js";
import { parseRtmpUrl } from "./rtmp-url.js";

const payload = Uint8Array.of(0x27, 1, 0, 0, 0, 9);

describe("connect", () => {
  test("goes before Set Chunk Size, for servers that take nothing else first", () => {
    const { heard } = new ScriptedServer();
    expect(heard).toMatchObject([
      { type: "command", name: "connect" },
      { type: "setChunkSize", chunkSize: 65_536 },
    ]);
  });

  test.for([
    ["with another transaction id", 0, { level: "status", code: "NetConnection.Connect.Success" }],
    ["without an information object", 1, undefined],
  ] as const)("answered %s", ([, transactionId, info]) => {
    const server = new ScriptedServer();
    server.answer("_result", transactionId, null, info);
    expect(server.eventTypes).toEqual(["connected"]);
  });

  test.for([
    ["_error", "_error", 1],
    ["_error with another transaction id", "_error", 0],
    ["_result", "_result", 1],
    ["onStatus", "onStatus", 0],
  ] as const)("refused by %s", ([, name, transactionId]) => {
    const server = new ScriptedServer();
    const info = { level: "error", code: "NetConnection.Connect.Rejected", description: "No." };
    server.answer(name, transactionId, null, info);
    expect(server.client.end).toMatchObject({ reason: "connect-rejected", by: "peer" });
    expect(server.client.failure).toMatchObject({ statusCode: "NetConnection.Connect.Rejected", description: "No." });
  });

  test("capabilities are found in the information object too, and odd ones are ignored", () => {
    const server = new ScriptedServer();
    const info = {
      code: "NetConnection.Connect.Success",
      capsEx: 3.7,
      fourCcList: ["av01", 5],
      videoFourCcInfoMap: { hvc1: 1, x: "y" },
    };
    server.answer("_result", 1, { audioFourCcInfoMap: [1] }, info);
    expect(server.client.answer).toMatchObject({ capsEx: 3, fourCcList: ["av01"], audioFourCcInfoMap: undefined });
    expect({ ...server.client.answer?.videoFourCcInfoMap }).toEqual({ hvc1: 1 });
  });

  test("asks for acknowledgements once: an answer to Set Peer Bandwidth is enough", () => {
    const server = new ScriptedServer();
    server.heard.length = 0;
    server.say({ type: "setPeerBandwidth", windowSize: 5_000_000, limitType: 2 });
    server.answer("_result", 1, null, { code: "NetConnection.Connect.Success" });
    expect(server.heard).toMatchObject([{ type: "windowAcknowledgementSize", windowSize: 5_000_000 }]);
    const silent = new ScriptedServer();
    silent.heard.length = 0;
    silent.answer("_result", 1, null, { code: "NetConnection.Connect.Success" });
    expect(silent.heard).toMatchObject([{ type: "windowAcknowledgementSize", windowSize: 2_500_000 }]);
  });

  test("onBWDone is answered with _checkbw, once", () => {
    const server = ScriptedServer.connected();
    server.answer("onBWDone", 0, null, 0);
    server.answer("onBWDone", 0, null, 8192);
    expect(server.commands).toMatchObject([{ name: "_checkbw" }]);
  });
});

describe("publish", () => {
  test("commands in the order of encoders, without waiting for answers that may never come", () => {
    const server = ScriptedServer.connected();
    server.client.publish("key?token=1", "live", server.now);
    server.listen();
    expect(server.commands).toMatchObject([
      { name: "releaseStream", transactionId: 2, messageStreamId: 0, commandObject: null, arguments: ["key?token=1"] },
      { name: "FCPublish", transactionId: 3, messageStreamId: 0, arguments: ["key?token=1"] },
      { name: "createStream", transactionId: 4, messageStreamId: 0, arguments: [] },
    ]);
    server.heard.length = 0;
    server.answer("_result", 4, null, 7);
    expect(server.commands).toMatchObject([
      {
        name: "publish",
        transactionId: 5,
        messageStreamId: 7,
        commandObject: null,
        arguments: ["key?token=1", "live"],
      },
    ]);
    server.status("NetStream.Publish.Start", { stream: 7 });
    server.heard.length = 0;
    server.client.closeStream(1);
    server.listen();
    expect(server.commands).toMatchObject([
      { name: "FCUnpublish", messageStreamId: 0, arguments: ["key?token=1"] },
      { name: "deleteStream", messageStreamId: 0, arguments: [7] },
    ]);
  });

  test.for([
    ["on its stream", { stream: 1, transactionId: 0 }],
    ["on stream 0", { stream: 0, transactionId: 0 }],
    ["with the command's transaction id", { stream: 1, transactionId: 5 }],
    ["on stream 0 with the command's transaction id", { stream: 0, transactionId: 5 }],
    ["with any transaction id", { stream: 1, transactionId: 99 }],
    ["on stream 0 with any transaction id", { stream: 0, transactionId: 99 }],
  ] as const)("Publish.Start %s", ([, where]) => {
    const server = ScriptedServer.starting("publish");
    server.status("NetStream.Publish.Start", where);
    expect(server.eventTypes).toEqual(["status", "started"]);
  });

  test("errors to releaseStream and FCPublish, onFCPublish with one value, answers to nothing: all without weight", () => {
    const server = ScriptedServer.connected();
    server.client.publish("key", "live", server.now);
    server.answer("_error", 2, null, { level: "error", code: "NetConnection.Call.Failed" });
    server.answer("_result", 3, null, undefined);
    server.answer("onFCPublish", undefined);
    server.answer("onFCPublish", 0, null, { code: "NetStream.Publish.Start" });
    server.answer("_result", 77, null, 5);
    server.answer("_error", 77, null, { level: "error" });
    server.answer("_result", 4, null, 1);
    server.answer("_result", 4, null, 2);
    server.answer("_result", 5, null, null);
    server.status("NetStream.Publish.Start");
    expect(server.eventTypes).toEqual(["unhandled", "unhandled", "status", "started"]);
  });

  test.for([
    [
      "_error to createStream",
      "_error",
      4,
      { level: "error", code: "NetConnection.Call.Failed", description: "Enough." },
    ],
    ["a stream id that is no number", "_result", 4, "one"],
    ["a stream id that is none", "_result", 4, -1],
  ] as const)("%s refuses it", ([, name, transactionId, value]) => {
    const server = ScriptedServer.connected();
    server.client.publish("key", "live", server.now);
    server.answer(name, transactionId, null, value);
    expect(server.events).toMatchObject([{ type: "refused", streamId: 1, error: { code: "publish-rejected" } }]);
    expect(server.client.state).toBe("connected");
  });

  test("_error to publish refuses it", () => {
    const server = ScriptedServer.starting("publish");
    server.answer("_error", 5, null, { level: "error", code: "NetStream.Publish.Denied", description: "No." });
    expect(server.events).toMatchObject([
      { type: "refused", error: { statusCode: "NetStream.Publish.Denied", description: "No." } },
    ]);
  });

  test("an error without words still has a sentence", () => {
    const server = ScriptedServer.starting("publish");
    server.status("", { level: "error" });
    expect(server.events[1]).toMatchObject({ error: { message: "The server refused publish." } });
  });

  test("why the server leaves is what it complained of last", () => {
    const server = ScriptedServer.starting("publish");
    server.status("NetStream.Publish.Start");
    server.status("NetConnection.Connect.Closed", { stream: 0, description: "Maintenance." });
    expect(server.client.state).toBe("publishing");
    server.client.receiveEnd();
    expect(server.client.end).toMatchObject({ clean: false, reason: "closed", by: "peer" });
    expect(server.client.failure).toMatchObject({
      code: "closed",
      statusCode: "NetConnection.Connect.Closed",
      message: "The server closed the connection: Maintenance. (NetConnection.Connect.Closed)",
    });
  });

  test("the command close ends it", () => {
    const server = ScriptedServer.connected();
    server.answer("close", 0);
    expect(server.client.end).toEqual({ clean: true, reason: "closed", by: "peer" });
  });

  test("Unpublish.Success for a stream that is closed concerns nobody", () => {
    const server = ScriptedServer.starting("publish");
    server.status("NetStream.Publish.Start");
    server.client.closeStream(1);
    server.client.publish("other", "live", server.now);
    server.listen();
    server.answer("_result", server.transactionOf("createStream"), null, 2);
    server.events.length = 0;
    server.status("NetStream.Unpublish.Success");
    server.status("NetStream.Publish.Failed", { level: "error" });
    expect(server.events).toMatchObject([
      { type: "status", status: { streamId: undefined, code: "NetStream.Unpublish.Success" } },
      { type: "status", status: { streamId: undefined } },
    ]);
  });
});

describe("play", () => {
  test("commands in the order of players", () => {
    const server = ScriptedServer.starting("play");
    expect(server.heard).toMatchObject([
      { name: "createStream", transactionId: 2 },
      { name: "play", transactionId: 3, messageStreamId: 1, arguments: ["key", -2] },
      { type: "userControl", event: "setBufferLength", streamId: 1, bufferLengthMs: 3000 },
    ]);
    server.status("NetStream.Play.Reset");
    server.status("NetStream.Play.Start");
    expect(server.eventTypes).toEqual(["status", "status", "started"]);
  });

  test("media starts it without a word, also on stream 0 (FFmpeg)", () => {
    for (const stream of [0, 1]) {
      const server = ScriptedServer.starting("play");
      server.raw(9, payload, stream);
      expect(server.events).toMatchObject([
        { type: "started" },
        { type: "media", message: { type: "video", payload } },
      ]);
    }
    const server = ScriptedServer.starting("play");
    server.raw(9, payload, 5);
    expect(server.events).toEqual([]);
  });

  test.for([
    ["UnpublishNotify", "NetStream.Play.UnpublishNotify", "unpublished"],
    ["Stop", "NetStream.Play.Stop", "stopped"],
    ["Complete", "NetStream.Play.Complete", "complete"],
  ] as const)("ends at %s, once", ([, code, reason]) => {
    const server = ScriptedServer.starting("play");
    server.status("NetStream.Play.Start");
    server.status(code);
    server.status("NetStream.Play.Stop");
    server.answer("deleteStream", 0, null, 0);
    server.raw(9, payload, 1);
    expect(server.events.filter(({ type }) => type !== "status")).toMatchObject([
      { type: "started" },
      { type: "ended", end: { reason } },
    ]);
  });

  test("ends at onPlayStatus, and at deleteStream(0) of FFmpeg as a server", () => {
    const server = ScriptedServer.starting("play");
    server.status("NetStream.Play.Start");
    server.say({ type: "data", messageStreamId: 1, values: ["onPlayStatus", { code: "NetStream.Play.Switch" }] });
    expect(server.eventTypes).not.toContain("ended");
    server.say({ type: "data", messageStreamId: 1, values: ["onPlayStatus", { code: "NetStream.Play.Complete" }] });
    expect(server.events.at(-1)).toMatchObject({ type: "ended", end: { reason: "complete" } });
    for (const id of [0, 1]) {
      const ffmpeg = ScriptedServer.starting("play");
      ffmpeg.status("NetStream.Play.Start");
      ffmpeg.answer("deleteStream", 0, null, id);
      expect(ffmpeg.events.at(-1)).toMatchObject({ type: "ended", end: { reason: "deleted" } });
    }
  });

  test("StreamNotFound refuses it, whatever its level", () => {
    const server = ScriptedServer.starting("play");
    server.status("NetStream.Play.StreamNotFound");
    expect(server.events[1]).toMatchObject({ type: "refused", error: { statusCode: "NetStream.Play.StreamNotFound" } });
  });

  test("what servers say by data messages is no media", () => {
    const server = ScriptedServer.starting("play");
    server.status("NetStream.Play.Start");
    server.events.length = 0;
    server.say({ type: "data", messageStreamId: 1, values: ["|RtmpSampleAccess", true, true] });
    server.say({ type: "data", messageStreamId: 1, values: ["onStatus", { code: "NetStream.Data.Start" }] });
    server.say({ type: "data", messageStreamId: 1, values: ["onMetaData", { width: 1 }] });
    expect(server.eventTypes).toEqual(["unhandled", "unhandled", "media"]);
  });

  test("an aggregate is the messages in it", () => {
    const server = ScriptedServer.starting("play");
    const part = (messageTypeId: number, timestamp: number) => ({
      messageTypeId,
      timestamp,
      messageStreamId: 1,
      payload,
    });
    server.say({ type: "aggregate", parts: [part(8, 10), part(9, 10), part(8, 33)] });
    const media = server.events.flatMap((event) => (event.type === "media" ? [event.message] : []));
    expect(media.map(({ type, timestamp }) => [type, timestamp])).toEqual([
      ["audio", 10],
      ["video", 10],
      ["audio", 33],
    ]);
  });
});

describe("reconnect requests", () => {
  test.for([
    [{}, "rtmp://host/live"],
    [{ tcUrl: "rtmps://other:1936/app" }, "rtmps://other:1936/app"],
    [{ tcUrl: "//192.0.2.0/realtimeapp" }, "rtmp://192.0.2.0/realtimeapp"],
    [{ tcUrl: "/realtimeapp" }, "rtmp://host/realtimeapp"],
  ] as const)("%o", ([more, tcUrl]) => {
    const server = ScriptedServer.starting("publish");
    server.status("NetStream.Publish.Start");
    server.events.length = 0;
    server.status("NetConnection.Connect.ReconnectRequest", { stream: 0, description: "Updates.", ...more });
    expect(server.events).toMatchObject([
      { type: "reconnect", request: { url: { tcUrl, streamName: "key" }, description: "Updates." } },
    ]);
    expect(server.client.state).toBe("publishing");
  });

  test("one that leads nowhere is handed out and ignored", () => {
    const server = ScriptedServer.connected();
    server.status("NetConnection.Connect.ReconnectRequest", { stream: 0, tcUrl: "http://x" } as object);
    expect(server.eventTypes).toEqual(["unhandled"]);
  });
});

describe("the acknowledgement window", () => {
  const publishing = (windowSize: number) => {
    const server = ScriptedServer.starting("publish");
    server.status("NetStream.Publish.Start");
    server.say({ type: "setPeerBandwidth", windowSize, limitType: 2 });
    return server;
  };
  const send = (server: ScriptedServer, length: number) => {
    server.client.send(1, { type: "video", timestamp: 0, payload: new Uint8Array(length) }, server.now);
    server.listen();
  };
  const acknowledge = (server: ScriptedServer, sequenceNumber: number) =>
    server.say({ type: "acknowledgement", sequenceNumber });

  test("is full at twice its size, until the server acknowledges", () => {
    const server = publishing(10_000);
    acknowledge(server, 4000);
    send(server, 15_000);
    expect(server.client.windowFull).toBe(false);
    send(server, 6000);
    expect(server.client.windowFull).toBe(true);
    acknowledge(server, 14_000);
    expect(server.client.windowFull).toBe(false);
    expect(server.client.deadline).toBe(Number.POSITIVE_INFINITY);
  });

  test("means nothing with servers that never acknowledge, that set their count back, or that have no window", () => {
    const silent = publishing(10_000);
    send(silent, 100_000);
    expect(silent.client.windowFull).toBe(false);
    const turned = publishing(10_000);
    acknowledge(turned, 0x1000_0000); // as after 0xF0000000 bytes, when SRS begins at 0 again
    send(turned, 100_000);
    expect(turned.client.windowFull).toBe(false);
    const none = ScriptedServer.starting("publish");
    none.status("NetStream.Publish.Start");
    acknowledge(none, 4000);
    send(none, 100_000);
    expect(none.client.windowFull).toBe(false);
  });

  test("is given up after 5 s without an acknowledgement", () => {
    const server = publishing(10_000);
    acknowledge(server, 4000);
    send(server, 50_000);
    expect(server.client.windowFull).toBe(true);
    expect(server.client.deadline).toBe(server.now + 5000);
    server.client.tick(server.now + 5000);
    expect(server.client.windowFull).toBe(false);
    expect(server.client).toMatchObject({ end: undefined, deadline: Number.POSITIVE_INFINITY });
  });
});

describe("servers that break the protocol", () => {
  test.for([
    ["an HTTP server", "HTTP/1.1 400 Bad Request\r\n\r\n", "http-probe"],
    ["a TLS server", "\x15\x03\x03", "tls-probe"],
    ["something else", "SSH-2.0", "bad-version"],
  ] as const)("%s", ([, text, reason]) => {
    const url = parseRtmpUrl("rtmp://host/live");
    const client = new ClientConnection({ url, random: counting, now: 0 });
    client.receive(encodeUtf8(text), 0);
    expect(client.end).toMatchObject({ clean: true, reason, by: "us", cause: { name: "HandshakeError" } });
    expect(client.failure).toMatchObject({ code: reason });
  });

  test("a broken chunk stream", () => {
    const server = ScriptedServer.starting("play");
    server.status("NetStream.Play.Start");
    server.give(fromHex("c9"));
    expect(server.client.end).toMatchObject({ clean: false, reason: "missing-previous-header", by: "us" });
    expect(server.events.at(-1)).toMatchObject({
      type: "ended",
      end: { reason: "failed", error: { code: "missing-previous-header" } },
    });
  });

  test("a message longer than it may be, before and after play", () => {
    const early = ScriptedServer.connected();
    early.raw(9, new Uint8Array(65_537), 1);
    expect(early.client.end).toMatchObject({ reason: "message-too-large" });
    const late = ScriptedServer.starting("play", { limits: { maxMediaLength: 100_000 } });
    late.raw(9, new Uint8Array(100_000), 1);
    expect(late.client.end).toBeUndefined();
    late.raw(9, new Uint8Array(100_001), 1);
    expect(late.client.end).toMatchObject({ reason: "message-too-large" });
  });

  test("a command that can not be read", () => {
    const server = ScriptedServer.connected();
    server.raw(20, fromHex("0500"));
    expect(server.client.end).toMatchObject({ reason: "malformed-command", by: "us" });
  });
});
