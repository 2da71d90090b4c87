import { concatBytes, fromHex } from "@rtmp/bytes-util";
import { describe, expect, test } from "vitest";
import { Harness } from "../testing/harness.js";

describe("time", () => {
  test.for([9999, 10_000])("the whole handshake has 10 s, however it drips: after %i ms", (ms) => {
    const harness = new Harness();
    const hello = harness.peer.hello();
    for (let i = 0; i < 9; i++) harness.send(hello.subarray(i, i + 1)).wait(1000);
    harness.wait(ms - 9000);
    expect(harness.connection.end).toEqual(
      ms < 10_000 ? undefined : { clean: true, reason: "handshake-timeout", by: "us" },
    );
  });

  test("then connect has 10 s, then publish 20 s, then silence 30 s", () => {
    const harness = new Harness();
    harness.wait(9000).send(harness.peer.hello());
    expect(harness.connection.deadline).toBe(harness.now + 10_000);
    harness.wait(9000).send(harness.peer.connect());
    expect(harness.connection.deadline).toBe(harness.now + 20_000);
    harness.wait(19_000).send(harness.peer.createStream(), harness.peer.publish());
    expect(harness.connection.deadline).toBe(harness.now + 30_000);
    harness.wait(29_999).send(harness.peer.audio(1)).wait(29_999);
    expect(harness.connection.end).toBeUndefined();
    harness.wait(1);
    expect(harness.connection.end).toEqual({ clean: false, reason: "idle-timeout", by: "us" });
    expect(harness.peer.statuses().at(-1)).toBe("onStatus@1 NetStream.Failed");
    expect(harness.eventTypes.at(-1)).toBe("unpublish");
  });

  test("connect-timeout is told, so that people see why", () => {
    const harness = Harness.open();
    harness.send(harness.peer.command("noSuchThing", 0)).wait(10_000);
    expect(harness.connection.end).toEqual({ clean: true, reason: "connect-timeout", by: "us" });
    expect(harness.peer.statuses()).toEqual(["_error@0 NetConnection.Connect.Rejected"]);
  });

  test("start-timeout counts again when the last stream is closed", () => {
    const harness = Harness.publishing();
    harness.wait(5000).send(harness.peer.command("closeStream", 0, 1, null));
    harness.wait(19_999);
    expect(harness.connection.end).toBeUndefined();
    harness.wait(1);
    expect(harness.connection.end).toEqual({ clean: true, reason: "start-timeout", by: "us" });
  });

  test("each is an option; the 2 s and 2.5 s of the original server can be had", () => {
    const harness = Harness.publishing({ timeouts: { handshakeMs: 2000, idleMs: 2500 } });
    harness.wait(2499);
    expect(harness.connection.end).toBeUndefined();
    harness.wait(1);
    expect(harness.connection.end?.reason).toBe("idle-timeout");
    const slow = new Harness({ timeouts: { handshakeMs: 2000 } });
    expect(slow.wait(2000).connection.end?.reason).toBe("handshake-timeout");
  });

  test("a decision has 10 s; then the peer is told no and the request is cancelled", () => {
    const harness = Harness.open();
    harness.accepting = "connect";
    harness.send(harness.peer.connect(), harness.peer.createStream(), harness.peer.publish());
    const { requestId } = harness;
    harness.wait(9999);
    expect(harness.connection.end).toBeUndefined();
    harness.wait(1);
    expect(harness.connection.end).toEqual({ clean: true, reason: "decision-timeout", by: "us" });
    expect(harness.events.at(-1)).toEqual({ type: "cancel", requestId, reason: "decision-timeout" });
    expect(harness.peer.statuses().at(-1)).toBe("onStatus@1 NetStream.Publish.Denied");
  });

  test("while we decide, the peer's own time stands still", () => {
    const harness = Harness.open();
    harness.accepting = "none";
    harness.wait(4000).send(harness.peer.connect());
    harness.wait(8000);
    harness.connection.accept(harness.requestId, harness.now);
    harness.settle();
    expect(harness.connection.deadline).toBe(harness.now + 20_000);
    harness.wait(15_000).send(harness.peer.createStream(), harness.peer.publish());
    harness.wait(9000);
    harness.connection.accept(harness.requestId, harness.now);
    expect(harness.connection.deadline).toBe(harness.now + 30_000);
  });

  test("while the application is at a message, the peer's time stands still", () => {
    const harness = Harness.publishing();
    harness.connection.hold(harness.now);
    expect(harness.connection.deadline).toBe(Number.POSITIVE_INFINITY);
    harness.wait(60_000);
    harness.connection.release(harness.now);
    expect(harness.connection.deadline).toBe(harness.now + 30_000);
  });

  test("the peer's leaving cancels the request", () => {
    const harness = Harness.open();
    harness.accepting = "none";
    harness.send(harness.peer.connect());
    harness.connection.receiveEnd("reset", new Error("gone"));
    harness.settle();
    expect(harness.events.at(-1)).toEqual({ type: "cancel", requestId: harness.requestId, reason: "reset" });
    expect(harness.connection.end).toMatchObject({ clean: true, reason: "reset", by: "peer" });
    expect(harness.connection.accept(harness.requestId, harness.now)).toBe(false);
  });

  test("a message that is begun and never finished ends the connection in time, whatever else is sent", () => {
    const harness = Harness.publishing();
    harness.send(concatBytes([fromHex("07 000001 000100 09 01000000"), new Uint8Array(128)])); // half of 256 bytes
    let seconds = 0;
    for (; seconds < 100 && harness.connection.end === undefined; seconds++)
      harness.wait(1000).send(harness.peer.audio(seconds));
    expect(harness.connection.end).toEqual({ clean: false, reason: "idle-timeout", by: "us" });
    expect(seconds).toBeGreaterThanOrEqual(30);
    expect(seconds).toBeLessThanOrEqual(60);
  });
});

