import { concatBytes } from "@rtmp/bytes-util";
import { encodeChunkBody, encodeChunkHead } from "@rtmp/chunk";
import { describe, expect, test } from "vitest";
import { Harness } from "../testing/harness.js";

function connected(): Harness {
  const harness = Harness.open();
  harness.send(harness.peer.connect(), harness.peer.createStream());
  harness.peer.heard();
  harness.events.length = 0;
  return harness;
}
function playing(): Harness {
  const harness = connected();
  harness.send(harness.peer.command("play", 0, 1, null, "key?token=1", -2000));
  harness.events.length = 0;
  harness.peer.heard();
  return harness;
}
const payload = Uint8Array.of(0x27, 1, 0, 0, 0, 9);

describe("play", () => {
  test("is asked for with all that came, then answered in the order that every player understands", () => {
    const harness = connected();
    harness.send(harness.peer.command("play", 0, 1, null, "key?token=1", -2000, 7, true));
    expect(harness.events).toMatchObject([
      {
        type: "play",
        playback: {
          app: "live",
          name: "key?token=1",
          streamName: "key",
          start: -2000,
          duration: 7,
          reset: true,
          messageStreamId: 1,
        },
      },
    ]);
    const [begin, reset, start, access, dataStart] = harness.peer.heard();
    expect(begin).toMatchObject({ type: "userControl", event: "streamBegin", streamId: 1 });
    expect(reset).toMatchObject({
      messageStreamId: 1,
      transactionId: 0,
      arguments: [{ code: "NetStream.Play.Reset", level: "status" }],
    });
    expect(start).toMatchObject({
      messageStreamId: 1,
      transactionId: 0,
      arguments: [{ code: "NetStream.Play.Start" }],
    });
    expect(access).toMatchObject({ type: "data", messageStreamId: 1, values: ["|RtmpSampleAccess", true, true] });
    expect(dataStart).toMatchObject({ messageStreamId: 1, arguments: [{ code: "NetStream.Data.Start" }] });
    expect(JSON.stringify(harness.peer.messages)).not.toContain("token");
    expect(harness.connection).toMatchObject({ state: "playing", accepted: true });
  });

  test("without reset is not told of one", () => {
    const harness = connected();
    harness.send(harness.peer.command("play", 0, 1, null, "key", -2, -1, false));
    expect(harness.peer.statuses()).not.toContain("onStatus@1 NetStream.Play.Reset");
  });

  test("what the application rejects is told on its stream, then ended", () => {
    const harness = connected();
    harness.accepting = "connect";
    harness.send(harness.peer.command("play", 0, 1, null, "key"));
    harness.connection.reject(harness.requestId, harness.now, "NetStream.Play.StreamNotFound", "No such stream.");
    harness.settle();
    expect(harness.peer.statuses()).toEqual(["onStatus@1 NetStream.Play.StreamNotFound"]);
    expect(harness.connection.end).toEqual({ clean: true, reason: "play-rejected", by: "application" });
  });

  test.for([
    ["without a name", 1, [null], "bad-argument"],
    ["with a name of 4097", 1, [null, "k".repeat(4097)], "bad-argument"],
    ["on a stream that was never created", 2, [null, "key"], "play-refused"],
  ] as const)("%s is refused with a status", ([, id, values, reason]) => {
    const harness = connected();
    harness.send(harness.peer.command("play", 0, id, ...values));
    expect(harness.peer.statuses()).toEqual([`onStatus@${id} NetStream.Play.Failed`]);
    expect(harness.connection.end).toMatchObject({ reason, by: "us" });
  });

  test("on a stream that publishes is refused, and the publish goes on; the other way round too", () => {
    const publishing = Harness.publishing();
    publishing.send(publishing.peer.command("play", 0, 1, null, "other"), publishing.peer.audio(1));
    expect(publishing.peer.statuses()).toEqual(["onStatus@1 NetStream.Play.Failed"]);
    expect(publishing.eventTypes).toEqual(["media"]);
    const player = playing();
    player.send(player.peer.publish("other"));
    expect(player.peer.statuses()).toEqual(["onStatus@1 NetStream.Publish.BadName"]);
    expect(player.connection.state).toBe("playing");
  });

  test("of something else on the same stream takes its place", () => {
    const harness = playing();
    harness.send(harness.peer.command("play", 0, 1, null, "other"));
    expect(harness.events).toMatchObject([
      { type: "play", playback: { name: "other" } },
      { type: "stop", reason: "play", playback: { streamName: "key" } },
    ]);
    expect(harness.connection.state).toBe("playing");
  });

  test("play2 is refused, and what plays goes on", () => {
    const harness = playing();
    harness.send(harness.peer.command("play2", 0, 1, null, { streamName: "other" }));
    expect(harness.peer.statuses()).toEqual(["onStatus@1 NetStream.Play.Failed"]);
    expect(harness.connection.state).toBe("playing");
    const idle = connected();
    idle.send(idle.peer.command("play2", 0, 1, null, {}));
    expect(idle.connection.end?.reason).toBe("play-refused");
  });
});

