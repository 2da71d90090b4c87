import { expect, test } from "vitest";
import { LiveStream } from "./live-stream.js";
import { MemoryStreamRegistry } from "./stream-registry.js";

const stream = (app: string, name: string): LiveStream => new LiveStream({ app, name }, new Date(0));

test("one publisher a name, until it is given back", () => {
  const registry = new MemoryStreamRegistry();
  const first = stream("live", "key");
  const second = stream("live", "key");
  expect(registry.claim(first)).toBe(true);
  expect(registry.claim(second)).toBe(false);
  expect(registry.get({ app: "live", name: "key" })).toBe(first);
  registry.release(second); // holds nothing: no effect
  expect(registry.list()).toEqual([first]);
  registry.release(first);
  expect(registry.claim(second)).toBe(true);
});

test("app and name are kept apart", () => {
  const registry = new MemoryStreamRegistry();
  expect(registry.claim(stream("a/b", "c"))).toBe(true);
  expect(registry.claim(stream("a", "b/c"))).toBe(true);
  expect(registry.claim(stream('a","b', "c"))).toBe(true);
  expect(registry.claim(stream("a", 'b","c'))).toBe(true);
});
