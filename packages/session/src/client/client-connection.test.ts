import { encodeAmf0Sequence } from "@rtmp/amf0";
import { CapsEx, FourCcInfo } from "@rtmp/messages";
import { describe, expect, test } from "vitest";
import { Duplex } from "../testing/duplex.js";
import { parseRtmpUrl } from "./rtmp-url.js";

const payload = Uint8Array.of(0x27, 1, 0, 0, 0, 9);

describe("connect", () => {
  test.for(["simple", "digest"] as const)("after a %s handshake says who it is and gets an answer", (handshake) => {
    const url = parseRtmpUrl("rtmp://host/live?token=1/key");
    const duplex = new Duplex({ url, handshake, properties: { pageUrl: "http://page" } }).settle();
    expect(duplex.served).toMatchObject([
      {
        type: "connect",
        app: "live",
        command: {
          transactionId: 1,
          app: "live?token=1",
          tcUrl: "rtmp://host/live?token=1",
          flashVer: "FMLE/3.0 (compatible; rtmp-session)",
          pageUrl: "http://page",
          capsEx: 0,
          fourCcList: undefined,
        },
      },
    ]);
    expect(duplex.heard("connected")).toMatchObject([
      { answer: { properties: { fmsVer: "FMS/3,0,1,123" }, capsEx: 0, videoFourCcInfoMap: undefined } },
    ]);
    expect(duplex.client).toMatchObject({ state: "connected", end: undefined });
  });

  test("capabilities go there, and the server's come back", () => {
    const capabilities = {
      capsEx: CapsEx.reconnect | CapsEx.multitrack,
      fourCcList: ["av01", "hvc1"],
      videoFourCcInfoMap: { hvc1: FourCcInfo.canEncode },
      audioFourCcInfoMap: { "*": FourCcInfo.canEncode },
    };
    const duplex = new Duplex({ capabilities }).settle();
    expect(duplex.served).toMatchObject([{ command: capabilities }]);
    expect(duplex.client.answer).toMatchObject({
      capsEx: 15,
      fourCcList: ["*"],
      videoFourCcInfoMap: { "*": FourCcInfo.canForward },
      audioFourCcInfoMap: { "*": FourCcInfo.canForward },
    });
  });

  test("authentication goes behind app and tcUrl", () => {
    const duplex = new Duplex({ authQuery: "?authmod=adobe&user=me" }).settle();
    expect(duplex.served).toMatchObject([
      { command: { app: "live?authmod=adobe&user=me", tcUrl: "rtmp://host/live?authmod=adobe&user=me" } },
    ]);
  });

  test("refused, it ends with the server's words", () => {
    const duplex = new Duplex();
    duplex.onRequest = (id) =>
      void duplex.server.reject(id, duplex.now, "NetConnection.Connect.InvalidApp", "No such application.");
    duplex.settle();
    expect(duplex.client.end).toMatchObject({ clean: true, reason: "connect-rejected", by: "peer" });
    expect(duplex.client.failure).toMatchObject({
      code: "connect-rejected",
      statusCode: "NetConnection.Connect.InvalidApp",
      description: "No such application.",
      message: "The server refused connect: No such application. (NetConnection.Connect.InvalidApp)",
    });
  });

  test.for([
    [0, "handshake-timeout"],
    [1, "connect-timeout"],
  ] as const)("silence in phase %d ends it after 10 s: %s", ([phase, reason]) => {
    const duplex = new Duplex();
    duplex.onRequest = () => {};
    if (phase === 1) duplex.settle();
    expect(duplex.client.deadline).toBe(duplex.now + 10_000);
    duplex.client.tick(duplex.now + 9999);
    expect(duplex.client.end).toBeUndefined();
    duplex.client.tick(duplex.now + 10_000);
    expect(duplex.client.end).toEqual({ clean: true, reason, by: "us" });
    expect(duplex.client.failure).toMatchObject({ code: reason });
  });

  test("a server that closes without a word (nginx-rtmp: unknown application)", () => {
    const duplex = new Duplex();
    duplex.onRequest = () => {};
    duplex.settle();
    duplex.client.receiveEnd();
    expect(duplex.client.failure).toMatchObject({
      code: "closed",
      message: "The server closed the connection without an answer to connect.",
      statusCode: undefined,
    });
  });

  test("requests before it are the caller's mistake", () => {
    const { client } = new Duplex();
    expect(() => client.publish("key", "live", 0)).toThrow(TypeError);
    expect(() => client.play("key", {}, 0)).toThrow(TypeError);
  });
});