describe("bytes and counts", () => {
  test("64 KiB before connect", () => {
    const harness = Harness.open();
    const filler = harness.peer.raw(255, new Uint8Array(30_000));
    harness.send(filler, harness.peer.raw(255, new Uint8Array(30_000)));
    expect(harness.connection.end).toBeUndefined();
    harness.send(harness.peer.raw(255, new Uint8Array(6000)));
    expect(harness.connection.end).toEqual({ clean: true, reason: "pre-auth-overflow", by: "us" });
  });

  test("64 KiB a message of any type before publish, 8 MiB of media after", () => {
    const early = Harness.open();
    early.send(early.peer.connect(), early.peer.video(1, new Uint8Array(65_537)));
    expect(early.connection.end?.reason).toBe("message-too-large");
    const publishing = Harness.publishing();
    publishing.send(publishing.peer.video(1, new Uint8Array(8 * 1024 * 1024)));
    expect(publishing.media[0]?.payload.length).toBe(8 * 1024 * 1024);
    publishing.send(publishing.peer.video(1, new Uint8Array(8 * 1024 * 1024 + 1)));
    expect(publishing.connection.end).toMatchObject({ clean: false, reason: "message-too-large", by: "us" });
    expect(publishing.connection.end?.cause).toMatchObject({ name: "ChunkError" });
  });

  test("data messages may have 1 MiB, commands stay at 64 KiB", () => {
    const harness = Harness.publishing();
    const value = (length: number) => ["onMetaData", { text: "x".repeat(length) }];
    harness.send(harness.peer.say({ type: "data", messageStreamId: 1, values: value(1024 * 1024 - 100) }));
    expect(harness.media).toHaveLength(1);
    harness.send(harness.peer.command("noSuchThing", 0, 0, null, "x".repeat(65_537)));
    expect(harness.connection.end?.reason).toBe("message-too-large");
  });

  test("commands come at 100 a second, 200 at once", () => {
    const harness = Harness.open();
    harness.send(harness.peer.connect());
    for (let i = 0; i < 199; i++) harness.send(harness.peer.command("noSuchThing", 0));
    harness.wait(1000);
    for (let i = 0; i < 100; i++) harness.send(harness.peer.command("noSuchThing", 0));
    expect(harness.connection.end).toBeUndefined();
    harness.send(harness.peer.command("noSuchThing", 0));
    expect(harness.connection.end).toEqual({ clean: true, reason: "too-many-commands", by: "us" });
  });

  test("malformed messages count as commands: each costs more than its bytes", () => {
    const harness = Harness.publishing();
    const event = harness.peer.raw(4, fromHex("0003"), 0, 2); // SetBufferLength without its fields
    harness.send(event, harness.peer.audio(1));
    expect(harness.media).toHaveLength(1);
    for (let i = 0; i < 250; i++) harness.send(event);
    expect(harness.connection.end).toEqual({ clean: false, reason: "too-many-commands", by: "us" });
  });

  test("control messages come at 1000 a second, 2000 at once", () => {
    const harness = Harness.publishing();
    const window = harness.peer.say({ type: "windowAcknowledgementSize", windowSize: 1e6 });
    for (let i = 0; i < 2000; i++) harness.send(window);
    harness.wait(1000);
    for (let i = 0; i < 1000; i++) harness.send(window);
    expect(harness.connection.end).toBeUndefined();
    harness.send(window);
    expect(harness.connection.end).toMatchObject({ reason: "too-many-commands", by: "us" });
  });

  test("bad data messages cost no more than good ones and are passed on", () => {
    const harness = Harness.publishing();
    for (let i = 0; i < 1000; i++) harness.send(harness.peer.raw(18, fromHex("ff"), 1));
    expect(harness.media).toHaveLength(1000);
    expect(harness.connection.end).toBeUndefined();
  });

  test("a player, too, has to finish the messages that it begins", () => {
    const harness = Harness.open();
    harness.send(harness.peer.connect(), harness.peer.createStream(), harness.peer.command("play", 0, 1, null, "key"));
    harness.send(concatBytes([fromHex("07 000001 000100 14 00000000"), new Uint8Array(128)]));
    for (let s = 0; s < 100 && harness.connection.end === undefined; s++) {
      harness.wait(1000).send(harness.peer.say({ type: "acknowledgement", sequenceNumber: s }));
    }
    expect(harness.connection.end).toMatchObject({ reason: "idle-timeout", by: "us" });
  });

  test("a protocol error is told to a publisher before the end, and what was published is over", () => {
    const harness = Harness.publishing();
    harness.send(fromHex("c7")); // a type 3 header on a chunk stream that never had one
    expect(harness.connection.end).toMatchObject({ clean: false, reason: "missing-previous-header", by: "us" });
    expect(harness.peer.statuses()).toEqual(["onStatus@1 NetStream.Failed"]);
    expect(harness.events).toMatchObject([{ type: "unpublish", clean: false, reason: "missing-previous-header" }]);
    harness.send(harness.peer.audio(1));
    expect(harness.events).toHaveLength(1);
  });

  test.for([
    ["zero", "00000000"],
    ["bit 31", "80000080"],
  ] as const)("a chunk size of %s ends the connection", ([, hex]) => {
    const harness = Harness.publishing();
    harness.send(concatBytes([fromHex("02000000 000004 01 00000000"), fromHex(hex)]));
    expect(harness.connection.end?.reason).toBe("invalid-chunk-size");
  });

  test.for([1, 127, 65_537, 134_217_728, 0x7fffffff])("a chunk size of %i is taken", (chunkSize) => {
    const harness = Harness.publishing();
    harness.send(harness.peer.say({ type: "setChunkSize", chunkSize }), harness.peer.video(1, new Uint8Array(300)));
    expect(harness.media[0]?.payload.length).toBe(300);
  });

  test("small chunk sizes can be refused by policy", () => {
    const harness = Harness.publishing({ limits: { minPeerChunkSize: 128 } });
    harness.send(harness.peer.say({ type: "setChunkSize", chunkSize: 127 }));
    expect(harness.connection.end?.reason).toBe("invalid-chunk-size");
  });

  test("65 chunk streams are too many, and so are 17 messages begun", () => {
    const streams = Harness.publishing();
    const empty = (id: number) => concatBytes([Uint8Array.of(0, id - 64), fromHex("000000 000000 08 01000000")]);
    for (let id = 64; id < 140 && streams.connection.end === undefined; id++) streams.send(empty(id));
    expect(streams.connection.end?.reason).toBe("too-many-chunk-streams");
    expect(streams.media.length).toBeGreaterThan(55);
    const partials = Harness.publishing();
    const begun = (id: number) =>
      concatBytes([Uint8Array.of(0, id - 64), fromHex("000000 0000ff 08 01000000"), new Uint8Array(128)]);
    for (let id = 64; id < 90 && partials.connection.end === undefined; id++) partials.send(begun(id));
    expect(partials.connection.end?.reason).toBe("too-many-partials");
  });

  test("what is held is counted, and let go at the end", () => {
    const harness = Harness.publishing();
    const before = harness.connection.heldBytes;
    harness.send(harness.peer.video(1, new Uint8Array(50_000)).subarray(0, 40_000));
    expect(harness.connection.heldBytes).toBeGreaterThan(before + 30_000);
    harness.connection.close("shutdown");
    harness.settle();
    expect(harness.connection.heldBytes).toBe(0);
  });
});