describe("media", () => {
  test("reaches the player, from messages as from chunks made for many", () => {
    const harness = playing();
    const { connection } = harness;
    connection.sendMedia(1, { messageTypeId: 9, timestamp: 40, payload });
    const head = {
      chunkStreamId: 6,
      timestamp: 0x1000000,
      messageTypeId: 9,
      messageStreamId: 1,
      payloadLength: 200_000,
    };
    const body = encodeChunkBody(new Uint8Array(200_000).fill(5), 6, 0x1000000, connection.chunkSize);
    connection.sendChunks(1, concatBytes([encodeChunkHead(head), body]));
    connection.sendMedia(1, { messageTypeId: 9, timestamp: 0x1000001, payload });
    connection.sendMedia(1, { messageTypeId: 8, timestamp: 50, payload });
    harness.settle();
    expect(harness.peer.heard()).toMatchObject([
      { type: "video", messageStreamId: 1, timestamp: 40, payload },
      { type: "video", timestamp: 0x1000000, payload: new Uint8Array(200_000).fill(5) },
      { type: "video", timestamp: 0x1000001, payload },
      { type: "audio", timestamp: 50, payload },
    ]);
  });

  test("for a stream that does not play is not sent", () => {
    const harness = playing();
    harness.send(harness.peer.command("closeStream", 0, 1, null));
    harness.peer.heard();
    harness.connection.sendMedia(1, { messageTypeId: 9, timestamp: 0, payload });
    harness.connection.sendChunks(1, payload);
    harness.connection.notify(1, { level: "status", code: "NetStream.Play.PublishNotify", description: "" });
    harness.connection.signal(1, "streamDry");
    harness.connection.endPlayback(1, harness.now);
    expect(harness.connection.takeOutput()).toBeUndefined();
  });

  test("notices reach the player", () => {
    const harness = playing();
    harness.connection.signal(1, "streamDry");
    harness.connection.signal(1, "streamBegin");
    harness.connection.notify(1, { level: "status", code: "NetStream.Play.PublishNotify", description: "Back." });
    harness.settle();
    expect(harness.peer.heard()).toMatchObject([
      { event: "streamDry", streamId: 1 },
      { event: "streamBegin", streamId: 1 },
      { name: "onStatus", messageStreamId: 1, arguments: [{ code: "NetStream.Play.PublishNotify" }] },
    ]);
  });
});

