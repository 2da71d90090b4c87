import fc from "fast-check";
import { expect, test } from "vitest";
import { Duplex } from "../testing/duplex.js";
import { ScriptedServer } from "../testing/scripted-server.js";

const pieces = fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 6 });
const message = fc.record({
  type: fc.constantFrom("audio" as const, "video" as const),
  step: fc.constantFrom(0, 1, 21, 40, 0xfffffe, 0xffffff, 0x1000000, 2 ** 31, 2 ** 32 - 1),
  length: fc.constantFrom(0, 1, 127, 128, 129, 4096, 65_535, 65_536, 65_537),
});

test("what is published arrives, whatever its times and lengths, and however the bytes are cut both ways", () => {
  fc.assert(
    fc.property(
      fc.array(message, { maxLength: 12 }),
      pieces,
      fc.integer({ min: 0, max: 2 ** 33 }),
      (messages, cuts, first) => {
        const duplex = new Duplex({}, {}, cuts).settle();
        const id = duplex.publish();
        let timestamp = first;
        const sent = messages.map(({ type, step, length }, index) => {
          timestamp += step;
          duplex.client.send(id, { type, timestamp, payload: new Uint8Array(length).fill(index) }, duplex.now);
          return [type, timestamp % 2 ** 32, length, length > 0 ? index : undefined];
        });
        duplex.client.close();
        duplex.settle();
        expect(
          duplex.media.map(({ type, timestamp: at, payload }) => [type, at, payload.length, payload.at(-1)]),
        ).toEqual(sent);
        expect(duplex.served.at(-1)).toMatchObject({ type: "unpublish", clean: true });
      },
    ),
    { numRuns: 60 },
  );
});

test("what is played arrives, however the bytes are cut both ways", () => {
  fc.assert(
    fc.property(fc.array(message, { maxLength: 12 }), pieces, (messages, cuts) => {
      const duplex = new Duplex({}, {}, cuts).settle();
      const id = duplex.play();
      let timestamp = 0;
      const sent = messages.map(({ type, step, length }, index) => {
        timestamp = (timestamp + step) % 2 ** 32;
        const payload = new Uint8Array(length).fill(index);
        duplex.server.sendMedia(1, { messageTypeId: type === "audio" ? 8 : 9, timestamp, payload });
        return [id, type, timestamp, length, length > 0 ? index : undefined];
      });
      duplex.server.endPlayback(1, duplex.now);
      duplex.settle();
      const got = duplex
        .heard("media")
        .map(({ streamId, message: { type, timestamp: at, payload } }) => [
          streamId,
          type,
          at,
          payload.length,
          payload.at(-1),
        ]);
      expect(got).toEqual(sent);
      expect(duplex.heard("ended")).toMatchObject([{ end: { reason: "unpublished" } }]);
    }),
    { numRuns: 60 },
  );
});

test("a server that sends noise ends in a typed reason, and every stream in an end", () => {
  const text = fc.constantFrom(
    "NetStream.Play.Start",
    "NetStream.Publish.Start",
    "NetStream.Play.Stop",
    "error",
    "status",
    "",
  );
  const value = fc.oneof(
    fc.constant(null),
    fc.integer({ min: -1, max: 6 }),
    text,
    fc.record({ level: text, code: text }),
  );
  const command = fc.record({
    name: fc.constantFrom("_result", "_error", "onStatus", "deleteStream", "close", "onBWDone", "onFCPublish", "x"),
    transactionId: fc.integer({ min: 0, max: 12 }),
    messageStreamId: fc.integer({ min: 0, max: 3 }),
    values: fc.array(value, { maxLength: 3 }),
  });
  const raw = fc.record({
    messageTypeId: fc.nat(23).filter((type) => type !== 1),
    payload: fc.uint8Array({ maxLength: 40 }),
  });
  fc.assert(
    fc.property(fc.array(fc.oneof(command, command, raw), { maxLength: 30 }), (script) => {
      const server = ScriptedServer.connected();
      const { client } = server;
      const ids = [client.publish("a", "live", 0), client.play("b", {}, 0)];
      for (const line of script) {
        if ("name" in line) {
          const { name, transactionId, messageStreamId, values } = line;
          server.say({ type: "command", name, transactionId, messageStreamId, commandObject: null, arguments: values });
        } else server.raw(line.messageTypeId, line.payload, 1);
      }
      client.receiveEnd();
      server.give(new Uint8Array(0));
      expect(client.end?.reason).toMatch(/^[a-z]+(-[a-z]+)*$/);
      for (const id of ids) {
        const own = server.events.flatMap((event) =>
          "streamId" in event && event.type !== "media" ? [event.type] : [],
        );
        expect(own.filter((type) => type !== "started").length).toBe(ids.length); // refused or ended, once each
        expect(() => client.send(id, { type: "audio", timestamp: 0, payload: new Uint8Array(1) }, 0)).toThrow(
          "not published",
        );
      }
      expect(client.heldBytes).toBeLessThan(10_000);
    }),
    { numRuns: 500 },
  );
});