describe("application", () => {
  test("close tells each publishing stream, then ends", () => {
    const harness = Harness.publishing();
    harness.connection.close("kicked", {
      level: "error",
      code: "NetStream.Publish.Denied",
      description: "Time is up.",
    });
    harness.settle();
    expect(harness.peer.commands()).toMatchObject([
      {
        name: "onStatus",
        messageStreamId: 1,
        arguments: [{ code: "NetStream.Publish.Denied", description: "Time is up." }],
      },
    ]);
    expect(harness.connection.end).toEqual({ clean: false, reason: "kicked", by: "application" });
    expect(harness.connection.state).toBe("closed");
    expect(harness.events).toMatchObject([{ type: "unpublish", clean: false, reason: "kicked" }]);
  });

  test("one publication can be ended; the others go on, and with the last the connection ends", () => {
    const harness = Harness.publishing();
    harness.send(harness.peer.createStream(6), harness.peer.publish("two", 2));
    harness.events.length = 0;
    harness.peer.heard();
    const status = { level: "error", code: "NetStream.Publish.BadName", description: "Taken." } as const;
    harness.connection.endPublication(1, "replaced", status);
    harness.connection.endPublication(1, "replaced", status);
    harness.settle().send(harness.peer.audio(1), harness.peer.audio(2, Uint8Array.of(0xaf), 2));
    expect(harness.peer.statuses()).toEqual(["onStatus@1 NetStream.Publish.BadName"]);
    expect(harness.events).toMatchObject([
      { type: "unpublish", clean: false, reason: "replaced", publication: { name: "key" } },
      { type: "media", publication: { name: "two" } },
    ]);
    harness.connection.endPublication(2, "replaced", status);
    expect(harness.connection.end).toEqual({ clean: false, reason: "replaced", by: "application" });
  });

  test("nothing changes an end", () => {
    const harness = Harness.publishing();
    harness.connection.close("first");
    harness.connection.close("second");
    harness.connection.receiveEnd();
    harness.connection.fail("write-timeout", "us", "too late");
    harness.wait(1e9);
    expect(harness.connection.end).toEqual({ clean: false, reason: "first", by: "application" });
    expect(harness.connection.deadline).toBe(Number.POSITIVE_INFINITY);
    expect(harness.eventTypes).toEqual(["unpublish"]);
  });
});