describe("publish", () => {
  test("sends the commands of an encoder, then media of every kind, then takes its leave", () => {
    const duplex = new Duplex().settle();
    const id = duplex.publish("key?token=1", "record");
    expect(duplex.heard("started")).toEqual([{ type: "started", streamId: id }]);
    expect(duplex.served[1]).toMatchObject({
      type: "publish",
      publication: {
        app: "live",
        name: "key?token=1",
        streamName: "key",
        publishingType: "record",
        messageStreamId: 1,
      },
    });
    expect(duplex.client.state).toBe("publishing");
    const { client } = duplex;
    const metadata = ["@setDataFrame", "onMetaData", { width: 160 }];
    client.send(id, { type: "data", timestamp: 0, values: metadata }, duplex.now);
    client.send(id, { type: "data", timestamp: 0, messageTypeId: 15, payload: Uint8Array.of(0, 2, 0, 1, 120) }, 0);
    client.send(id, { type: "audio", timestamp: 10, payload: new Uint8Array(0) }, duplex.now);
    client.send(id, { type: "video", timestamp: 20, payload: new Uint8Array(200_000).fill(7) }, duplex.now);
    duplex.settle();
    expect(duplex.media).toEqual([
      {
        type: "data",
        messageTypeId: 18,
        messageStreamId: 1,
        timestamp: 0,
        name: "@setDataFrame",
        payload: encodeAmf0Sequence(metadata),
      },
      {
        type: "data",
        messageTypeId: 15,
        messageStreamId: 1,
        timestamp: 0,
        name: "x",
        payload: Uint8Array.of(0, 2, 0, 1, 120),
      },
      { type: "audio", messageTypeId: 8, messageStreamId: 1, timestamp: 10, payload: new Uint8Array(0) },
      { type: "video", messageTypeId: 9, messageStreamId: 1, timestamp: 20, payload: new Uint8Array(200_000).fill(7) },
    ]);
    client.close();
    duplex.settle();
    expect(duplex.served.at(-1)).toMatchObject({ type: "unpublish", clean: true, reason: "FCUnpublish", by: "peer" });
    expect(client.end).toEqual({ clean: true, reason: "closed", by: "application" });
    expect(client.failure).toBeUndefined();
  });

  test.for([
    ["0xFFFFFF", 0xfffffd],
    ["2^32", 2 ** 32 - 3],
    ["2^32 three times", 3 * 2 ** 32 - 3],
  ] as const)("timestamps pass %s", ([, first]) => {
    const duplex = new Duplex().settle();
    const id = duplex.publish();
    const times = Array.from({ length: 8 }, (_, i) => first + i);
    for (const timestamp of times)
      duplex.client.send(id, { type: "video", timestamp, payload: new Uint8Array(70_000) }, 0);
    duplex.settle();
    expect(duplex.media.map(({ timestamp }) => timestamp)).toEqual(times.map((time) => time % 2 ** 32));
  });

  test("messages that can not be written are the caller's mistake, and change nothing", () => {
    const duplex = new Duplex().settle();
    const id = duplex.publish();
    const send = (message: object) => duplex.client.send(id, message as never, 0);
    expect(() => send({ type: "audio", timestamp: -1, payload })).toThrow(RangeError);
    expect(() => send({ type: "audio", timestamp: Number.NaN, payload })).toThrow(RangeError);
    expect(() => send({ type: "audio", timestamp: 0, payload, messageTypeId: 9 })).toThrow(RangeError);
    expect(() => send({ type: "video", timestamp: 0, payload, messageTypeId: 20 })).toThrow(RangeError);
    expect(() => send({ type: "video", timestamp: 0, payload: new Uint8Array(2 ** 24) })).toThrow(RangeError);
    expect(() => send({ type: "data", timestamp: 0, values: [() => 1] })).toThrow(TypeError);
    duplex.client.send(id, { type: "audio", timestamp: 1, payload }, 0);
    expect(duplex.settle().media).toHaveLength(1);
  });

  test("refused with a status: code and description", () => {
    const duplex = new Duplex().settle();
    duplex.onRequest = (id) => void duplex.server.reject(id, duplex.now, "NetStream.Publish.BadName", "Taken.");
    const id = duplex.publish();
    expect(duplex.heard("refused")).toMatchObject([
      {
        streamId: id,
        error: { code: "publish-rejected", statusCode: "NetStream.Publish.BadName", description: "Taken." },
      },
    ]);
    expect(() => duplex.client.send(id, { type: "audio", timestamp: 0, payload }, 0)).toThrow(
      expect.objectContaining({ code: "stream-closed" }),
    );
    duplex.client.receiveEnd();
    expect(duplex.client.end).toMatchObject({ clean: true, reason: "closed", by: "peer" });
    expect(duplex.client.failure).toMatchObject({ code: "closed", statusCode: "NetStream.Publish.BadName" });
  });

  test("not answered in 10 s fails alone", () => {
    const duplex = new Duplex().settle();
    duplex.onRequest = () => {};
    const id = duplex.publish();
    duplex.client.tick(duplex.now + 9999);
    expect(duplex.client.read(0)).toBeUndefined();
    duplex.client.tick(duplex.now + 10_000);
    expect(duplex.client.read(0)).toMatchObject({ type: "refused", streamId: id, error: { code: "publish-timeout" } });
    expect(duplex.client.state).toBe("connected");
  });

  test("a stream that the server ends is over, the connection goes on", () => {
    const duplex = new Duplex().settle();
    const id = duplex.publish();
    duplex.server.close("kicked", { level: "error", code: "NetStream.Publish.Denied", description: "Bye." });
    duplex.settle();
    expect(duplex.heard("ended")).toMatchObject([
      { streamId: id, end: { reason: "failed", error: { code: "stream-failed", description: "Bye." } } },
    ]);
    expect(duplex.client.end).toBeUndefined();
    duplex.client.receiveEnd();
    expect(duplex.client.end).toMatchObject({ clean: true, reason: "closed", by: "peer" });
  });

  test("a connection that breaks is unclean, and says so on each stream", () => {
    const duplex = new Duplex().settle();
    const id = duplex.publish();
    const cause = new Error("ECONNRESET");
    duplex.client.receiveEnd("reset", cause);
    duplex.read();
    expect(duplex.heard("ended")).toMatchObject([
      { streamId: id, end: { reason: "failed", error: { code: "reset" } } },
    ]);
    expect(duplex.client.end).toEqual({ clean: false, reason: "reset", by: "peer", cause });
    expect(duplex.client.failure).toMatchObject({ code: "reset", cause });
  });

  test("several streams on one connection, 16 at most", () => {
    const duplex = new Duplex({}, { limits: { maxPublishingStreams: 16 } }).settle();
    const ids = Array.from({ length: 16 }, (_, i) => duplex.publish(`key${i}`));
    for (const id of ids) duplex.client.send(id, { type: "audio", timestamp: id, payload }, 0);
    duplex.settle();
    expect(duplex.media.map(({ messageStreamId }) => messageStreamId)).toEqual(ids);
    expect(() => duplex.publish()).toThrow(RangeError);
    duplex.client.closeStream(ids[3] ?? 0);
    duplex.settle();
    expect(duplex.served.at(-1)).toMatchObject({ type: "unpublish", publication: { name: "key3" }, clean: true });
    expect(duplex.heard("started")).toHaveLength(16);
    duplex.publish("key16");
    expect(duplex.heard("started")).toHaveLength(17);
  });
});

