import { fromHex } from "@rtmp/bytes-util";
import { encodeAggregate } from "@rtmp/messages";
import { describe, expect, test } from "vitest";
import { Harness } from "../testing/harness.js";

function connected(): Harness {
  const harness = Harness.open();
  harness.send(harness.peer.connect());
  harness.peer.heard();
  harness.events.length = 0;
  return harness;
}

describe("createStream", () => {
  test("answers with ids that differ, from 1 on", () => {
    const harness = connected();
    harness.send(harness.peer.createStream(2), harness.peer.createStream(3));
    expect(harness.peer.commands()).toMatchObject([
      { name: "_result", transactionId: 2, commandObject: null, arguments: [1] },
      { name: "_result", transactionId: 3, commandObject: null, arguments: [2] },
    ]);
  });

  test("never gives an id twice", () => {
    const harness = connected();
    harness.send(
      harness.peer.createStream(2),
      harness.peer.command("deleteStream", 0, 0, null, 1),
      harness.peer.createStream(3),
    );
    expect(harness.peer.commands().at(-1)).toMatchObject({ transactionId: 3, arguments: [2] });
  });

  test("beyond 16 fails as a call; one that is deleted makes room", () => {
    const harness = connected();
    for (let i = 0; i < 17; i++) harness.send(harness.peer.createStream(i + 2));
    expect(harness.peer.statuses().at(-1)).toBe("_error@0 NetConnection.Call.Failed");
    harness.peer.heard();
    harness.send(harness.peer.command("deleteStream", 0, 0, null, 3), harness.peer.createStream(30));
    expect(harness.peer.commands()).toMatchObject([{ name: "_result", arguments: [17] }]);
  });
});

