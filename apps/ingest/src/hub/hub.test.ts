import { expect, test } from "vitest";
import { audioMessage } from "../testing/packets.js";
import { Hub, type HubOptions, type OutputFactory } from "./hub.js";
import type { StreamSubscriber } from "./live-stream.js";
import type { PublishFeed } from "./publish-feed.js";
import { MemoryStreamRegistry } from "./stream-registry.js";

const id = { app: "live", name: "key" };
const end = { clean: true, reason: "deleteStream" };
const never = new AbortController().signal;
const nothing = () => {};

function setUp(
  outputs: OutputFactory[] = [],
  registry = new MemoryStreamRegistry(),
  options: Partial<HubOptions> = {},
) {
  const errors: unknown[] = [];
  const hub = new Hub({
    registry,
    outputs,
    gop: { maxBytes: 0, maxMs: 0 },
    publisherGraceMs: 0,
    takeover: "refuse",
    onError: (error) => void errors.push(error),
    now: () => new Date(5),
    ...options,
  });
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
  const feed = await hub.publish(id, never, nothing);
  feed?.write(audioMessage(0));
  expect([feed?.startedAt, registry.get(id), packets]).toEqual([new Date(5), feed?.stream, 1]);
  expect(await hub.publish(id, never, nothing)).toBeUndefined();
  let over = false;
  const ending = hub.unpublish(feed as PublishFeed, end).then(() => {
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
  const publishing = hub.publish(id, abort.signal, nothing);
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
  await expect(hub.publish(id, never, nothing)).rejects.toThrow("no");
  expect(registry.list()).toEqual([]);
});

test("a registry that fails at the end fails nobody else", async () => {
  class Failing extends MemoryStreamRegistry {
    override release(): void {
      throw new Error("away");
    }
  }
  const { hub, errors } = setUp([], new Failing());
  const feed = await hub.publish(id, never, nothing);
  await hub.unpublish(feed as PublishFeed, end);
  expect(errors.map(String)).toEqual(["Error: away"]);
});

test("a stream waits for its publisher to come back, then ends", async () => {
  const ends: string[] = [];
  const output = (): StreamSubscriber => ({
    packet: () => {},
    end: ({ reason }) => void ends.push(reason),
    heldBytes: 0,
  });
  const { hub, registry } = setUp([output], undefined, { publisherGraceMs: 40 });
  const first = (await hub.publish(id, never, nothing)) as PublishFeed;
  await hub.unpublish(first, { clean: false, reason: "reset" });
  expect([registry.get(id)?.published, ends]).toEqual([false, []]);
  const second = (await hub.publish(id, never, nothing)) as PublishFeed;
  expect(second.stream).toBe(first.stream);
  await new Promise((resolve) => setTimeout(resolve, 80)); // the wait is over and forgotten
  expect([registry.get(id)?.published, ends]).toEqual([true, []]);
  await hub.unpublish(first, end); // its turn was over before
  expect(registry.get(id)?.published).toBe(true);
  await hub.unpublish(second, end);
  await new Promise((resolve) => setTimeout(resolve, 80));
  expect([registry.get(id), ends]).toEqual([undefined, ["deleteStream"]]);
});

test("close ends the streams that wait", async () => {
  const { hub, registry } = setUp([], undefined, { publisherGraceMs: 60_000 });
  const feed = (await hub.publish(id, never, nothing)) as PublishFeed;
  await hub.unpublish(feed, end);
  expect(registry.list()).toHaveLength(1);
  await hub.close();
  expect(registry.list()).toEqual([]);
});

test("with takeover the second publisher gets the stream, and the first is ended", async () => {
  let replaced = 0;
  const { hub } = setUp([], undefined, { takeover: "replace" });
  const first = (await hub.publish(id, never, () => replaced++)) as PublishFeed;
  first.write(audioMessage(1000));
  const second = (await hub.publish(id, never, nothing)) as PublishFeed;
  expect([replaced, second.stream === first.stream]).toEqual([1, true]);
  second.write(audioMessage(0));
  expect(second.stream.lastTimestamp).toBe(1040);
});

test("a player finds a stream, waits for one, or goes without", async () => {
  const { hub } = setUp();
  expect(hub.find(id, 0, never)).toBeUndefined();
  expect(await hub.find(id, 10, never)).toBeUndefined();
  const abort = new AbortController();
  const given = hub.find(id, 60_000, abort.signal);
  abort.abort();
  expect(await given).toBeUndefined();
  const waiting = hub.find(id, 60_000, never);
  const feed = await hub.publish(id, never, nothing);
  expect(await waiting).toBe(feed?.stream);
  expect(hub.find(id, 60_000, never)).toBe(feed?.stream);
});
