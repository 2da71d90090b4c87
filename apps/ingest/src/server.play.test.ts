import { describe, expect, test, vi } from "vitest";
import { videoMessage } from "./testing/packets.js";
import { RawClient } from "./testing/raw-client.js";
import { startServer } from "./testing/test-server.js";

describe("a player", () => {
  test("gets what is published, and is told when it is over", async () => {
    const server = await startServer();
    const publisher = await RawClient.publish(server.port, "key");
    publisher.send(videoMessage(0, true, 5000));
    await vi.waitFor(() =>
      expect(server.server.registry.get({ app: "live", name: "key" })?.gopPackets()).toHaveLength(1),
    );
    const received: number[] = [];
    const player = await RawClient.open(server.port, "live", (bytes) => void received.push(bytes.length));
    player.command(1, "play", 0, null, "key");
    await player.sees("NetStream.Data.Start");
    await vi.waitFor(() => expect(received.reduce((sum, length) => sum + length, 0)).toBeGreaterThan(5000 + 3073));
    publisher.command(0, "deleteStream", 0, null, 1);
    await player.sees("NetStream.Play.Stop");
    expect(server.events("stop")).toMatchObject([
      { reason: "unpublish", droppedFrames: 0, app: "live", stream: "key" },
    ]);
  });

  test("of nothing is told so, after the wait", async () => {
    const server = await startServer({ play: { waitMs: 50 } });
    const player = await RawClient.open(server.port);
    player.command(1, "play", 0, null, "nothing");
    await player.sees("NetStream.Play.StreamNotFound");
    expect(server.events("play-refused")).toMatchObject([{ code: "NetStream.Play.StreamNotFound" }]);
  });

  test("that plays and leaves in one breath leaves nothing behind", async () => {
    const server = await startServer();
    const publisher = await RawClient.publish(server.port, "key");
    const player = await RawClient.open(server.port);
    player.socket.cork();
    for (let i = 0; i < 20; i++) {
      player.command(1, "play", 0, null, "key");
      player.command(1, "closeStream", 0, null);
    }
    player.socket.uncork();
    await vi.waitFor(() => expect(server.events("stop")).toHaveLength(20));
    expect(server.events("play")).toHaveLength(20);
    player.socket.destroy();
    await player.ends();
    publisher.send(videoMessage(0, true));
    expect(server.events("fault")).toEqual([]);
  });

  test("of a stream that its own connection ends in the same breath is told the end", async () => {
    const server = await startServer();
    const both = await RawClient.publish(server.port, "key");
    both.command(0, "createStream", 4, null);
    both.socket.cork();
    both.command(2, "play", 0, null, "key");
    both.command(0, "deleteStream", 0, null, 1);
    both.socket.uncork();
    await both.sees("NetStream.Play.Stop");
    expect(server.events("session-end")).toEqual([]);
  });
});

test("a publisher that is replaced loses that stream, and its others go on", async () => {
  const server = await startServer({ publish: { takeover: "replace" } });
  const first = await RawClient.publish(server.port, "one");
  first.command(0, "createStream", 4, null);
  first.command(2, "publish", 5, null, "two", "live");
  await vi.waitFor(() => expect(server.events("publish")).toHaveLength(2));
  await RawClient.publish(server.port, "one");
  await first.sees("NetStream.Publish.BadName");
  await vi.waitFor(() =>
    expect(server.events("unpublish")).toMatchObject([{ stream: "one", clean: false, reason: "replaced" }]),
  );
  expect(first.closed).toBe(false);
  await RawClient.publish(server.port, "two");
  await first.ends();
});