describe("publish", () => {
  test("is asked for, then answered with StreamBegin and Publish.Start on its own stream", () => {
    const harness = connected();
    harness.accepting = "connect";
    harness.send(harness.peer.createStream(), harness.peer.command("publish", 5, 1, null, "key?token=1", "record"));
    expect(harness.events).toEqual([
      {
        type: "publish",
        requestId: harness.requestId,
        publication: {
          app: "live",
          name: "key?token=1",
          streamName: "key",
          publishingType: "record",
          messageStreamId: 1,
        },
      },
    ]);
    harness.peer.heard();
    expect(harness.connection.accept(harness.requestId, harness.now)).toBe(true);
    harness.settle();
    expect(harness.peer.heard()).toMatchObject([
      { type: "userControl", event: "streamBegin", streamId: 1 },
      {
        name: "onStatus",
        transactionId: 0,
        messageStreamId: 1,
        commandObject: null,
        arguments: [{ level: "status", code: "NetStream.Publish.Start", description: "" }],
      },
    ]);
    expect(harness.connection.state).toBe("publishing");
    expect(harness.connection.accepted).toBe(true);
  });

  test("without a type is live, whatever its command object is", () => {
    const harness = connected();
    harness.send(harness.peer.createStream(), harness.peer.command("publish", 5, 1, { odd: true }, "key"));
    expect(harness.events).toMatchObject([{ publication: { publishingType: "live" } }]);
  });

  test("later bytes wait for the decision, and then count", () => {
    const harness = connected();
    harness.accepting = "connect";
    harness.send(harness.peer.createStream(), harness.peer.publish(), harness.peer.audio(7));
    expect(harness.eventTypes).toEqual(["publish"]);
    harness.connection.accept(harness.requestId, harness.now);
    harness.settle();
    expect(harness.media).toMatchObject([{ type: "audio", timestamp: 7 }]);
  });

  test("what the application rejects is told on its stream, then ended", () => {
    const harness = connected();
    harness.accepting = "connect";
    harness.send(harness.peer.createStream(), harness.peer.publish());
    harness.peer.heard();
    harness.connection.reject(harness.requestId, harness.now, "NetStream.Publish.BadName", "Taken.");
    harness.settle();
    expect(harness.peer.commands()).toMatchObject([
      {
        name: "onStatus",
        messageStreamId: 1,
        transactionId: 0,
        arguments: [{ level: "error", code: "NetStream.Publish.BadName", description: "Taken." }],
      },
    ]);
    expect(harness.connection.end).toEqual({ clean: true, reason: "publish-rejected", by: "application" });
    expect(harness.connection.accept(harness.requestId, harness.now)).toBe(false);
  });

  test.for([
    ["without a name", [null], "bad-argument", "NetStream.Publish.BadName"],
    ["with a name that is no string", [null, 5], "bad-argument", "NetStream.Publish.BadName"],
    ["with a name of 4097", [null, "k".repeat(4097)], "bad-argument", "NetStream.Publish.BadName"],
  ] as const)("%s is refused with a status", ([, values, reason, code]) => {
    const harness = connected();
    harness.send(harness.peer.createStream(), harness.peer.command("publish", 5, 1, ...values));
    expect(harness.peer.statuses().at(-1)).toBe(`onStatus@1 ${code}`);
    expect(harness.connection.end).toMatchObject({ reason, clean: true });
  });

  test.for([0, 2, 99])("on stream %i, which was never created, is refused with a status", (id) => {
    const harness = connected();
    harness.send(harness.peer.createStream(), harness.peer.publish("key", id));
    expect(harness.peer.statuses().at(-1)).toBe(`onStatus@${id} NetStream.Publish.Rejected`);
    expect(harness.connection.end).toMatchObject({ reason: "publish-refused", by: "us" });
  });

  test("an empty name, or one that is only a query, is the application's to judge", () => {
    const harness = connected();
    harness.send(harness.peer.createStream(), harness.peer.publish("?only=query"));
    expect(harness.events).toMatchObject([{ type: "publish", publication: { streamName: "", name: "?only=query" } }]);
  });

  test("a second one on the same stream is refused, and the first goes on", () => {
    const harness = Harness.publishing();
    harness.send(harness.peer.publish("other"), harness.peer.audio(1));
    expect(harness.peer.statuses()).toEqual(["onStatus@1 NetStream.Publish.BadName"]);
    expect(harness.events).toMatchObject([{ type: "media", publication: { name: "key" } }]);
  });

  test("several streams of one connection publish, each under its own name; the ninth is refused", () => {
    const harness = connected();
    for (let i = 1; i <= 9; i++) harness.send(harness.peer.createStream(i), harness.peer.publish(`key${i}`, i));
    expect(harness.eventTypes).toEqual(Array(8).fill("publish"));
    expect(harness.peer.statuses().at(-1)).toBe("onStatus@9 NetStream.Publish.Rejected");
    harness.send(harness.peer.audio(1, fromHex("af01aa"), 8), harness.peer.video(2, fromHex("2701aa"), 3));
    expect(harness.events.slice(8)).toMatchObject([
      { publication: { name: "key8" }, message: { type: "audio" } },
      { publication: { name: "key3" }, message: { type: "video" } },
    ]);
    harness.connection.receiveEnd();
    harness.settle();
    expect(harness.events.filter(({ type }) => type === "unpublish")).toHaveLength(8);
    expect(harness.connection.end?.clean).toBe(false);
  });

  test("rejecting one of several leaves the others alone", () => {
    const harness = Harness.publishing();
    harness.accepting = "connect";
    harness.send(harness.peer.createStream(6), harness.peer.publish("two", 2));
    harness.connection.reject(harness.requestId, harness.now, "NetStream.Publish.BadName", "Taken.");
    harness.settle().send(harness.peer.audio(1));
    expect(harness.media).toHaveLength(1);
    expect(harness.connection.end).toBeUndefined();
  });
});

