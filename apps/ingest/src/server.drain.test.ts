import { connect } from "node:net";
import { expect, test, vi } from "vitest";
import { audioMessage } from "./testing/packets.js";
import { RawClient } from "./testing/raw-client.js";
import { startServer } from "./testing/test-server.js";

const RECONNECT = { capsEx: 1 };

test("a drain asks those who can to connect anew, takes nothing new, and waits till they have left", async () => {
  const { server, port, event, events } = await startServer();
  const able = await RawClient.publish(port, "able", "live", RECONNECT);
  const other = await RawClient.publish(port, "other");
  const drained = server.drain();
  await able.sees("NetConnection.Connect.ReconnectRequest");
  expect([server.draining, server.ready]).toEqual([true, false]);
  expect(await event("draining")).toMatchObject({ asked: 1, others: 1 });
  const late = connect(port, "127.0.0.1");
  await expect(new Promise((_, reject) => late.once("error", reject))).rejects.toMatchObject({ code: "ECONNREFUSED" });
  other.command(0, "createStream", 4, null);
  other.command(2, "publish", 5, null, "one-more", "live");
  await other.sees("NetStream.Publish.Denied");
  expect(await event("publish-refused")).toMatchObject({ reason: "server-stopping", stream: "(hidden)" });
  able.send(audioMessage(0)); // it is served till it leaves
  able.command(0, "deleteStream", 4, null, 1);
  able.socket.end();
  await drained;
  expect(await event("unpublish")).toMatchObject({ stream: "able", clean: true, audio: 1 });
  expect(events("drained")).toMatchObject([{ left: 1, stayed: 0 }]);
  expect(await server.stop()).toBe(true);
  await vi.waitFor(() => expect(events("session-end").length).toBe(2));
});

test("whoever was asked and stays is waited for no longer than half of the grace time", async () => {
  const { server, port, events } = await startServer({ graceMs: 600 });
  const stays = await RawClient.publish(port, "stays", "live", RECONNECT);
  await server.drain();
  expect(events("drained")).toMatchObject([{ left: 0, stayed: 1 }]);
  expect(stays.closed).toBe(false);
  expect(await server.stop()).toBe(true);
  expect(events("session-end")).toMatchObject([{ reason: "server-stopping" }]);
});

test("with nobody to ask there is nothing to wait for, and nothing to tell", async () => {
  const { server, port, events } = await startServer({ graceMs: 600_000 });
  await RawClient.publish(port, "other");
  await server.drain();
  expect(events("draining")).toEqual([]);
});
