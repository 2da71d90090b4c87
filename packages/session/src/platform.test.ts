import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { systemClock } from "./platform.js";

test("what has come is read before a deadline is looked at, however long the turn of the event loop was", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const client = connect((server.address() as AddressInfo).port, "127.0.0.1");
  onTestFinished(() => void client.destroy());
  const [socket] = (await once(server, "connection")) as [Socket];
  onTestFinished(() => void socket.destroy());

  const order: string[] = [];
  let readAt = 0;
  socket.on("data", () => {
    readAt = systemClock.now();
    order.push("data");
  });
  const told = new Promise<number | undefined>((resolve) => {
    systemClock.schedule(5, (readUntil) => {
      order.push("deadline");
      resolve(readUntil);
    });
  });
  client.write("x");
  for (const until = systemClock.now() + 50; systemClock.now() < until; ); // as a turn with much to do
  expect(await told).toBeLessThan(readAt);
  expect(order).toEqual(["data", "deadline"]);
});

test("what is cancelled does not come", async () => {
  const calls: string[] = [];
  const cancel = systemClock.schedule(1, () => calls.push("cancelled"));
  cancel();
  await new Promise<void>((resolve) => systemClock.schedule(20, () => resolve()));
  expect(calls).toEqual([]);
});