describe("media", () => {
  test("audio, video and data come as they were sent", () => {
    const harness = Harness.publishing();
    const metadata = {
      type: "data",
      messageStreamId: 1,
      timestamp: 0,
      values: ["@setDataFrame", "onMetaData", { width: 160 }],
    } as const;
    harness.send(harness.peer.say(metadata), harness.peer.audio(0xffffffff, new Uint8Array(0)), harness.peer.video(5));
    expect(harness.media).toMatchObject([
      { type: "data", messageTypeId: 18, name: "@setDataFrame", timestamp: 0, messageStreamId: 1 },
      { type: "audio", messageTypeId: 8, timestamp: 0xffffffff, payload: new Uint8Array(0) },
      { type: "video", messageTypeId: 9, timestamp: 5, payload: fromHex("270100000009") },
    ]);
    expect(harness.media[0]?.payload.subarray(0, 16)).toEqual(fromHex("02000d40736574446174614672616d65"));
  });

  test("AMF3-framed data is data, payload untouched", () => {
    const harness = Harness.publishing();
    harness.send(harness.peer.raw(15, fromHex("0002000a6f6e4d6574614461746105"), 1));
    expect(harness.media).toMatchObject([{ type: "data", messageTypeId: 15, name: "onMetaData" }]);
    expect(harness.media[0]?.payload).toEqual(fromHex("0002000a6f6e4d6574614461746105"));
  });

  test("an aggregate comes as its parts, timestamps counted from its own", () => {
    const harness = Harness.publishing();
    const part = (messageTypeId: number, timestamp: number) => ({
      messageTypeId,
      timestamp,
      messageStreamId: 1,
      payload: fromHex("af01aa"),
    });
    const { payload } = encodeAggregate([part(8, 1000), part(9, 1040)]);
    harness.send(harness.peer.say({ type: "unknown", messageTypeId: 22, messageStreamId: 1, timestamp: 70, payload }));
    expect(harness.media).toMatchObject([
      { type: "audio", timestamp: 70 },
      { type: "video", timestamp: 110 },
    ]);
  });

  test("for a stream that does not publish is dropped and counted, and ends the connection beyond 1 MiB", () => {
    const harness = connected();
    harness.send(harness.peer.createStream());
    const frame = new Uint8Array(60_000);
    for (let i = 0; i < 17; i++) harness.send(harness.peer.video(i, frame));
    expect(harness.events).toEqual([]);
    expect(harness.connection.end).toBeUndefined();
    harness.send(harness.peer.video(18, frame));
    expect(harness.connection.end).toEqual({ clean: true, reason: "too-much-dropped", by: "us" });
  });

  test("data on stream 0 does no harm", () => {
    const harness = Harness.publishing();
    harness.send(harness.peer.say({ type: "data", messageStreamId: 0, values: ["onTextData"] }), harness.peer.audio(1));
    expect(harness.media).toMatchObject([{ type: "audio" }]);
    expect(harness.connection.end).toBeUndefined();
  });

  test("a data message that is not AMF is passed on as it is, without a name", () => {
    const harness = Harness.publishing();
    harness.send(harness.peer.raw(18, fromHex("ff00ff"), 1), harness.peer.audio(1));
    expect(harness.media).toMatchObject([{ type: "data", payload: fromHex("ff00ff") }, { type: "audio" }]);
    expect(harness.media[0]).not.toHaveProperty("name");
  });

  test("unknown message types are handed out and change nothing", () => {
    const harness = Harness.publishing();
    for (const type of [0, 7, 10, 14, 21, 23, 255]) harness.send(harness.peer.raw(type, fromHex("01020304")));
    harness.send(harness.peer.audio(1));
    expect(harness.eventTypes).toEqual([...Array(7).fill("unhandled"), "media"]);
  });
});

