import { concatBytes } from "@rtmp/bytes-util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Harness } from "../testing/harness.js";
import { Peer } from "../testing/peer.js";

/** What a client says after the handshake, made without listening: a whole publish with a bit of everything. */
function conversation(): Uint8Array {
  const peer = new Peer();
  return concatBytes([
    peer.say({ type: "setChunkSize", chunkSize: 200 }),
    peer.startPublishing("key?token=1"),
    peer.say({ type: "data", messageStreamId: 1, values: ["@setDataFrame", "onMetaData", { width: 160 }] }),
    peer.say({ type: "userControl", event: "pingRequest", pingTimestamp: 5 }),
    peer.say({ type: "windowAcknowledgementSize", windowSize: 700 }),
    ...Array.from({ length: 8 }, (_, i) => [
      peer.audio(i * 21, new Uint8Array(60 + i)),
      peer.video(i * 40, new Uint8Array(300 + 50 * i)),
    ]).flat(),
    peer.command("noSuchThing", 9),
    peer.command("FCUnpublish", 6, 0, null, "key?token=1"),
    peer.command("deleteStream", 7, 0, null, 1),
  ]);
}
const wire = conversation();

/** Sends C0, C1, C2 and then `bytes` in reads of the given lengths, over and over. */
function replay(bytes: Uint8Array, lengths: readonly number[]): Harness {
  const harness = new Harness();
  harness.send(harness.peer.hello());
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const length = lengths[i % lengths.length] ?? 1;
    harness.send(bytes.subarray(at, at + length));
    at += length;
  }
  harness.connection.receiveEnd();
  return harness.settle();
}
/** All that an application and a peer can observe, except acknowledgements, whose number depends on the reads. */
function outcome({ events, connection, peer }: Harness): unknown {
  const answers = peer.messages.filter(({ type }) => type !== "acknowledgement");
  return { events, end: connection.end, answers };
}
const lengths = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 6 });

test("a conversation means the same however it is cut", () => {
  const whole = outcome(replay(wire, [wire.length]));
  expect(whole).toMatchObject({ end: { clean: true, reason: "closed" } });
  expect(outcome(replay(wire, [1]))).toEqual(whole);
  fc.assert(
    fc.property(lengths, (cuts) => {
      expect(outcome(replay(wire, cuts))).toEqual(whole);
    }),
    { numRuns: 60 },
  );
});

test("a conversation that breaks off is unclean exactly between publish and unpublish", () => {
  fc.assert(
    fc.property(fc.nat(wire.length), (length) => {
      const { events, connection } = replay(wire.subarray(0, length), [97]);
      const published = events.some(({ type }) => type === "publish");
      const ended = events.some((event) => event.type === "unpublish" && event.clean);
      expect(connection.end?.clean).toBe(!published || ended);
    }),
    { numRuns: 200 },
  );
});

const damage = fc.array(fc.record({ at: fc.nat(wire.length - 1), byte: fc.nat(255) }), { minLength: 1, maxLength: 12 });

test("damaged bytes end in a typed reason or in nothing worse than lost messages", () => {
  fc.assert(
    fc.property(damage, lengths, (hits, cuts) => {
      const bytes = wire.slice();
      for (const { at, byte } of hits) bytes[at] = byte;
      const { connection, events } = replay(bytes, cuts); // throws nothing
      expect(connection.end?.reason).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(connection.heldBytes).toBe(0);
      const count = (type: string) => events.filter((event) => event.type === type).length;
      expect(count("unpublish")).toBe(count("publish"));
    }),
    { numRuns: 2000 },
  );
});

test("noise after the handshake never holds more than was sent", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 20, maxLength: 4000, size: "max" }), lengths, (noise, cuts) => {
      const harness = Harness.open();
      let at = 0;
      for (let i = 0; at < noise.length; i++) {
        const length = cuts[i % cuts.length] ?? 1;
        harness.send(noise.subarray(at, at + length));
        at += length;
        expect(harness.connection.heldBytes).toBeLessThanOrEqual(2 * at + 4096);
      }
    }),
    { numRuns: 500 },
  );
});
