import { concatBytes, fromHex } from "@rtmp/bytes-util";
import { describe, expect, test } from "vitest";
import { Harness } from "./testing/harness.js";

describe("acknowledgements", () => {
  test("come when the default window is reached and a peer that announced none is quiet, and count every byte since C0", () => {
    const harness = Harness.publishing();
    const frame = harness.peer.video(1, new Uint8Array(1_000_000));
    harness.send(frame, frame.slice()).wait(10);
    expect(harness.peer.heard()).toEqual([]);
    harness.send(frame.slice()).wait(10);
    const { bytesReceived } = harness.connection;
    expect(harness.peer.heard()).toMatchObject([{ type: "acknowledgement", sequenceNumber: bytesReceived }]);
    expect(bytesReceived).toBeGreaterThan(3_000_000 + 3073);
    harness.wait(1000);
    expect(harness.peer.heard()).toEqual([]);
  });

  test("wait as long as such a peer goes on, or is held up: it may have closed, and what it is sent would cut off its last words", () => {
    const harness = Harness.publishing();
    harness.send(harness.peer.video(1, new Uint8Array(3_000_000)));
    for (let i = 0; i < 100; i++) harness.wait(9).send(harness.peer.audio(1));
    harness.connection.hold(harness.now);
    harness.wait(5000);
    expect(harness.peer.heard()).toEqual([]);
    harness.connection.release(harness.now);
    harness.wait(9);
    expect(harness.peer.heard()).toEqual([]);
    harness.wait(1);
    expect(harness.peer.heard()).toMatchObject([{ sequenceNumber: harness.connection.bytesReceived }]);
  });

  test("follow the window that the peer announces, small ones at once, one a read at most", () => {
    const harness = Harness.publishing();
    harness.send(harness.peer.say({ type: "windowAcknowledgementSize", windowSize: 1000 }));
    harness.peer.heard();
    harness.send(harness.peer.video(1, new Uint8Array(50_000)));
    expect(harness.peer.heard()).toMatchObject([
      { type: "acknowledgement", sequenceNumber: harness.connection.bytesReceived },
    ]);
    harness.send(harness.peer.audio(1));
    expect(harness.peer.heard()).toEqual([]);
  });

  test("of large windows wait also if the peer announced them", () => {
    const harness = Harness.publishing();
    harness.send(harness.peer.say({ type: "windowAcknowledgementSize", windowSize: 1_000_000 }));
    harness.send(harness.peer.video(1, new Uint8Array(1_000_000)));
    expect(harness.peer.heard()).toEqual([]);
    harness.wait(10);
    expect(harness.peer.heard()).toMatchObject([{ sequenceNumber: harness.connection.bytesReceived }]);
  });

  test("a window of 0 means the default", () => {
    const harness = Harness.publishing();
    harness.send(harness.peer.say({ type: "windowAcknowledgementSize", windowSize: 0 }));
    harness.send(harness.peer.video(1, new Uint8Array(50_000))).wait(10);
    expect(harness.peer.heard()).toEqual([]);
  });
});

describe("control messages", () => {
  test("a ping is answered with its own timestamp, ten a second", () => {
    const harness = Harness.open();
    harness.peer.heard();
    for (let i = 0; i < 12; i++)
      harness.send(harness.peer.say({ type: "userControl", event: "pingRequest", pingTimestamp: i }));
    expect(harness.peer.heard()).toMatchObject(
      Array.from({ length: 10 }, (_, i) => ({ type: "userControl", event: "pingResponse", pingTimestamp: i })),
    );
    harness.wait(1000).send(harness.peer.say({ type: "userControl", event: "pingRequest", pingTimestamp: 99 }));
    expect(harness.peer.heard()).toMatchObject([{ event: "pingResponse", pingTimestamp: 99 }]);
  });

  test("Set Peer Bandwidth is answered with the window it asks for, once", () => {
    const harness = Harness.publishing();
    const bandwidth = { type: "setPeerBandwidth", windowSize: 5_000_000, limitType: 2 } as const;
    harness.send(harness.peer.say(bandwidth), harness.peer.say(bandwidth));
    expect(harness.peer.heard()).toMatchObject([{ type: "windowAcknowledgementSize", windowSize: 5_000_000 }]);
  });

  test("Abort drops the message that is under way and nothing else", () => {
    const harness = Harness.publishing();
    const [head, rest] = [fromHex("07 000001 000100 09 01000000"), new Uint8Array(128)];
    const abort = fromHex("02 000000 000004 02 00000000 00000007");
    harness.send(concatBytes([head, rest, abort, head, rest, fromHex("c7"), rest]));
    expect(harness.media).toMatchObject([{ type: "video", timestamp: 1 }]);
    expect(harness.media[0]?.payload.length).toBe(256);
  });

  test("Set Chunk Size counts between two messages of one read", () => {
    const harness = Harness.publishing();
    const both = concatBytes([
      harness.peer.say({ type: "setChunkSize", chunkSize: 500 }),
      harness.peer.video(3, new Uint8Array(1200).fill(7)),
    ]);
    harness.send(both);
    expect(harness.media[0]?.payload).toEqual(new Uint8Array(1200).fill(7));
  });

  test("user control events without a use here are handed out", () => {
    const harness = Harness.publishing();
    harness.send(
      harness.peer.say({ type: "userControl", event: "setBufferLength", streamId: 1, bufferLengthMs: 3000 }),
    );
    expect(harness.events).toMatchObject([
      { type: "unhandled", message: { event: "setBufferLength", bufferLengthMs: 3000 } },
    ]);
  });
});

describe("handshake", () => {
  test("connect in the same read as C2, or cut anywhere, is not lost", () => {
    for (const cut of [1, 1535, 1536, 1537, 1600]) {
      const harness = new Harness();
      harness.connection.receive(harness.peer.hello(), harness.now);
      const c2 = harness.peer.hear(harness.connection.takeOutput() ?? new Uint8Array(0)) ?? new Uint8Array(0);
      const bytes = concatBytes([c2, harness.peer.connect()]);
      harness.send(bytes.subarray(0, cut), bytes.subarray(cut));
      expect(harness.eventTypes).toEqual(["connect"]);
    }
  });

  test.for([
    ["an HTTP request", "474554202f20485454502f312e310d0a", "http-probe"],
    ["a TLS hello", "1603010200010001fc0303", "tls-probe"],
    ["RTMPE", "06", "rtmpe-unsupported"],
    ["anything else", "ff", "bad-version"],
  ] as const)("%s is refused on its first byte, without an answer", ([, hex, reason]) => {
    const harness = new Harness();
    harness.send(fromHex(hex));
    expect(harness.connection.end).toMatchObject({ clean: true, reason, by: "us", cause: { name: "HandshakeError" } });
    expect(harness.connection.handshaken).toBe(false);
    expect(harness.peer.messages).toEqual([]);
  });

  test("the peer's FIN in the middle of it ends the connection at once", () => {
    const harness = new Harness();
    harness.send(harness.peer.hello().subarray(0, 700));
    harness.connection.receiveEnd();
    expect(harness.connection.end).toEqual({ clean: true, reason: "closed", by: "peer" });
  });
});