describe("play", () => {
  test("asks with all options, says its buffer, and gets media of every kind", () => {
    const duplex = new Duplex().settle();
    const id = duplex.play("key?token=1", { start: -1, duration: 5, reset: false, bufferLengthMs: 500 });
    expect(duplex.served.slice(1)).toMatchObject([
      { type: "play", playback: { name: "key?token=1", start: -1, duration: 5, reset: false, messageStreamId: 1 } },
      { type: "unhandled", message: { event: "setBufferLength", streamId: 1, bufferLengthMs: 500 } },
    ]);
    expect(duplex.heard("started")).toEqual([{ type: "started", streamId: id }]);
    expect(duplex.client.state).toBe("playing");
    const data = encodeAmf0Sequence(["onMetaData", { width: 160 }]);
    duplex.server.sendMedia(1, { messageTypeId: 18, timestamp: 0, payload: data });
    duplex.server.sendMedia(1, { messageTypeId: 8, timestamp: 10, payload });
    duplex.server.sendMedia(1, { messageTypeId: 9, timestamp: 2 ** 32 - 1, payload: new Uint8Array(200_000) });
    duplex.settle();
    const messageStreamId = 1;
    expect(duplex.heard("media").map(({ streamId, message }) => [streamId, message])).toEqual([
      [id, { type: "data", messageTypeId: 18, messageStreamId, timestamp: 0, name: "onMetaData", payload: data }],
      [id, { type: "audio", messageTypeId: 8, messageStreamId, timestamp: 10, payload }],
      [
        id,
        { type: "video", messageTypeId: 9, messageStreamId, timestamp: 2 ** 32 - 1, payload: new Uint8Array(200_000) },
      ],
    ]);
    duplex.client.closeStream(id);
    duplex.settle();
    expect(duplex.served.at(-1)).toMatchObject({ type: "stop", reason: "deleteStream" });
    expect(duplex.client.state).toBe("connected");
  });

  test("without options leaves duration and reset to the server", () => {
    const duplex = new Duplex().settle();
    duplex.play();
    expect(duplex.served[1]).toMatchObject({ playback: { start: -2, duration: -1, reset: true } });
    expect(duplex.served[2]).toMatchObject({ message: { bufferLengthMs: 3000 } });
  });

  test("refused: StreamNotFound", () => {
    const duplex = new Duplex().settle();
    duplex.onRequest = (id) =>
      void duplex.server.reject(id, duplex.now, "NetStream.Play.StreamNotFound", "No such stream.");
    const id = duplex.play();
    expect(duplex.heard("refused")).toMatchObject([
      { streamId: id, error: { code: "play-rejected", statusCode: "NetStream.Play.StreamNotFound" } },
    ]);
  });

  test("ends once when the publisher has left; what comes later is nobody's", () => {
    const duplex = new Duplex().settle();
    const id = duplex.play();
    duplex.server.notify(1, { level: "status", code: "NetStream.Play.PublishNotify", description: "" });
    duplex.server.sendMedia(1, { messageTypeId: 8, timestamp: 10, payload });
    duplex.server.endPlayback(1, duplex.now);
    duplex.settle();
    expect(duplex.heard("ended")).toEqual([{ type: "ended", streamId: id, end: { reason: "unpublished" } }]);
    expect(duplex.heard("media")).toHaveLength(1);
    expect(duplex.client.state).toBe("connected");
    duplex.client.receiveEnd();
    expect(duplex.client.end).toEqual({ clean: true, reason: "closed", by: "peer" });
  });

  test("silence while playing ends it if a limit is set; not while nobody reads", () => {
    const duplex = new Duplex({ timeouts: { idleMs: 5000 } }).settle();
    duplex.play();
    duplex.client.hold(duplex.now);
    expect(duplex.client.deadline).toBe(Number.POSITIVE_INFINITY);
    duplex.now += 60_000;
    duplex.client.release(duplex.now);
    duplex.client.tick(duplex.now + 4999);
    expect(duplex.client.end).toBeUndefined();
    duplex.client.tick(duplex.now + 5000);
    expect(duplex.client.end).toEqual({ clean: false, reason: "idle-timeout", by: "us" });
  });
});
