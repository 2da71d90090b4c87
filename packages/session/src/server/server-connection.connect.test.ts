import { describe, expect, test } from "vitest";
import { Harness } from "../testing/harness.js";

describe("after the handshake", () => {
  test("Set Chunk Size 65536 goes out at once, before the client says a word", () => {
    const { peer } = Harness.open();
    expect(peer.heard()).toMatchObject([{ type: "setChunkSize", chunkSize: 65_536 }]);
  });

  test("the chunk size is an option: 4096 is sent and then used", () => {
    const harness = Harness.open({ limits: { chunkSize: 4096 } });
    expect(harness.peer.heard()).toMatchObject([{ type: "setChunkSize", chunkSize: 4096 }]);
    harness.send(harness.peer.connect()); // its answer is longer than 128 bytes: the peer must decode it at 4096
    expect(harness.peer.statuses()).toEqual(["_result@0 NetConnection.Connect.Success"]);
  });
});

describe("connect", () => {
  test("is answered with window, bandwidth and result, in that order", () => {
    const harness = Harness.open();
    harness.peer.heard();
    harness.send(harness.peer.connect());
    expect(harness.peer.heard()).toMatchObject([
      { type: "windowAcknowledgementSize", windowSize: 2_500_000, timestamp: 0, messageStreamId: 0 },
      { type: "setPeerBandwidth", windowSize: 2_500_000, limitType: 2, timestamp: 0, messageStreamId: 0 },
      { type: "command", name: "_result", transactionId: 1, timestamp: 0, messageStreamId: 0 },
    ]);
    expect(harness.connection.state).toBe("connected");
  });

  test("the window is an option", () => {
    const harness = Harness.open({ limits: { windowAcknowledgementSize: 4096 } });
    harness.peer.heard();
    harness.send(harness.peer.connect());
    expect(harness.peer.heard().slice(0, 2)).toMatchObject([{ windowSize: 4096 }, { windowSize: 4096 }]);
  });

  test("the result holds the members that clients look for, in the order servers always sent them", () => {
    const harness = Harness.open();
    harness.send(harness.peer.connect());
    const [result] = harness.peer.commands();
    expect(Object.entries(result?.commandObject ?? {})).toEqual([
      ["fmsVer", "FMS/3,0,1,123"],
      ["capabilities", 31],
    ]);
    expect(Object.entries(result?.arguments[0] ?? {})).toEqual([
      ["level", "status"],
      ["code", "NetConnection.Connect.Success"],
      ["description", "Connection Succeeded."],
      ["objectEncoding", 0],
    ]);
  });

  test("the result carries the request's transaction id", () => {
    const harness = Harness.open();
    harness.send(harness.peer.command("connect", 7, 0, { app: "live" }));
    expect(harness.peer.commands()).toMatchObject([{ name: "_result", transactionId: 7 }]);
  });

  test("objectEncoding 3 is answered with 0, and AMF3-framed commands are understood all the same", () => {
    const harness = Harness.open();
    harness.send(harness.peer.connect("live", { objectEncoding: 3 }));
    expect(harness.peer.commands()[0]?.arguments[0]).toMatchObject({ objectEncoding: 0 });
    harness.peer.heard();
    harness.send(
      harness.peer.say({
        type: "command",
        encoding: "amf3",
        name: "createStream",
        transactionId: 2,
        messageStreamId: 0,
      }),
    );
    expect(harness.peer.commands()).toMatchObject([{ name: "_result", transactionId: 2, arguments: [1] }]);
  });

  test("a client that announces Enhanced RTMP is told what this server can do", () => {
    const harness = Harness.open();
    harness.send(harness.peer.connect("live", { capsEx: 3, fourCcList: ["hvc1"], videoFourCcInfoMap: { hvc1: 2 } }));
    expect(harness.events[0]).toMatchObject({
      command: { capsEx: 3, fourCcList: ["hvc1"], videoFourCcInfoMap: { hvc1: 2 } },
    });
    expect(harness.peer.commands()[0]?.commandObject).toMatchObject({
      capsEx: 15,
      fourCcList: ["*"],
      videoFourCcInfoMap: { "*": 4 },
      audioFourCcInfoMap: { "*": 4 },
    });
  });

  test("what it is told is the application's to choose", () => {
    const harness = Harness.open();
    harness.accepting = "none";
    harness.send(harness.peer.connect("live", { capsEx: 3, fourCcList: ["*"] }));
    harness.connection.accept(harness.requestId, harness.now, { capsEx: 2, videoFourCcInfoMap: { avc1: 4, hvc1: 5 } });
    harness.settle();
    expect(harness.peer.commands()[0]?.commandObject).toMatchObject({
      capsEx: 2,
      fourCcList: ["avc1", "hvc1", "*"],
      videoFourCcInfoMap: { avc1: 4, hvc1: 5 },
      audioFourCcInfoMap: { "*": 4 },
    });
  });

  test("the application sees all that came", () => {
    const harness = Harness.open();
    harness.send(
      harness.peer.connect("/live/?token=1", { flashVer: "FMLE/3.0", type: "nonprivate", supportsGoAway: true }),
    );
    expect(harness.events[0]).toMatchObject({
      type: "connect",
      app: "live",
      command: {
        app: "/live/?token=1",
        tcUrl: "rtmp://localhost/live",
        flashVer: "FMLE/3.0",
        properties: { supportsGoAway: true, type: "nonprivate" },
      },
    });
  });

  test.for([
    ["missing", {}],
    ["not a string", { app: 5 }],
  ] as const)("an app that is %s is refused, the client told, the connection ended", ([, properties]) => {
    const harness = Harness.open();
    harness.send(harness.peer.command("connect", 1, 0, properties));
    expect(harness.peer.statuses()).toEqual(["_error@0 NetConnection.Connect.Rejected"]);
    expect(harness.connection.end).toEqual({ clean: true, reason: "bad-argument", by: "us" });
  });

  test.for([
    ["app", { app: "a".repeat(4097) }, { app: "a".repeat(4096) }],
    ["tcUrl", { tcUrl: "a".repeat(4097) }, { tcUrl: "a".repeat(4096) }],
    ["another string", { pageUrl: "a".repeat(1025) }, { pageUrl: "a".repeat(1024) }],
  ] as const)("the length of %s is bounded", ([, long, bearable]) => {
    const refused = Harness.open();
    refused.send(refused.peer.connect("live", long));
    expect(refused.connection.end?.reason).toBe("bad-argument");
    const fine = Harness.open();
    fine.send(fine.peer.connect("live", bearable));
    expect(fine.connection.state).toBe("connected");
  });

  test("a second one is refused and changes nothing", () => {
    const harness = Harness.publishing();
    harness.send(harness.peer.connect("other"), harness.peer.audio(1));
    expect(harness.peer.statuses()).toEqual(["_error@0 NetConnection.Call.Failed"]);
    expect(harness.events).toMatchObject([{ type: "media", publication: { app: "live" } }]);
  });

  test("what the application rejects is told and ended", () => {
    const harness = Harness.open();
    harness.accepting = "none";
    harness.send(harness.peer.connect("secret"));
    harness.connection.reject(harness.requestId, harness.now, "NetConnection.Connect.InvalidApp", "No such app.");
    harness.settle();
    expect(harness.peer.commands()).toMatchObject([
      {
        name: "_error",
        transactionId: 1,
        arguments: [{ level: "error", code: "NetConnection.Connect.InvalidApp", description: "No such app." }],
      },
    ]);
    expect(harness.connection.end).toEqual({ clean: true, reason: "connect-rejected", by: "application" });
  });

  test.for(["publish", "play"])("%s before it is refused with a status, and the connection ended", (name) => {
    const harness = Harness.open();
    harness.send(harness.peer.command(name, 2, 1, null, "key"));
    expect(harness.peer.statuses()[0]).toMatch(/^onStatus@1 NetStream\./);
    expect(harness.connection.end?.reason).toBe("publish-before-connect");
  });

  test("createStream before it fails as a call", () => {
    const harness = Harness.open();
    harness.send(harness.peer.createStream());
    expect(harness.peer.statuses()).toEqual(["_error@0 NetConnection.Call.Failed"]);
    expect(harness.connection.state).toBe("connecting");
  });
});

