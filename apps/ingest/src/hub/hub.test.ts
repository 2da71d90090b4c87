import { expect, test } from "vitest";
import { audioMessage } from "../testing/packets.js";
import { Hub, type HubOptions, type OutputFactory } from "./hub.js";
import type { LiveStream, StreamSubscriber } from "./live-stream.js";
import type { PublishFeed } from "./publish-feed.js";
import type { StreamId } from "./stream-id.js";
import { MemoryStreamRegistry, type StreamRegistry } from "./stream-registry.js";
import { wantedUntil } from "./wanted.js";

const id = { app: "live", name: "key" };
const end = { clean: true, reason: "deleteStream" };
const never = new AbortController().signal;
const nothing = () => {};

function setUp(
  outputs: OutputFactory[] = [],
  registry: StreamRegistry = new MemoryStreamRegistry(),
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
  const feed = await hub.publish(id, wantedUntil(never), nothing);
  feed?.write(audioMessage(0));
  expect([feed?.startedAt, registry.get(id), packets]).toEqual([new Date(5), feed?.stream, 1]);
  expect(await hub.publish(id, wantedUntil(never), nothing)).toBeUndefined();
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
  const registry = new SlowRegistry();
  const { hub } = setUp([], registry);
  const abort = new AbortController();
  const publishing = hub.publish(id, wantedUntil(abort.signal), nothing);
  abort.abort();
  registry.answers[0]?.();
  expect(await publishing).toBeUndefined();
  expect(registry.list()).toEqual([]);
});

test("an output that can not begin leaves no name taken", async () => {
  const { hub, registry } = setUp([
    () => {
      throw new Error("no");
    },
  ]);
  await expect(hub.publish(id, wantedUntil(never), nothing)).rejects.toThrow("no");
  expect(registry.list()).toEqual([]);
});

test("a registry that fails at the end fails nobody else", async () => {
  class Failing extends MemoryStreamRegistry {
    override release(): void {
      throw new Error("away");
    }
  }
  const { hub, errors } = setUp([], new Failing());
  const feed = await hub.publish(id, wantedUntil(never), nothing);
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
  const first = (await hub.publish(id, wantedUntil(never), nothing)) as PublishFeed;
  await hub.unpublish(first, { clean: false, reason: "reset" });
  expect([registry.get(id)?.published, ends]).toEqual([false, []]);
  const second = (await hub.publish(id, wantedUntil(never), nothing)) as PublishFeed;
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
  const feed = (await hub.publish(id, wantedUntil(never), nothing)) as PublishFeed;
  await hub.unpublish(feed, end);
  expect(registry.list()).toHaveLength(1);
  await hub.close();
  expect(registry.list()).toEqual([]);
});

/** Enters a stream at once, and answers when it is told to. */
class SlowRegistry implements StreamRegistry {
  readonly answers: (() => void)[] = [];
  readonly #streams = new MemoryStreamRegistry();
  claim(stream: LiveStream): Promise<boolean> {
    const claimed = this.#streams.claim(stream);
    return new Promise((resolve) => this.answers.push(() => resolve(claimed)));
  }
  release(stream: LiveStream): void {
    this.#streams.release(stream);
  }
  get(streamId: StreamId): LiveStream | undefined {
    return this.#streams.get(streamId);
  }
  list(): LiveStream[] {
    return this.#streams.list();
  }
}

test("a name that is being claimed is taken", async () => {
  const registry = new SlowRegistry();
  const { hub } = setUp([], registry);
  const first = hub.publish(id, wantedUntil(never), nothing);
  expect(registry.get(id)?.published).toBe(false);
  expect(await hub.publish(id, wantedUntil(never), nothing)).toBeUndefined();
  const other = hub.publish({ app: "live", name: "other" }, wantedUntil(never), nothing);
  for (const answer of registry.answers) answer();
  const feed = (await first) as PublishFeed;
  expect([feed.stream.isFedBy(feed), (await other)?.stream.id.name]).toEqual([true, "other"]);
  expect(await hub.publish(id, wantedUntil(never), nothing)).toBeUndefined();
});

test("also in the moment in which the answer of a registry in memory is awaited", async () => {
  const { hub } = setUp();
  const [first, second] = await Promise.all([
    hub.publish(id, wantedUntil(never), nothing),
    hub.publish(id, wantedUntil(never), nothing),
  ]);
  expect([first?.stream.published, second]).toEqual([true, undefined]);
});

test("with takeover those who come during a claim get the stream one after another", async () => {
  const registry = new SlowRegistry();
  const { hub } = setUp([], registry, { takeover: "replace" });
  const replaced: number[] = [];
  const abort = new AbortController();
  const turns = [0, 1, 2].map((number) =>
    hub.publish(id, number === 1 ? wantedUntil(abort.signal) : wantedUntil(never), () => replaced.push(number)),
  );
  abort.abort();
  registry.answers[0]?.();
  const [first, gone, last] = await Promise.all(turns);
  expect([gone, last?.stream === first?.stream, last?.stream.isFedBy(last)]).toEqual([undefined, true, true]);
  expect([replaced, registry.answers.length]).toEqual([[0], 1]);
});

test("a claim that came to nothing leaves the name to the next, and no player behind", async () => {
  const registry = new SlowRegistry();
  const { hub } = setUp([], registry, { takeover: "replace" });
  const abort = new AbortController();
  const first = hub.publish(id, wantedUntil(abort.signal), nothing);
  const ends: string[] = [];
  const player = { packet: nothing, end: ({ reason }: { reason: string }) => void ends.push(reason), heldBytes: 0 };
  registry.get(id)?.subscribe(player);
  const second = hub.publish(id, wantedUntil(never), nothing);
  abort.abort();
  registry.answers[0]?.();
  expect(await first).toBeUndefined();
  await new Promise((resolve) => setImmediate(resolve));
  registry.answers[1]?.();
  expect([(await second)?.stream.published, ends]).toEqual([true, ["cancelled"]]);
});

test("with takeover the second publisher gets the stream, and the first is ended", async () => {
  let replaced = 0;
  const { hub } = setUp([], undefined, { takeover: "replace" });
  const first = (await hub.publish(id, wantedUntil(never), () => replaced++)) as PublishFeed;
  first.write(audioMessage(1000));
  const second = (await hub.publish(id, wantedUntil(never), nothing)) as PublishFeed;
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
  const feed = await hub.publish(id, wantedUntil(never), nothing);
  expect(await waiting).toBe(feed?.stream);
  expect(hub.find(id, 60_000, never)).toBe(feed?.stream);
});
