import { expect, test } from "vitest";
import { ServerSession } from "./server/server-session.js";
import { Peer } from "./testing/peer.js";
import { webTransport } from "./web-transport.js";

test("a session runs over a pair of web streams", async () => {
  const toServer = new TransformStream<Uint8Array, Uint8Array>();
  const toClient = new TransformStream<Uint8Array, Uint8Array>();
  const timestamps: number[] = [];
  const session = new ServerSession(webTransport({ readable: toServer.readable, writable: toClient.writable }), {
    handler: {
      publish: (request) => void request.accept(),
      media: ({ timestamp }) => void timestamps.push(timestamp),
    },
  });
  const ended = session.run();

  const peer = new Peer();
  const writer = toServer.writable.getWriter();
  await writer.write(peer.hello());
  const listening = (async () => {
    for await (const bytes of toClient.readable) {
      const reply = peer.hear(bytes);
      if (reply !== undefined) await writer.write(reply);
      const statuses = peer.statuses();
      if (statuses.length === 0 && reply !== undefined) await writer.write(peer.startPublishing());
      if (statuses.at(-1) === "onStatus@1 NetStream.Publish.Start") {
        peer.heard();
        await writer.write(peer.audio(40));
        await writer.write(peer.command("deleteStream", 0, 0, null, 1));
        await writer.close();
      }
    }
  })();
  expect(await ended).toEqual({ clean: true, reason: "closed", by: "peer" });
  await listening;
  expect(timestamps).toEqual([40]);
});

test("a stream that breaks is a reset", async () => {
  const error = new Error("torn");
  const readable = new ReadableStream<Uint8Array>({ start: (controller) => controller.error(error) });
  const session = new ServerSession(webTransport({ readable, writable: new WritableStream() }), { handler: {} });
  expect(await session.run()).toEqual({ clean: true, reason: "reset", by: "peer", cause: error });
});