describe("a reconnect request", () => {
  const connected = (capsEx?: number): Harness => {
    const harness = Harness.open();
    harness.send(harness.peer.connect("live", capsEx === undefined ? {} : { capsEx }));
    harness.peer.heard();
    return harness;
  };

  test("tells a client that knows of it where to go; the connection goes on", () => {
    const harness = connected(1);
    expect(harness.connection.requestReconnect("rtmp://b.example/live", "Maintenance.")).toBe(true);
    harness.settle();
    const code = "NetConnection.Connect.ReconnectRequest";
    const info = { level: "status", code, description: "Maintenance.", tcUrl: "rtmp://b.example/live" };
    expect(harness.peer.commands()).toMatchObject([
      { name: "onStatus", messageStreamId: 0, transactionId: 0, commandObject: null, arguments: [info] },
    ]);
    expect(harness.connection.state).toBe("connected");
  });

  test("without a URL means the same place, and says something all the same", () => {
    const harness = connected(15);
    expect(harness.connection.requestReconnect()).toBe(true);
    harness.settle();
    const [info] = harness.peer.commands()[0]?.arguments ?? [];
    expect(Object.keys(info ?? {})).toEqual(["level", "code", "description"]);
    expect(info).toMatchObject({ description: expect.stringMatching(/./) });
  });

  test.for([
    ["knows nothing of it", () => connected()],
    ["can do other things only", () => connected(14)],
    ["is not connected", () => Harness.open()],
    ["has left", () => connected(1)],
  ] as const)("is not sent to a client that %s", ([why, open]) => {
    const harness = open();
    if (why === "has left") harness.connection.receiveEnd();
    harness.peer.heard();
    expect(harness.connection.requestReconnect("rtmp://b.example/live")).toBe(false);
    harness.settle();
    expect(harness.peer.heard()).toEqual([]);
  });
});