describe("unpublish", () => {
  const ways: [string, (h: Harness) => Uint8Array, string][] = [
    ["FCUnpublish with its name", (h) => h.peer.command("FCUnpublish", 6, 0, null, "key"), "FCUnpublish"],
    ["closeStream on its stream", (h) => h.peer.command("closeStream", 0, 1, null), "closeStream"],
    ["deleteStream with its id", (h) => h.peer.command("deleteStream", 7, 0, null, 1), "deleteStream"],
    ["deleteStream with a fraction", (h) => h.peer.command("deleteStream", 7, 0, null, 1.9), "deleteStream"],
    [
      "deleteStream with its name, as GStreamer does",
      (h) => h.peer.command("deleteStream", 7, 0, null, "key"),
      "deleteStream",
    ],
  ];
  test.for(ways)("%s ends the publication cleanly", ([, bytes, reason]) => {
    const harness = Harness.publishing();
    harness.send(bytes(harness));
    expect(harness.events).toMatchObject([{ type: "unpublish", clean: true, reason, publication: { name: "key" } }]);
    expect(harness.peer.statuses().filter((status) => status.startsWith("onStatus"))).toEqual([
      "onStatus@1 NetStream.Unpublish.Success",
    ]);
    harness.connection.receiveEnd();
    expect(harness.connection.end).toEqual({ clean: true, reason: "closed", by: "peer" });
  });

  test.for([
    ["FCUnpublish with another name", (h: Harness) => h.peer.command("FCUnpublish", 0, 0, null, "other")],
    ["closeStream on another stream", (h: Harness) => h.peer.command("closeStream", 0, 2, null)],
    ["deleteStream with another id", (h: Harness) => h.peer.command("deleteStream", 0, 0, null, 9)],
    ["deleteStream with NaN", (h: Harness) => h.peer.command("deleteStream", 0, 0, null, Number.NaN)],
    ["deleteStream with a negative id", (h: Harness) => h.peer.command("deleteStream", 0, 0, null, -1)],
    ["deleteStream with an id beyond 32 bits", (h: Harness) => h.peer.command("deleteStream", 0, 0, null, 4294967297)],
    ["releaseStream", (h: Harness) => h.peer.command("releaseStream", 0, 0, null, "key")],
  ] as const)("%s changes nothing and gets no status", ([, bytes]) => {
    const harness = Harness.publishing();
    harness.send(bytes(harness), harness.peer.audio(1));
    expect(harness.eventTypes).toEqual(["media"]);
    expect(harness.peer.heard()).toEqual([]);
    harness.connection.receiveEnd();
    expect(harness.connection.end?.clean).toBe(false);
  });

  test("deleteStream with a name leaves two publishing streams alone: nobody knows which is meant", () => {
    const harness = Harness.publishing();
    harness.send(harness.peer.createStream(6), harness.peer.publish("two", 2));
    harness.send(harness.peer.command("deleteStream", 0, 0, null, "key"));
    expect(harness.eventTypes).toEqual(["publish"]);
  });

  test("media that was on its way is dropped, not an error", () => {
    const harness = Harness.publishing();
    harness.send(harness.peer.command("FCUnpublish", 6, 0, null, "key"), harness.peer.video(1), harness.peer.audio(2));
    expect(harness.eventTypes).toEqual(["unpublish"]);
    expect(harness.connection.end).toBeUndefined();
  });

  test("after closeStream the same stream can publish again", () => {
    const harness = Harness.publishing();
    harness.send(harness.peer.command("closeStream", 0, 1, null), harness.peer.publish("again"), harness.peer.audio(1));
    expect(harness.eventTypes).toEqual(["unpublish", "publish", "media"]);
  });

  test("after deleteStream its id is gone", () => {
    const harness = Harness.publishing();
    harness.send(harness.peer.command("deleteStream", 0, 0, null, 1), harness.peer.publish("again"));
    expect(harness.connection.end?.reason).toBe("publish-refused");
  });
});

describe("other calls", () => {
  test.for(["releaseStream", "FCPublish", "FCUnpublish", "_checkbw"])("%s gets an empty result", (name) => {
    const harness = connected();
    harness.send(harness.peer.command(name, 2, 0, null, "key"));
    expect(harness.peer.commands()).toMatchObject([
      { name: "_result", transactionId: 2, commandObject: null, arguments: [undefined] },
    ]);
  });

  test.for(["releaseStream", "FCPublish", "FCUnpublish", "_checkbw", "onBWDone", "noSuchThing", "getStreamLength"])(
    "%s with transaction id 0 gets no answer",
    (name) => {
      const harness = connected();
      harness.send(harness.peer.command(name, 0, 0, null, "key"));
      expect(harness.peer.heard()).toEqual([]);
    },
  );

  test("an unknown call is handed out and answered with an error", () => {
    const harness = connected();
    harness.send(harness.peer.command("noSuchThing", 9, 0, null, 1));
    expect(harness.events).toMatchObject([{ type: "unhandled", message: { name: "noSuchThing" } }]);
    expect(harness.peer.commands()).toMatchObject([
      { name: "_error", transactionId: 9, arguments: [{ level: "error" }] },
    ]);
    expect(harness.peer.statuses()).toEqual(["_error@0 NetConnection.Call.Failed"]);
  });

  test("getStreamLength is answered with 0: FFmpeg takes an error for fatal", () => {
    const harness = connected();
    harness.send(harness.peer.command("getStreamLength", 3, 0, null, "key"));
    expect(harness.peer.commands()).toMatchObject([{ name: "_result", transactionId: 3, arguments: [0] }]);
  });

  test("arguments that are not AMF do not lose the call", () => {
    const harness = connected();
    harness.send(harness.peer.raw(20, fromHex("02000c63726561746553747265616d00400000000000000005ff")));
    expect(harness.peer.commands()).toMatchObject([{ name: "_result", transactionId: 2, arguments: [1] }]);
  });
});
