import { expect, test } from "vitest";
import { audioMessage } from "../testing/packets.js";
import { Hub, type OutputFactory } from "./hub.js";
import type { LiveStream, StreamSubscriber } from "./live-stream.js";
import { MemoryStreamRegistry } from "./stream-registry.js";

const id = { app: "live", name: "key" };
const end = { clean: true, reason: "deleteStream" };
const never = new AbortController().signal;

function setUp(outputs: OutputFactory[] = [], registry = new MemoryStreamRegistry()) {
  const errors: unknown[] = [];
  const hub = new Hub({ registry, outputs, onError: (error) => errors.push(error), now: () => new Date(5) });
  return { hub, registry, errors };
}

test("gives a stream its outputs, and its name back at the end", async () => {
  let packets = 0;
  let finish = (): void => {};
  const output: StreamSubscriber = {
    packet: () => void packets++,
    end: () => new Promise((resolve) => (finish = resolve)),
    heldBytes: 0,
  };
  const { hub, registry } = setUp([() => undefined, () => output]);
  const stream = await hub.publish(id, never);
  stream?.write(audioMessage(0));
  expect([stream?.startedAt, registry.get(id), packets]).toEqual([new Date(5), stream, 1]);
  expect(await hub.publish(id, never)).toBeUndefined();
  let over = false;
  const ending = hub.unpublish(stream as LiveStream, end).then(() => {
    over = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect([registry.list(), over]).toEqual([[], false]); // the name is free, the output still at work
  finish();
  await ending;
  expect(over).toBe(true);
});

test("a publisher that left meanwhile takes no name", async () => {
  const { hub, registry } = setUp();
  const abort = new AbortController();
  const publishing = hub.publish(id, abort.signal);
  abort.abort();
  expect(await publishing).toBeUndefined();
  expect(registry.list()).toEqual([]);
});

test("an output that can not begin leaves no name taken", async () => {
  const { hub, registry } = setUp([
    () => {
      throw new Error("no");
    },
  ]);
  await expect(hub.publish(id, never)).rejects.toThrow("no");
  expect(registry.list()).toEqual([]);
});

test("a registry that fails at the end fails nobody else", async () => {
  class Failing extends MemoryStreamRegistry {
    override release(): void {
      throw new Error("away");
    }
  }
  const { hub, errors } = setUp([], new Failing());
  const stream = await hub.publish(id, never);
  await hub.unpublish(stream as LiveStream, end);
  expect(errors.map(String)).toEqual(["Error: away"]);
});