describe("the player's commands", () => {
  test("pause and unpause are answered and handed out", () => {
    const harness = playing();
    harness.send(
      harness.peer.command("pause", 0, 1, null, true, 500),
      harness.peer.command("pause", 0, 1, null, false, 500),
    );
    expect(harness.peer.statuses()).toEqual([
      "onStatus@1 NetStream.Pause.Notify",
      "onStatus@1 NetStream.Unpause.Notify",
    ]);
    expect(harness.events).toMatchObject([
      { type: "pause", paused: true, playback: { streamName: "key" } },
      { type: "pause", paused: false },
    ]);
  });

  test("seek is over at once: FFmpeg discards media until it is told so", () => {
    const harness = playing();
    harness.send(harness.peer.command("seek", 0, 1, null, 500));
    expect(harness.peer.statuses()).toEqual(["onStatus@1 NetStream.Seek.Notify"]);
  });

  test("receiveAudio and receiveVideo: off is silent, on is answered", () => {
    const harness = playing();
    harness.send(harness.peer.command("receiveVideo", 0, 1, null, false));
    expect(harness.peer.heard()).toEqual([]);
    harness.send(harness.peer.command("receiveAudio", 0, 1, null, true));
    expect(harness.peer.statuses()).toEqual(["onStatus@1 NetStream.Seek.Notify", "onStatus@1 NetStream.Play.Start"]);
    expect(harness.events).toMatchObject([
      { type: "receive", kind: "video", enabled: false },
      { type: "receive", kind: "audio", enabled: true },
    ]);
  });

  test.for(["pause", "seek", "receiveAudio", "receiveVideo"])(
    "%s on a stream that does not play means nothing",
    (name) => {
      const harness = connected();
      harness.send(harness.peer.command(name, 0, 1, null, true));
      expect(harness.peer.heard()).toEqual([]);
      expect(harness.events).toEqual([]);
    },
  );

  test.for([
    ["deleteStream", 0, 1],
    ["closeStream", 1, undefined],
    ["deleteStream", 0, "key"],
  ] as const)("%s ends the playback", ([name, id, value]) => {
    const harness = playing();
    harness.send(harness.peer.command(name, 0, id, null, value));
    expect(harness.events).toMatchObject([{ type: "stop", reason: name, playback: { streamName: "key" } }]);
    expect(harness.connection.state).toBe("connected");
    harness.connection.receiveEnd();
    expect(harness.connection.end?.clean).toBe(true);
  });
});

describe("ends", () => {
  test("a stream that is over is told in every way that a player may look for", () => {
    const harness = playing();
    harness.connection.endPlayback(1, harness.now);
    harness.settle();
    expect(harness.peer.heard()).toMatchObject([
      { event: "streamEof", streamId: 1 },
      { arguments: [{ code: "NetStream.Play.UnpublishNotify", level: "status" }] },
      { arguments: [{ code: "NetStream.Play.Stop", level: "status" }] },
    ]);
    expect(harness.events).toEqual([]);
    expect(harness.wait(20_000).connection.end?.reason).toBe("start-timeout");
  });

  test("a silent player is pinged after 60 s and ended 30 s later, unless it answers", () => {
    const harness = playing();
    harness.wait(59_999);
    expect(harness.peer.heard()).toEqual([]);
    harness.wait(1);
    expect(harness.peer.heard()).toMatchObject([{ type: "userControl", event: "pingRequest" }]);
    harness.wait(29_000).send(harness.peer.say({ type: "userControl", event: "pingResponse", pingTimestamp: 1 }));
    harness.wait(60_000).wait(29_999);
    expect(harness.connection.end).toBeUndefined();
    harness.wait(1);
    expect(harness.connection.end).toEqual({ clean: true, reason: "ping-timeout", by: "us" });
    expect(harness.events.at(-1)).toMatchObject({ type: "stop", reason: "ping-timeout" });
  });

  test("the end of the connection ends the playback; nothing published, so it is clean", () => {
    const harness = playing();
    harness.connection.receiveEnd("reset");
    harness.settle();
    expect(harness.events).toMatchObject([{ type: "stop", reason: "reset" }]);
    expect(harness.connection.end?.clean).toBe(true);
  });

  test("one connection publishes and plays; each goes its own way", () => {
    const harness = Harness.publishing();
    harness.send(harness.peer.createStream(6), harness.peer.command("play", 0, 2, null, "other"));
    expect(harness.connection.state).toBe("publishing");
    harness.send(harness.peer.command("deleteStream", 0, 0, null, 1));
    expect(harness.connection.state).toBe("playing");
    harness.connection.sendMedia(2, { messageTypeId: 8, timestamp: 1, payload });
    harness.peer.heard();
    harness.settle();
    expect(harness.peer.heard()).toMatchObject([{ type: "audio", messageStreamId: 2 }]);
  });
});
