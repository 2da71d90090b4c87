import { expect, test } from "vitest";
import type { AccessRequest } from "../auth/gate.js";
import { RequestMemory } from "./request-memory.js";

const request = (connection: number, query = ""): AccessRequest => ({
  ...({ action: "publish", protocol: "rtmp", app: "live", stream: "key", query, connection } as const),
  ...{ address: "192.0.2.1", peer: "192.0.2.1:1" },
});

test("remembers by what a stream is called now, until it is forgotten", () => {
  const memory = new RequestMemory();
  memory.remember(request(1), "live", "camera");
  expect(memory.recall("publish", 1, "live", "camera")).toEqual(request(1));
  expect(memory.recall("publish", undefined, "live", "camera")).toEqual(request(1));
  expect(memory.recall("publish", 2, "live", "camera")).toBeUndefined();
  expect(memory.recall("play", 1, "live", "camera")).toBeUndefined();
  expect(memory.recall("publish", 1, "live", "key")).toBeUndefined();
  memory.forget("publish", 1, "live", "camera");
  expect(memory.recall("publish", 1, "live", "camera")).toBeUndefined();
});

test("keeps no long texts, and no more than so many", () => {
  const memory = new RequestMemory();
  memory.remember(request(1, "x".repeat(4096)), "live", "a");
  expect(memory.recall("publish", 1, "live", "a")?.query.length).toBe(512);
  for (let i = 2; i < 4100; i++) memory.remember(request(i), "live", "b");
  expect(memory.recall("publish", 1, "live", "a")).toBeUndefined();
  expect(memory.recall("publish", 4099, "live", "b")).toBeDefined();
});
